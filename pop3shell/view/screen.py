"""The dialogue as a person at a terminal sees it: as it comes, in colour, and in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, BinaryIO

from pop3shell.protocol import events as ev
from pop3shell.protocol.events import Event, Side
from pop3shell.protocol.replies import Status, looks_like_status
from pop3shell.protocol.secrets import Redactor
from pop3shell.protocol.spec.commands import Shape
from pop3shell.protocol.visible import visible
from pop3shell.view import parts
from pop3shell.view.brevity import Brevity
from pop3shell.view.noted import Noted
from pop3shell.view.units import duration
from pop3shell.view.wire import Pen, WireView
from pop3shell.view.withheld import Withheld

if TYPE_CHECKING:  # a protocol takes long to make
    from pop3shell.view.views import TakeApart, View


class ScreenPrinter:
    r"""Writes what the server says to ``out``, coloured by what it answers, as soon as it comes.

    Unprintables are shown as ``\xHH``, secrets as placeholders, whatever the switches say:

    - ``echo``: the client's lines are shown too, as ``C: …``, but for those ``typed``;
    - ``timing``: behind each reply, how long it took;
    - ``dump``: both sides' octets in hexadecimal instead.

    ``out`` may tell by its ``columns`` how wide the terminal is at the moment.
    """

    def __init__(
        self, out: BinaryIO, redactor: Redactor, *, colour: bool, echo: bool = False
    ) -> None:
        self._out = out
        self._redactor = redactor
        self._pen = Pen(out, colour=colour)
        self._lines = WireView(self._pen)
        self._view: View = self._lines
        self.withheld = Withheld()
        self.echo = echo
        self.timing = True
        self._typed = False
        self._in_body = False
        self._asked = False  # the time includes the user's, at a challenge
        self._findings = Noted(redactor)
        self._brevity = Brevity(self._after_all)
        #: How each kind of event is shown; the others are not.
        self.handlers: ev.Handlers = {
            ev.Greeting: self._greeting,
            ev.Banner: self._banner,
            ev.CommandSent: self._command,
            ev.ResponseSent: self._sent,
            ev.StatusLine: self._status,
            ev.Challenge: self._challenge,
            ev.BodyData: self._body_data,
            ev.BodyEnd: self._body_end,
            ev.OpenLine: self._open_line,
            ev.StrayLine: self._stray,
            ev.LongLine: self._part,
            ev.Incomplete: self._unfinished,
            ev.ReplyEnd: self._reply_end,
            ev.Noted: self._noted,
            ev.Closed: self._closed,
        }

    @property
    def dump(self) -> bool:
        """Whether both sides' octets are dumped; what is shown in part ends when that changes."""
        return self._view is not self._lines

    @dump.setter
    def dump(self, wanted: bool) -> None:
        view = self._hex if wanted else self._lines
        if view is not self._view:
            self._view.end()
            self._view = view

    @cached_property
    def _hex(self) -> View:
        from pop3shell.view.hexdump import HexView  # seldom wanted

        return HexView(self._pen, lambda: getattr(self._out, "columns", 80))

    @contextmanager
    def typed(self) -> Iterator[None]:
        """What is sent in the block was typed: it stands on the screen already."""
        self._typed = True
        try:
            yield
        finally:
            self._typed = False

    def end_line(self) -> None:
        """End a line that was shown in part; what still comes of its reply is another body."""
        self._view.end()
        self._in_body = False
        self._show_findings()

    def begin_brief(self, clear: Callable[[], None]) -> None:
        """Show only the first of many exchanges, and what is wrong with the others.

        ``clear`` takes away what may stand in the cursor's line. A dump is shown whole.
        """
        if not self.dump:
            self._brevity.begin(clear)

    def end_brief(self) -> None:
        """Show all again; say what was not shown."""
        if said := self._brevity.end():
            self._view.note(parts.quiet(said))

    # ---- lines of the server ----

    def _greeting(self, event: ev.Greeting) -> None:
        self._line(event, lambda text: parts.status(text, greeting=True))

    def _status(self, event: ev.StatusLine) -> None:
        single = event.status is Status.ERR or event.command.shape is Shape.SINGLE
        ends = event.status is not None and single
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

    def _banner(self, event: ev.Banner) -> None:
        self._line(event, parts.whole)
        self._out.flush()

    def _open_line(self, event: ev.OpenLine) -> None:
        if event.command not in self.withheld:
            self._line(event, parts.whole)
            self._out.flush()

    def _stray(self, event: ev.StrayLine) -> None:
        known = looks_like_status(event.raw)
        self._line(event, parts.status if known else parts.whole, "  (not asked for)")

    def _line(
        self, event: Event, take_apart: TakeApart, remark: str = "", *, open_: bool = False
    ) -> None:
        self._view.line(self._redactor.octets(event), take_apart, remark, open_=open_)
        if not (open_ or self._in_body):
            self._show_findings()

    # ---- bodies ----

    def _body_data(self, event: ev.BodyData) -> None:
        if event.command not in self.withheld:
            self._view.body(self._redactor.octets(event), event.command, event.chunk.line_end)
            self._out.flush()

    def _body_end(self, event: ev.BodyEnd) -> None:
        if event.command not in self.withheld:
            self._line(event, parts.terminator)

    def _reply_end(self, event: ev.ReplyEnd) -> None:
        multi = event.status is Status.OK and event.command.shape is not Shape.SINGLE
        took = self._took(event, multi)
        if took and not multi and self._view.took(took):
            took = ""
        self.end_line()
        if took:
            self._view.note(parts.quiet(took))
        self._asked = False
        self.withheld.replied(event)
        self._brevity.replied(event)
        if self._brevity.on:  # a progress line may follow
            self._out.flush()

    def _took(self, event: ev.ReplyEnd, multi: bool) -> str:
        """How long a reply took, if that is to be told and says anything of the server."""
        if not self.timing or event.status is None or self._asked:
            return ""
        # What only silence ends says nothing of the time; what isn't shown is timed by who does.
        if multi and (event.command.shape is Shape.OPEN or event.command in self.withheld):
            return ""
        return f"({duration(event.seconds)})"

    # ---- lines of the client ----

    def _command(self, event: ev.CommandSent) -> None:
        self.withheld.sent(event)
        if not self._brevity.sent(event):
            self._sent(event)

    def _after_all(self, event: ev.CommandSent | ev.StatusLine) -> None:
        """Show part of an exchange that was kept back."""
        if isinstance(event, ev.CommandSent):
            self._sent(event)
        else:
            self._line(event, lambda text: parts.status(text, event.command))

    def _sent(self, event: ev.CommandSent | ev.ResponseSent) -> None:
        self._view.sent(self._redactor.octets(event), event, echo=self._echoes)

    @property
    def _echoes(self) -> bool:
        return self.echo and not self._typed

    # ---- what is not whole ----

    def _part(self, event: ev.LongLine) -> None:
        self._view.part(self._redactor.octets(event), event.side, echo=self._echoes)
        self._out.flush()

    def _unfinished(self, event: ev.Incomplete) -> None:
        """What was received of a line or body that never ended; the client's may be a secret."""
        if event.side is Side.CLIENT:
            return
        if not self.withheld.reading:
            self._view.cut_off(self._redactor.octets(event))
        self.end_line()

    def _closed(self, event: ev.Closed) -> None:
        self.end_line()
        self.withheld.closed()
        self._brevity.closed()

    # ---- findings ----

    def _noted(self, event: ev.Noted) -> None:
        shows = self._findings.take(event.finding)
        if shows and not (self._in_body or self._view.mid_line):
            self._show_findings()

    def _show_findings(self) -> None:
        lines = self._findings.lines(getattr(self._out, "columns", 0))
        if lines:
            self._brevity.found()
        for line in lines:
            self._view.note(parts.quiet(line))
