"""Lines of columns that fit a terminal."""

from __future__ import annotations

import unicodedata

_CUT = "..."


def cells(text: str) -> int:
    """Return how many cells of a terminal a text takes; most take one each character."""
    if text.isascii():
        return len(text)
    return sum(map(_cells, text))


def _cells(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def cut(text: str, width: int) -> str:
    """Return a text that takes ``width`` cells at most; ``...`` stands for what was cut off."""
    if cells(text) <= width:
        return text
    room = width - len(_CUT)
    if room <= 0:
        return _CUT[:width]
    kept = 0
    for index, character in enumerate(text):
        kept += _cells(character)
        if kept > room:
            return text[:index] + _CUT
    return text


def wrapped(line: str, columns: int) -> str:
    """Break a line between words, each further line behind the same blanks."""
    import textwrap  # most lines fit

    blank = line[: len(line) - len(line.lstrip())]
    return textwrap.fill(line, columns, subsequent_indent=blank, break_on_hyphens=False)


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Return a text that takes exactly ``width`` cells, cut or filled with blanks."""
    text = cut(text, width)
    blanks = " " * (width - cells(text))
    return blanks + text if right else text + blanks
