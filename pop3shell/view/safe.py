"""Whole streams made harmless and readable before they are shown; see ``protocol.visible``."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable

from pop3shell.protocol.visible import visible_text

_PLAIN = bytes(range(0x20, 0x7F))
_lone_cr = re.compile(rb"\r[^\n]").search


class VisibleLines:
    """Turns a stream of CRLF lines into shown lines, each behind ``prefix``, in bulk.

    ``show`` makes a line safe that may need it. What is cut in mid-character or between CR and LF
    is kept for the next time; ``end`` gives what is left over.
    """

    def __init__(self, prefix: bytes, show: Callable[[str], str] = visible_text) -> None:
        self._prefix = prefix
        self._show = show
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
        shown = visible_text(self._decoder.decode(held, final=True)).encode()
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
            lines = self._slowly(octets)
        else:
            # A fraction of the time that one replacement of two octets takes.
            lines = octets.replace(b"\r", b"").replace(b"\n", b"\n" + self._prefix)
        if self._fresh:
            lines = lines[: -len(self._prefix)] if self._prefix else lines
        return first + lines

    def _slowly(self, octets: bytes) -> bytes:
        """Escape what has to be, line ends left alone."""
        text = self._decoder.decode(octets)
        safe = ("\n" + self._prefix.decode()).join(self._show(line) for line in text.split("\r\n"))
        return safe.encode("utf-8", "surrogateescape")


def _is_plain(octets: bytes) -> bool:
    """Whether nothing but printable ASCII and CRLFs is in octets that don't end in a CR."""
    left = octets.translate(None, _PLAIN)
    return left == b"\r\n" * (len(left) // 2) and _lone_cr(octets) is None
