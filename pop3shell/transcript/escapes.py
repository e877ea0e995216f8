r"""Octets as text and back: ``\\`` and ``\xHH``, exact for any octets, in bulk.

No Python code runs per line: the octets of a line that is plain ASCII are its text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

CRLF = b"\r\n"
LF = b"\n"

#: Characters that can't be seen, or deceive, as their UTF-8: C1, soft hyphen, format characters
#: (bidirectional, zero-width, tags, interlinear), line and paragraph separators, byte-order mark,
#: noncharacters. They are written as their octets, like C0, DEL, and what is no UTF-8.
_INVISIBLE = re.compile(
    rb"\xc2[\x80-\x9f\xad]|\xcd\x8f|\xd8[\x80-\x85\x9c]|\xdb\x9d|\xdc\x8f|\xe0(?:\xa2[\x90\x91]|\xa3\xa2)"
    rb"|\xe1(?:\x85[\x9f\xa0]|\x9e[\xb4\xb5]|\xa0[\x8b-\x8f])"
    rb"|\xe2(?:\x80[\x8b-\x8f\xa8-\xae]|\x81[\xa0-\xaf])|\xe3\x85\xa4"
    rb"|\xef(?:\xb8[\x80-\x8f]|\xbb\xbf|\xbe\xa0|\xbf[\xb0-\xbf])"
    rb"|\xf0(?:\x91(?:\x82\xbd|\x83\x8d)|\x93(?:\x90[\xb0-\xbf]|\x91[\x80-\x9f])|\x9b\xb2[\xa0-\xa3]|\x9d\x85[\xb3-\xba])|\xf3\xa0[\x80-\xbf]{2}"
).sub
_ESCAPED = [b"%c" % octet for octet in (*range(0x20), 0x5C, 0x7F) if octet not in CRLF]
_PLAIN = bytes(octet for octet in range(0x20, 0x7F) if octet != 0x5C)
_NO_CONTROL = bytes(octet for octet in range(0x20, 0x100) if octet != 0x7F)
_WHOLE = re.compile(rb"[^\\]*+(?:\\(?:\\|x[0-9a-fA-F]{2}|n?(?=\r\n))[^\\]*+)*+")
# Searches that begin with a rare character are many times as fast as others.
_irregular = re.compile(rb"\n(?<![!-\xff]\r\n)").search
_odd_end = re.compile(rb"\n(?<![^ ]\r\n)").search
_no_octet = re.compile(rb"\\(?!x[0-9a-fA-F][0-9a-fA-F])").search
_other_end = re.compile(rb"\\n?\r").search


class BadEscape(ValueError):
    r"""A ``\`` that begins no escape: ``text`` shows it, ``line`` counts the lines before it."""

    def __init__(self, text: str, line: int) -> None:
        super().__init__(text)
        self.text = text
        self.line = line


def escape(octets: bytes) -> bytes:
    """Return the text for any octets; a line's end in them is escaped like all else."""
    if not octets.translate(None, _PLAIN) and b"${" not in octets:
        return octets
    return visible(_escape_syntax(octets))


def escape_line(octets: bytes) -> bytes:
    r"""Return the text of one line: nothing for its CRLF, ``\n`` for LF, ``\`` for no end."""
    if octets.endswith(CRLF):
        text = escape(octets[:-2])
        return text[:-1] + rb"\x20" if text.endswith(b" ") else text
    if octets.endswith(LF):
        return escape(octets[:-1]) + rb"\n"
    return escape(octets) + b"\\"


def file_lines(pieces: Sequence[bytes], tag: bytes, begun: bytes) -> memoryview:
    """Return the whole lines in the pieces of a block as they stand in the file, behind ``tag``.

    ``begun`` is how the first of them begins in the file, its time and tag; what follows the last
    line's end is left out.

    Mostly all is printable, every line ends in CRLF, and none is empty or has a blank at its end.
    Then two replacements of single characters do it, which are the fastest thing there is.
    """
    # The pieces are put together once, behind what needs no escape.
    block = b"".join((begun, b" ", *pieces))
    if block.startswith(CRLF, len(begun) + 1):
        block = begun + block[len(begun) + 1 :]
    if _needs_escapes(block):
        block = visible(_escape_syntax(block), kept=CRLF)
    irregular = _irregular(block) is not None
    if irregular and _odd_end(block):
        block = _escape_ends(block)
    text = _tagged(block, tag, irregular)
    if text is None:
        text = _tagged(_escape_ends(block), tag, irregular) or b""
    return memoryview(text)[: text.rfind(LF) + 1]


def _needs_escapes(block: bytes) -> bool:
    """Whether there is more than plain ASCII and line ends.

    One search for each of these octets takes less than one look at each octet of the block.
    """
    if not block.isascii() or any(octet in block for octet in _ESCAPED):
        return True
    return b"$" in block and b"${" in block


def _tagged(block: bytes, tag: bytes, irregular: bool) -> bytes | None:
    """Put a tag before each line, and a blank if it has a text; None if a CR is within a line.

    Every LF must have its CR: that becomes the line's end, the LF the next line's tag.
    """
    text = block.replace(LF, tag + b" ")
    lines = (len(text) - len(block)) // len(tag)
    if irregular:
        text = text.replace(tag + b" \r", tag + b"\r")
    text = text.replace(b"\r", LF, lines)
    return None if b"\r" in text else text


def _escape_ends(block: bytes) -> bytes:
    """Escape what is no CRLF, and a blank before an end. Other control characters are by now."""
    block = block.replace(CRLF, b"\0").replace(b"\r", rb"\x0d").replace(LF, b"\\n\0")
    return block.replace(b" \0", b"\\x20\0").replace(b"\0", CRLF)


def visible(octets: bytes, kept: bytes = b"") -> bytes:
    r"""Return the octets with all that is unprintable, but for ``kept``, as ``\xHH``.

    A ``\`` of the octets stays as it is, so that this can't be turned back: notes are written so.
    """
    for control in set(octets.translate(None, _NO_CONTROL + kept)):
        octets = octets.replace(b"%c" % control, rb"\x%02x" % control)
    if octets.isascii():
        return octets
    try:
        octets.decode()
    except UnicodeDecodeError:
        octets = _escape_no_utf8(octets)
    return _INVISIBLE(_as_octets, octets)


def _escape_no_utf8(octets: bytes) -> bytes:
    if b"udc" in octets:
        return octets.decode("utf-8", "backslashreplace").encode()
    # The same, many times as fast.
    text = octets.decode("utf-8", "surrogateescape")
    return text.encode("utf-8", "backslashreplace").replace(rb"\udc", rb"\x")


def _as_octets(found: re.Match[bytes]) -> bytes:
    return b"".join(b"\\x%02x" % octet for octet in found[0])


def _escape_syntax(octets: bytes) -> bytes:
    octets = octets.replace(b"\\", rb"\\")
    return octets.replace(b"${", rb"\x24{") if b"$" in octets else octets


def unescape(texts: bytes) -> bytes:
    r"""Return the octets of a text, or of the texts of lines, each followed by CRLF.

    Raises BadEscape. ``\n`` and a lone ``\`` are escapes only before such a CRLF.
    """
    if b"\\" not in texts:
        return texts
    if _no_octet(texts):  # else all are \xHH
        _check(texts)
        texts = texts.replace(rb"\\", rb"\x5c")
        if _other_end(texts):
            texts = texts.replace(b"\\n\r\n", LF).replace(b"\\\r\n", b"")
    # In octets read as Latin-1 this codec knows our escape; others were refused.
    return texts.decode("unicode_escape").encode("latin-1")


def _check(texts: bytes) -> None:
    whole = _WHOLE.match(texts)
    at = whole.end() if whole else 0
    if at < len(texts):
        shown = texts[at : at + 4].split(b"\r")[0].decode("ascii", "backslashreplace")
        raise BadEscape(shown, texts.count(LF, 0, at))
