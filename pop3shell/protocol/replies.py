"""The grammars of replies: status line, STAT, listings, capabilities, timestamp."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum

from pop3shell.protocol import limits
from pop3shell.protocol.commandline import strip_end
from pop3shell.protocol.spec import lengths


class Status(Enum):
    """The status indicator of a reply (RFC 1939 section 3)."""

    OK = "+OK"
    ERR = "-ERR"


# The patterns are compiled by `re` when they are first used: the first prompt comes the sooner.
_OK = Status.OK
_INDICATORS = {b"+OK": _OK, b"-ERR": Status.ERR}
_INDICATOR = rb"(?i)\+OK|-ERR"
_CODE = rb"\[([^\s\]]+)\]"
_STAT = rb" ?([0-9]{1,20}) +([0-9]{1,20})(?![0-9])"
_TIMESTAMP = (
    rb"""<(?:"[^"<>\x00-\x1f\x7f-\xff]*"|[^"<>@\x00-\x20\x7f-\xff])+@[^<>@\x00-\x20\x7f-\xff]+>"""
)
_SCAN = rb"(?m)^([0-9]{1,20}) +([0-9]{1,20})(?![0-9])"
_UNIQUE_ID = rb"(?m)^([0-9]{1,20}) +([^\s]{1,%d})" % lengths.STATUS_LINE


def status_of(line: bytes) -> tuple[Status | None, bytes, bool]:
    """Split a status line into (status, text after the blank, whether the indicator is exact).

    An indicator in any case of letters is one, whatever follows it. The status is None where the
    line begins with none.
    """
    if line.startswith((b"+OK ", b"+OK\r\n")):
        return _OK, strip_end(line[4:] if line[3] == 32 else line[3:]), True
    word, _, text = strip_end(line).partition(b" ")
    status = _INDICATORS.get(word)
    if status:
        return status, text, True
    if found := re.match(_INDICATOR, line):
        rest = strip_end(line)[found.end() :]
        return _INDICATORS[found[0].upper()], rest.removeprefix(b" "), False
    return None, text, False


def looks_like_status(line: bytes) -> bool:
    """Whether a line begins with ``+OK`` or ``-ERR``, in any case of letters."""
    return line[:3].upper() == b"+OK" or line[:4].upper() == b"-ERR"


def response_code(text: bytes) -> str:
    """The response code at the head of a reply's text, or "" (RFC 2449 section 8)."""
    if not text.startswith(b"["):
        return ""
    found = re.match(_CODE, text)
    return found[1].decode("ascii", "replace") if found else ""


def timestamp(greeting_text: bytes) -> bytes:
    """The APOP timestamp of a greeting, angle brackets included, or b"" (RFC 1939 section 7)."""
    found = re.search(_TIMESTAMP, greeting_text) if b"<" in greeting_text else None
    return found[0] if found else b""


def stat(text: bytes) -> tuple[int, int] | None:
    """(messages, octets) of a reply to STAT, or None where the text is no drop listing."""
    found = re.match(_STAT, text)
    return (int(found[1]), int(found[2])) if found else None


def scan_listing(content: bytes) -> dict[int, int]:
    """Octets by message number, from the first ``limits.LISTED`` lines of LIST."""
    return {int(number): int(octets) for number, octets in _listed(_SCAN, content)}


def malformed(content: bytes) -> int:
    """How many of the first ``limits.LISTED`` lines of LIST are no scan listing.

    Where every line is digits, a blank, digits, as nearly always, none is looked at by itself.
    """
    lines = content.count(b"\n")
    if content.translate(None, b"0123456789\r") == b" \n" * lines:
        wrong = content.startswith(b" ") or b"\n " in content or re.search(rb" \r?\n", content)
        if not wrong:
            return 0
    return min(lines, limits.LISTED) - sum(1 for _ in _listed(_SCAN, content))


def unique_ids(content: bytes) -> dict[int, str]:
    """Unique-ids by message number, from the first ``limits.LISTED`` lines of UIDL."""
    found = _listed(_UNIQUE_ID, content)
    return {int(number): uid.decode("ascii", "backslashreplace") for number, uid in found}


def _listed(pattern: bytes, content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield number and value of each line that has them.

    They are looked for block by block: together they are ten times as large as the listing.
    """
    find = re.compile(pattern).findall
    at, room = 0, limits.LISTED
    while at < len(content) and room > 0:
        end = _behind_lines(content, at)
        lines = content.count(b"\n", at, end)
        if lines > room:
            end = at
            for _ in range(room):
                end = content.find(b"\n", end) + 1
        yield from find(content, at, end)
        at, room = end, room - lines


def _behind_lines(content: bytes, at: int) -> int:
    """Where a block of whole lines that begins at ``at`` ends."""
    if len(content) - at <= limits.LISTING_BLOCK:
        return len(content)
    end = content.rfind(b"\n", at, at + limits.LISTING_BLOCK) + 1
    return end or content.find(b"\n", at + limits.LISTING_BLOCK) + 1 or len(content)


def capabilities(content: bytes) -> dict[str, tuple[str, ...]]:
    """Arguments by capability tag in upper case, from the lines of CAPA (RFC 2449 section 5).

    ``SASL=PLAIN``, as some servers write it, is read as ``SASL PLAIN``.
    """
    if len(content) > limits.CAPABILITIES:
        content = content[: limits.CAPABILITIES].rpartition(b"\n")[0]
    found: dict[str, list[str]] = {}
    for line in content.decode("utf-8", "backslashreplace").split("\n"):
        if words := line.split():
            tag, _, first = words[0].partition("=")
            found.setdefault(tag.upper(), []).extend([first] * bool(first) + words[1:])
    return {tag: tuple(arguments) for tag, arguments in found.items()}
