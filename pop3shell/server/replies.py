"""What the server answers: a status line, and lines up to a lone dot where there are any."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pop3shell.protocol.framing import CRLF, TERMINATOR, stuff
from pop3shell.protocol.replies import Status
from pop3shell.protocol.sasl import pop3 as sasl
from pop3shell.protocol.spec import codes
from pop3shell.server.limits import CHUNK_OCTETS, MAX_STATUS_OCTETS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Response codes (RFC 2449 section 8, RFC 3206).
IN_USE = codes.IN_USE.name
AUTH_FAILED = codes.AUTH.name
LOGIN_DELAY = codes.LOGIN_DELAY.name
SYS_TEMP = codes.SYS_TEMP.name

_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ROOM = MAX_STATUS_OCTETS - len(CRLF)


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: its status, the text after it, a response code, and the lines of its body.

    `body` holds whole lines with their CRLF, not yet dot-stuffed, in pieces of any size; None
    makes the reply a single line. Without a status it is a challenge of an AUTH exchange, and no
    reply yet; `text` is then base64 (RFC 5034 section 4).
    """

    status: Status | None
    text: str
    code: str = ""
    body: Iterable[bytes] | None = None

    @property
    def ok(self) -> bool:
        """Whether it is a positive reply."""
        return self.status is Status.OK

    @property
    def refused(self) -> bool:
        """Whether it is a negative reply."""
        return self.status is Status.ERR

    def encode(self, utf8: bool = False) -> Iterator[bytes]:
        """Yield the octets to send, in pieces that can be written one after the other.

        `utf8`: whether the client takes UTF-8 in texts (RFC 6856).
        """
        yield status_line(self, utf8)
        if self.body is not None:
            yield from map(stuff, self.body)
            yield TERMINATOR


def ok(text: str) -> Reply:
    """Return a positive reply of one line."""
    return Reply(Status.OK, text)


def counted(messages: int) -> str:
    """Return so many messages in words."""
    return "1 message" if messages == 1 else f"{messages} messages"


def listing(text: str, lines: Iterable[str]) -> Reply:
    """Return a positive reply with these lines, given without their ends."""
    content = b"".join(line.encode() + CRLF for line in lines)
    return Reply(Status.OK, text, body=pieces(content))


def content(text: str, octets: bytes) -> Reply:
    """Return a positive reply with message octets that consist of whole lines."""
    return Reply(Status.OK, text, body=pieces(octets))


def error(text: str, code: str = "") -> Reply:
    """Return a negative reply."""
    return Reply(Status.ERR, text, code)


def challenge(octets: bytes) -> Reply:
    """Return a challenge of an AUTH exchange; it may be empty, and of any length."""
    return Reply(None, sasl.encode(octets).decode("ascii"))


def status_line(reply: Reply, utf8: bool = False) -> bytes:
    """Return a reply's first line: 512 octets at most, printable ASCII (or UTF-8) only."""
    if reply.status is None:
        return f"+ {reply.text}".encode("ascii") + CRLF
    code = f"[{reply.code}] " if reply.code else ""
    line = f"{reply.status.value} {code}{reply.text}"
    if not utf8:
        return _UNPRINTABLE.sub("?", line).encode("ascii")[:_ROOM] + CRLF
    cut = _CONTROL.sub("?", line).encode()[:_ROOM]
    return cut.decode("utf-8", "ignore").encode() + CRLF  # no half character at the end


def pieces(octets: bytes, size: int = CHUNK_OCTETS) -> Iterator[bytes]:
    """Cut whole lines into pieces of whole lines, each of about `size` octets."""
    start = 0
    while start < len(octets):
        end = octets.find(CRLF, max(start, start + size - len(CRLF)))
        stop = len(octets) if end < 0 else end + len(CRLF)
        yield octets[start:stop]
        start = stop
