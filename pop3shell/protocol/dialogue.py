"""The observer of a POP3 dialogue: bytes of both directions in, typed events out.

It does no I/O and has no clock: times are passed in, in seconds. Any split of a stream into
chunks gives the same events, but for where body data is cut.

How replies and commands are matched:

- A reply belongs to the oldest unanswered command. Its shape follows from that command, the
  arguments really sent, and the status word.
- A line that bears no status indicator answers nothing; a line that comes while nothing is
  outstanding answers nothing either. Both are stray lines, and reading goes on.
- Where a reply's shape can't be known (an unknown command, bytes sent raw), lines are taken to be
  part of it until a lone dot, until the client speaks again, or until ``quiet``.
- At ``quiet``, a command that was only answered by stray lines, or whose own line was irregular
  (no CRLF, NUL, too long), is given up as unanswered. That brings the two sides back in step.
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
    Ending,
    Event,
    Greeting,
    Incomplete,
    LongLine,
    Noted,
    OpenLine,
    ReplyEnd,
    ResponseSent,
    Side,
    StateChanged,
    StatusLine,
    StrayLine,
)
from pop3shell.protocol.findings import Findings, Rule
from pop3shell.protocol.framing import BodyReader
from pop3shell.protocol.lines import LineReader
from pop3shell.protocol.replies import Status
from pop3shell.protocol.rules import reading, wording
from pop3shell.protocol.secrets import in_command, in_response
from pop3shell.protocol.session import Session, keeps_body
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.commands import Shape
from pop3shell.protocol.spec.states import State


class _Exchange:
    """A command that is waiting for its reply, or for the rest of it."""

    __slots__ = ("awaits_response", "command", "kept", "sent", "status", "strays", "text")

    def __init__(self, command: CommandLine, sent: float) -> None:
        self.command = command
        self.sent = sent
        self.status: Status | None = None
        self.text = b""
        self.awaits_response = False
        self.strays = 0
        self.kept: list[bytes] | None = None


class Dialogue:
    """Follows one session. ``session`` holds what it told, ``findings`` what was wrong."""

    def __init__(self) -> None:
        self.session = Session()
        self.findings = Findings()
        self._pending: deque[_Exchange] = deque()
        self._client = LineReader(limits.CLIENT_LINE)
        self._server = LineReader(limits.SERVER_LINE)
        self._client_head = b""
        self._server_head = b""
        self._body: BodyReader | None = None
        self._kept = 0
        self._unexplained = b""
        self._spoken = False
        self._events: list[Event] = []

    # ---- asked by who speaks ----

    @property
    def outstanding(self) -> int:
        """How many commands have no whole reply yet."""
        return len(self._pending)

    @property
    def greeted(self) -> bool:
        """Whether the greeting has come."""
        return self.session.state is not State.CONNECTED

    @property
    def challenged(self) -> bool:
        """Whether the server waits for the answer to a challenge."""
        return bool(self._pending) and self._pending[0].awaits_response

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
        return limits.QUIET_UNANSWERED if _is_irregular(oldest.command) else None

    # ---- fed by who listens ----

    def client(self, data: bytes, now: float = 0.0) -> list[Event]:
        """Take in octets of the client."""
        at = 0
        while at < len(data):
            octets, at, whole = self._client.next(data, at)
            if whole:
                self._client_line(octets, now)
            elif octets:
                self._client_head = self._client_head or octets
                self._events.append(LongLine(octets, Side.CLIENT))
        return self._handed_on()

    def server(self, data: bytes, now: float = 0.0) -> list[Event]:
        """Take in octets of the server."""
        at = 0
        while at < len(data):
            if self._body is not None:
                at = self._read_body(self._body, data, at, now)
                continue
            octets, at, whole = self._server.next(data, at)
            if whole:
                self._server_line(octets, now)
            elif octets:
                self._server_head = self._server_head or octets
                self._events.append(LongLine(octets, Side.SERVER))
        return self._handed_on()

    def quiet(self, now: float = 0.0) -> list[Event]:
        """Take in that nothing has come for a while: what is undecided ends."""
        while self.patience is not None:
            oldest = self._pending[0]
            if oldest.status is None:
                self._note(reading.UNANSWERED, wording.UNANSWERED, b"")
            self._finish(now)
        return self._handed_on()

    def tls_started(self) -> None:
        """Take in that TLS was negotiated: what was said in plaintext counts no more."""
        self.session.tls_started()

    def closed(self, side: Side, ending: Ending, now: float = 0.0) -> list[Event]:
        """Take in that ``side`` ended the connection."""
        if self._pending and self._pending[0].status and self._body is None:
            self._finish(now)
        for origin, held in ((Side.CLIENT, self._client.held), (Side.SERVER, self._server_held())):
            if held:
                self._events.append(Incomplete(held, origin))
        if self._body is not None:
            self._note(reading.TERMINATED, wording.CUT_OFF, b"")
        self._enter(State.CLOSED)
        self._events.append(Closed(side, ending, len(self._pending)))
        return self._handed_on()

    # ---- the client's lines ----

    def _client_line(self, raw: bytes, now: float) -> None:
        self._spoken = True
        if self._unexplained:
            self._note(reading.UNSOLICITED, wording.UNSOLICITED, self._unexplained)
            self._unexplained = b""
        if self._client_head:
            raw_head, self._client_head = self._client_head, b""
            self._append_command(parse(raw_head), raw, now)
        elif self.challenged:
            oldest = self._pending[0]
            oldest.awaits_response = False
            self._events.append(ResponseSent(raw, oldest.command, in_response(raw)))
        else:
            self._append_command(parse(raw), raw, now)

    def _append_command(self, command: CommandLine, raw: bytes, now: float) -> None:
        if self._pending and self._pending[0].status and self._body is None:
            self._finish(now)  # its reply was open until the client spoke again
        secret = in_command(command, self._in_login())
        self._events.append(CommandSent(raw, command, secret))
        self._pending.append(_Exchange(command, now))

    def _in_login(self) -> bool:
        if self.session.state is State.TRANSACTION:
            return False
        if self.session.user_accepted:
            return True
        return any(e.command.row in (commands.USER, commands.AUTH) for e in self._pending)

    # ---- the server's lines ----

    def _server_line(self, raw: bytes, now: float) -> None:
        line, self._server_head = self._server_head or raw, b""
        if not raw.endswith(b"\r\n"):
            self._note(reading.LINE_END, wording.BARE_LF, raw)
        if not self.greeted:
            self._greet(raw, line)
        elif not self._pending:
            self._stray(raw)
        elif self._pending[0].status:
            self._open_line(raw, line, now)
        else:
            self._reply(raw, line, now)

    def _greet(self, raw: bytes, line: bytes) -> None:
        if not replies.looks_like_status(line):
            self._note(reading.GREETING, wording.NO_GREETING, raw)
            self._events.append(Banner(raw))
            return
        status, text = self._status(line)
        if status is Status.OK:
            self.session.greeted(text)
        stamp = self.session.timestamp
        self._events.append(Greeting(raw, status or Status.ERR, text, stamp))
        if b"<" in text and not stamp:
            self._note(reading.TIMESTAMP, wording.TIMESTAMP, raw)
        if status is Status.OK:
            self._events.append(StateChanged(State.CONNECTED, State.AUTHORIZATION))

    def _stray(self, raw: bytes) -> None:
        self._events.append(StrayLine(raw))
        if not self._spoken:
            self._note(reading.AFTER_GREETING, wording.AFTER_GREETING, raw)
        else:
            # Said only when the client goes on: a last word before a close is no breach.
            self._unexplained = self._unexplained or raw

    def _open_line(self, raw: bytes, line: bytes, now: float) -> None:
        """A line behind the status line of a reply whose shape isn't known."""
        if len(self._pending) > 1 and replies.looks_like_status(line):
            self._finish(now)
            self._reply(raw, line, now)
            return
        command = self._pending[0].command
        if strip_end(raw) == b".":
            self._events.append(BodyEnd(raw, command))
            self._finish(now)
        else:
            self._events.append(OpenLine(raw, command))

    def _reply(self, raw: bytes, line: bytes, now: float) -> None:
        exchange = self._pending[0]
        command = exchange.command
        if line.startswith(b"+") and command.row is commands.AUTH and line[1:2] in b" \r\n":
            self._challenge(raw, exchange)
            return
        status, text = self._status(line)
        if status is None:
            exchange.strays += 1
            self._events.append(StatusLine(raw, None, text, command))
            return
        exchange.status, exchange.text = status, text
        self._events.append(StatusLine(raw, status, text, command))
        shape = command.shape if status is Status.OK else Shape.SINGLE
        if shape is Shape.SINGLE:
            self._finish(now)
        elif shape is Shape.MULTI:
            self._body = BodyReader(bare_lf=not raw.endswith(b"\r\n"))
            if keeps_body(command):
                exchange.kept, self._kept = [], 0

    def _challenge(self, raw: bytes, exchange: _Exchange) -> None:
        self._events.append(Challenge(raw, strip_end(raw)[2:], exchange.command))
        if len(self._pending) > 1 and self._pending[1].command.row is None:
            # The client sent its response ahead of the challenge; it was taken for a command.
            del self._pending[1]
        else:
            exchange.awaits_response = True

    def _status(self, line: bytes) -> tuple[Status | None, bytes]:
        """Read a status line and note what is wrong with it."""
        status, text, exact = replies.status_of(line)
        if status is None:
            self._note(reading.INDICATOR, wording.INDICATOR, line)
        elif not exact:
            self._note(reading.UPPER_CASE, wording.UPPER_CASE, line)
        if len(line) > 512:
            self._note(reading.LINE_LENGTH, wording.LINE_LENGTH.format(len(line)), line)
        if not text.isascii() or not text.decode("ascii", "replace").isprintable():
            self._check_controls(text)
        return status, text

    def _check_controls(self, text: bytes) -> None:
        control = next((octet for octet in text if octet < 32 or octet == 127), None)
        if control is not None:
            self._note(reading.CONTROL, wording.CONTROL.format(control), text)

    # ---- bodies ----

    def _read_body(self, body: BodyReader, data: bytes, at: int, now: float) -> int:
        exchange = self._pending[0]
        chunk, behind = body.feed(data, at, more=len(self._pending) > 1)
        if chunk is not None:
            if exchange.kept is not None:
                self._keep(exchange, chunk.content)
            self._events.append(BodyData(chunk, exchange.command))
        if body.unstuffed:
            for _ in range(min(body.unstuffed, limits.FINDINGS)):
                self._note(reading.STUFFED, wording.STUFFED, exchange.command.raw)
            body.unstuffed = 0
        if behind < 0:
            return len(data)
        if not body.terminator.endswith(b"\r\n"):
            self._note(reading.TERMINATED, wording.BARE_TERMINATOR, body.terminator)
        self._body = None
        self._events.append(BodyEnd(body.terminator, exchange.command))
        self._finish(now)
        return behind

    def _keep(self, exchange: _Exchange, content: bytes) -> None:
        self._kept += len(content)
        if exchange.kept is not None and self._kept <= limits.KEPT_LISTING:
            exchange.kept.append(content)

    def _server_held(self) -> bytes:
        return self._body.held if self._body is not None else self._server.held

    # ---- ends ----

    def _finish(self, now: float) -> None:
        """The oldest command has all of its reply."""
        exchange = self._pending.popleft()
        before = self.session.state
        if exchange.status is Status.OK:
            self.session.succeeded(exchange.command, exchange.text, exchange.kept)
        elif exchange.status is Status.ERR:
            self.session.failed(exchange.command)
        seconds = now - exchange.sent
        self._events.append(ReplyEnd(exchange.command, exchange.status, seconds))
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


def _is_irregular(command: CommandLine) -> bool:
    """Whether servers may leave this line unanswered, or take only a part of it."""
    raw = command.raw
    return not raw.endswith(b"\r\n") or b"\0" in raw or len(raw) > 255
