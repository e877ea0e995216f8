r"""Colour for the terminal: of single lines, and in bulk of what multi-line replies hold.

All that is coloured was made safe first, or is made so here: the only escape sequences in it are
the ones of the style table. An escape such as ``\x1b`` that stands for octets is set off by looks
that nest in those of the text around it.

In bulk each look costs one pass of ``re``, with a literal prefix where bodies are long; no Python
code runs per line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from pop3shell.protocol.framing import LF
from pop3shell.protocol.visible import UNSAFE, is_common, octets_of, visible_text
from pop3shell.view import parts
from pop3shell.view.parts import Pairs, Rows
from pop3shell.view.safe import VisibleLines
from pop3shell.view.style import STYLE, Part

Paint = Callable[[bytes], bytes]

#: Octets remembered of a line that hasn't ended; they decide how its rest looks.
REMEMBERED = 4096

_SEQUENCE = rb"\x1b\[[0-9;]*m"
_UNSAFE_RUN = f"{UNSAFE}+"
_ESCAPE_ON, _ESCAPE_OFF = STYLE[Part.ESCAPE].on, STYLE[Part.ESCAPE].off
_BARE_LF = f"{_ESCAPE_ON}\\x0a{_ESCAPE_OFF}\n".encode()


def marked(text: str) -> str:
    """Return text with everything unprintable shown as its octets, set off."""
    if is_common(text):
        return text
    return re.sub(_UNSAFE_RUN, _set_off, text)


def _set_off(found: re.Match[str]) -> str:
    return _ESCAPE_ON + octets_of(found[0]) + _ESCAPE_OFF


def line(pairs: Pairs, *, colour: bool) -> bytes:
    """Return a line's parts, made safe, as UTF-8 with SGR sequences."""
    if not colour:
        return visible_text("".join(text for _, text in pairs)).encode()
    shown = []
    for part, text in pairs:
        if text:
            on, off = _sequences(part)
            shown.append(f"{on}{marked(text)}{off}")
    return "".join(shown).encode()


@cache
def _sequences(part: Part) -> tuple[str, str]:
    look = STYLE[part]
    return look.on, look.off


class Body:
    """Makes the lines of one multi-line reply safe, and colours them, as they come.

    Nothing is held back but a character cut in two and a CR that may belong to a CRLF.
    """

    def __init__(self, rows: Rows, *, colour: bool) -> None:
        self._colour = colour
        self._lines = VisibleLines(b"", *(_ESCAPE_ON, _ESCAPE_OFF) if colour else ())
        self._in_header = rows is Rows.MESSAGE
        self._painted = _Painted(_header if self._in_header else _PAINTS.get(rows, _dots))

    def feed(self, octets: bytes, line_end: bytes) -> bytes:
        """Return what is shown of octets of lines that end in ``line_end``, each as a LF."""
        if line_end == LF:  # that is part of the truth, and shown
            octets = octets.replace(LF, b"\\x0a\r\n")
        return self._show(self._lines.feed(octets), bare_lf=line_end == LF)

    def end(self) -> bytes:
        """Return what is left, with a line feed behind an unfinished line."""
        return self._show(self._lines.end(), bare_lf=False)

    def _show(self, text: bytes, *, bare_lf: bool) -> bytes:
        if not self._colour or not text:
            return text
        if bare_lf:
            text = text.replace(b"\\x0a\n", _BARE_LF)
        if not self._in_header:
            return self._painted.feed(text)
        end = self._painted.blank_line(text, _BARE_LF if bare_lf else b"\n")
        if end < 0:
            return self._painted.feed(text)
        shown = self._painted.feed(text[:end])
        self._in_header = False
        self._painted = _Painted(_body)
        return shown + self._painted.feed(text[end:])


class _Painted:
    """Paints a stream of lines, wherever it is cut: a line's rest by what its beginning was."""

    def __init__(self, paint: Paint) -> None:
        self._paint = paint
        self._begun = b""

    def blank_line(self, text: bytes, blank: bytes) -> int:
        """Index behind the first line of ``text`` that is nothing but ``blank``, or -1."""
        if not self._begun and text.startswith(blank):
            return len(blank)
        found = text.find(b"\n" + blank)
        return found + 1 + len(blank) if found >= 0 else -1

    def feed(self, text: bytes) -> bytes:
        """Return the text in colour; what is set is taken back at its end."""
        shown = b""
        if self._begun:
            cut = text.find(b"\n") + 1 or len(text)
            begun, rest, text = self._begun, text[:cut], text[cut:]
            shown = _behind(self._paint(begun + rest), len(re.sub(_SEQUENCE, b"", begun)))
            self._remember(b"" if rest.endswith(b"\n") else begun + rest)
        if text:
            shown += self._paint(text)
            self._remember(text[text.rfind(b"\n") + 1 :])
        return shown

    def _remember(self, begun: bytes) -> None:
        if len(begun) > REMEMBERED:
            begun = re.sub(_SEQUENCE, b"", begun)[:REMEMBERED]
        self._begun = begun


def _behind(painted: bytes, count: int) -> bytes:
    """What follows the first ``count`` octets, sequences not counted, in the looks it has."""
    looks: list[bytes] = []
    at = 0
    for found in re.finditer(_SEQUENCE, painted):
        if found.start() - at > count:
            break
        count -= found.start() - at
        at = found.end()
        if found[0] in _off():
            looks.pop()
        else:
            looks.append(found[0])
    return b"".join(looks) + painted[at + count :]


@cache
def _off() -> frozenset[bytes]:
    """The sequences that take a look back."""
    return frozenset(look.off.encode() for look in STYLE.values())


# ---- in bulk: lines from their beginning, the last one perhaps without its end ----


def _wrapped(part: Part, group: str) -> bytes:
    look = STYLE[part]
    return f"{look.on}{group}{look.off}".encode()


def _each_line(pattern: str, *looks: Part) -> Paint:
    """Paint the groups of ``pattern`` at the beginning of lines.

    It is compiled by ``re`` when it is first needed: the first prompt comes the sooner.
    """
    line = b"\n" + pattern.encode()  # the literal prefix makes it fast
    template = b"".join(_wrapped(part, f"\\{number}") for number, part in enumerate(looks, 1))
    return lambda text: re.sub(line, b"\n" + template, b"\n" + text)[1:]


def _dots(text: bytes) -> bytes:
    """Set off the dot at the beginning of a line, which is not the content's."""
    if b"\n." in text:
        text = text.replace(b"\n.", b"\n" + _DOT)
    return _DOT + text[1:] if text.startswith(b".") else text


def _body(text: bytes) -> bytes:
    if b"\n>" in text or text.startswith(b">"):
        text = _quoted(text)
    return _dots(text)


def _header(text: bytes) -> bytes:
    return _dots(_folded(_named(text)))


def _with_dots(paint: Paint) -> Paint:
    return lambda text: _dots(paint(text))


_DOT = _wrapped(Part.DOT, ".")
_quoted = _each_line(r"(>.*)", Part.QUOTED)
_named = _each_line(parts.HEADER, Part.HEADER_NAME, Part.HEADER_VALUE)
_folded = _each_line(rf"((?: |{re.escape(_ESCAPE_ON)}\\x09).*)", Part.HEADER_VALUE)
_PAINTS = {
    rows: _with_dots(_each_line(pattern, *looks)) for rows, (pattern, looks) in parts.SHAPES.items()
}
