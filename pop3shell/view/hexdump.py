"""Octets as rows: where they stand, their values, and what is printable of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from pop3shell.protocol import events as ev
from pop3shell.protocol.commandline import CommandLine
from pop3shell.protocol.events import Side
from pop3shell.view import parts
from pop3shell.view.parts import Pairs
from pop3shell.view.views import TakeApart
from pop3shell.view.wire import Pen

_LETTERS = {Side.CLIENT: "C", Side.SERVER: "S"}
_DOTTED = bytes(octet if 0x20 <= octet < 0x7F else 0x2E for octet in range(256))
#: Octets in a row, the most that fit the terminal.
WIDTHS = (16, 8, 4, 2)
#: Columns of a row besides: side and offset, blanks; and those that each octet takes.
_MARGIN, _EACH = len("S 000000  ") + len(" "), len("00 ") + len(".")


class HexDump:
    """Dumps what one side says: each line begins a row, offsets count from its first octet.

    What is cut in the middle of a row is kept for the next time. ``columns`` tells how wide the
    terminal is at the moment.
    """

    def __init__(self, side: str, columns: Callable[[], int]) -> None:
        self._side = side.encode()
        self._columns = columns
        self._width = WIDTHS[0]
        self._at = 0
        self._held = b""

    def feed(self, octets: bytes) -> bytes:
        """Return the rows that are full, or end in a line feed."""
        self._fit()
        *lines, rest = (self._held + octets).split(b"\n")
        whole = len(rest) - len(rest) % self._width
        self._held = rest[whole:]
        rows = [row for line in lines for row in self._rows(line + b"\n")]
        return b"".join([*rows, *self._rows(rest[:whole])])

    def end(self) -> bytes:
        """Return the row that is not full."""
        self._fit()
        rest, self._held = self._held, b""
        return b"".join(self._rows(rest))

    def _fit(self) -> None:
        most = (self._columns() - _MARGIN) // _EACH
        self._width = next((width for width in WIDTHS if width <= most), WIDTHS[-1])

    def _rows(self, octets: bytes) -> Iterator[bytes]:
        width = self._width
        for start in range(0, len(octets), width):
            row = octets[start : start + width]
            digits = row.hex(" ").ljust(3 * width - 1).encode()
            yield b"%b %06x  %b  %b\n" % (self._side, self._at, digits, row.translate(_DOTTED))
            self._at += len(row)


class HexView:
    """Both sides' octets as dumps, whatever they are: one of the ``views``."""

    mid_line = False

    def __init__(self, pen: Pen, columns: Callable[[], int]) -> None:
        self._pen = pen
        self._dumps = {side: HexDump(letter, columns) for side, letter in _LETTERS.items()}

    def line(self, octets: bytes, take_apart: TakeApart, remark: str, *, open_: bool) -> None:
        """Dump a line of the server; a remark gets a line of its own."""
        self._dump(octets, Side.SERVER)
        if remark:
            self.note(parts.quiet(remark.strip()))

    def took(self, text: str) -> bool:
        """Leave it to a line of its own."""
        return False

    def body(self, octets: bytes, command: CommandLine, line_end: bytes) -> None:
        """Dump octets of a multi-line reply."""
        self._dump(octets, Side.SERVER)

    def sent(self, octets: bytes, event: ev.CommandSent | ev.ResponseSent, *, echo: bool) -> None:
        """Dump a line of the client: what was typed are no octets yet."""
        self._dump(octets, Side.CLIENT)

    def part(self, octets: bytes, side: Side, *, echo: bool) -> None:
        """Dump part of an endless line."""
        self._dump(octets, side)

    def cut_off(self, octets: bytes) -> None:
        """Dump what came of a line."""
        self._dump(octets, Side.SERVER)

    def note(self, pairs: Pairs) -> None:
        """Show a line of our own."""
        self._pen.line(pairs)

    def end(self) -> None:
        """End the rows that are not full."""
        for dump in self._dumps.values():
            self._pen.out.write(dump.end())

    def _dump(self, octets: bytes, side: Side) -> None:
        self._pen.out.write(self._dumps[side].feed(octets))
