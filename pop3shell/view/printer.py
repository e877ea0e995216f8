"""The dialogue as lines ``C: …`` and ``S: …``, in the order of the wire."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

from pop3shell.protocol import events as ev
from pop3shell.protocol.commandline import strip_end
from pop3shell.protocol.events import Event, Side
from pop3shell.protocol.framing import CRLF, LF
from pop3shell.protocol.secrets import Redactor
from pop3shell.protocol.visible import visible_octets
from pop3shell.view.safe import VisibleLines
from pop3shell.view.withheld import Withheld

_SERVER_LINES = (ev.StatusLine, ev.Challenge, ev.StrayLine, ev.Greeting, ev.Banner)

# Bound once: Python 3.11 takes long to find the member of an enumeration.
_CLIENT, _SERVER = Side.CLIENT, Side.SERVER


class Printer(Protocol):
    """Shows a dialogue, but for what the ``withheld`` multi-line replies hold."""

    withheld: Withheld
    handlers: ev.Handlers

    def end_line(self) -> None:
        """End a line that was shown in part."""


class Screen(Printer, Protocol):
    """Shows a dialogue to a person, who can switch what is shown."""

    timing: bool
    dump: bool

    def typed(self) -> AbstractContextManager[None]:
        """What is sent in the block was typed: it stands on the screen already."""

    def begin_brief(self, clear: Callable[[], None]) -> None:
        """Show only the first of many exchanges, and what is wrong with the others."""

    def end_brief(self) -> None:
        """Show all again; say what was not shown."""


class DialoguePrinter:
    r"""Writes a dialogue to ``out``, secrets as placeholders, unprintables as ``\xHH``.

    What the ``withheld`` replies hold is left out (a colon command that takes the body elsewhere
    says so itself). Nothing is flushed here.
    """

    def __init__(self, out: BinaryIO, redactor: Redactor) -> None:
        self._out = out
        self._redactor = redactor
        self._body = VisibleLines(b"S: ")
        self._long: Side | None = None
        self.withheld = Withheld()
        #: How each kind of event is shown; the others are not.
        self.handlers: ev.Handlers = {
            ev.BodyData: self._body_data,
            ev.BodyEnd: self._body_end,
            ev.OpenLine: self._open_line,
            ev.CommandSent: self._command,
            ev.ResponseSent: self._client_line,
            ev.ReplyEnd: self.withheld.replied,
            ev.LongLine: self._part,
            ev.Incomplete: self._unfinished,
            ev.Closed: self._closed,
            **dict.fromkeys(_SERVER_LINES, self._server_line),
        }

    def end_line(self) -> None:
        """End a line that was shown in part."""
        self._out.write(self._body.end())

    def _body_data(self, event: ev.BodyData) -> None:
        if event.command not in self.withheld:
            self._out.write(self._body.feed(_lines_marked(event)))

    def _body_end(self, event: ev.BodyEnd) -> None:
        if event.command not in self.withheld:
            self._server_line(event)

    def _open_line(self, event: ev.OpenLine) -> None:
        if event.command not in self.withheld:
            self._server_line(event)

    def _command(self, event: ev.CommandSent) -> None:
        self.withheld.sent(event)
        self._client_line(event)

    def _server_line(self, event: Event) -> None:
        # A bare LF at a server's line end is part of the truth, and shown.
        self._line(b"S: ", self._redactor.octets(event).removesuffix(CRLF), _SERVER)

    def _client_line(self, event: Event) -> None:
        if self._body.unfinished:  # sent while a line of a body was coming
            self._out.write(self._body.end())
        self._line(b"C: ", strip_end(self._redactor.octets(event)), _CLIENT)

    def _line(self, prefix: bytes, text: bytes, side: Side) -> None:
        if self._long is side:
            self._long, prefix = None, b""
        self._out.write(prefix + visible_octets(text) + b"\n")

    def _closed(self, event: ev.Closed) -> None:
        self._out.write(self._body.end())
        self.withheld.closed()

    def _part(self, event: ev.LongLine) -> None:
        """Part of an endless line; the client's may be a secret."""
        prefix = b"C: " if event.side is Side.CLIENT else b"S: "
        if self._long is event.side:
            prefix = b""
        self._long = event.side
        hidden = event.side is Side.CLIENT
        shown = b"..." if hidden else visible_octets(self._redactor.octets(event))
        self._out.write(prefix + shown)

    def _unfinished(self, event: ev.Incomplete) -> None:
        """What was received of a line or body that never ended; the client's may be a secret."""
        if event.side is Side.CLIENT:
            return
        octets = self._redactor.mask(event.raw)
        if self._long is Side.SERVER:
            self._long = None
            self._out.write(visible_octets(octets) + b"\n")
        elif not self.withheld.reading:
            self._out.write(self._body.feed(octets) + self._body.end())


def _lines_marked(event: ev.BodyData) -> bytes:
    """The body as lines; where the server ends them in a bare LF, that is shown."""
    if event.chunk.line_end == LF:
        return event.raw.replace(LF, b"\\x0a\r\n")
    return event.raw
