"""The states of a POP3 session and how success moves between them (RFC 1939 section 3)."""

from __future__ import annotations

from enum import Enum

from pop3shell.protocol.record import Record
from pop3shell.protocol.spec.references import Reference, rfc


class State(Enum):
    """Where a session stands. ``CONNECTED`` is before the greeting, ``CLOSED`` after the end."""

    CONNECTED = "CONNECTED"
    AUTHORIZATION = "AUTHORIZATION"
    TRANSACTION = "TRANSACTION"
    UPDATE = "UPDATE"
    CLOSED = "CLOSED"


class Effect(Enum):
    """What a positive reply to a command does to the session."""

    NONE = "nothing"
    NAME_USER = "the name is kept for the password"
    LOG_IN = "the maildrop is locked and the TRANSACTION state entered"
    MARK = "the message is marked as deleted"
    UNMARK = "all marks are taken back"
    QUIT = "the session ends; in the TRANSACTION state marked messages are removed first"
    START_TLS = "the TLS negotiation begins"
    UTF8 = "the session is in UTF-8 mode"


#: State entered by a positive reply; a pair that is missing leaves the state as it is.
TRANSITIONS: dict[tuple[State, Effect], State] = {
    (State.AUTHORIZATION, Effect.LOG_IN): State.TRANSACTION,
    (State.TRANSACTION, Effect.QUIT): State.UPDATE,
    (State.AUTHORIZATION, Effect.QUIT): State.CLOSED,
}


class StateRow(Record):
    """What ``explain`` and ``:help`` say of a state."""

    state: State
    meaning: str
    detail: str
    reference: Reference


STATES: tuple[StateRow, ...] = (
    StateRow(
        State.AUTHORIZATION,
        "connected, not yet logged in",
        "The server has sent its greeting and wants to know who you are. Log in with USER and "
        "PASS, with APOP where the greeting holds a timestamp, or with AUTH. QUIT leaves.",
        rfc(1939, "4"),
    ),
    StateRow(
        State.TRANSACTION,
        "logged in; the maildrop is open and locked",
        "The messages are numbered from 1 and the numbers hold until the session ends. Read with "
        "STAT, LIST, UIDL, RETR and TOP; mark with DELE, take the marks back with RSET. Mail that "
        "arrives meanwhile is seen by the next session only.",
        rfc(1939, "5"),
    ),
    StateRow(
        State.UPDATE,
        "QUIT was accepted; marked messages are being removed",
        "Only QUIT in the TRANSACTION state leads here. A connection that is lost, or closed "
        "without QUIT, never removes anything.",
        rfc(1939, "6"),
    ),
)
