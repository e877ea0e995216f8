"""Taking an mbox apart, block by block: it may be larger than memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator

FROM_ = b"From "
"""What an mbox begins with, and each line that may begin a message."""

_BLOCK_OCTETS = 1 << 20
# Begins at the line end before a From_ line, so that the search has a literal to look for.
_MARK = b"\n" + FROM_
_EMPTY_LINES = (b"\n", b"\r\n")


def split(file: BinaryIO, block_octets: int = _BLOCK_OCTETS) -> Iterator[tuple[int, bytes]]:
    """Yield where each message begins in the file, and its octets as stored.

    A message begins after a line that starts with `From ` and is the first of the file or follows
    an empty line. That empty line separates, as does one at the file's end: it belongs to no
    message. No more is held than the longest message and a block.
    """
    held = bytearray(b"\n")  # as if an empty line went before the first From_ line too
    offset = -len(held)  # of what is held, in the file
    searched, ended = 0, False
    while not ended:
        block = file.read(block_octets)
        held += block
        ended = not block
        while line := _separator(held, searched, ended):
            before, behind = line
            if offset >= 0:
                yield offset, _message(held, before)
            del held[:behind]
            offset, searched = offset + behind, 0
        searched = max(searched, held.rfind(b"\n", searched))
    if offset >= 0:
        yield offset, _message(held, len(held))


def _separator(held: bytearray, searched: int, ended: bool) -> tuple[int, int] | None:
    """Return where the next From_ line behind an empty line begins, and where it ends.

    None where there is none, or where its end is still to come.
    """
    while (mark := held.find(_MARK, searched)) >= 0:
        end = held.find(b"\n", mark + 1)
        if end < 0 and not ended:
            return None
        if _empty_line(held, mark + 1):
            return mark + 1, len(held) if end < 0 else end + 1
        searched = mark + 1
    return None


def _empty_line(held: bytearray, stop: int) -> int:
    """Return the octets of the empty line that ends at `stop`, 0 if that is no empty line."""
    for line in _EMPTY_LINES:
        start = stop - len(line)
        begins_a_line = start == 0 or held[max(start - 1, 0) : start] == b"\n"
        if start >= 0 and begins_a_line and held.endswith(line, start, stop):
            return len(line)
    return 0


def _message(held: bytearray, stop: int) -> bytes:
    """Return what is held up to `stop`, but for an empty line that ends there."""
    with memoryview(held) as view:
        return bytes(view[: stop - _empty_line(held, stop)])
