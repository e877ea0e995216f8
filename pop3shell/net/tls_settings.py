"""What a user may say about TLS, and OpenSSL's settings made of it."""

from __future__ import annotations

import ssl
import warnings

from pop3shell.net import pem
from pop3shell.net.errors import ConnectionTrouble
from pop3shell.protocol.record import Record

_SHA256_DIGITS = 64


class TlsSettings(Record):
    """How TLS is to be done; whether and when is the caller's business.

    ``ca`` is a PEM file of issuers to trust instead of the platform's. ``pins`` are SHA-256
    fingerprints of certificates, in hexadecimal, colons allowed: the server must show one of
    them, and then neither issuer nor name nor date matter. ``certificate`` and ``key`` are PEM
    files of the client's own. ``insecure`` takes any certificate. ``minimum`` is the oldest
    protocol allowed.
    """

    ca: str = ""
    pins: tuple[str, ...] = ()
    certificate: str = ""
    key: str = ""
    insecure: bool = False
    minimum: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2

    def fingerprints(self) -> frozenset[str]:
        """Return the pins as lower-case digits. Raises ConnectionTrouble for one that is none."""
        return frozenset(map(_fingerprint, self.pins))


def _fingerprint(pin: str) -> str:
    digits = pin.lower().removeprefix("sha256").lstrip(":/=").replace(":", "")
    if len(digits) != _SHA256_DIGITS or set(digits) - set("0123456789abcdef"):
        raise ConnectionTrouble(
            f"the pin {pin!r} is no SHA-256 fingerprint: 64 hexadecimal digits are needed"
        )
    return digits


def make_context(settings: TlsSettings) -> ssl.SSLContext:
    """Return OpenSSL's settings. SSLKEYLOGFILE and SSL_CERT_FILE are honoured.

    Raises ConnectionTrouble, naming the file that cannot be used.
    """
    pinned = settings.fingerprints()
    context = _trusting(settings)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # an old protocol was asked for
        context.minimum_version = settings.minimum
    if settings.minimum < ssl.TLSVersion.TLSv1_2:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.options |= ssl.OP_NO_RENEGOTIATION
    if settings.insecure or pinned:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if settings.certificate:
        _load_own(context, settings)
    return context


def _trusting(settings: TlsSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.ca or None)
    except (OSError, ValueError) as error:
        what = f"{settings.ca!r}" if settings.ca else "SSLKEYLOGFILE or the platform's trust store"
        raise ConnectionTrouble(f"cannot use {what} for TLS: {pem.reason(error)}") from None
    if settings.ca:
        # Whoever names a file trusts what is in it, be it no root.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def _load_own(context: ssl.SSLContext, settings: TlsSettings) -> None:
    purpose = "as client certificate and key"
    try:
        pem.load_own(context, settings.certificate, settings.key, purpose)
    except pem.PemError as error:
        raise ConnectionTrouble(str(error)) from None
