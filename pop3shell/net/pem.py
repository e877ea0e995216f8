"""Certificates and keys in PEM files, and why one cannot be used."""

from __future__ import annotations

import ssl


class PemError(Exception):
    """A file cannot be used. Its text is one sentence: which one, for what, and why not."""


def load_own(context: ssl.SSLContext, certificate: str, key: str, purpose: str) -> None:
    """Load a certificate to show, and its key; ``key`` is empty where it is in the same file.

    Raises PemError; ``purpose`` is what follows "cannot use FILE" in its text.
    """
    try:
        context.load_cert_chain(certificate, key or None, password=_no_passphrase)
    except (OSError, ValueError) as error:
        names = " and ".join(filter(None, (certificate, key)))
        raise PemError(f"cannot use {names} {purpose}: {reason(error)}") from None


def reason(error: Exception) -> str:
    """Say why OpenSSL could not load a file."""
    if isinstance(error, ssl.SSLError):
        return f"no PEM that OpenSSL can read, or parts that do not fit ({error.reason})"
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def _no_passphrase() -> str:
    raise ValueError("the key has a passphrase, which is not supported")
