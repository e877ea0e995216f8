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

from collections import deque

from pop3shell.protocol import limits, replies
from pop3shell.protocol.commandline import CommandLine, parse, strip_end
from pop3shell.protocol.events import (
    Banner,
    BodyData,
    BodyEnd,
    Challenge,
    Closed,
    CommandSent,
    Connected,
    Ending,
    Event,
    Greeting,
    Incomplete,
    LongLine,
    Noted,
    OpenLine,
    ReplyEnd,
    ResponseSent,
    Secured,
    Side,
    StateChanged,
    StatusLine,
    StrayLine,
)
from pop3shell.protocol.exchange import Exchange, is_irregular
from pop3shell.protocol.findings import Findings, Rule
from pop3shell.protocol.framing import CRLF, BodyReader
from pop3shell.protocol.lines import CutLine, LineReader
from pop3shell.protocol.replies import Status
from pop3shell.protocol.rules import reading, wording
from pop3shell.protocol.rules.status import status_faults
from pop3shell.protocol.secrets import LoginWatch, Secret, in_response
from pop3shell.protocol.session import Session, keeps_body
from pop3shell.protocol.spec import commands, lengths
from pop3shell.protocol.spec.commands import Shape
from pop3shell.protocol.spec.states import State

# Bound once: Python 3.11 takes long to find the member of an enumeration.
_OK, _ERR = Status.OK, Status.ERR
_SINGLE, _MULTI = Shape.SINGLE, Shape.MULTI
_PRINTABLE = bytes(range(0x20, 0x7F))


class Dialogue:
    """Follows one session. ``session`` holds what it told, ``findings`` what was wrong."""

    def __init__(self) -> None:
        self.session = Session()
        self.findings = Findings()
        self.greeted = False
        """Whether the greeting has come, be it positive or negative."""
        self._pending: deque[Exchange] = deque()
        self._client = LineReader(limits.CLIENT_LINE)
        self._server = LineReader(limits.SERVER_LINE)
        self._client_cut: CutLine | None = None
        self._server_cut: CutLine | None = None
        self._logins = LoginWatch()
        self._reader = BodyReader()
        self._body: BodyReader | None = None
        self._unexplained = b""
        self._spoken = False
        self._events: list[Event] = []

    # ---- asked by who speaks ----

    @property
    def outstanding(self) -> int:
        """How many commands have no whole reply yet."""
        return len(self._pending)

    @property
    def challenged(self) -> bool:
        """Whether the server waits for the answer to a challenge."""
        return bool(self._pending) and self._pending[0].awaits_response

    @property
    def expects_secret(self) -> bool:
        """Whether a line of the client that is no known command would count as a secret."""
        return self.challenged or self._logins.expects(self.session)

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
        if not self._pending or self._body or self.challenged:
            return None
        oldest = self._pending[0]
        if oldest.status or oldest.strays:
            return limits.QUIET
        return limits.QUIET_UNANSWERED if oldest.doubtful else None

    # ---- fed by who listens ----

    def client(self, data: bytes, now: float = 0.0) -> list[Event]:
        """Take in octets of the client."""
        at = 0
        while at < len(data):
            octets, at, whole = self._client.next(data, at)
            if whole and self._client_cut is None:
                self._client_line(octets, now)
            elif octets:
                self._client_part(octets, whole, now)
        return self._handed_on()

    def server(self, data: bytes, now: float = 0.0) -> list[Event]:
        """Take in octets of the server."""
        at = 0
        while at < len(data):
            if self._body is not None:
                at = self._read_body(self._body, data, at, now)
                continue
            octets, at, whole = self._server.next(data, at)
            if whole and self._server_cut is None:
                self._server_line(octets, octets, now)
            elif octets:
                self._server_part(octets, whole, now)
        return self._handed_on()

    def quiet(self, now: float = 0.0) -> list[Event]:
        """Take in that nothing has come for a while: what is undecided ends."""
        waited = self.patience or 0.0
        while (patience := self.patience) is not None and patience <= waited:
            oldest = self._pending[0]
            if oldest.status is None:
                self._note(reading.UNANSWERED, wording.UNANSWERED, b"")
            self._finish(now)
        return self._handed_on()

    def connected(self, address: str, host: str = "") -> list[Event]:
        """Take in that a connection was made, to ``host`` at ``address`` (with its port)."""
        self._events.append(Connected(address, host))
        return self._handed_on()

    def joined(self, state: State) -> list[Event]:
        """Take in that the dialogue is heard from its middle on, and in which state that is."""
        self.greeted = True
        self._enter(state)
        return self._handed_on()

    def tls_started(self, version: str = "", cipher: str = "") -> list[Event]:
        """Take in that TLS was negotiated: what was said in plaintext counts no more."""
        self.session.tls_started()
        self._events.append(Secured(version, cipher))
        return self._handed_on()

    def closed(self, side: Side, ending: Ending, now: float = 0.0) -> list[Event]:
        """Take in that ``side`` ended the connection."""
        if self._pending and self._pending[0].status and self._body is None:
            self._finish(now)
        if held := self._client.held:
            self._events.append(Incomplete(held, Side.CLIENT, self._secret_in(held)))
        if held := self._body.held if self._body is not None else self._server.held:
            self._events.append(Incomplete(held, Side.SERVER))
        if self._body is not None:
            self._note(reading.TERMINATED, wording.CUT_OFF, b"")
        self._enter(State.CLOSED)
        self._events.append(Closed(side, ending, len(self._pending)))
        return self._handed_on()

    # ---- the client's lines ----

    def _client_line(self, raw: bytes, now: float) -> None:
        self._spoken = True
        if self._unexplained:
            self._explain()
        if self.challenged:
            self._respond(raw, in_response(raw))
        else:
            command = parse(raw)
            self._append(raw, command, self._logins.find(command, self.session), now)

    def _client_part(self, octets: bytes, whole: bool, now: float) -> None:
        """Part of a line too long to be held."""
        cut = self._client_cut
        if cut is None:
            secret = self._secret_in(octets)
            self._client_cut = CutLine(octets, secret is not None)
            self._events.append(LongLine(octets, Side.CLIENT, secret))
            return
        secret = self._secret_in(octets)
        cut.add(octets)
        if not whole:
            self._events.append(LongLine(octets, Side.CLIENT, secret))
            return
        self._client_cut = None
        self._spoken = True
        self._explain()
        if self.challenged:
            self._respond(octets, secret)
        else:
            self._append(octets, parse(cut.shortened()), secret, now)

    def _secret_in(self, octets: bytes) -> Secret | None:
        """The secret in a line of the client that isn't whole."""
        if self._client_cut is not None:
            return Secret(0, len(strip_end(octets)), "") if self._client_cut.secret else None
        if self.challenged:
            return in_response(octets)
        return self._logins.find(parse(octets), self.session)

    def _respond(self, raw: bytes, secret: Secret | None) -> None:
        oldest = self._pending[0]
        oldest.awaits_response = False
        self._logins.respond(raw)
        self._events.append(ResponseSent(raw, oldest.command, secret))

    def _append(self, raw: bytes, command: CommandLine, secret: Secret | None, now: float) -> None:
        pending = self._pending
        if pending and pending[0].status and self._body is None:
            self._finish(now)  # its reply was open until the client spoke again
        self._events.append(CommandSent(raw, command, secret))
        behind = bool(pending) and pending[-1].doubtful
        pending.append(Exchange(command, now, behind or is_irregular(command.raw)))

    def _explain(self) -> None:
        """The client goes on: what the server said unasked was no last word before a close."""
        if self._unexplained:
            self._note(reading.UNSOLICITED, wording.UNSOLICITED, self._unexplained)
            self._unexplained = b""

    # ---- the server's lines ----

    def _server_part(self, octets: bytes, whole: bool, now: float) -> None:
        """Part of a line too long to be held."""
        cut = self._server_cut
        if cut is None:
            self._server_cut = CutLine(octets)
        else:
            cut.add(octets)
        if cut is None or not whole:
            self._events.append(LongLine(octets, Side.SERVER))
            return
        self._server_line(octets, cut.shortened(), now)
        self._server_cut = None

    def _server_line(self, raw: bytes, line: bytes, now: float) -> None:
        """A line, and what it is judged by: itself, or the beginning of one that was cut."""
        if not line.endswith(CRLF):
            self._note(reading.LINE_END, wording.BARE_LF, line)
        if not self.greeted:
            self._greet(raw, line)
        elif not self._pending:
            self._stray(raw, line)
        elif self._pending[0].status:
            self._open_line(raw, line, now)
        else:
            self._reply(raw, line, now)

    def _greet(self, raw: bytes, line: bytes) -> None:
        if not replies.looks_like_status(line):
            self._note(reading.GREETING, wording.NO_GREETING, line)
            self._events.append(Banner(raw))
            return
        self.greeted = True
        status, text = self._status(line)
        if status is not _OK:
            self._note(reading.GREETING, wording.NEGATIVE_GREETING, line)
            self._events.append(Greeting(raw, _ERR, text, b""))
            return
        self.session.greeted(text)
        stamp = self.session.timestamp
        self._events.append(Greeting(raw, _OK, text, stamp))
        if b"<" in text and not stamp:
            self._note(reading.TIMESTAMP, wording.TIMESTAMP, line)
        self._events.append(StateChanged(State.CONNECTED, State.AUTHORIZATION))

    def _stray(self, raw: bytes, line: bytes) -> None:
        self._events.append(StrayLine(raw))
        if not self._spoken:
            self._note(reading.AFTER_GREETING, wording.AFTER_GREETING, line)
        else:
            self._unexplained = self._unexplained or line

    def _open_line(self, raw: bytes, line: bytes, now: float) -> None:
        """A line behind the status line of a reply whose shape isn't known."""
        if len(self._pending) > 1 and replies.looks_like_status(line):
            self._finish(now)
            self._reply(raw, line, now)
            return
        command = self._pending[0].command
        if strip_end(line) == b".":
            self._events.append(BodyEnd(raw, command))
            self._finish(now)
        else:
            self._events.append(OpenLine(raw, command))

    def _reply(self, raw: bytes, line: bytes, now: float) -> None:
        exchange = self._pending[0]
        command = exchange.command
        if command.row is commands.AUTH and line.startswith(b"+") and line[1:2] in b" \r\n":
            self._challenge(raw, line, exchange)
            return
        status, text = self._status(line)
        if status is None:
            exchange.strays += 1
            self._events.append(StatusLine(raw, None, text, command))
            return
        exchange.status, exchange.text = status, text
        self._events.append(StatusLine(raw, status, text, command))
        shape = command.shape if status is _OK else _SINGLE
        if shape is _SINGLE:
            self._finish(now)
        elif shape is _MULTI:
            self._body = self._reader
            self._reader.begin(bare_lf=not line.endswith(CRLF))
            if keeps_body(command):
                exchange.begin_keeping()

    def _challenge(self, raw: bytes, line: bytes, exchange: Exchange) -> None:
        self._events.append(Challenge(raw, strip_end(line)[2:], exchange.command))
        if len(self._pending) > 1 and self._pending[1].command.row is None:
            # The client sent its response ahead of the challenge; it was taken for a command.
            del self._pending[1]
        else:
            exchange.awaits_response = True

    def _status(self, line: bytes) -> tuple[Status | None, bytes]:
        """Read a status line and note what is wrong with it."""
        status, text, exact = replies.status_of(line)
        long = len(line) > lengths.STATUS_LINE
        if long or not exact or text.translate(None, _PRINTABLE):
            octets = self._server_cut.octets if self._server_cut else len(line)
            for rule, why in status_faults(line, octets, text):
                self._note(rule, why, line)
        return status, text

    # ---- bodies ----

    def _read_body(self, body: BodyReader, data: bytes, at: int, now: float) -> int:
        exchange = self._pending[0]
        chunk, behind = body.feed(data, at)
        if chunk is not None:
            if exchange.kept is not None:
                exchange.keep(chunk.content)
            self._events.append(BodyData(chunk, exchange.command))
        if body.unstuffed:
            self._unstuffed(body.unstuffed, exchange.command)
            body.unstuffed = 0
        if behind < 0:
            return len(data)
        if not body.terminator.endswith(b"\r\n"):
            self._note(reading.TERMINATED, wording.BARE_TERMINATOR, body.terminator)
        self._body = None
        self._events.append(BodyEnd(body.terminator, exchange.command))
        self._finish(now)
        return behind

    def _unstuffed(self, lines: int, command: CommandLine) -> None:
        handed_on = min(lines, limits.FINDINGS_PER_RULE)
        for _ in range(handed_on):
            self._note(reading.STUFFED, wording.STUFFED, command.raw)
        self.findings.count(reading.STUFFED, lines - handed_on)

    # ---- ends ----

    def _finish(self, now: float) -> None:
        """The oldest command has all of its reply."""
        exchange = self._pending.popleft()
        before = self.session.state
        if exchange.status is _OK:
            self.session.succeeded(
                exchange.command, exchange.text, exchange.kept, exchange.left_out
            )
        elif exchange.status is _ERR:
            self.session.failed(exchange.command)
        seconds = now - exchange.sent
        self._events.append(ReplyEnd(exchange.command, exchange.status, seconds, b""))
        if self.session.state is not before:
            self._events.append(StateChanged(before, self.session.state))

    def _enter(self, state: State) -> None:
        before, self.session.state = self.session.state, state
        if before is not state:
            self._events.append(StateChanged(before, state))

    def _note(self, rule: Rule, text: str, evidence: bytes) -> None:
        finding = self.findings.note(rule, text, evidence)
        if finding:
            self._events.append(Noted(finding))

    def _handed_on(self) -> list[Event]:
        events, self._events = self._events, []
        return events
