"""The response codes that may stand at the head of a reply's text (RFC 2449 section 8)."""

from __future__ import annotations

from dataclasses import dataclass

from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.commands import Command
from pop3shell.protocol.spec.references import Reference, rfc


@dataclass(frozen=True, slots=True)
class ResponseCode:
    """One response code.

    ``valid_on`` holds the commands whose reply may carry it; empty: any. ``advice`` is what the
    person in front of it can do.
    """

    name: str
    valid_on: tuple[Command, ...]
    meaning: str
    advice: str
    reference: Reference


_LOGIN = (commands.AUTH, commands.APOP, commands.PASS)

IN_USE = ResponseCode(
    "IN-USE", _LOGIN, "the credentials are right, but another session holds the maildrop",
    "Close the other client, or wait until the server has noticed that it is gone (up to its "
    "autologout time), then log in again.", rfc(2449, "8.1.2"),
)  # fmt: skip
LOGIN_DELAY = ResponseCode(
    "LOGIN-DELAY", (*_LOGIN, commands.USER), "the last login was too short a time ago",
    "Wait as many seconds as LOGIN-DELAY in CAPA says, then log in again.",
    rfc(2449, "8.1.1"),
)  # fmt: skip
SYS_TEMP = ResponseCode(
    "SYS/TEMP", (), "the server has a failure that should pass",
    "Try again later; nothing is wrong with what you sent.", rfc(3206, "4"),
)  # fmt: skip
SYS_PERM = ResponseCode(
    "SYS/PERM", (), "the server has a failure that somebody must repair",
    "Tell the server's administrator, with the time and the reply.", rfc(3206, "4"),
)  # fmt: skip
SYS = ResponseCode(
    "SYS", (), "the server has a failure, and does not say whether it will pass",
    "Try again later; if it stays, tell the server's administrator. The code is incomplete: "
    "RFC 3206 has SYS/TEMP and SYS/PERM.", rfc(3206, "4"),
)  # fmt: skip
AUTH = ResponseCode(
    "AUTH", (*_LOGIN, commands.USER), "the credentials were refused",
    "Check the name (some servers want user@domain) and the password or token, then begin the "
    "login again.", rfc(3206, "5"),
)  # fmt: skip
UTF8 = ResponseCode(
    "UTF8", (commands.LIST, commands.TOP, commands.RETR),
    "the message needs UTF-8 mode, and the session is not in it",
    "Log in again and send UTF8 before that.", rfc(6856, "5"),
)  # fmt: skip
REFERRAL = ResponseCode(
    "REFERRAL", _LOGIN, "log in at another server", "Connect to the host that the code names.",
    Reference("Dovecot's documentation"),
)  # fmt: skip
XCLIENT = ResponseCode(
    "XCLIENT", (), "in a greeting: a proxy extension is offered to this peer",
    "Nothing to do, unless you are a proxy.", Reference("Dovecot's documentation"),
)  # fmt: skip

CODES: tuple[ResponseCode, ...] = (
    IN_USE, LOGIN_DELAY, SYS_TEMP, SYS_PERM, SYS, AUTH, UTF8, REFERRAL, XCLIENT,
)  # fmt: skip

BY_NAME: dict[str, ResponseCode] = {row.name: row for row in CODES}


def find(code: str) -> ResponseCode | None:
    """Return the row of ``code``, whatever its case; unknown deeper levels are ignored."""
    levels = code.upper().split("/")
    while levels:
        if row := BY_NAME.get("/".join(levels)):
            return row
        levels.pop()
    return None
