"""Logging in: USER, PASS and APOP (RFC 1939 section 7)."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from pop3shell.protocol.spec import commands
from pop3shell.server.maildrop import SourceError
from pop3shell.server.replies import AUTH_FAILED, IN_USE, SYS_TEMP, Reply, error, ok

if TYPE_CHECKING:
    from pop3shell.server.context import Context
    from pop3shell.server.maildrop import Maildrop

_PASS = commands.PASS.verb
_USER = commands.USER.verb


def user(context: Context, arguments: tuple[bytes, ...]) -> Reply:
    """Keep a name for PASS; any name, so that nobody learns which accounts there are."""
    context.name = arguments[0]
    return ok(f"now send {_PASS}")


def password(context: Context, arguments: tuple[bytes, ...]) -> Reply:
    """Log in with the name that USER gave directly before."""
    if context.name is None:
        return error(f"{_PASS} must follow {_USER} directly, send {_USER} first")
    name = context.name
    secret, maildrop = _account(context, name)
    right = hmac.compare_digest(arguments[0], secret)
    return _enter(context, name, maildrop if right else None)


def apop(context: Context, arguments: tuple[bytes, ...]) -> Reply:
    """Log in with the MD5 digest of the greeting's timestamp and the password."""
    if not context.timestamp:
        return error(f"{commands.APOP.verb} needs a timestamp, and the greeting had none")
    name, digest = arguments
    secret, maildrop = _account(context, name)
    wanted = hashlib.md5(context.timestamp + secret, usedforsecurity=False).hexdigest()
    right = hmac.compare_digest(digest, wanted.encode())
    return _enter(context, name, maildrop if right else None)


def _account(context: Context, name: bytes) -> tuple[bytes, Maildrop | None]:
    """Return password and maildrop; for an unknown name a password, so that the work is equal."""
    secret, maildrop = context.accounts.get(_decode(name), ("no such account", None))
    return secret.encode("utf-8", "surrogateescape"), maildrop


def _enter(context: Context, name: bytes, maildrop: Maildrop | None) -> Reply:
    """Open the maildrop, or refuse: without one the credentials were wrong."""
    if maildrop is None:
        return error("wrong name or password", AUTH_FAILED)
    try:
        context.opened = maildrop.acquire()
    except SourceError as fault:
        return error(f"the maildrop cannot be opened: {fault}", SYS_TEMP)
    if context.opened is None:
        return error("the maildrop is in use by another session", IN_USE)
    messages, octets = context.opened.stat()
    noun = "message" if messages == 1 else "messages"
    return ok(f"{_decode(name)}'s maildrop has {messages} {noun} ({octets} octets)")


def _decode(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
