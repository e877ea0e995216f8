"""Logging in: USER, PASS and APOP (RFC 1939 section 7), and what every login ends in.

Names and passwords may be UTF-8, and are compared as SASLprep leaves them (RFC 6856 section 2.2).
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from pop3shell.protocol.apop import digest as apop_digest
from pop3shell.protocol.sasl.mechanism import SaslError
from pop3shell.protocol.spec import commands
from pop3shell.server.maildrops.maildrop import SourceError
from pop3shell.server.replies import (
    AUTH_FAILED,
    IN_USE,
    LOGIN_DELAY,
    SYS_TEMP,
    Reply,
    counted,
    error,
    ok,
)

if TYPE_CHECKING:
    from pop3shell.server.context import Accounts, Context

_PASS = commands.PASS.verb
_USER = commands.USER.verb
_NOBODY = "no such account"
WRONG = "wrong name or password"


def user(context: Context, arguments: tuple[bytes, ...]) -> Reply:
    """Keep a name for PASS; any name, so that nobody learns which accounts there are."""
    if not _is_utf8(arguments[0]):
        return error("a name must be ASCII or UTF-8 (RFC 6856 section 2.2)")
    context.name = arguments[0]
    return ok(f"now send {_PASS}")


def password(context: Context, arguments: tuple[bytes, ...]) -> Reply | None:
    """Log in with the name that USER gave directly before."""
    if context.name is None:
        return error(f"{_PASS} must follow {_USER} directly, send {_USER} first")
    name = account_name(context.accounts, _decode(context.name))
    given, secret = prepared(_decode(arguments[0])), _secret(context, name)
    right = given != "" and hmac.compare_digest(given.encode(), secret.encode())
    return enter(context, name if right else "")


def apop(context: Context, arguments: tuple[bytes, ...]) -> Reply | None:
    """Log in with the MD5 digest of the greeting's timestamp and the password."""
    if not context.timestamp:
        return error(f"{commands.APOP.verb} needs a timestamp, and the greeting had none")
    given, digest = arguments
    name = account_name(context.accounts, _decode(given))
    secret = _secret(context, name).encode()
    right = secret != b"" and hmac.compare_digest(digest, apop_digest(context.timestamp, secret))
    return enter(context, name if right else "")


def enter(context: Context, name: str) -> Reply | None:
    """Begin to open the maildrop of an account, or refuse: an empty name is wrong credentials.

    None: `context.opening` has to be read before there is a reply, which is that of `entered`.
    """
    if not name:
        return error(WRONG, AUTH_FAILED)
    if seconds := context.policy.delay.left(name):
        return error(f"too soon after the last login, wait {seconds} s", LOGIN_DELAY)
    context.opening = context.accounts[name][1].acquire()
    if context.opening is None:
        return error("the maildrop is in use by another session", IN_USE)
    context.account = name
    return None


def entered(context: Context) -> Reply:
    """Open the maildrop that `enter` began to open, read by now or not."""
    opening, context.opening = context.opening, None
    if opening is None:
        raise RuntimeError("no login is under way")
    try:
        context.opened = opening.opened()
    except SourceError as fault:
        return error(f"the maildrop cannot be opened: {fault}", SYS_TEMP)
    context.policy.delay.entered(context.account)
    messages, octets = context.opened.stat()
    return ok(f"{context.account}'s maildrop has {counted(messages)} ({octets} octets)")


def account_name(accounts: Accounts, given: str) -> str:
    """Return the account that a name means, empty if there is none."""
    if given in accounts:
        return given
    wanted = prepared(given)
    return next((name for name in accounts if prepared(name) == wanted), "") if wanted else ""


def prepared(text: str) -> str:
    """Return a name or password as it is compared; empty for one that SASLprep refuses."""
    if text.isascii():
        return text
    from pop3shell.protocol.sasl.preparation import saslprep  # rarely needed

    try:
        return saslprep(text)
    except SaslError:
        return ""


def _secret(context: Context, name: str) -> str:
    """Return the password; for no account one too, so that the work is equal."""
    return prepared(context.accounts[name][0]) if name else _NOBODY


def _is_utf8(octets: bytes) -> bool:
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decode(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")
