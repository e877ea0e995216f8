"""Lines of columns that fit a terminal."""

from __future__ import annotations

import re
import unicodedata

#: A width that is no limit.
UNLIMITED = 1 << 20
#: A sequence that changes the looks, and takes no cell.
LOOKS = r"\x1b\[[0-9;]*m"
_CUT = "..."
_BLANKS_OR_WORD = re.compile(" +|[^ ]+")
_UNIT = re.compile(f"{LOOKS}|.", re.DOTALL)


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


def wrapped(line: str, columns: int, hang: int | None = None) -> str:
    """Break a line between words, into lines of ``columns`` cells at most.

    Each further line stands behind ``hang`` blanks, as many as the line begins with if None, or
    none where these would take half the line. Only a word that is longer than a line is broken.
    SGR sequences in the line take no cell.
    """
    if _seen(line) <= columns:
        return line
    hang = len(line) - len(line.lstrip(" ")) if hang is None else hang
    filled = _Rows(max(columns, 2), hang if 2 * hang <= columns else 0)
    for piece in _BLANKS_OR_WORD.findall(line.rstrip(" ")):
        if piece.startswith(" "):
            filled.blanks(piece)
        else:
            filled.word(piece)
    return "\n".join(filled.rows)


def _seen(text: str) -> int:
    return cells(re.sub(LOOKS, "", text) if "\x1b" in text else text)


class _Rows:
    """Rows of words, the further ones behind a hanging indent."""

    def __init__(self, columns: int, hang: int) -> None:
        self.rows = [""]
        self._columns, self._hang = columns, hang
        self._used = 0  # cells of the last row
        self._gap = ""  # blanks that are dropped where a row ends

    def blanks(self, blanks: str) -> None:
        self._gap = blanks
        if not self._used and len(blanks) < self._columns:  # the line's own indent
            self._put(blanks, len(blanks))

    def word(self, word: str) -> None:
        width = _seen(word)
        fits = self._used + len(self._gap) + width <= self._columns
        if not fits and self._used + len(self._gap) > self._hang:
            self._next()
        self._put(self._gap, len(self._gap))
        if self._used + width <= self._columns:
            self._put(word, width)
        else:
            self._break(word)

    def _break(self, word: str) -> None:
        for unit in _UNIT.findall(word):
            width = 0 if unit.startswith("\x1b") else _cells(unit)
            if self._used + width > self._columns:
                self._next()
            self._put(unit, width)

    def _next(self) -> None:
        self.rows.append(" " * self._hang)
        self._used, self._gap = self._hang, ""

    def _put(self, text: str, width: int) -> None:
        self.rows[-1] += text
        self._used += width
        self._gap = ""


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Return a text that takes exactly ``width`` cells, cut or filled with blanks."""
    text = cut(text, width)
    blanks = " " * (width - cells(text))
    return blanks + text if right else text + blanks
