"""Where the header of a message ends, for a message that comes in parts and is never held whole.

A message has CRLF line ends; a CR that stands alone is text, so each LF ends a line.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from pop3shell.protocol.framing import CRLF, LF
from pop3shell.server.limits import HEADER_OCTETS

if TYPE_CHECKING:
    from collections.abc import Iterator

# The end of a line and an empty one; a message without a header begins with the latter.
_END = LF + CRLF
_BEFORE = LF


def read_header(parts: Iterator[bytes]) -> tuple[bytes, Iterator[bytes]]:
    """Return the header, and all the parts, those that were read for it included.

    Of a header that does not end in `HEADER_OCTETS` only about so much is read.
    """
    read, taken, end = [], bytearray(_BEFORE), -1
    while end < 0 and len(taken) < HEADER_OCTETS and (part := next(parts, b"")):
        read.append(part)
        taken += part
        end = taken.find(_END)
    header = taken if end < 0 else taken[:end]
    return bytes(header.removeprefix(_BEFORE)), itertools.chain(read, parts)


def first_lines(parts: Iterator[bytes], lines: int) -> Iterator[bytes]:
    """Yield a message's header, its blank line, and the first lines of its body.

    What follows is not read.
    """
    before, in_header = _BEFORE, True
    for part in parts:
        start = 0
        if in_header:
            end = (before + part).find(_END)
            in_header = end < 0
            start = 0 if in_header else end + len(_END) - len(before)
            before = (before + part)[1 - len(_END) :]
        if in_header or (count := part.count(LF, start)) < lines:
            lines -= 0 if in_header else count
            yield part
        else:
            yield part[: _end_of_line(part, start, lines)]
            return


def _end_of_line(part: bytes, start: int, lines: int) -> int:
    """Return where so many lines from `start` end; there are as many."""
    return len(part) - len(part[start:].split(LF, lines)[lines]) if lines else start
