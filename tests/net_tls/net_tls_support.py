"""Certificates with every fault, and both sides of TLS in memory or over a socket."""

from __future__ import annotations

import contextlib
import ssl
import warnings
from datetime import UTC, datetime, timedelta

import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from support.scripted import close

from pop3shell.net.tls import TlsLayer
from pop3shell.net.tls_settings import TlsSettings

HOST, ADDRESS = "pop.example.com", "127.0.0.1"
NOW = datetime.now(UTC)
DAY = timedelta(days=1)


class Pki:
    """A certificate authority that is trusted, one that isn't, and server contexts."""

    def __init__(self, folder) -> None:
        self.folder = folder
        self.ca = trustme.CA()
        self.other = trustme.CA()
        self.ca_file = str(folder / "ca.pem")
        self.ca.cert_pem.write_to_path(self.ca_file)
        self.settings = TlsSettings(ca=self.ca_file)

    def issue(self, *names: str, ca: trustme.CA | None = None, **validity) -> trustme.LeafCert:
        return (ca or self.ca).issue_cert(*(names or (HOST, ADDRESS)), **validity)

    def good(self) -> ssl.SSLContext:
        return context_of(self.issue())

    def expired(self) -> ssl.SSLContext:
        return context_of(self.issue(not_before=NOW - 9 * DAY, not_after=NOW - 3 * DAY))

    def not_yet(self) -> ssl.SSLContext:
        return context_of(self.issue(not_before=NOW + 3 * DAY, not_after=NOW + 9 * DAY))

    def wrong_name(self) -> ssl.SSLContext:
        return context_of(self.issue("mail.example.org", "*.example.net"))

    def unknown_ca(self) -> ssl.SSLContext:
        return context_of(self.issue(ca=self.other))

    def unknown_root(self) -> ssl.SSLContext:
        context = context_of(leaf := self.issue(ca=self.other))
        whole = self.folder / "whole.pem"
        whole.write_bytes(
            leaf.private_key_pem.bytes()
            + b"".join(part.bytes() for part in leaf.cert_chain_pems)
            + self.other.cert_pem.bytes()
        )
        context.load_cert_chain(whole)
        return context

    def self_signed(self) -> ssl.SSLContext:
        path = self.folder / "self.pem"
        path.write_bytes(self_signed_pem(HOST))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def old(self) -> ssl.SSLContext:
        context = self.good()
        context.set_ciphers("ALL:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1
        return context

    def client_certificate_wanted(self) -> ssl.SSLContext:
        context = self.good()
        context.verify_mode = ssl.CERT_REQUIRED
        self.ca.configure_trust(context)
        return context


def context_of(leaf: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)
    return context


def self_signed_pem(name: str) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + 90 * DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)


class MemoryServer:
    """The server's side of TLS in memory; `exchange` lets a layer talk to it."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        self.failure: ssl.SSLError | None = None
        self.plaintext = b""

    def exchange(self, layer: TlsLayer, size: int = 1 << 20) -> bytes:
        """Carry octets to and fro, `size` at once, until both are quiet; return the plaintext."""
        got = b""
        for _ in range(12):
            self.incoming.write(layer.take())
            self._turn()
            octets = self.outgoing.read()
            for start in range(0, len(octets), size):
                got += layer.feed(octets[start : start + size])
        return got

    def _turn(self) -> None:
        with contextlib.suppress(ssl.SSLWantReadError):
            try:
                self.tls.do_handshake()
                while octets := self.tls.read(1 << 16):
                    self.plaintext += octets
            except ssl.SSLError as error:
                if not isinstance(error, ssl.SSLWantReadError):
                    self.failure = self.failure or error


def over_tls(context: ssl.SSLContext, *steps, notify: bool = True):
    """A step of a scripted server: TLS, the steps in it, and its end with or without alert."""

    def step(server, client) -> None:
        tls = context.wrap_socket(client, server_side=True)
        for inner in steps:
            if isinstance(inner, bytes):
                tls.sendall(inner)
            else:
                inner(server, tls)
        if tls.fileno() < 0:
            return
        if notify:
            with contextlib.suppress(OSError):
                tls.unwrap()
        close(server, tls)

    return step


def refused(context: ssl.SSLContext):
    """A step of a scripted server: the client breaks the handshake off."""

    def step(server, client) -> None:
        try:
            tls = context.wrap_socket(client, server_side=True)
            with tls:
                server.read(tls)
        except OSError:
            return
        assert not server.received, "the client went on"

    return step
