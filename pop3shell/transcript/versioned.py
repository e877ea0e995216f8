"""The dialect with a ``%POP3-TRANSCRIPT`` line: byte-exact, escapes on.

Lines of a reply's body are read in bulk: no Python code runs per line of them.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator

from pop3shell.transcript.errors import TranscriptError
from pop3shell.transcript.escapes import CRLF, BadEscape, unescape
from pop3shell.transcript.grammar import BLANKS, HEADER, MAGIC, PLACEHOLDER, TAGGED
from pop3shell.transcript.model import (
    AnyLines,
    ClientLine,
    Entry,
    Happened,
    Header,
    Note,
    Pattern,
    Placeholder,
    ServerLine,
    ServerLines,
    Torn,
)

_ROW = (b"S: ", b"S:\n")
_row_end = re.compile(rb"\n(?!S:[ \n])").search
_split_row = re.compile(rb"\nS: ?").split
# A line as most of a dialogue are: no escape in it, no placeholder.
_simple = re.compile(rb"(?:\[([0-9]{1,10}(?:\.[0-9]{1,9})?)\] ?)?([CS]): ?([^\\$\n]*)\n").match

_BARE_PLUS = re.compile(rb"(?<!\\)\+OK", re.IGNORECASE)


class VersionedLines:
    """Reads blocks of whole lines, in order; ``number`` is that of the next line."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._in_head = True

    def entries(self, block: bytes) -> Iterator[Entry]:
        """Read a block; only the file's last may lack its line feed. Raises TranscriptError."""
        if b"\r" in block:
            block = block.replace(CRLF, b"\n")
        at, end = 0, block.rfind(b"\n") + 1
        while at < end:
            if block.startswith(_ROW, at):
                found = _row_end(block, at, end)
                stop = found.end() if found else end
                yield from self._row(block[at:stop])
            elif simple := _simple(block, at):
                stop = simple.end()
                yield self._simple(simple)
            else:
                stop = block.index(b"\n", at) + 1
                yield from self._line(block[at : stop - 1])
            at = stop
        if end < len(block):
            yield Torn(self.number, block[end:])

    def end(self) -> Iterator[Entry]:
        """Take in that the file is over: nothing was held back."""
        yield from ()

    def _row(self, row: bytes) -> Iterator[Entry]:
        """Read lines that are all of the server, without times."""
        self._in_head = False
        if b"$" in row and b"${" in row:
            for line in row.split(b"\n")[:-1]:
                yield from self._line(line)
            return
        texts = _split_row(row)
        texts[0] = texts[0][len(b"S:") :].removeprefix(b" ")
        texts[-1] = texts[-1].removesuffix(b"\n")
        lines = len(texts)
        texts.append(b"")
        octets = self._unescaped(CRLF.join(texts))
        if lines == 1:
            yield ServerLine(self.number, None, octets)
        else:
            yield ServerLines(self.number, octets, lines)
        self.number += lines

    def _simple(self, found: re.Match[bytes]) -> Entry:
        self._in_head = False
        time, side, text = found.groups()
        kind = ClientLine if side == b"C" else ServerLine
        entry = kind(self.number, float(time) if time else None, text + CRLF)
        self.number += 1
        return entry

    def _line(self, line: bytes) -> Iterator[Entry]:
        if found := TAGGED.fullmatch(line):
            self._in_head = False
            seconds = float(found[1]) if found[1] else None
            yield self._tagged(found[2], seconds, found[3])
        elif line.startswith(b"#"):
            yield Note(self.number, note_text(line))
        elif line.startswith(b"%"):
            yield self._header(line)
        elif line.strip(BLANKS):
            raise TranscriptError(self.number, _unknown(line))
        self.number += 1

    def _tagged(self, tag: bytes, seconds: float | None, text: bytes) -> Entry:
        if tag in (b"C:", b"S:"):
            octets, placeholders = self._said(text)
            kind = ClientLine if tag == b"C:" else ServerLine
            return kind(self.number, seconds, octets, placeholders)
        if tag == b"*:":
            octets = self._unescaped(text)
            return Happened(self.number, seconds, octets.decode("utf-8", "surrogateescape"))
        return expectation(self.number, tag, seconds, text)

    def _said(self, text: bytes) -> tuple[bytes, tuple[Placeholder, ...]]:
        """Return the octets of one line and where secrets stand in them."""
        octets, at = b"", 0
        placeholders = []
        for found in PLACEHOLDER.finditer(text):
            octets += self._literal(text[at : found.start()])
            start = len(octets)
            octets += found[0]
            placeholders.append(Placeholder(start, len(octets), found[1].decode()))
            at = found.end()
        return octets + self._literal(text[at:] + CRLF), tuple(placeholders)

    def _literal(self, text: bytes) -> bytes:
        if b"${" in text:
            names = "${password}, ${password2}, ..., ${apop}, ${sasl}"
            raise TranscriptError(
                self.number, rf"${{ begins none of {names}; for the two characters write \x24{{"
            )
        return self._unescaped(text)

    def _unescaped(self, texts: bytes) -> bytes:
        try:
            return unescape(texts)
        except BadEscape as error:
            raise TranscriptError(
                self.number + error.line,
                rf"{error.text} is no escape; write \\ for a backslash, \xHH for any octet",
            ) from None

    def _header(self, line: bytes) -> Header:
        if line.startswith(MAGIC):
            text = f"the {MAGIC.decode()} line can only be the first of a file"
            raise TranscriptError(self.number, text)
        found = HEADER.fullmatch(line)
        if not found:
            raise TranscriptError(self.number, "a header line has the form %name: value")
        if not self._in_head:
            raise TranscriptError(self.number, "a header line must stand before the dialogue")
        value = self._unescaped(found[2]).decode("utf-8", "surrogateescape")
        return Header(self.number, found[1].decode(), value)


def note_text(line: bytes) -> str:
    """Return the text of a note line, which begins with ``#``."""
    return line[1:].removeprefix(b" ").decode("utf-8", "backslashreplace")


def expectation(number: int, tag: bytes, seconds: float | None, text: bytes) -> Entry:
    """Read ``S~`` or ``S...``. Raises TranscriptError."""
    if tag == b"S...":
        if text.strip(BLANKS):
            raise TranscriptError(number, "S... stands for any number of lines; nothing follows it")
        return AnyLines(number, seconds)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what may once mean something else in Python
            regex = re.compile(text.decode("utf-8", "surrogateescape"))
        return Pattern(number, seconds, regex)
    except (re.error, OverflowError, RecursionError) as error:
        why = f"the regular expression cannot be understood: {error}"
        if _BARE_PLUS.search(text):
            why += r"; the + of +OK is written \+, as in S~ \+OK.*"
        raise TranscriptError(number, why) from None


def _unknown(line: bytes) -> str:
    if line.startswith(b"["):
        return "this should be a time in seconds, such as [1.250], then C:, S:, S~, S... or *:"
    return "this begins with none of C:, S:, S~, S..., *:, # and %"
