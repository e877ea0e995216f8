"""A recorded session as turns: what the client said, and what the server said to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from pop3shell.protocol.commandline import CANCEL, CommandLine, strip_end
from pop3shell.protocol.events import CommandSent, ResponseSent
from pop3shell.protocol.replies import Status
from pop3shell.protocol.spec.states import Effect
from pop3shell.server.mock.turn_index import TurnIndex
from pop3shell.transcript.model import Placeholder, ServerLine

#: Seconds within which what the server said unasked counts as said right after its last reply.
AT_ONCE = 1.0


class Wildcard:
    """A line of the client in which a secret may have any value: what stands around it.

    ``spans`` are (start, stop, name) of the secrets in ``raw``; without any all of it counts.
    """

    def __init__(self, raw: bytes, spans: list[tuple[int, int, str]]) -> None:
        text = strip_end(raw)
        start, stop = (spans[0][0], spans[-1][1]) if spans else (len(text),) * 2
        #: What stands before the secrets, behind them, and at the line's end.
        self.head, self.tail, self.end = text[:start], text[stop:], raw[len(text) :]
        #: Whether there are any.
        self.any_value = bool(spans)
        #: What the secret is called; empty for none, or several.
        self.name = spans[0][2] if len(spans) == 1 else ""

    @property
    def start(self) -> int:
        """How many octets stand before the secret."""
        return len(self.head)

    def resembles(self, raw: bytes) -> bool:
        """Whether it is the same command: any case of letters, blanks at its end, any line end."""
        text, head, tail = (part.lower() for part in (strip_end(raw), self.head, self.tail))
        if not self.any_value:
            return text.strip() == head.strip()
        least = len(head) + len(tail)
        return len(text) >= least and text.startswith(head) and text.endswith(tail)

    def value(self, raw: bytes) -> dict[str, bytes]:
        """Return the secret that a line that fits has, by its name."""
        if not self.name:
            return {}
        text = strip_end(raw)
        return {self.name: text[len(self.head) : len(text) - len(self.tail)]}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the client said. ``shown`` is it without secrets, ``number`` its line in the file.

    For a response inside AUTH ``command`` is the AUTH that it belongs to.
    """

    number: int
    command: CommandLine
    response: bool
    line: Wildcard
    shown: str

    @property
    def cancels(self) -> bool:
        """Whether it ends an AUTH exchange (RFC 5034 section 4)."""
        return cancels(self.shown.encode())


def cancels(raw: bytes) -> bool:
    """Whether a response is the one that ends an AUTH exchange."""
    return strip_end(raw) == CANCEL


@dataclass(frozen=True, slots=True)
class Piece:
    """Octets of the server, said ``delay`` seconds after what was said before.

    ``line`` is where they come from if secrets of the client are repeated in them.
    """

    octets: bytes
    delay: float = 0.0
    line: ServerLine | None = None

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """Where secrets stand."""
        return self.line.placeholders if self.line else ()


@dataclass(slots=True, eq=False)
class Turn:
    """What the server said to ``asked``; None is the connection itself, answered by the greeting.

    ``unasked`` is what it said when nobody was waiting for a reply any more. ``closes`` is None
    where it did not close then, else the seconds after which it did.
    """

    asked: Asked | None
    reply: list[Piece] = field(default_factory=list)
    unasked: list[Piece] = field(default_factory=list)
    status: Status | None = None
    closes: float | None = None

    @property
    def starts_tls(self) -> bool:
        """Whether the TLS handshake follows (RFC 2595 section 4)."""
        return self._did(Effect.START_TLS)

    @property
    def quits(self) -> bool:
        """Whether the session is over (RFC 1939 section 6)."""
        return self._did(Effect.QUIT)

    def _did(self, effect: Effect) -> bool:
        row = self.asked.command.row if self.asked else None
        return row is not None and row.effect is effect and self.status is Status.OK


@dataclass(frozen=True)
class Recollection:
    """A session that can be served. ``remarks`` say what of it can't be as it was.

    ``implicit_tls``: TLS held from the first octet (RFC 8314 section 3.1).
    """

    opening: Turn
    turns: list[Turn]
    remarks: list[str]
    implicit_tls: bool = False

    @cached_property
    def index(self) -> TurnIndex:
        """Where each command was said; for all clients the same."""
        return TurnIndex(self.turns)

    @property
    def has_tls(self) -> bool:
        """Whether it takes a certificate to serve it as it was."""
        return self.implicit_tls or any(turn.starts_tls for turn in self.turns)


def asked(
    number: int, event: CommandSent | ResponseSent, placed: Iterable[Placeholder], shown: str
) -> Asked:
    """Take in what a client said; ``placed`` are the placeholders in the octets of the line."""
    response = isinstance(event, ResponseSent)
    raw = event.raw if response else event.command.raw
    spans = [(place.start, place.stop, place.name) for place in placed]
    if not spans and event.secret:
        spans = [(event.secret.start, event.secret.stop, "")]
    return Asked(number, event.command, response, Wildcard(raw, spans), shown)
