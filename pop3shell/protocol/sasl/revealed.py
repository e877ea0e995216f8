"""What a SASL response gives away: the password or token that base64 only dresses up."""

from __future__ import annotations

import binascii
import re

_BEARER = re.compile(rb"(?i)auth=bearer ([^\x01]+)")


def revealed(response: bytes, further: bool) -> bytes:
    """Return the password (PLAIN, LOGIN) or token (OAUTHBEARER, XOAUTH2) in a response, or b"".

    ``further``: it is not the first response of its exchange, which for LOGIN is the name.
    """
    try:
        octets = binascii.a2b_base64(response)
    except binascii.Error:
        return b""
    if found := _BEARER.search(octets):
        return found[1]
    if octets.count(b"\0") == 2:
        return octets.rpartition(b"\0")[2]
    return octets if further else b""
