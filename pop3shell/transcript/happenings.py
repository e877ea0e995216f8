"""The texts of the events ``*:``, written and read."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pop3shell.protocol.events import Ending, Side
from pop3shell.protocol.spec.states import State

_HOW = {ending.value: ending for ending in Ending if ending is not Ending.ORDERLY}
_CLOSED = re.compile(rf"closed by (client|server)(?:: ({'|'.join(_HOW)}))?")
_ELIDED = re.compile(r"elided ([0-9]{1,18}) octets sha256=([0-9a-f]{64})")
_JOINED = re.compile(rf"joined (?:\S+ )?in the ({'|'.join(s.value for s in State)}) state")
_AUTH = re.compile(r"auth (\S+) as (.*?)(?: nonce=(\S+))?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Elided:
    """So many octets of a body were left out; ``sha256`` of them, in hexadecimal digits."""

    octets: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Login:
    """A SASL login; ``nonce`` is the client's, where the mechanism has one, else empty."""

    mechanism: str
    user: str
    nonce: str


def connected(address: str) -> str:
    """``address`` is the server's, with its port."""
    return f"connected {address}"


def joined(address: str, state: State) -> str:
    """What was said to ``address`` before was not recorded; the session is in ``state`` now."""
    return f"joined {address} in the {state.value} state"


def tls_established(version: str, cipher: str) -> str:
    """TLS holds from here on."""
    return f"TLS established {version} {cipher}"


def auth(mechanism: str, user: str, nonce: str = "") -> str:
    """A SASL exchange begins; what it takes to answer the same challenges again."""
    return f"auth {mechanism} as {user}" + (f" nonce={nonce}" if nonce else "")


def closed(side: Side, ending: Ending) -> str:
    """The connection ended: by whom and how."""
    how = "" if ending is Ending.ORDERLY else f": {ending.value}"
    return f"closed by {side.value}{how}"


def elided(left_out: Elided) -> str:
    """Part of a body was left out."""
    return f"elided {left_out.octets} octets sha256={left_out.sha256}"


def as_auth(text: str) -> Login | None:
    """Read what ``auth`` wrote; None for another event."""
    found = _AUTH.fullmatch(text)
    return Login(found[1], found[2], found[3] or "") if found else None


def as_joined(text: str) -> State | None:
    """Read the state from what ``joined`` wrote; None for another event."""
    found = _JOINED.fullmatch(text)
    return State(found[1]) if found else None


def as_closed(text: str) -> tuple[Side, Ending] | None:
    """Read what ``closed`` wrote; None for another event."""
    found = _CLOSED.fullmatch(text)
    return (Side(found[1]), _HOW[found[2]] if found[2] else Ending.ORDERLY) if found else None


def as_elided(text: str) -> Elided | None:
    """Read what ``elided`` wrote; None for another event."""
    found = _ELIDED.fullmatch(text)
    return Elided(int(found[1]), found[2]) if found else None
