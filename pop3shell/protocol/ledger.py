"""What the observer of a dialogue has in hand: open exchanges, and events to be handed on."""

from __future__ import annotations

from collections import deque

from pop3shell.protocol.events import Event, Noted, ReplyEnd, StateChanged
from pop3shell.protocol.exchange import Exchange
from pop3shell.protocol.findings import Findings, Rule
from pop3shell.protocol.framing import BodyReader
from pop3shell.protocol.replies import Status
from pop3shell.protocol.secrets import LoginWatch
from pop3shell.protocol.session import Session
from pop3shell.protocol.spec.states import State

# Bound once: Python 3.11 takes long to find the member of an enumeration.
_OK, _ERR = Status.OK, Status.ERR


class Ledger:
    """What the two sides of a dialogue share.

    ``pending`` are the commands that have no whole reply yet, the oldest first; ``body`` reads the
    multi-line reply that has begun. ``spoken`` says that the client said something, ``unexplained``
    is what the server said unasked since.
    """

    def __init__(self) -> None:
        self.session = Session()
        self.findings = Findings()
        self.logins = LoginWatch()
        self.pending: deque[Exchange] = deque()
        self.events: list[Event] = []
        self.body: BodyReader | None = None
        self.spoken = False
        self.unexplained = b""

    @property
    def challenged(self) -> bool:
        """Whether the server waits for the answer to a challenge."""
        return bool(self.pending) and self.pending[0].awaits_response

    def finish(self, now: float) -> None:
        """Take in that the oldest command has all of its reply."""
        exchange, session = self.pending.popleft(), self.session
        before = session.state
        if exchange.status is _OK:
            session.succeeded(exchange.command, exchange.text, exchange.kept, exchange.left_out)
        elif exchange.status is _ERR:
            session.failed(exchange.command)
        seconds = now - exchange.sent
        self.events.append(ReplyEnd(exchange.command, exchange.status, seconds, b""))
        if session.state is not before:
            self.events.append(StateChanged(before, session.state))

    def enter(self, state: State) -> None:
        """Take in that the session is in another state."""
        before, self.session.state = self.session.state, state
        if before is not state:
            self.events.append(StateChanged(before, state))

    def note(self, rule: Rule, text: str, evidence: bytes) -> None:
        """Note a finding; of many of one kind only the first are told."""
        finding = self.findings.note(rule, text, evidence)
        if finding:
            self.events.append(Noted(finding))

    def hand_on(self) -> list[Event]:
        """Return the events since the last time."""
        events, self.events = self.events, []
        return events
