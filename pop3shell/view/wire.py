"""What came over the wire, as text in colour: the view of it that people have unless they ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from pop3shell.protocol import events as ev
from pop3shell.protocol.commandline import CommandLine, strip_end
from pop3shell.protocol.events import Side
from pop3shell.protocol.framing import CRLF
from pop3shell.view import colour as paint
from pop3shell.view import parts
from pop3shell.view.parts import Pairs

if TYPE_CHECKING:
    from pop3shell.view.views import TakeApart


class Pen:
    """Writes parts of lines, in colour if that is wanted."""

    def __init__(self, out: BinaryIO, *, colour: bool) -> None:
        self.out = out
        self.colour = colour

    def write(self, pairs: Pairs) -> None:
        """Write the parts of a line, or of its beginning."""
        self.out.write(paint.line(pairs, colour=self.colour))

    def line(self, pairs: Pairs) -> None:
        """Write the parts of a line, and its end."""
        self.write(pairs)
        self.out.write(b"\n")


class WireView:
    """The lines as they are, without their CRLFs: one of the ``views``."""

    def __init__(self, pen: Pen) -> None:
        self._pen = pen
        self._body: paint.Body | None = None
        self._long: Side | None = None
        self._open = False  # the line feed of a single-line reply waits for the time it took

    @property
    def mid_line(self) -> bool:
        """Whether the rest of a long line is to come."""
        return self._long is not None

    def line(self, octets: bytes, take_apart: TakeApart, remark: str, *, open_: bool) -> None:
        """Show a line of the server, its remark behind it."""
        self._end_open()
        if self._long is Side.SERVER:
            self._long, take_apart = None, parts.whole
        # A bare LF at a server's line end is part of the truth, and shown.
        self._pen.write(take_apart(_text(octets.removesuffix(CRLF))))
        self._pen.write(parts.quiet(remark))
        self._open = True
        if not open_:
            self._end_open()

    def took(self, text: str) -> bool:
        """Tell it behind the line if that is open; of others it isn't told."""
        if self._open:
            self._pen.write(parts.quiet(f"  {text}"))
        return True

    def body(self, octets: bytes, command: CommandLine, line_end: bytes) -> None:
        """Show octets of a multi-line reply."""
        if self._body is None:
            self._body = paint.Body(parts.rows_of(command), colour=self._pen.colour)
        self._pen.out.write(self._body.feed(octets, line_end))

    def sent(self, octets: bytes, event: ev.CommandSent | ev.ResponseSent, *, echo: bool) -> None:
        """Show a line of the client behind ``C:``."""
        self._end_open()
        begun, self._long = self._long is Side.CLIENT, None
        if echo:
            self._pen.line(parts.sent(strip_end(octets), event, begun=begun))

    def part(self, octets: bytes, side: Side, *, echo: bool) -> None:
        """Show part of an endless line; nothing of the client's but that there is one."""
        self._end_open()
        first, self._long = self._long is not side, side
        if side is Side.SERVER:
            self._pen.write(parts.whole(_text(octets)))
        elif echo:
            self._pen.out.write(b"C: ..." if first else b"...")

    def cut_off(self, octets: bytes) -> None:
        """Show what came of a line; outside a body it is said that there is no more."""
        if self._body is not None:
            self._pen.out.write(self._body.feed(octets, CRLF))
            return
        self._pen.write(parts.whole(_text(octets)))
        self._pen.line(parts.quiet("  (cut off)"))
        self._long = None

    def note(self, pairs: Pairs) -> None:
        """Show a line of our own."""
        self._end_open()
        self._pen.line(pairs)

    def end(self) -> None:
        """End what was shown in part."""
        body, self._body = self._body, None
        if body is not None:
            self._pen.out.write(body.end())
        self._end_open()

    def _end_open(self) -> None:
        if self._open:
            self._open = False
            self._pen.out.write(b"\n")


def _text(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")
