"""What the observer of a dialogue hands back: typed, frozen events.

The ``raw`` of all events of one direction, put together, are the octets of that direction.
They are tuples because those are made fastest; whoever compares events compares their type too.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any

from pop3shell.protocol.commandline import CommandLine
from pop3shell.protocol.findings import Finding
from pop3shell.protocol.framing import BodyChunk
from pop3shell.protocol.record import Record
from pop3shell.protocol.replies import Status
from pop3shell.protocol.secrets import Secret
from pop3shell.protocol.spec.commands import Shape
from pop3shell.protocol.spec.states import State


class Side(Enum):
    """A side of the dialogue."""

    CLIENT = "client"
    SERVER = "server"


class Ending(Enum):
    """How a connection came to its end.

    ``TRUNCATED``: TLS ended without its closing alert, what came may lack its end.
    ``TLS_FAILED``: TLS could not be negotiated, or broke.
    """

    ORDERLY = "closed"
    RESET = "reset"
    SILENT = "timed out"
    TRUNCATED = "cut off"
    TLS_FAILED = "TLS failed"


class Greeting(Record):
    """The server's greeting. ``timestamp`` is the one for APOP, or empty."""

    raw: bytes
    status: Status
    text: bytes
    timestamp: bytes


class Banner(Record):
    """A line before the greeting, or instead of one."""

    raw: bytes


class CommandSent(Record):
    """A line of the client that is a command. ``secret`` tells which octets are one."""

    raw: bytes
    command: CommandLine
    secret: Secret | None


class ResponseSent(Record):
    """A line of the client that answers a challenge, or ``*`` (RFC 5034 section 4)."""

    raw: bytes
    command: CommandLine
    secret: Secret | None


class StatusLine(Record):
    """The first line of a reply. ``status`` is None if it bears no status indicator."""

    raw: bytes
    status: Status | None
    text: bytes
    command: CommandLine

    @property
    def begins_body(self) -> bool:
        """Whether a multi-line reply begins with it."""
        return self.status is Status.OK and self.command.shape is Shape.MULTI


class Challenge(Record):
    """A server's ``+ `` line inside AUTH; ``data`` is what follows, usually base64."""

    raw: bytes
    data: bytes
    command: CommandLine


class BodyData(Record):
    """Octets of a multi-line reply."""

    chunk: BodyChunk
    command: CommandLine

    @property
    def raw(self) -> bytes:
        """The octets as they came, byte-stuffed."""
        return self.chunk.raw

    @property
    def content(self) -> bytes:
        """The octets without the stuffed dots."""
        return self.chunk.content


class BodyEnd(Record):
    """The terminator of a multi-line reply."""

    raw: bytes
    command: CommandLine


class OpenLine(Record):
    """A line after the status line of a reply whose shape cannot be known."""

    raw: bytes
    command: CommandLine


class StrayLine(Record):
    """A line of the server that answers nothing."""

    raw: bytes


class LongLine(Record):
    """Part of a line too long to be held; the line's own event has the last part.

    ``secret`` tells which octets of a client's part are one, or belong to one.
    """

    raw: bytes
    side: Side
    secret: Secret | None = None


class Incomplete(Record):
    """What stood unfinished when the connection ended; the client's may hold a ``secret``."""

    raw: bytes
    side: Side
    secret: Secret | None = None


class ReplyEnd(Record):
    """A command has its whole reply. ``seconds`` passed since it was sent.

    ``status`` is None where the reply was given up as none.
    """

    command: CommandLine
    status: Status | None
    seconds: float
    raw: bytes = b""


class Connected(Record):
    """A connection was made, to ``host`` at ``address`` (with its port)."""

    address: str
    host: str
    raw: bytes = b""


class Secured(Record):
    """TLS was negotiated: what was said in plaintext counts no more."""

    version: str
    cipher: str
    raw: bytes = b""


class StateChanged(Record):
    """The session went from one state to another."""

    before: State
    after: State
    raw: bytes = b""


class Noted(Record):
    """A finding."""

    finding: Finding
    raw: bytes = b""


class Closed(Record):
    """The connection is over; ``outstanding`` commands have no whole reply."""

    side: Side
    ending: Ending
    outstanding: int
    raw: bytes = b""


Event = (
    Connected
    | Secured
    | Greeting
    | Banner
    | CommandSent
    | ResponseSent
    | StatusLine
    | Challenge
    | BodyData
    | BodyEnd
    | OpenLine
    | StrayLine
    | LongLine
    | Incomplete
    | ReplyEnd
    | StateChanged
    | Noted
    | Closed
)

#: What to call with an event of each kind; those that aren't in it don't matter.
Handlers = dict[type, Callable[[Any], None]]
