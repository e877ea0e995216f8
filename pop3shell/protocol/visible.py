r"""Making octets harmless and readable before they are shown.

Control characters, escape sequences, bidirectional overrides, zero-width characters and octets
that are no UTF-8 are shown as ``\xHH``, one for each octet, so that what is shown can't move the
cursor, retitle the window, or pass for something else.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

_BEYOND_ASCII = (
    "\x80-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\uffff\U000110bd\U000110cd\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
#: Pattern of the characters shown as their octets: C0, DEL, C1, soft hyphen, format characters
#: (bidirectional, zero-width, tags, interlinear), line and paragraph separators, byte-order mark,
#: noncharacters, and the surrogates by which octets that are no UTF-8 are carried.
UNSAFE = f"[\x00-\x1f\x7f{_BEYOND_ASCII}]"
_UNSAFE_RUN = f"{UNSAFE}+"
#: The same of those that are no ASCII.
UNSAFE_BEYOND_ASCII = f"[{_BEYOND_ASCII}]"

_COMMON = (
    "[ -~\xa0-\xac\xae-\u034e\u0350-\u05ff\u2010-\u2027\u2030-\u205f\u2070-\u2fff\u3001-\u312f"
    "\u4e00-\ud7ff\uff01-\uff5e]*+"
)

_PLAIN = bytes(range(0x20, 0x7F))


@cache
def _find_common() -> Callable[[str], re.Match[str] | None]:
    """Compiled when it is needed: that takes longer than any other step to the first prompt."""
    return re.compile(_COMMON).fullmatch


@cache
def _find_common_lines() -> Callable[[str], re.Match[str] | None]:
    return re.compile(f"{_COMMON}(?:\r\n{_COMMON})*+").fullmatch


def is_common(text: str) -> bool:
    """Whether text is nothing but characters in common use that ``UNSAFE`` does not match.

    To look them up one by one in there takes ten times as long.
    """
    return (text.isascii() and text.isprintable()) or _find_common()(text) is not None


def has_common_lines(text: str) -> bool:
    """Whether the lines of a text, each of which but the last ends in CRLF, are common."""
    return _find_common_lines()(text) is not None


def octets_of(text: str) -> str:
    r"""Return the octets of a text, each as ``\xHH``."""
    try:
        octets = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half a UTF-16 pair, as file names on Windows may hold
        octets = text.encode("utf-8", "surrogatepass")
    return r"\x" + octets.hex("\\").replace("\\", r"\x")


def _escape(found: re.Match[str]) -> str:
    return octets_of(found[0])


def visible(octets: bytes) -> str:
    """Return one line's octets as text that can be shown anywhere."""
    if not octets.translate(None, _PLAIN):
        return octets.decode("ascii")
    return visible_text(octets.decode("utf-8", "surrogateescape"))


def visible_octets(octets: bytes) -> bytes:
    """Return one line's octets as UTF-8 that can be shown anywhere."""
    if not octets.translate(None, _PLAIN):
        return octets
    return visible_text(octets.decode("utf-8", "surrogateescape")).encode()


def visible_text(text: str) -> str:
    """Return text with everything unprintable shown as its octets."""
    return text if is_common(text) else re.sub(_UNSAFE_RUN, _escape, text)
