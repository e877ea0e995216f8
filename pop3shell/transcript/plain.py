"""The plain dialogue, as RFCs, books and mailing lists print it: no escapes, not byte-exact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from pop3shell.transcript.errors import TranscriptError
from pop3shell.transcript.follow import Follower
from pop3shell.transcript.grammar import PLACEHOLDER, misplaced_magic, resembles_magic
from pop3shell.transcript.model import (
    ClientLine,
    Entry,
    Happened,
    Note,
    Placeholder,
    ServerLine,
    StandIn,
)
from pop3shell.transcript.unsided import (
    Line,
    Settled,
    Unsided,
    Whose,
    is_command,
    is_status,
    looks_said,
)
from pop3shell.transcript.versioned import expectation, note_text

#: Lines over which a printed stand-in may run.
LONGEST_STAND_IN = 10

_TIME = rb"(?:\[([0-9]{1,10}(?:\.[0-9]{1,9})?)\] ?)?"
_SIDE = re.compile(
    _TIME + rb"(?:([CScs]):(?![\\/])|((?i:client|server)):)(.*)",
    re.DOTALL,
)
_OTHER = re.compile(_TIME + rb"(\*:|S~|S\.\.\.) ?(.*)", re.DOTALL)
# That no blank stands before keeps a long row of them from being looked at again and again.
_SEVERAL = re.compile(rb"(?<![ \t])[ \t]+(?=(?i:client|server):(?:[ \t]|$))")
# It is first seen that the line ends right: else each of many such words would be tried.
STAND_IN = re.compile(rb"<(?=[^<>@]*>\Z)[^<>@]*\b(?i:messages?|sends?|sent|connections?)\b[^<>@]*>")
_BLANK = rb"(?:[ \t]|\xc2?\xa0)"  # web pages have no-break spaces; in Windows' own encoding, too
_BLANKS = re.compile(rb"%b*" % _BLANK)
_QUOTED = re.compile(_BLANK + rb"*((?:> ?)+)(.*)", re.DOTALL)
_OF_CONNECTION = re.compile(rb"\b(?i:connections?)\b")


class PlainDialogue:
    """Reads blocks of whole lines, in order.

    Where a body begins and ends is learnt by following the dialogue: the lines of a body may be
    printed without their ``S:``.
    """

    def __init__(self) -> None:
        self._number = 0
        self._at = 0  # the line that is read: one that was held comes later
        self._follower = Follower()
        self._unsided = Unsided(self._follower.dialogue)
        self._quote: re.Pattern[bytes] | None = None  # of a mail that quotes the dialogue
        self._begun = False
        self._lower = False  # the sides are written in lower case
        self._suspect = 0  # a line that looks said and isn't understood
        self._lost = 0  # a line that looks said in a body without its dot
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
            self._at = self._number
            if b"\0" in line:
                raise TranscriptError(self._number, "there is a NUL in it; this is no text file")
            yield from self._line(self._unquoted(line.rstrip(b"\r \t")))

    def end(self) -> Iterator[Entry]:
        """Read what is left when the file is over. Raises TranscriptError if it says nothing."""
        yield from self._mended()
        yield from self._settled(self._unsided.end())
        if self._lost and self._follower.body:
            text = "this is still in a reply without its end; write the lone dot that ends that"
            raise TranscriptError(self._lost, text)
        if self._suspect and not self._begun:
            text = "this looks like a line of a session, but nothing says whose it is; "
            text += "write C: before what the client says and S: before what the server says"
            raise TranscriptError(self._suspect, text)

    def _unquoted(self, line: bytes) -> bytes:
        """Return the line without the marks of the mail that quotes the dialogue."""
        if self._quote:
            return _behind(self._quote, line)
        if self._begun or b">" not in line:
            return line
        quoted = _QUOTED.fullmatch(line)
        if not quoted or not (
            _SIDE.fullmatch(quoted[2]) or is_status(quoted[2]) or is_command(quoted[2])
        ):
            return line
        self._quote = re.compile(_BLANK + rb"*(?:> ?){%d}" % quoted[1].count(b">"))
        return quoted[2]

    def _line(self, line: bytes) -> Iterator[Entry]:
        text = _behind(_BLANKS, line)
        side = self._side(text)
        if side or text == b".":
            yield from self._mended()
        if side:
            yield from self._sides(side, _width(line, text))
        elif self._broken:
            yield from self._go_on(text)
        elif self._follower.body and not self._tagged_body and not self._is_by_hand(text):
            yield from self._untagged(line, text)
        elif text.startswith(b"%") and resembles_magic(text):
            raise TranscriptError(self._number, misplaced_magic(self._number))
        elif tagged := _OTHER.fullmatch(text):
            yield from self._settled(self._unsided.happened())
            yield self._other(tagged)
        elif text and self._follower.body:
            yield self._note(text)
        elif text:
            here = Line(self._number, text, _width(line, text))
            yield from self._settled(self._unsided.take(here))

    def _side(self, text: bytes) -> re.Match[bytes] | None:
        """Find out whose side is told at the beginning of a line, if it means one.

        In a body that is printed as it came that is the less likely, and where the file has no
        sides it means none.
        """
        side = _SIDE.fullmatch(text)
        if not side:
            return None
        loose = self._follower.body is not None and self._tagged_body is False
        if loose and self._unsided.trusted:
            return None
        if side[2] and side[2].islower() and not self._lower:
            said = _behind(_BLANKS, side[4])
            if loose or not (self._begun or is_status(said) or is_command(said)):
                return None
            self._lower = True
        return side

    def _settled(self, settled: Settled) -> Iterator[Entry]:
        """Give lines without a side, now that it is known whose they are."""
        for whose, line in settled:
            self._at = line.number
            if whose is Whose.CLIENT:
                yield from self._client(line.text, None)
            elif whose is Whose.SERVER:
                self._indent = line.indent
                yield from self._server(line.text, None)
                if self._unsided.trusted and self._follower.body:
                    self._tagged_body = False
            else:
                yield self._note(line.text)
        self._at = self._number

    def _note(self, text: bytes) -> Note:
        if text.startswith(b"#"):
            return Note(self._at, note_text(text))
        if not self._suspect and looks_said(text):
            self._suspect = self._at
        return Note(self._at, text.decode("utf-8", "backslashreplace"))

    def _is_by_hand(self, text: bytes) -> bool:
        """Whether it is an expectation, event or note that stands before a body's first line.

        Behind a first line without ``S:`` it is a line of the body, whatever it looks like.
        """
        return self._tagged_body is None and bool(text[:1] == b"#" or _OTHER.fullmatch(text))

    def _other(self, tagged: re.Match[bytes]) -> Entry:
        seconds = float(tagged[1]) if tagged[1] else None
        self._begun = True
        if tagged[2] == b"*:":
            return Happened(self._number, seconds, tagged[3].decode("utf-8", "surrogateescape"))
        self._tagged_body = True
        return expectation(self._number, tagged[2], seconds, tagged[3])

    def _sides(self, side: re.Match[bytes], indent: int) -> Iterator[Entry]:
        seconds = float(side[1]) if side[1] else None
        if side[2]:
            yield from self._said(side[2] in b"Cc", side[4], seconds, indent)
            return
        for said in _SEVERAL.split(side[3] + b":" + side[4]):
            name, _, text = said.partition(b":")
            yield from self._said(name.lower() == b"client", text, seconds, indent)

    def _said(
        self, client: bool, printed: bytes, seconds: float | None, indent: int
    ) -> Iterator[Entry]:
        text = _behind(_BLANKS, printed)
        if client:
            yield from self._settled(self._unsided.client())
            yield from self._client(text, seconds)
            return
        blanks = _width(printed, text)
        if self._follower.body:
            self._tagged_body = True
            yield from self._server(_behind(_at_most(self._align), printed), seconds)
        else:
            yield from self._settled(self._unsided.server(text))
            self._indent, self._align = indent, max(blanks, 1)
            yield from self._server(text, seconds)

    def _client(self, text: bytes, seconds: float | None) -> Iterator[Entry]:
        if STAND_IN.fullmatch(text):
            yield Note(self._at, text.decode("utf-8", "backslashreplace"))
            return
        self._begun = True
        self._follower.join()
        self._follower.end_body()
        self._unsided.hear(self._follower.client(text + b"\r\n"))
        yield ClientLine(self._at, seconds, text + b"\r\n", _placeholders(text))

    def _server(self, text: bytes, seconds: float | None) -> Iterator[Entry]:
        if STAND_IN.fullmatch(text):
            if self._follower.body or not _OF_CONNECTION.search(text):
                self._begun = True
                yield StandIn(self._at, seconds, text + b"\r\n")
            else:
                yield Note(self._at, text.decode("utf-8", "backslashreplace"))
        elif self._follower.body and text.startswith(b"<") and b">" not in text:
            self._broken, self._broken_at = [text], self._at
        else:
            self._begun = True
            self._follow(text + b"\r\n")
            yield ServerLine(self._at, seconds, text + b"\r\n", _placeholders(text))

    def _untagged(self, line: bytes, text: bytes) -> Iterator[Entry]:
        """A line of a body that is printed as it came."""
        if self._tagged_body is None:
            if not text:
                return
            self._tagged_body = False
        if self._unsided.trusted and not self._lost and is_status(text):
            self._lost = self._number
        yield from self._server(_behind(_at_most(self._indent), line), None)

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
        self._unsided.hear(self._follower.server(octets))
        if self._follower.body is not before:
            self._tagged_body, self._lost = None, 0


def _placeholders(text: bytes) -> tuple[Placeholder, ...]:
    """Find the placeholders that what a scripted session prints has in it."""
    found = PLACEHOLDER.finditer(text) if b"${" in text else ()
    return tuple(Placeholder(one.start(), one.end(), one[1].decode()) for one in found)


def _width(line: bytes, text: bytes) -> int:
    """How many blanks a line has before ``text``, its end."""
    return len(line[: len(line) - len(text)].replace(b"\xc2\xa0", b" "))


@lru_cache(maxsize=16)
def _at_most(blanks: int) -> re.Pattern[bytes]:
    return re.compile(_BLANK + rb"{0,%d}" % blanks)


def _behind(blanks: re.Pattern[bytes], line: bytes) -> bytes:
    """Return the line without the blanks it begins with."""
    found = blanks.match(line)
    return line[found.end() :] if found else line
