"""Octets as rows: where they stand, their values, and what is printable of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

_DOTTED = bytes(octet if 0x20 <= octet < 0x7F else 0x2E for octet in range(256))
#: Octets in a row where the terminal is wide enough, and where it isn't (60 columns).
WIDE, NARROW, WIDE_FROM = 16, 8, 80


class HexDump:
    """Dumps what one side says: each line begins a row, offsets count from its first octet.

    What is cut in the middle of a row is kept for the next time. ``columns`` tells how wide the
    terminal is at the moment.
    """

    def __init__(self, side: str, columns: Callable[[], int]) -> None:
        self._side = side.encode()
        self._columns = columns
        self._width = WIDE
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
        self._width = WIDE if self._columns() >= WIDE_FROM else NARROW

    def _rows(self, octets: bytes) -> Iterator[bytes]:
        width = self._width
        for start in range(0, len(octets), width):
            row = octets[start : start + width]
            digits = row.hex(" ").ljust(3 * width - 1).encode()
            yield b"%b %06x  %b  %b\n" % (self._side, self._at, digits, row.translate(_DOTTED))
            self._at += len(row)
