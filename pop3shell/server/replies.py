"""What the server answers: a status line, and lines up to a lone dot where there are any."""

from __future__ import annotations

import itertools
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

#: Response codes (RFC 2449 section 8, RFC 3206, RFC 6856 section 5).
IN_USE = codes.IN_USE.name
AUTH_FAILED = codes.AUTH.name
LOGIN_DELAY = codes.LOGIN_DELAY.name
SYS_TEMP = codes.SYS_TEMP.name
NEEDS_UTF8 = codes.UTF8.name

_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_BATCH_LINES = 2000  # of a listing, that there may be a hundred thousand of
_ROOM = MAX_STATUS_OCTETS - len(CRLF)


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: its status, the text after it, a response code, and the lines of its body.

    `body` holds whole lines with their CRLF, not yet dot-stuffed, cut anywhere into pieces; None
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

        `utf8`: whether the client takes UTF-8 in texts (RFC 6856). What a body raises is raised.
        """
        yield status_line(self, utf8)
        if self.body is not None:
            yield from stuffed(self.body)
            yield TERMINATOR


def ok(text: str) -> Reply:
    """Return a positive reply of one line."""
    return Reply(Status.OK, text)


def counted(messages: int) -> str:
    """Return so many messages in words."""
    return "1 message" if messages == 1 else f"{messages} messages"


def listing(text: str, lines: Iterable[str]) -> Reply:
    """Return a positive reply with these lines, given without their ends.

    They are asked for while the reply is sent.
    """
    return Reply(Status.OK, text, body=_batches(iter(lines)))


def content(text: str, parts: Iterable[bytes]) -> Reply:
    """Return a positive reply with the parts of a message, which ends with a line end."""
    return Reply(Status.OK, text, body=itertools.chain.from_iterable(map(_cut, parts)))


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


def stuffed(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Byte-stuff a message, wherever it is cut into parts (RFC 1939 section 3)."""
    before = CRLF
    for part in parts:
        octets = stuff(part)
        if before != CRLF and part.startswith(b"."):
            octets = octets[1:]  # no line begins here
        elif before.endswith(b"\r") and part.startswith(b"\n."):
            octets = b"\n." + octets[1:]
        yield octets
        before = (before + part[-2:])[-2:]


def _batches(lines: Iterator[str]) -> Iterator[bytes]:
    while batch := list(itertools.islice(lines, _BATCH_LINES)):
        yield "\r\n".join((*batch, "")).encode()


def _cut(part: bytes) -> Iterator[bytes]:
    """Cut a part of a message into pieces to send; nothing worth it, no copy."""
    size = CHUNK_OCTETS if len(part) >= 2 * CHUNK_OCTETS else len(part)
    return (part[at : at + size] for at in range(0, len(part), size or 1))
