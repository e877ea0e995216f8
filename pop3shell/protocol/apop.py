"""The digest of APOP (RFC 1939 section 7)."""

from __future__ import annotations

import hashlib


def digest(timestamp: bytes, secret: bytes) -> bytes:
    """Return the 32 hexadecimal digits for a greeting's timestamp and the shared secret.

    ``timestamp`` has its angle brackets.
    """
    return hashlib.md5(timestamp + secret, usedforsecurity=False).hexdigest().encode("ascii")
