"""The observer of a POP3 dialogue: bytes of both directions in, typed events out.

It does no I/O and has no clock: times are passed in, in seconds. Any split of a stream into
chunks gives the same events, but for where body data is cut.

How replies and commands are matched:

- A reply belongs to the oldest unanswered command. Its shape follows from that command, the
  arguments really sent, and the status word.
- A line that bears no status indicator answers nothing; a line that comes while nothing is
  outstanding answers nothing either. Both are stray lines, and reading goes on.
- A status indicator is one in any case of letters and whatever follows it, with a finding. The
  first line that bears one is the greeting, whatever it says; lines before it are its banner.
- Where a reply's shape can't be known (an unknown command, bytes sent raw), lines are taken to be
  part of it until a lone dot, until a status line where another reply is due, until the client
  speaks again, or until ``quiet``.
- Inside AUTH a line ``+`` asks for a response. Where the client sent that ahead, it was taken for
  an unknown command; this is taken back. ``+OK`` ends the exchange, even in a challenge's place.
- At ``quiet``, a command that was only answered by stray lines, or whose own line was irregular
  (no CRLF, NUL, too long) or was sent behind such a one, is given up as unanswered. That brings
  the two sides back in step.
- A line too long to be held is handed on in parts, and judged by the first of them.
"""

from __future__ import annotations

from pop3shell.protocol import limits
from pop3shell.protocol.clientside import ClientSide
from pop3shell.protocol.events import Closed, Connected, Ending, Event, Secured, Side
from pop3shell.protocol.ledger import Ledger
from pop3shell.protocol.rules import reading, wording
from pop3shell.protocol.serverside import ServerSide
from pop3shell.protocol.spec.states import State


class Dialogue:
    """Follows one session. ``session`` holds what it told, ``findings`` what was wrong."""

    def __init__(self) -> None:
        self._ledger = ledger = Ledger()
        self._client = ClientSide(ledger)
        self._server = ServerSide(ledger)
        self._pending = ledger.pending
        self.session = ledger.session
        self.findings = ledger.findings

    # ---- asked by who speaks ----

    @property
    def greeted(self) -> bool:
        """Whether the greeting has come, be it positive or negative."""
        return self._server.greeted

    @property
    def outstanding(self) -> int:
        """How many commands have no whole reply yet."""
        return len(self._pending)

    @property
    def challenged(self) -> bool:
        """Whether the server waits for the answer to a challenge."""
        return self._ledger.challenged

    @property
    def expects_secret(self) -> bool:
        """Whether a line of the client that is no known command would count as a secret."""
        return self.challenged or self._ledger.logins.expects(self.session)

    @property
    def begun(self) -> bytes:
        """The beginning of a client's line whose end wasn't sent yet."""
        return self._client.held

    @property
    def unfinished(self) -> bytes:
        """The beginning of a server's line whose end hasn't come yet."""
        return self._server.held

    @property
    def patience(self) -> float | None:
        """Seconds of silence after which ``quiet`` should be called; None while all is clear."""
        if not self._pending or self._ledger.body or self.challenged:
            return None
        oldest = self._pending[0]
        if oldest.status or oldest.strays:
            return limits.QUIET
        return limits.QUIET_UNANSWERED if oldest.doubtful else None

    # ---- fed by who listens ----

    def client(self, data: bytes, now: float = 0.0) -> list[Event]:
        """Take in octets of the client."""
        self._client.feed(data, now)
        return self._ledger.hand_on()

    def server(self, data: bytes, now: float = 0.0) -> list[Event]:
        """Take in octets of the server."""
        self._server.feed(data, now)
        return self._ledger.hand_on()

    def quiet(self, now: float = 0.0) -> list[Event]:
        """Take in that nothing has come for a while: what is undecided ends."""
        waited = self.patience or 0.0
        while (patience := self.patience) is not None and patience <= waited:
            oldest = self._pending[0]
            if oldest.status is None:
                self._ledger.note(reading.UNANSWERED, wording.UNANSWERED, b"")
            self._ledger.finish(now)
        return self._ledger.hand_on()

    def connected(self, address: str, host: str = "") -> list[Event]:
        """Take in that a connection was made, to ``host`` at ``address`` (with its port)."""
        self._ledger.events.append(Connected(address, host))
        return self._ledger.hand_on()

    def joined(self, state: State) -> list[Event]:
        """Take in that the dialogue is heard from its middle on, and in which state that is."""
        self._server.greeted = True
        self._ledger.enter(state)
        return self._ledger.hand_on()

    def tls_started(self, version: str = "", cipher: str = "") -> list[Event]:
        """Take in that TLS was negotiated: what was said in plaintext counts no more."""
        self.session.tls_started()
        self._ledger.events.append(Secured(version, cipher))
        return self._ledger.hand_on()

    def closed(self, side: Side, ending: Ending, now: float = 0.0) -> list[Event]:
        """Take in that ``side`` ended the connection."""
        ledger = self._ledger
        if self._pending and self._pending[0].status and ledger.body is None:
            ledger.finish(now)
        self._client.end()
        self._server.end()
        ledger.enter(State.CLOSED)
        ledger.events.append(Closed(side, ending, len(self._pending)))
        return ledger.hand_on()
