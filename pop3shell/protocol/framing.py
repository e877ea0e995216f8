"""Multi-line bodies: where they end, and the dot-stuffing, in bulk (RFC 1939 section 3).

A body is scanned once, by one ``re`` split at every line that begins with a dot. No Python code
runs per line; it runs per chunk, and per such line only where a rule is broken.
"""

from __future__ import annotations

import re
from itertools import islice
from operator import methodcaller
from typing import NamedTuple

CRLF = b"\r\n"
LF = b"\n"
TERMINATOR = b".\r\n"

_END = CRLF + TERMINATOR
_SPLIT = {CRLF: re.compile(rb"\r\n\.").split, LF: re.compile(rb"\n\.").split}
_HOLD = {CRLF: (b"\r\n.\r", b"\r\n.", b"\r\n", b"\r"), LF: (b"\n.\r", b"\n.", b"\n")}
_is_stuffed = methodcaller("startswith", b".")
_stuff = re.compile(rb"\r\n\.").sub
_LINE_END = re.compile(rb"\r\n|\n")


def stuff(content: bytes) -> bytes:
    """Byte-stuff whole lines of a message for the wire; the terminator is not added."""
    stuffed = _stuff(b"\r\n..", content)
    return b"." + stuffed if stuffed.startswith(b".") else stuffed


def with_crlf(content: bytes) -> bytes:
    """Make every line end CRLF: a bare LF becomes one, a missing last one is added."""
    if content.count(LF) != content.count(CRLF):
        content = _LINE_END.sub(CRLF, content)
    return content if not content or content.endswith(CRLF) else content + CRLF


class BodyChunk(NamedTuple):
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
        joined = self.pieces[0] if len(self.pieces) == 1 else self.line_end.join(self.pieces)
        return joined[self.start :] if self.start else joined


class BodyReader:
    """Finds the end of one multi-line reply, fed with what follows its status line.

    ``bare_lf`` is for a server whose status line ended in a bare LF: all its lines are then taken
    to end so. Otherwise only CRLF-dot begins a line that counts; a terminator that itself ends in
    a bare LF is accepted, and told by ``terminator``.

    ``terminator`` holds the last line once it was seen, ``unstuffed`` counts the lines that began
    with a single dot though they had more to say; that dot is dropped, as the RFC has it.
    """

    def __init__(self, bare_lf: bool = False) -> None:
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

    def feed(
        self, data: bytes, start: int = 0, *, more: bool = False
    ) -> tuple[BodyChunk | None, int]:
        """Read ``data`` from ``start``. Return the chunk, if any, and the index behind the end.

        The index is -1 while the body goes on. ``more`` says that other replies may follow in
        ``data``: the end is then looked for first, so that they aren't split in vain.
        """
        stop = -1
        if more:
            stop = data.find(_END, start)
        body = data[start : stop + len(_END)] if stop >= 0 else data[start:] if start else data
        block = self._held + body
        pieces = _SPLIT[self._line_end](block)
        if len(pieces) > 1 and not all(map(_is_stuffed, islice(pieces, 1, None))):
            dot = self._regular_end(block, pieces) or self._find_end(block, pieces)
            if dot >= 0:
                behind = start + dot + len(self.terminator) - len(self._held)
                return self._chunk(block, dot, pieces), behind
        return self._hold_back(block, pieces), -1

    def _regular_end(self, block: bytes, pieces: list[bytes]) -> int:
        """Index of the terminator's dot if it ends the block and all else is in order, or 0."""
        if pieces[-1] != CRLF or not all(map(_is_stuffed, islice(pieces, 1, len(pieces) - 1))):
            return 0
        pieces[-1] = b""
        self.terminator = TERMINATOR
        return len(block) - len(TERMINATOR)

    def _find_end(self, block: bytes, pieces: list[bytes]) -> int:
        """Index of the terminator's dot, or -1. ``pieces`` is cut down to what stands before."""
        dot = len(pieces[0]) + len(self._line_end)
        for index, piece in enumerate(islice(pieces, 1, None), 1):
            if not piece.startswith(b"."):
                following = block[dot + 1 : dot + 3]
                if following == CRLF or following.startswith(LF):
                    self.terminator = b"." + (CRLF if following == CRLF else LF)
                    pieces[index:] = [b""]
                    return dot
                if following not in (b"", b"\r"):
                    self.unstuffed += 1
            dot += 1 + len(piece) + len(self._line_end)
        return -1

    def _hold_back(self, block: bytes, pieces: list[bytes]) -> BodyChunk | None:
        """Keep what may begin the terminator for the next time; hand on the rest."""
        held = b""
        for begin in _HOLD[self._line_end]:
            if block.endswith(begin):
                held = begin
                break
        stop = len(block) - len(held)
        if stop < self._skip:  # nothing but the status line's end
            self._held = block
            return None
        if b"." in held:
            pieces.pop()
        elif held:
            pieces[-1] = pieces[-1][: -len(held)]
        self._held = held
        return self._chunk(block, stop, pieces)

    def _chunk(self, block: bytes, stop: int, pieces: list[bytes]) -> BodyChunk | None:
        skip, self._skip = self._skip, 0
        if stop <= skip:
            return None
        return BodyChunk(block, skip, stop, pieces, self._line_end)
