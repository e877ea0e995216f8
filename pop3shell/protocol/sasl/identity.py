"""Who logs in, read from the client's first message: for those who only listen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from pop3shell.protocol.sasl import pop3
from pop3shell.protocol.sasl.mechanism import SaslError
from pop3shell.protocol.sasl.registry import Mechanism

_SCRAM = re.compile(rb"(?:[ny]|p=[^,]*),(?:a=[^,]*)?,n=([^,]+),r=([^,]+)(?:,.*)?", re.DOTALL)


class Identity(NamedTuple):
    """The name that a client gave, and its nonce where the mechanism has one, else empty."""

    user: str
    nonce: str = ""


def identity(mechanism: Mechanism, response: bytes) -> Identity | None:
    """Read the first response of a client, in base64 or ``=``; None where it names nobody."""
    try:
        message = pop3.decode_initial(response)
    except SaslError:
        return None
    read = _READERS.get(mechanism.name)
    found = read(message) if read else None
    return found if found and found.user else None


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")


def _plain(message: bytes) -> Identity | None:
    parts = message.split(b"\0")
    return Identity(_text(parts[1])) if len(parts) == 3 else None


def _login(message: bytes) -> Identity:
    return Identity(_text(message))


def _cram_md5(message: bytes) -> Identity | None:
    user, blank, digest = message.rpartition(b" ")
    return Identity(_text(user)) if blank and len(digest) == 32 else None


def _scram(message: bytes) -> Identity | None:
    found = _SCRAM.fullmatch(message)
    if not found:
        return None
    user = found[1].replace(b"=2C", b",").replace(b"=3D", b"=")
    return Identity(_text(user), found[2].decode("ascii", "replace"))


def _bearer(message: bytes) -> Identity | None:
    from pop3shell.protocol.sasl.oauth import read_bearer

    fields = read_bearer(message)
    return Identity(fields["user"]) if fields else None


def _xoauth2(message: bytes) -> Identity | None:
    from pop3shell.protocol.sasl.oauth import read_xoauth2

    fields = read_xoauth2(message)
    return Identity(fields["user"]) if fields else None


_READERS: dict[str, Callable[[bytes], Identity | None]] = {
    "PLAIN": _plain,
    "LOGIN": _login,
    "CRAM-MD5": _cram_md5,
    "SCRAM-SHA-1": _scram,
    "SCRAM-SHA-256": _scram,
    "OAUTHBEARER": _bearer,
    "XOAUTH2": _xoauth2,
}
