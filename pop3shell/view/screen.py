"""The dialogue as a person at a terminal sees it: as it comes, in colour, and in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO

from pop3shell.protocol import events as ev
from pop3shell.protocol.commandline import strip_end
from pop3shell.protocol.events import Event, Side
from pop3shell.protocol.framing import CRLF
from pop3shell.protocol.replies import Status, looks_like_status
from pop3shell.protocol.secrets import Redactor
from pop3shell.protocol.spec.commands import Shape
from pop3shell.protocol.visible import visible
from pop3shell.view import colour as paint
from pop3shell.view import parts
from pop3shell.view.brevity import Brevity
from pop3shell.view.noted import Noted
from pop3shell.view.parts import Pairs
from pop3shell.view.units import duration

if TYPE_CHECKING:  # imported when it is wanted, which is seldom
    from pop3shell.view.hexdump import HexDump


class ScreenPrinter:
    r"""Writes what the server says to ``out``, coloured by what it answers, as soon as it comes.

    Unprintables are shown as ``\xHH``, secrets as placeholders, whatever the switches say:

    - ``echo``: the client's lines are shown too, as ``C: …`` (what is typed stands there already);
    - ``timing``: behind each reply, how long it took;
    - ``hex``: both sides' octets as a hexadecimal dump instead;
    - ``bodies``: what multi-line replies hold.

    ``out`` may tell by its ``columns`` how wide the terminal is at the moment.
    """

    def __init__(self, out: BinaryIO, redactor: Redactor, *, colour: bool) -> None:
        self._out = out
        self._redactor = redactor
        self._colour = colour
        self._dumps: dict[Side, HexDump] = {}
        self.bodies = True
        self.echo = False
        self.timing = True
        self.hex = False
        self._body: paint.Body | None = None
        self._long: Side | None = None
        self._in_body = False
        self._open = False  # the line feed of a single-line reply waits for the time it took
        self._asked = False  # the time includes the user's, at a challenge
        self._findings = Noted(redactor)
        self._brevity = Brevity(self._after_all)
        #: How each kind of event is shown; the others are not.
        self.handlers: ev.Handlers = {
            ev.Greeting: self._greeting,
            ev.Banner: self._other,
            ev.CommandSent: self._command,
            ev.ResponseSent: self._sent,
            ev.StatusLine: self._status,
            ev.Challenge: self._challenge,
            ev.BodyData: self._body_data,
            ev.BodyEnd: self._body_end,
            ev.OpenLine: self._other,
            ev.StrayLine: self._stray,
            ev.LongLine: self._part,
            ev.Incomplete: self._unfinished,
            ev.ReplyEnd: self._reply_end,
            ev.Noted: self._noted,
            ev.Closed: self._closed,
        }

    def end_line(self) -> None:
        """End a line that was shown in part; what still comes of its reply is another body."""
        body, self._body = self._body, None
        if body is not None:
            self._out.write(body.end())
        for dump in self._dumps.values():
            self._out.write(dump.end())
        self._end_open()
        self._in_body = False
        self._show_findings()

    def begin_brief(self, clear: Callable[[], None]) -> None:
        """Show only the first of many exchanges, and what is wrong with the others.

        ``clear`` takes away what may stand in the cursor's line. A dump is shown whole.
        """
        if not self.hex:
            self._brevity.begin(clear)

    def end_brief(self) -> None:
        """Show all again; say what was not shown."""
        if said := self._brevity.end():
            self._end_open()
            self._write(parts.quiet(said))

    # ---- lines of the server ----

    def _greeting(self, event: ev.Greeting) -> None:
        self._line(event, lambda text: parts.status(text, greeting=True))

    def _status(self, event: ev.StatusLine) -> None:
        single = event.status is Status.ERR or event.command.shape is Shape.SINGLE
        ends = event.status is not None and single and not self.hex
        if self._brevity.status(event):
            self._in_body = not single
            return
        self._line(event, lambda text: parts.status(text, event.command), open_=ends)
        self._in_body = not single and event.command.shape is Shape.MULTI
        if not ends:
            self._out.flush()

    def _challenge(self, event: ev.Challenge) -> None:
        self._asked = True
        decoded = visible(self._redactor.mask(parts.decoded(event.data)))
        self._line(event, parts.challenge, f"  (decoded: {decoded})" if decoded else "")
        self._out.flush()

    def _other(self, event: ev.OpenLine | ev.Banner) -> None:
        self._line(event, parts.whole)
        self._out.flush()

    def _stray(self, event: ev.StrayLine) -> None:
        known = looks_like_status(event.raw)
        self._line(event, parts.status if known else parts.whole, "  (not asked for)")

    def _line(
        self,
        event: Event,
        take_apart: Callable[[str], Pairs],
        remark: str = "",
        *,
        open_: bool = False,
    ) -> None:
        self._end_open()
        octets = self._redactor.octets(event)
        if self.hex:
            self._dump(octets, Side.SERVER)
            if remark:
                self._write(parts.quiet(remark.strip()))
            return
        if self._long is Side.SERVER:
            self._long, take_apart = None, parts.whole
        # A bare LF at a server's line end is part of the truth, and shown.
        text = octets.removesuffix(CRLF).decode("utf-8", "surrogateescape")
        self._write_pairs(take_apart(text))
        self._write_pairs(parts.quiet(remark))
        self._open = open_
        if not open_:
            self._out.write(b"\n")
        if not (open_ or self._in_body):
            self._show_findings()

    # ---- bodies ----

    def _body_data(self, event: ev.BodyData) -> None:
        if not self.bodies:
            return
        octets = self._redactor.octets(event)
        if self.hex:
            self._dump(octets, Side.SERVER)
        else:
            if self._body is None:
                self._body = paint.Body(parts.rows_of(event.command), colour=self._colour)
            self._out.write(self._body.feed(octets, event.chunk.line_end))
        self._out.flush()

    def _body_end(self, event: ev.BodyEnd) -> None:
        if self.bodies:
            self._line(event, parts.terminator)

    def _reply_end(self, event: ev.ReplyEnd) -> None:
        asked, self._asked = self._asked, False
        multi = event.status is Status.OK and event.command.shape is not Shape.SINGLE
        timed = self.timing and event.status is not None and not asked
        # What only silence ends says nothing of the time; what isn't shown is timed by who does.
        if multi and (event.command.shape is Shape.OPEN or not self.bodies):
            timed = False
        took = f"({duration(event.seconds)})" if timed else ""
        if self._open and took:
            self._write_pairs(parts.quiet(f"  {took}"))
        self.end_line()
        if took and (multi or self.hex):
            self._write(parts.quiet(took))
        self._brevity.replied(event)
        if self._brevity.on:  # a progress line may follow
            self._out.flush()

    # ---- lines of the client ----

    def _command(self, event: ev.CommandSent) -> None:
        if not self._brevity.sent(event):
            self._sent(event)

    def _after_all(self, event: ev.CommandSent | ev.StatusLine) -> None:
        """Show part of an exchange that was kept back."""
        if isinstance(event, ev.CommandSent):
            self._sent(event)
        else:
            self._line(event, lambda text: parts.status(text, event.command))

    def _sent(self, event: ev.CommandSent | ev.ResponseSent) -> None:
        self._end_open()
        if self.hex:
            self._dump(self._redactor.octets(event), Side.CLIENT)
            return
        raw = self._redactor.octets(event)
        begun, self._long = self._long is Side.CLIENT, None
        if self.echo:
            self._write(parts.sent(strip_end(raw), event, begun=begun))

    # ---- what is not whole ----

    def _part(self, event: ev.LongLine) -> None:
        """Part of an endless line; the client's may be a secret."""
        self._end_open()
        octets = self._redactor.octets(event)
        if self.hex:
            self._dump(octets, event.side)
            return
        first, self._long = self._long is not event.side, event.side
        if event.side is Side.SERVER:
            self._write_pairs(parts.whole(octets.decode("utf-8", "surrogateescape")))
            self._out.flush()
        elif self.echo:
            self._out.write(b"C: ..." if first else b"...")

    def _unfinished(self, event: ev.Incomplete) -> None:
        """What was received of a line or body that never ended; the client's may be a secret."""
        if event.side is Side.CLIENT:
            return
        octets = self._redactor.octets(event)
        if self.hex:
            self._dump(octets, Side.SERVER)
        elif self._body is not None:
            self._out.write(self._body.feed(octets, CRLF))
        elif self.bodies:
            self._write_pairs(parts.whole(octets.decode("utf-8", "surrogateescape")))
            self._write(parts.quiet("  (cut off)"))
            self._long = None
        self.end_line()

    def _closed(self, event: ev.Closed) -> None:
        self.end_line()
        self._brevity.closed()

    # ---- findings ----

    def _noted(self, event: ev.Noted) -> None:
        shows = self._findings.take(event.finding)
        if shows and not self._in_body and self._long is None:  # not in the middle of a line
            self._end_open()
            self._show_findings()

    def _show_findings(self) -> None:
        lines = self._findings.lines(getattr(self._out, "columns", 0))
        if lines:
            self._brevity.found()
        for line in lines:
            self._write(parts.quiet(line))

    # ---- writing ----

    def _columns(self) -> int:
        return getattr(self._out, "columns", 80)

    def _dump(self, octets: bytes, side: Side) -> None:
        from pop3shell.view.hexdump import HexDump

        if side not in self._dumps:
            self._dumps[side] = HexDump("C" if side is Side.CLIENT else "S", self._columns)
        self._out.write(self._dumps[side].feed(octets))

    def _end_open(self) -> None:
        if self._open:
            self._open = False
            self._out.write(b"\n")

    def _write(self, pairs: Pairs) -> None:
        self._write_pairs(pairs)
        self._out.write(b"\n")

    def _write_pairs(self, pairs: Pairs) -> None:
        self._out.write(paint.line(pairs, colour=self._colour))
