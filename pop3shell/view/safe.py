"""Whole streams made harmless and readable before they are shown; see ``protocol.visible``."""

from __future__ import annotations

import codecs
import re

from pop3shell.protocol.visible import UNSAFE_BEYOND_ASCII, has_common_lines, octets_of

_PLAIN = bytes(range(0x20, 0x7F))
_LINE_END = "\0"
# ESC first, for what sets off begins with it; then NUL, which is to stand for the line ends.
_ESC_AND_NUL = "\x1b\0"
_OTHER_CONTROLS = [chr(octet) for octet in (*range(1, 0x1B), *range(0x1C, 0x20), 0x7F)]
#: Control characters in a row that are escaped together; the CR of a CRLF is none of them.
_MANY = 32
# Compiled by `re` when they are first used: the first prompt comes the sooner.
_MANY_CONTROLS = f"([\0-\x09\x0b-\x1f\x7f]{{{_MANY},}})(?!\n)"
_CONTROLS_ALIKE = bytes(0x20 <= octet != 0x7F or octet == 0x0A for octet in range(256))
_LONE_CR = rb"\r[^\n]"


def _escaped(text: str, line_end: str, on: str, off: str) -> str:
    """Where other text stands between: a replacement for each control character there is."""
    for control in _ESC_AND_NUL:
        text = text.replace(control, on + octets_of(control) + off)
    text = text.replace("\r\n", _LINE_END)
    for control in _OTHER_CONTROLS:
        if control in text:  # a search takes next to no time
            text = text.replace(control, on + octets_of(control) + off)
    if not text.isascii():
        text = _escaped_beyond_ascii(text, on, off)
    return text.replace(_LINE_END, line_end)


def _escaped_beyond_ascii(text: str, on: str, off: str) -> str:
    if not on and r"\udc" not in text:
        # What is no UTF-8, many times as fast; not where the text holds such an escape itself.
        text = text.encode("utf-8", "backslashreplace").replace(rb"\udc", rb"\x").decode()
    return re.sub(f"{UNSAFE_BEYOND_ASCII}+", lambda found: on + octets_of(found[0]) + off, text)


class VisibleLines:
    """Turns a stream of CRLF lines into shown lines, each behind ``prefix``, in bulk.

    What is unprintable stands between ``on`` and ``off``. What is cut in mid-character or between
    CR and LF is kept for the next time; ``end`` gives what is left over.
    """

    def __init__(self, prefix: bytes, on: str = "", off: str = "") -> None:
        self._prefix = prefix
        self._line_end = "\n" + prefix.decode()
        self._on, self._off = on, off
        self._fresh = True
        self._held = b""
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")

    @property
    def unfinished(self) -> bool:
        """Whether a line was begun and not ended."""
        return not self._fresh or bool(self._held)

    def feed(self, octets: bytes) -> bytes:
        """Return what can be shown of ``octets``, each CRLF as a line feed."""
        octets = self._held + octets
        self._held = b""
        if octets.endswith(b"\r"):
            octets, self._held = octets[:-1], b"\r"
        return self._prefixed(octets) if octets else b""

    def end(self) -> bytes:
        """Return what is left over, with a line feed behind an unfinished line."""
        held, self._held = self._held, b""
        shown = self._visible(held, final=True)
        self._decoder.reset()
        if shown and self._fresh:
            shown = self._prefix + shown
        elif self._fresh:
            return b""
        self._fresh = True
        return shown + b"\n"

    def _prefixed(self, octets: bytes) -> bytes:
        first = self._prefix if self._fresh else b""
        self._fresh = octets.endswith(b"\r\n")
        pending = bool(self._decoder.getstate()[0])
        if pending or not _is_plain(octets):
            lines = self._visible(octets)
        else:
            # A fraction of the time that one replacement of two octets takes.
            lines = octets.replace(b"\r", b"").replace(b"\n", b"\n" + self._prefix)
        if self._fresh:
            lines = lines[: -len(self._prefix)] if self._prefix else lines
        return first + lines

    def _visible(self, octets: bytes, *, final: bool = False) -> bytes:
        text = self._decoder.decode(octets, final)
        if has_common_lines(text):
            return text.replace("\r\n", self._line_end).encode()
        # To look for long runs in this way takes a tenth of the time that `re` takes.
        runs = bytes(_MANY) in octets.translate(_CONTROLS_ALIKE)
        pieces = re.split(_MANY_CONTROLS, text) if runs else [text]
        pieces[::2] = [
            _escaped(piece, self._line_end, self._on, self._off) for piece in pieces[::2]
        ]
        pieces[1::2] = [self._on + octets_of(piece) + self._off for piece in pieces[1::2]]
        shown = "".join(pieces)
        return (shown.replace(self._off + self._on, "") if self._on else shown).encode()


def _is_plain(octets: bytes) -> bool:
    """Whether nothing but printable ASCII and CRLFs is in octets that don't end in a CR."""
    left = octets.translate(None, _PLAIN)
    return left == b"\r\n" * (len(left) // 2) and re.search(_LONE_CR, octets) is None
