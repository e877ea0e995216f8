"""The plain dialogue, as RFCs, books and mailing lists print it: no escapes, not byte-exact."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pop3shell.transcript.errors import TranscriptError
from pop3shell.transcript.follow import Follower
from pop3shell.transcript.grammar import MAGIC, PLACEHOLDER
from pop3shell.transcript.model import (
    ClientLine,
    Entry,
    Happened,
    Note,
    Placeholder,
    ServerLine,
    StandIn,
)
from pop3shell.transcript.versioned import expectation, note_text

#: Lines over which a printed stand-in may run.
LONGEST_STAND_IN = 10

_TIME = rb"(?:\[([0-9]{1,10}(?:\.[0-9]{1,9})?)\] ?)?"
_SIDE = re.compile(
    _TIME + rb"(?:([CS]):(?![\\/])|((?i:client|server)):)(.*)",
    re.DOTALL,
)
_OTHER = re.compile(_TIME + rb"(\*:|S~|S\.\.\.) ?(.*)", re.DOTALL)
_SEVERAL = re.compile(rb"[ \t]+(?=(?i:client|server):(?:[ \t]|$))")
STAND_IN = re.compile(rb"<[^<>@]*\b(?i:messages?|sends?|sent|connections?)\b[^<>@]*>")
_OF_CONNECTION = re.compile(rb"\b(?i:connections?)\b")


class PlainDialogue:
    """Reads blocks of whole lines, in order.

    Where a body begins and ends is learnt by following the dialogue: the lines of a body may be
    printed without their ``S:``.
    """

    def __init__(self) -> None:
        self._number = 0
        self._follower = Follower()
        self._tagged_body: bool | None = None  # told by the body's first line
        self._indent = 0  # blanks before the tag of the last reply
        self._align = 1  # blanks behind it
        self._broken: list[bytes] = []  # a stand-in that runs over several lines
        self._broken_at = 0

    @property
    def number(self) -> int:
        """The number of the next line."""
        return self._number + 1

    def entries(self, block: bytes) -> Iterator[Entry]:
        """Read a block. Raises TranscriptError."""
        for line in block.removesuffix(b"\n").split(b"\n") if block else ():
            self._number += 1
            if b"\0" in line:
                raise TranscriptError(self._number, "there is a NUL in it; this is no text file")
            yield from self._line(line.rstrip(b"\r \t"))

    def end(self) -> Iterator[Entry]:
        """Read what is left when the file is over."""
        yield from self._mended()

    def _line(self, line: bytes) -> Iterator[Entry]:
        text = line.lstrip(b" \t")
        side = _SIDE.fullmatch(text)
        if side or text == b".":
            yield from self._mended()
        if side:
            yield from self._sides(side, len(line) - len(text))
        elif self._broken:
            yield from self._go_on(text)
        elif self._follower.body and not self._tagged_body and not self._is_by_hand(text):
            yield from self._untagged(line, text)
        elif text.startswith(MAGIC):
            raise TranscriptError(self._number, f"{MAGIC.decode()} must be the file's first line")
        elif text.startswith(b"#"):
            yield Note(self._number, note_text(text))
        elif tagged := _OTHER.fullmatch(text):
            yield self._other(tagged)
        elif text:
            yield Note(self._number, text.decode("utf-8", "backslashreplace"))

    def _is_by_hand(self, text: bytes) -> bool:
        """Whether it is an expectation, event or note that stands before a body's first line.

        Behind a first line without ``S:`` it is a line of the body, whatever it looks like.
        """
        return self._tagged_body is None and bool(text[:1] == b"#" or _OTHER.fullmatch(text))

    def _other(self, tagged: re.Match[bytes]) -> Entry:
        seconds = float(tagged[1]) if tagged[1] else None
        if tagged[2] != b"*:":
            self._tagged_body = True
        if tagged[2] == b"*:":
            return Happened(self._number, seconds, tagged[3].decode("utf-8", "surrogateescape"))
        return expectation(self._number, tagged[2], seconds, tagged[3])

    def _sides(self, side: re.Match[bytes], indent: int) -> Iterator[Entry]:
        seconds = float(side[1]) if side[1] else None
        if side[2]:
            yield from self._said(side[2] == b"C", side[4], seconds, indent)
            return
        for said in _SEVERAL.split(side[3] + b":" + side[4]):
            name, _, text = said.partition(b":")
            yield from self._said(name.lower() == b"client", text, seconds, indent)

    def _said(
        self, client: bool, printed: bytes, seconds: float | None, indent: int
    ) -> Iterator[Entry]:
        text = printed.lstrip(b" \t")
        if client:
            yield from self._client(text, seconds)
            return
        blanks = len(printed) - len(text)
        if self._follower.body:
            self._tagged_body = True
            yield from self._server(printed[min(blanks, self._align) :], seconds)
        else:
            self._indent, self._align = indent, max(blanks, 1)
            yield from self._server(text, seconds)

    def _client(self, text: bytes, seconds: float | None) -> Iterator[Entry]:
        if STAND_IN.fullmatch(text):
            yield Note(self._number, text.decode("utf-8", "backslashreplace"))
            return
        self._follower.join()
        self._follower.end_body()
        self._follower.client(text + b"\r\n")
        yield ClientLine(self._number, seconds, text + b"\r\n", _placeholders(text))

    def _server(self, text: bytes, seconds: float | None) -> Iterator[Entry]:
        if STAND_IN.fullmatch(text):
            if self._follower.body or not _OF_CONNECTION.search(text):
                yield StandIn(self._number, seconds, text + b"\r\n")
            else:
                yield Note(self._number, text.decode("utf-8", "backslashreplace"))
        elif self._follower.body and text.startswith(b"<") and b">" not in text:
            self._broken, self._broken_at = [text], self._number
        else:
            self._follow(text + b"\r\n")
            yield ServerLine(self._number, seconds, text + b"\r\n", _placeholders(text))

    def _untagged(self, line: bytes, text: bytes) -> Iterator[Entry]:
        """A line of a body that is printed as it came."""
        if self._tagged_body is None:
            if not text:
                return
            self._tagged_body = False
        indent = min(len(line) - len(text), self._indent) if text else 0
        yield from self._server(line[indent:], None)

    def _go_on(self, text: bytes) -> Iterator[Entry]:
        """A stand-in that began on a line before."""
        self._broken.append(text)
        if text.endswith(b">") or len(self._broken) == LONGEST_STAND_IN:
            yield from self._mended()

    def _mended(self) -> Iterator[Entry]:
        """Put a stand-in that ran over several lines together; if it is none, give its lines."""
        lines, self._broken = self._broken, []
        if not lines:
            return
        joined = b" ".join(filter(None, lines))
        if STAND_IN.fullmatch(joined):
            yield StandIn(self._broken_at, None, joined + b"\r\n")
            return
        for number, line in enumerate(lines, self._broken_at):
            yield ServerLine(number, None, line + b"\r\n")

    def _follow(self, octets: bytes) -> None:
        before = self._follower.body
        self._follower.server(octets)
        if self._follower.body is not before:
            self._tagged_body = None


def _placeholders(text: bytes) -> tuple[Placeholder, ...]:
    """Find the placeholders that what a scripted session prints has in it."""
    found = PLACEHOLDER.finditer(text) if b"${" in text else ()
    return tuple(Placeholder(one.start(), one.end(), one[1].decode()) for one in found)
