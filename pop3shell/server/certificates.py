"""The server's certificate: one that is given, or one made here and trusted by nobody yet."""

from __future__ import annotations

import ssl
import threading
from typing import TYPE_CHECKING

from pop3shell.net import pem

if TYPE_CHECKING:
    from pathlib import Path

LOCAL_NAMES = ("localhost", "127.0.0.1", "::1")
CA_FILE = "ca.pem"
_PRIVATE = 0o600


class CertificateError(Exception):
    """A certificate cannot be used. Its text is one sentence: what is wrong, and where."""


def given(certificate: str, key: str = "") -> ssl.SSLContext:
    """Return the settings of TLS with a certificate from PEM files; `key` may be in the same file.

    Raises CertificateError.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        pem.load_own(context, certificate, key, "for TLS")
    except pem.PemError as error:
        raise CertificateError(str(error)) from None
    return context


def trust_clients(context: ssl.SSLContext, authority: str) -> None:
    """Ask clients for a certificate, and verify it by the issuers in a PEM file.

    A client may still come without one. Raises CertificateError.
    """
    try:
        context.load_verify_locations(authority)
    except (OSError, ValueError) as error:
        raise CertificateError(f"cannot use {authority} for TLS: {pem.reason(error)}") from None
    context.verify_mode = ssl.CERT_OPTIONAL


class SelfMade:
    """A certificate of our own, made when it is first needed.

    Its issuer, which clients must trust, is then in `ca_file`, readable by this user alone.
    """

    def __init__(self, folder: Path, names: tuple[str, ...] = LOCAL_NAMES) -> None:
        self.ca_file = folder / CA_FILE
        self._names = names
        self._lock = threading.Lock()
        self._context: ssl.SSLContext | None = None

    def context(self) -> ssl.SSLContext:
        """Return the settings of TLS, always the same ones; from any thread."""
        with self._lock:
            if self._context is None:
                self._context = self._make()
            return self._context

    def _make(self) -> ssl.SSLContext:
        import trustme  # here: it takes a while

        authority = trustme.CA()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # fetchmail takes no certificate without a common name.
        leaf = authority.issue_cert(*self._names, common_name=self._names[0])
        leaf.configure_cert(context)
        self.ca_file.touch(_PRIVATE)
        self.ca_file.write_bytes(authority.cert_pem.bytes())
        return context
