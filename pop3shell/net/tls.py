"""TLS over a connection of our own: it tells what asyncio's TLS transport hides.

That is a stream cut off without the closing alert, plaintext where TLS should begin, and the
server's certificate after a handshake that failed because of it.

How the certificate is verified: by OpenSSL, during the handshake, with the name
(``CERT_REQUIRED``). Nothing here can turn its "no" into a "yes". After a "no" the chain that the
server sent is read from the same TLS object, only to explain. With pins the handshake verifies
nothing and the certificate's SHA-256 decides, before a single octet is handed on or sent.
"""

from __future__ import annotations

import hashlib
import hmac
import ssl
from collections.abc import Callable
from typing import Any, cast

from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.tls_settings import TlsSettings, make_context

#: Octets that are decrypted at once.
BLOCK = 1 << 17
#: Octets kept of what came instead of TLS.
SHOWN = 512


class TlsError(Exception):
    """TLS could not be negotiated, for a reason that OpenSSL doesn't tell."""


class NotTls(TlsError):
    """The peer sent ``octets`` that are no TLS."""

    def __init__(self, octets: bytes) -> None:
        super().__init__("no TLS")
        self.octets = octets


class ClosedInHandshake(TlsError):
    """The peer closed before the handshake was over; ``begun``: it had said something."""

    def __init__(self, begun: bool) -> None:
        super().__init__("closed in the handshake")
        self.begun = begun


class PinMismatch(TlsError):
    """The certificate is none of those that were pinned; ``fingerprint`` is its own."""

    def __init__(self, fingerprint: str) -> None:
        super().__init__("pin mismatch")
        self.fingerprint = fingerprint


class TlsLayer:
    """The client's side of TLS without I/O: octets off the wire in, plaintext out, and back.

    Send what ``take`` returns whenever something was fed, sent or closed. ``established`` is True
    once the handshake is over and the certificate was found good; nothing is decrypted before.
    ``failure`` is why it ended otherwise, ``close_notified`` whether the peer ended in order.
    """

    def __init__(self, settings: TlsSettings, host: str) -> None:
        """Raises ConnectionTrouble for settings that cannot be used."""
        self.host = host.partition("%")[0].rstrip(".")
        self.settings = settings
        self.established = False
        self.failure: Exception | None = None
        self.close_notified = False
        self._pins = settings.fingerprints()
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._head = b""
        self._view = memoryview(bytearray(BLOCK))
        try:
            self._tls = make_context(settings).wrap_bio(
                self._incoming, self._outgoing, server_hostname=self.host
            )
        except (ValueError, TypeError):
            raise ConnectionTrouble(
                f"{self.host!r} is no host name that a certificate can be checked for"
            ) from None

    # ---- the certificate and what was agreed upon ----

    @property
    def certificate(self) -> bytes | None:
        """The peer's certificate (DER), also after a handshake that failed; None if none came."""
        if self._tls.version():
            return self._tls.getpeercert(binary_form=True)
        return _unverified(self._tls)

    @property
    def protocol(self) -> str:
        """The protocol agreed upon, e.g. ``TLSv1.3``; empty before."""
        return self._tls.version() or ""

    @property
    def cipher(self) -> str:
        """The cipher agreed upon; empty before."""
        found = self._tls.cipher()
        return found[0] if found else ""

    @property
    def offered(self) -> str:
        """The protocol that the server chose, also where that was too old; empty if unknown."""
        head = self._head
        if len(head) < 11 or head[0] != 0x16 or head[5] != 2 or head[9] != 3:
            return ""
        return {0: "SSL 3.0", 1: "TLS 1.0", 2: "TLS 1.1", 3: "TLS 1.2"}.get(head[10], "")

    # ---- what is done with it ----

    def start(self) -> None:
        """Begin the handshake."""
        self._shake()

    def feed(self, octets: bytes | memoryview) -> bytes:
        """Take in what came; return what it decrypts to."""
        if self.failure is not None or self.close_notified:
            return b""
        if len(self._head) < SHOWN and not self.established:
            self._head += bytes(octets[: SHOWN - len(self._head)])
            if not _may_be_tls(self._head):
                self.failure = NotTls(self._head)
                return b""
        self._incoming.write(octets)
        return self._read() if self.established or self._shake() else b""

    def eof(self) -> None:
        """Take in that the peer closed its side of the connection."""
        if not self.established and self.failure is None:
            self.failure = ClosedInHandshake(bool(self._head))

    def send(self, plaintext: bytes) -> None:
        """Encrypt octets. Only once ``established``."""
        if not self.established:
            raise ConnectionTrouble("TLS is not established; nothing was sent")
        if plaintext and self.failure is None:
            try:
                self._tls.write(plaintext)
            except ssl.SSLError as error:
                self.failure = error

    def close(self) -> None:
        """Say that nothing more will be sent (the closing alert)."""
        if not self.established or self.failure is not None:
            return
        try:
            self._tls.unwrap()
        except ssl.SSLError:
            return  # it only waits for the peer's

    def take(self) -> bytes:
        """Return what is to be sent over the wire, and forget it."""
        return self._outgoing.read() if self._outgoing.pending else b""

    def _shake(self) -> bool:
        try:
            self._tls.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLError as error:
            self.failure = error
            return False
        self.failure = self._pin_failure()
        self.established = self.failure is None
        return self.established

    def _pin_failure(self) -> PinMismatch | None:
        if not self._pins:
            return None
        own = hashlib.sha256(self.certificate or b"").hexdigest()
        if any(hmac.compare_digest(own, pin) for pin in self._pins):
            return None
        return PinMismatch(own)

    def _read(self) -> bytes:
        view, parts, at = self._view, [], 0
        read: Callable[[int, memoryview], int] = cast(Any, self._tls).read  # into the buffer
        try:
            while got := read(BLOCK - at, view[at:]):
                at += got
                if at == BLOCK:
                    parts.append(bytes(view))
                    at = 0
            self.close_notified = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLError as error:
            self.failure = error
        rest = bytes(view[:at])
        return b"".join((*parts, rest)) if parts else rest


def _may_be_tls(head: bytes) -> bool:
    """A handshake or an alert begins so (RFC 8446 section 5.1)."""
    return head[:1] in (b"", b"\x15", b"\x16") and head[1:2] in (b"", b"\x03")


def _unverified(tls: ssl.SSLObject) -> bytes | None:
    """Return the certificate of a handshake that failed; it is shown, never trusted.

    Python has the chain from 3.13 on; before, only the object underneath does. Without it the
    explanation is shorter, the refusal the same.
    """
    for holder in (tls, getattr(tls, "_sslobj", None)):
        chain = getattr(holder, "get_unverified_chain", None)
        if chain is None:
            continue
        first = next(iter(chain() or ()), None)
        if first is not None:
            return first if isinstance(first, bytes) else bytes(first.public_bytes(2))  # 2: DER
    return None
