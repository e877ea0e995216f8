"""Multi-line bodies: where they end, and the dot-stuffing, in bulk (RFC 1939 section 3).

A body is scanned once, by one ``re`` split at every line that begins with a dot. No Python code
runs per line; it runs per chunk, and per such line only where a rule is broken.
"""

from __future__ import annotations

import re
from itertools import takewhile
from operator import methodcaller

from pop3shell.protocol.record import Record

CRLF = b"\r\n"
LF = b"\n"
TERMINATOR = b".\r\n"

# Compiled by `re` when they are first used: the first prompt comes the sooner.
_DOT_AT_BEGINNING = {CRLF: rb"\r\n\.", LF: rb"\n\."}
_HOLD = {CRLF: (b"\r\n.\r", b"\r\n.", b"\r\n", b"\r"), LF: (b"\n.\r", b"\n.", b"\n")}
_is_stuffed = methodcaller("startswith", b".")
_LINE_END = rb"\r\n|\n"


def stuff(content: bytes) -> bytes:
    """Byte-stuff whole lines of a message for the wire; the terminator is not added."""
    stuffed = re.sub(_DOT_AT_BEGINNING[CRLF], b"\r\n..", content)
    return b"." + stuffed if stuffed.startswith(b".") else stuffed


def with_crlf(content: bytes) -> bytes:
    """Make every line end CRLF: a bare LF becomes one, a missing last one is added."""
    if content.count(LF) != content.count(CRLF):
        content = re.sub(_LINE_END, CRLF, content)
    return content if not content or content.endswith(CRLF) else content + CRLF


class BodyChunk(Record):
    """Part of a body: where its octets stand in ``block``, and the pieces that make its content.

    Both forms are only put together when asked for: who stores a message wants the content, who
    shows or records the dialogue the octets as sent.
    """

    block: bytes
    start: int
    stop: int
    pieces: list[bytes]
    line_end: bytes

    @property
    def raw(self) -> bytes:
        """The octets as they came, byte-stuffed."""
        return self.block[self.start : self.stop]

    @property
    def content(self) -> bytes:
        """The octets without the stuffed dots."""
        return self.line_end.join(self.pieces)

    @property
    def content_octets(self) -> int:
        """How many octets the content has."""
        return sum(map(len, self.pieces)) + len(self.line_end) * (len(self.pieces) - 1)


class BodyReader:
    """Finds the end of one multi-line reply after the other, fed with what follows status lines.

    ``terminator`` holds the last line once it was seen, ``unstuffed`` counts the lines that began
    with a single dot though they had more to say; that dot is dropped, as the RFC has it.

    A block that holds many replies is split once for all of them.
    """

    def __init__(self) -> None:
        self._data: bytes | None = None
        self._forget()
        self.begin()

    def begin(self, *, bare_lf: bool = False) -> None:
        """Expect a body.

        ``bare_lf`` is for a server whose status line ended in a bare LF: all its lines are then
        taken to end so. Otherwise only CRLF-dot begins a line that counts; a terminator that
        itself ends in a bare LF is accepted.
        """
        self._line_end = LF if bare_lf else CRLF
        # The status line's end is the line end before the first line of the body. It is in the
        # first block, but not in what is handed on.
        self._held = self._line_end
        self._skip = len(self._line_end)
        self.terminator = b""
        self.unstuffed = 0

    @property
    def held(self) -> bytes:
        """Octets of the body held back because they may begin the terminator."""
        return self._held[self._skip :]

    def feed(self, data: bytes, start: int = 0) -> tuple[BodyChunk | None, int]:
        """Read ``data`` from ``start``. Return the chunk, if any, and the index behind the end.

        The index is -1 while the body goes on.
        """
        begin = self._go_on(start) if data is self._data else -1
        if begin < 0:
            begin = self._split(data, start)
        first = self._pieces[self._index][begin - self._offset :]
        pieces = [first[self._skip :]] if first or not self._skip else []
        dot = self._find_end(pieces)
        if dot < 0:
            chunk = self._hold_back(begin, pieces)
            self._forget()
            return chunk, -1
        behind = dot + len(self.terminator) + self._shift
        chunk = self._chunk(begin, dot, pieces)
        if behind == len(data):
            self._forget()
        return chunk, behind

    # A block is what was held back and the data behind it; ``_pieces`` is the block split at the
    # lines that begin with a dot. The piece at ``_index`` begins at ``_offset`` of the block;
    # ``_rest`` gives those behind it. ``_shift`` leads from an index in the block to one in the
    # data.

    def _forget(self) -> None:
        self._data, self._block = None, b""
        self._pieces: list[bytes] = []
        self._rest = iter(self._pieces)
        self._index = self._offset = self._shift = 0
        self._split_at = b""

    def _split(self, data: bytes, start: int) -> int:
        self._data = data
        self._block = self._held + (data[start:] if start else data)
        self._split_at = self._line_end
        if b"." in self._block:
            self._pieces = re.split(_DOT_AT_BEGINNING[self._line_end], self._block)
        else:  # as in base64; that is seen in a tenth of the time
            self._pieces = [self._block]
        self._rest = iter(self._pieces)
        next(self._rest)
        self._index = self._offset = 0
        self._shift = start - len(self._held)
        return 0

    def _go_on(self, start: int) -> int:
        """Go to the piece in which a reply begins, further on in the same block.

        Returns the index in the block of the end of its status line, or -1 where the block must
        be split anew.
        """
        begin = start - self._shift - self._skip
        if not self._skip or begin < self._offset or self._split_at is not self._line_end:
            return -1
        while (size := len(self._pieces[self._index])) < begin - self._offset:
            self._offset += size + len(self._line_end) + 1
            self._index += 1
            next(self._rest)
        return begin

    def _find_end(self, pieces: list[bytes]) -> int:
        """Index in the block of the terminator's dot, or -1. The pieces before it are added."""
        while True:
            stuffed = list(takewhile(_is_stuffed, self._rest))
            octets = len(self._pieces[self._index]) + sum(map(len, stuffed))
            lines = len(stuffed) + 1
            pieces += stuffed
            self._index += lines
            if self._index >= len(self._pieces):
                return -1
            self._offset += octets + lines * (len(self._line_end) + 1)
            following = self._block[self._offset : self._offset + 2]
            if following == CRLF or following.startswith(LF):
                self.terminator = TERMINATOR if following == CRLF else b".\n"
                pieces.append(b"")
                return self._offset - 1
            pieces.append(self._pieces[self._index])
            self.unstuffed += following not in (b"", b"\r")

    def _hold_back(self, begin: int, pieces: list[bytes]) -> BodyChunk | None:
        """Keep what may begin the terminator for the next time; hand on the rest."""
        held = b""
        for octets in _HOLD[self._line_end]:
            if self._block.endswith(octets):
                held = octets
                break
        stop = len(self._block) - len(held)
        if stop < begin + self._skip:  # nothing but the status line's end
            self._held = self._block[begin:]
            return None
        if b"." in held:
            pieces.pop()
        elif held:
            pieces[-1] = pieces[-1][: -len(held)]
        self._held = held
        return self._chunk(begin, stop, pieces)

    def _chunk(self, begin: int, stop: int, pieces: list[bytes]) -> BodyChunk | None:
        start, self._skip = begin + self._skip, 0
        if stop <= start:
            return None
        return BodyChunk(self._block, start, stop, pieces, self._line_end)
