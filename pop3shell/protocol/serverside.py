"""The server's side of a dialogue: which of its lines answer what, and where a reply ends."""

from __future__ import annotations

from pop3shell.protocol import limits, replies
from pop3shell.protocol.commandline import CommandLine, strip_end
from pop3shell.protocol.events import (
    Banner,
    BodyData,
    BodyEnd,
    Challenge,
    Greeting,
    Incomplete,
    LongLine,
    OpenLine,
    Side,
    StateChanged,
    StatusLine,
    StrayLine,
)
from pop3shell.protocol.exchange import Exchange
from pop3shell.protocol.framing import CRLF, BodyReader
from pop3shell.protocol.ledger import Ledger
from pop3shell.protocol.lines import CutLine, LineReader
from pop3shell.protocol.replies import Status
from pop3shell.protocol.rules import reading, wording
from pop3shell.protocol.rules.status import status_faults
from pop3shell.protocol.session import keeps_body
from pop3shell.protocol.spec import commands, lengths
from pop3shell.protocol.spec.commands import Shape
from pop3shell.protocol.spec.states import State

# Bound once: Python 3.11 takes long to find the member of an enumeration.
_OK, _ERR = Status.OK, Status.ERR
_SINGLE, _MULTI = Shape.SINGLE, Shape.MULTI
_PRINTABLE = bytes(range(0x20, 0x7F))


class ServerSide:
    """Takes in the server's octets; the ledger tells what they answer.

    ``greeted`` says whether the greeting has come, be it positive or negative.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.greeted = False
        self._ledger = ledger
        self._lines = LineReader(limits.SERVER_LINE)
        self._cut: CutLine | None = None
        self._bodies = BodyReader()

    @property
    def held(self) -> bytes:
        """The beginning of a line whose end hasn't come yet."""
        return self._lines.held

    def feed(self, data: bytes, now: float) -> None:
        """Take in octets, cut anywhere."""
        at, ledger = 0, self._ledger
        while at < len(data):
            if ledger.body is not None:
                at = self._read_body(ledger.body, data, at, now)
                continue
            octets, at, whole = self._lines.next(data, at)
            if whole and self._cut is None:
                self._line(octets, octets, now)
            elif octets:
                self._part(octets, whole, now)

    def end(self) -> None:
        """Take in that no more will come: a line, or a body, that was begun has no end."""
        ledger = self._ledger
        body = ledger.body
        if held := self.held if body is None else body.held:
            ledger.events.append(Incomplete(held, Side.SERVER))
        if body is not None:
            ledger.note(reading.TERMINATED, wording.CUT_OFF, b"")

    # ---- lines ----

    def _part(self, octets: bytes, whole: bool, now: float) -> None:
        """Part of a line too long to be held."""
        cut = self._cut
        if cut is None:
            self._cut = CutLine(octets)
        else:
            cut.add(octets)
        if cut is None or not whole:
            self._ledger.events.append(LongLine(octets, Side.SERVER))
            return
        self._line(octets, cut.shortened(), now)
        self._cut = None

    def _line(self, raw: bytes, line: bytes, now: float) -> None:
        """A line, and what it is judged by: itself, or the beginning of one that was cut."""
        ledger = self._ledger
        if not line.endswith(CRLF):
            ledger.note(reading.LINE_END, wording.BARE_LF, line)
        if not self.greeted:
            self._greet(raw, line)
        elif not ledger.pending:
            self._stray(raw, line)
        elif ledger.pending[0].status:
            self._open_line(raw, line, now)
        else:
            self._reply(raw, line, now)

    def _greet(self, raw: bytes, line: bytes) -> None:
        ledger = self._ledger
        if not replies.looks_like_status(line):
            ledger.note(reading.GREETING, wording.NO_GREETING, line)
            ledger.events.append(Banner(raw))
            return
        self.greeted = True
        status, text = self._status(line)
        if status is not _OK:
            ledger.note(reading.GREETING, wording.NEGATIVE_GREETING, line)
            ledger.events.append(Greeting(raw, _ERR, text, b""))
            return
        ledger.session.greeted(text)
        stamp = ledger.session.timestamp
        ledger.events.append(Greeting(raw, _OK, text, stamp))
        if b"<" in text and not stamp:
            ledger.note(reading.TIMESTAMP, wording.TIMESTAMP, line)
        ledger.events.append(StateChanged(State.CONNECTED, State.AUTHORIZATION))

    def _stray(self, raw: bytes, line: bytes) -> None:
        ledger = self._ledger
        ledger.events.append(StrayLine(raw))
        if not ledger.spoken:
            ledger.note(reading.AFTER_GREETING, wording.AFTER_GREETING, line)
        else:
            ledger.unexplained = ledger.unexplained or line

    def _open_line(self, raw: bytes, line: bytes, now: float) -> None:
        """A line behind the status line of a reply whose shape isn't known."""
        ledger = self._ledger
        if len(ledger.pending) > 1 and replies.looks_like_status(line):
            ledger.finish(now)
            self._reply(raw, line, now)
            return
        command = ledger.pending[0].command
        if strip_end(line) == b".":
            ledger.events.append(BodyEnd(raw, command))
            ledger.finish(now)
        else:
            ledger.events.append(OpenLine(raw, command))

    def _reply(self, raw: bytes, line: bytes, now: float) -> None:
        ledger = self._ledger
        exchange = ledger.pending[0]
        command = exchange.command
        if command.row is commands.AUTH and line.startswith(b"+") and line[1:2] in b" \r\n":
            self._challenge(raw, line, exchange)
            return
        status, text = self._status(line)
        if status is None:
            exchange.strays += 1
            ledger.events.append(StatusLine(raw, None, text, command))
            return
        exchange.status, exchange.text = status, text
        ledger.events.append(StatusLine(raw, status, text, command))
        shape = command.shape if status is _OK else _SINGLE
        if shape is _SINGLE:
            ledger.finish(now)
        elif shape is _MULTI:
            ledger.body = self._bodies
            self._bodies.begin(bare_lf=not line.endswith(CRLF))
            if keeps_body(command):
                exchange.begin_keeping()

    def _challenge(self, raw: bytes, line: bytes, exchange: Exchange) -> None:
        ledger = self._ledger
        ledger.events.append(Challenge(raw, strip_end(line)[2:], exchange.command))
        if len(ledger.pending) > 1 and ledger.pending[1].command.row is None:
            # The client sent its response ahead of the challenge; it was taken for a command.
            del ledger.pending[1]
        else:
            exchange.awaits_response = True

    def _status(self, line: bytes) -> tuple[Status | None, bytes]:
        """Read a status line and note what is wrong with it."""
        status, text, exact = replies.status_of(line)
        long = len(line) > lengths.STATUS_LINE
        if long or not exact or text.translate(None, _PRINTABLE):
            octets = self._cut.octets if self._cut else len(line)
            for rule, why in status_faults(line, octets, text):
                self._ledger.note(rule, why, line)
        return status, text

    # ---- bodies ----

    def _read_body(self, body: BodyReader, data: bytes, at: int, now: float) -> int:
        ledger = self._ledger
        exchange = ledger.pending[0]
        chunk, behind = body.feed(data, at)
        if chunk is not None:
            if exchange.kept is not None:
                exchange.keep(chunk.content)
            ledger.events.append(BodyData(chunk, exchange.command))
        if body.unstuffed:
            self._unstuffed(body.unstuffed, exchange.command)
            body.unstuffed = 0
        if behind < 0:
            return len(data)
        if not body.terminator.endswith(b"\r\n"):
            ledger.note(reading.TERMINATED, wording.BARE_TERMINATOR, body.terminator)
        ledger.body = None
        ledger.events.append(BodyEnd(body.terminator, exchange.command))
        ledger.finish(now)
        return behind

    def _unstuffed(self, lines: int, command: CommandLine) -> None:
        ledger = self._ledger
        handed_on = min(lines, limits.FINDINGS_PER_RULE)
        for _ in range(handed_on):
            ledger.note(reading.STUFFED, wording.STUFFED, command.raw)
        ledger.findings.count(reading.STUFFED, lines - handed_on)
