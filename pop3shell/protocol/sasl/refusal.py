"""Why a login by AUTH was refused, by its mechanism, and what to try next."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from pop3shell.protocol.events import Side
from pop3shell.protocol.sasl.explain import Step
from pop3shell.protocol.sasl.registry import Credential, Mechanism, find
from pop3shell.protocol.session import Session
from pop3shell.protocol.spec import commands

_ADDRESS = "the server wants the whole address as name"
_PROGRAMS = "the account wants a password for programs or a token"


class Refusal(NamedTuple):
    """What to say of a refused login.

    ``told`` is the reason, where the exchange told it; else it is empty, and ``causes`` has the
    likely ones, the likeliest first. ``then`` is what to try.
    """

    told: str
    causes: tuple[str, ...]
    then: str


def refusal(mechanism: str, steps: Iterable[Step], session: Session) -> Refusal:
    """Tell why the login that went by ``steps`` was refused, as far as can be known."""
    row = find(mechanism)
    reasons = [step for step in steps if step.why]
    told = max(reasons, key=_weight) if reasons else None
    causes, then = _likely(row, session) if row else _unknown(mechanism, session)
    if told is None:
        return Refusal("", causes, then)
    if told.side is Side.CLIENT and row:  # what was typed is at fault, or the user's mind changed
        then = f":auth {row.name} {_name(session)} --step, which answers each challenge for you"
    return Refusal(told.why, causes, then)


def _weight(step: Step) -> bool:
    """What the server tells counts for more than what is odd about the client's messages."""
    return step.side is Side.SERVER


def _name(session: Session) -> str:
    return session.user or "NAME"


def _likely(row: Mechanism, session: Session) -> tuple[tuple[str, ...], str]:
    name = _name(session)
    again = f":login {name} {row.name}"
    if row.needs_token:
        causes = (
            "the access token has expired or was revoked",
            "it was issued for another user, service or scope",
        )
        return causes, f"{again}, with a new token"
    if not row.needs_password:
        return _SPECIAL[row.credential], f":login {name}"
    wrong = "name or password are wrong"
    if row.in_clear:
        return (wrong, _ADDRESS, _PROGRAMS), again
    kept = f"the server does not keep the password in a form that {row.name} can use"
    return (wrong, kept), f"{again}, or :login {name} {_plainly(session)}"


#: Why mechanisms that need no password are refused.
_SPECIAL = {
    Credential.CERTIFICATE: (
        "no client certificate was shown (--client-cert)",
        "the server does not take it, or knows it under another name",
    ),
    Credential.NONE: ("the server lets no guests in",),
}


def _plainly(session: Session) -> str:
    """A way to log in that works with any stored form of the password."""
    return "PLAIN" if "PLAIN" in map(str.upper, session.mechanisms) else commands.USER.verb


def _unknown(mechanism: str, session: Session) -> tuple[tuple[str, ...], str]:
    causes = ("name or password are wrong", f"the response is not what {mechanism} wants")
    return causes, f":login {_name(session)}, which chooses a way to log in"
