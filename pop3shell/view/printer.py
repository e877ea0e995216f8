"""The dialogue as lines ``C: …`` and ``S: …``, in the order of the wire."""

from __future__ import annotations

from typing import BinaryIO

from pop3shell.protocol import events as ev
from pop3shell.protocol.commandline import strip_end
from pop3shell.protocol.events import Event, Side
from pop3shell.protocol.framing import LF
from pop3shell.protocol.secrets import Redactor
from pop3shell.view.safe import VisibleLines, visible

_CLIENT_LINES = (ev.CommandSent, ev.ResponseSent)
_SERVER_LINES = (
    ev.StatusLine,
    ev.BodyEnd,
    ev.Challenge,
    ev.OpenLine,
    ev.StrayLine,
    ev.Greeting,
    ev.Banner,
)


class DialoguePrinter:
    r"""Writes a dialogue to ``out``, secrets as placeholders, unprintables as ``\xHH``.

    With ``bodies`` off, what multi-line replies hold is left out (a colon command that takes the
    body elsewhere says so itself). Nothing is flushed here.
    """

    def __init__(self, out: BinaryIO, redactor: Redactor) -> None:
        self._out = out
        self._redactor = redactor
        self._body = VisibleLines(b"S: ")
        self._long: Side | None = None
        self.bodies = True

    def __call__(self, event: Event) -> None:
        """Show one event."""
        if isinstance(event, ev.BodyData):
            if self.bodies:
                self._out.write(self._body.feed(_lines_marked(event)))
        elif isinstance(event, _SERVER_LINES):
            if self.bodies or not isinstance(event, ev.BodyEnd):
                self._line(b"S: ", event, Side.SERVER)
        elif isinstance(event, _CLIENT_LINES):
            self._line(b"C: ", event, Side.CLIENT)
        elif isinstance(event, ev.LongLine):
            self._part(event)
        elif isinstance(event, ev.Incomplete):
            self._unfinished(event)
        elif isinstance(event, ev.Closed):
            self._out.write(self._body.end())

    def _line(self, prefix: bytes, event: Event, side: Side) -> None:
        if self._long is side:
            self._long, prefix = None, b""
        octets = self._redactor.octets(event)
        # A bare LF at a server's line end is part of the truth, and shown.
        text = octets[:-2] if octets.endswith(b"\r\n") else octets
        if side is Side.CLIENT:
            text = strip_end(octets)
        self._out.write(prefix + visible(text).encode() + b"\n")

    def _part(self, event: ev.LongLine) -> None:
        """Part of an endless line; the client's may be a secret."""
        prefix = b"C: " if event.side is Side.CLIENT else b"S: "
        if self._long is event.side:
            prefix = b""
        self._long = event.side
        shown = "..." if event.side is Side.CLIENT else visible(self._redactor.octets(event))
        self._out.write(prefix + shown.encode())

    def _unfinished(self, event: ev.Incomplete) -> None:
        """What was received of a line or body that never ended; the client's may be a secret."""
        if event.side is Side.CLIENT:
            return
        if self._long is Side.SERVER:
            self._long = None
            self._out.write(visible(event.raw).encode() + b"\n")
        elif self.bodies:
            self._out.write(self._body.feed(event.raw) + self._body.end())


def _lines_marked(event: ev.BodyData) -> bytes:
    """The body as lines; where the server ends them in a bare LF, that is shown."""
    if event.chunk.line_end == LF:
        return event.raw.replace(LF, b"\\x0a\r\n")
    return event.raw
