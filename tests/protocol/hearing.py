"""A dialogue as the observer hears it, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import cycle

from pop3shell.protocol import events as ev
from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.events import Ending, Event, Side
from pop3shell.protocol.secrets import Redactor
from pop3shell.protocol.spec.states import State

GREETING = b"+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n"
#: One direction's share in the dialogue, or None for a while in which nothing comes.
Step = tuple[Side, bytes] | None

CLIENT_EVENTS = (ev.CommandSent, ev.ResponseSent)
SIDED_EVENTS = (ev.LongLine, ev.Incomplete)


class Heard:
    """Feeds a dialogue by hand and remembers its events.

    `c` and `s` take whole lines without their CRLF, `client` and `server` octets; all return what
    was heard, in short: `["CommandSent", "StatusLine", ...]`.
    """

    def __init__(self, greeting: bytes = GREETING, *, logged_in: bool = False) -> None:
        self.dialogue = Dialogue()
        self.session = self.dialogue.session
        self.events: list[Event] = []
        self.server(greeting)
        if logged_in:
            self.c("USER mrose")
            self.s("+OK")
            self.c("PASS tanstaaf")
            self.s("+OK")
            assert self.session.state is State.TRANSACTION
        self.events.clear()

    def c(self, *lines: str) -> list[str]:
        return self.client(b"".join(line.encode("latin-1") + b"\r\n" for line in lines))

    def s(self, *lines: str) -> list[str]:
        return self.server(b"".join(line.encode("latin-1") + b"\r\n" for line in lines))

    def client(self, octets: bytes) -> list[str]:
        return self._heard(self.dialogue.client(octets))

    def server(self, octets: bytes) -> list[str]:
        return self._heard(self.dialogue.server(octets))

    def quiet(self) -> list[str]:
        return self._heard(self.dialogue.quiet())

    def close(self, side: Side = Side.SERVER) -> list[str]:
        return self._heard(self.dialogue.closed(side, Ending.ORDERLY))

    def ask(self, line: str, *reply: str) -> list[str]:
        """A command and its reply; what was heard of both."""
        return self.c(line) + self.s(*reply)

    @property
    def findings(self) -> list[str]:
        """Identifiers of the rules that were broken, in order."""
        return [event.finding.rule.id for event in self.events if isinstance(event, ev.Noted)]

    @property
    def content(self) -> bytes:
        """Content of all bodies heard."""
        return b"".join(e.content for e in self.events if isinstance(e, ev.BodyData))

    def of(self, kind: type) -> list[Event]:
        return [event for event in self.events if isinstance(event, kind)]

    def redacted(self) -> bytes:
        """The octets of all events with secrets replaced."""
        redactor = Redactor()
        return b"".join(redactor.octets(event) for event in self.events)

    def _heard(self, events: list[Event]) -> list[str]:
        self.events += events
        return [type(event).__name__ for event in events]


def chunks(data: bytes, lengths: list[int]) -> Iterator[bytes]:
    """Cut data into pieces of these lengths, over and over."""
    at = 0
    for length in cycle(lengths):
        if at >= len(data):
            return
        yield data[at : at + length]
        at += length


def feed(dialogue: Dialogue, step: Step) -> list[Event]:
    if step is None:
        return dialogue.quiet()
    side, octets = step
    return dialogue.client(octets) if side is Side.CLIENT else dialogue.server(octets)


def side_of(event: Event) -> Side:
    """Which side's octets an event holds; those without octets may count as either's."""
    if isinstance(event, SIDED_EVENTS):
        return event.side
    return Side.CLIENT if isinstance(event, CLIENT_EVENTS) else Side.SERVER


def spoken(events: Iterable[Event], side: Side) -> bytes:
    return b"".join(event.raw for event in events if side_of(event) is side)
