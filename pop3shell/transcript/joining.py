"""The event of a recording that began in the middle of a session, written and read."""

from __future__ import annotations

import re

from pop3shell.protocol.spec.states import State

_JOINED = re.compile(rf"joined (?:\S+ )?in the ({'|'.join(s.value for s in State)}) state")


def joined(address: str, state: State) -> str:
    """What was said to ``address`` before was not recorded; the session is in ``state`` now."""
    return f"joined {address} in the {state.value} state"


def as_joined(text: str) -> State | None:
    """Read the state from what ``joined`` wrote; None for another event."""
    found = _JOINED.fullmatch(text)
    return State(found[1]) if found else None
