"""The header of a message for people: fields unfolded, encoded words and charsets decoded.

Whatever a message holds, nothing here raises; what can't be decoded is shown as it came.
"""

from __future__ import annotations

import binascii
import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pop3shell.protocol.visible import visible_text

#: Characters of a decoded field that a summary keeps.
KEPT = 200
#: Octets of a header that are looked at.
HEADER_LIMIT = 1 << 16

# Blanks are tried only from the first of a row on; else a long row of them takes its square.
_FOLD = re.compile(rb"(?:(?<![ \t])[ \t]+)?\r?\n[ \t]+")
_FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:[ \t]*(.*)", re.DOTALL)
_WORD = re.compile(rb"=\?([^?\s*]{1,60})(?:\*[^?\s]*)?\?([BbQq])\?([^?]*)\?=")
_BLANKS = re.compile(r"[ \t]+")
#: What some codecs let through and no other can encode; octets are carried by the rest.
_LONE_SURROGATE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
#: Text encodings of Python that are no charsets of mail, or decode into something else.
_NO_CHARSETS = frozenset(
    {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape", "mbcs", "oem"}
)


@dataclass(frozen=True, slots=True)
class Summary:
    """What a listing shows of a message: decoded, safe for a terminal, one line each.

    ``trouble`` says in a word what is wrong with the header; empty if nothing is.
    """

    date: str = ""
    sender: str = ""
    subject: str = ""
    trouble: str = ""

    def __str__(self) -> str:
        return ": ".join(filter(None, (self.sender, self.subject)))


def fields(header: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield name (lower case) and unfolded value of each field up to the blank line.

    Lines that are no field are passed over.
    """
    for line in _FOLD.sub(b" ", header_of(header)).split(b"\n"):
        if found := _FIELD.fullmatch(line.rstrip(b"\r")):
            yield found[1].decode("ascii").lower(), found[2]


def header_of(message: bytes) -> bytes:
    """Return the header of a message, at most ``HEADER_LIMIT`` octets, without the blank line."""
    begun = message[:HEADER_LIMIT]
    if begun.startswith((b"\r\n", b"\n")):
        return b""
    ends = [at for at in (begun.find(b"\n\r\n"), begun.find(b"\n\n")) if at >= 0]
    return begun[: min(ends) + 1] if ends else begun


def summarise(header: bytes) -> Summary:
    """Read date, sender and subject of a header."""
    found: dict[str, bytes] = {}
    for name, value in fields(header):
        found.setdefault(name, value)
    if not found:
        return Summary(trouble="no header field could be read")
    sender = decoded(found.get("from", b"") or found.get("sender", b""))
    return Summary(
        _kept(_date(decoded(found.get("date", b"")))),
        _kept(name_of(sender)),
        _kept(decoded(found.get("subject", b""))),
    )


def _kept(text: str) -> str:
    return visible_text(text[:KEPT])[:KEPT]


def name_of(sender: str) -> str:
    """Return the name in a mailbox ``Name <address>``, or the address where there is none."""
    before, _, behind = sender.partition("<")
    address, closed, _ = behind.partition(">")
    name = before.strip().removeprefix('"').removesuffix('"')
    if not (address and closed) or '"' in name or "<" in address:
        return sender
    return name or address


def _date(text: str) -> str:
    """The date as its sender wrote it, in the form of ISO 8601; as it came if it is none."""
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(text).strftime("%Y-%m-%d %H:%M")
    except (ValueError, TypeError, IndexError, OverflowError):
        return text


# ---- encoded words (RFC 2047) ----


def decoded(value: bytes) -> str:
    """Return a field's value with its encoded words decoded, blanks and TABs as one blank."""
    text = "".join(_decode(octets, charset) for octets, charset in _joined(_pieces(value)))
    return _BLANKS.sub(" ", text).strip()


def _decode(octets: bytes, charset: str) -> str:
    return decode_text(octets, charset)[0] if charset else _plain(octets)


def _plain(octets: bytes) -> str:
    return octets.decode("utf-8", "surrogateescape")


def _pieces(value: bytes) -> Iterator[tuple[bytes, str]]:
    """Octets and their charset, empty outside encoded words."""
    at = 0
    for found in _WORD.finditer(value):
        gap = value[at : found.start()]
        if gap and (at == 0 or not gap.isspace()):  # blanks between two words don't count
            yield gap, ""
        at = found.end()
        octets = _word(found[2], found[3])
        yield (found[0], "") if octets is None else (octets, found[1].decode("latin-1").lower())
    if at < len(value):
        yield value[at:], ""


def _word(encoding: bytes, text: bytes) -> bytes | None:
    if encoding in b"Qq":
        return binascii.a2b_qp(text, header=True)
    try:
        octets = binascii.a2b_base64(text + b"=" * (-len(text) % 4))
        return octets if octets or not text else None
    except binascii.Error:
        return None


def _joined(pieces: Iterator[tuple[bytes, str]]) -> Iterator[tuple[bytes, str]]:
    """Join what has the same charset: a character may be cut in two by two words."""
    held, charset = b"", ""
    for octets, its in pieces:
        if its != charset:
            yield held, charset
            held, charset = b"", its
        held += octets
    yield held, charset


# ---- charsets ----


def decode_text(octets: bytes, charset: str) -> tuple[str, str]:
    r"""Decode text; return it and a note on what was wrong with its charset, or "".

    Octets that can't be decoded stand in the text as surrogates or as ``\xHH``.
    """
    named = visible_text(charset[:40]).upper() or "US-ASCII"
    try:
        codec = codecs.lookup(charset).name if charset else "ascii"
        if codec.replace("-", "_") in _NO_CHARSETS:
            raise LookupError(codec)
        return _decoded(octets, codec, named)
    except (LookupError, ValueError):  # ValueError: a NUL in the name, or a codec of another kind
        return _plain(octets), f"the charset {named} is not known; read as UTF-8"


def _decoded(octets: bytes, codec: str, named: str) -> tuple[str, str]:
    note = ""
    if codec == "ascii" and not octets.isascii():
        codec, note = "utf-8", f"octets above 127 in what should be {named}; read as UTF-8"
    try:
        text = octets.decode(codec)
    except UnicodeError:
        note = note or f"octets that are no {named} are shown as \\xHH"
        text = octets.decode(codec, "backslashreplace")
    return _LONE_SURROGATE.sub("\ufffd", text), note
