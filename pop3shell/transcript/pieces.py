"""What a transcript has of a reply, as pieces to compare what comes with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from enum import Enum

from pop3shell.protocol import replies
from pop3shell.protocol.commandline import CommandLine, strip_end
from pop3shell.protocol.framing import TERMINATOR
from pop3shell.protocol.replies import Status
from pop3shell.protocol.spec import commands
from pop3shell.transcript import happenings
from pop3shell.transcript.expectations import Exactly, Expectation, LeftOut, Like, Numbers
from pop3shell.transcript.model import (
    Happened,
    Pattern,
    ServerEntry,
    ServerLine,
    ServerLines,
)

_NUMBER = re.compile(rb" *([0-9]{1,20})(?![0-9])")


class Level(Enum):
    """How closely replies are compared."""

    STATUS = "status"
    SHAPE = "shape"
    EXACT = "exact"


def pieces_of(
    expected: Iterable[ServerEntry | Happened], level: Level, command: CommandLine | None
) -> Iterator[Expectation | None]:
    """Turn entries into what to compare with; None stands for any number of lines.

    ``command`` is what is replied to, None for the greeting.
    """
    said = _Exact() if level is Level.EXACT else _Loose(level, command)
    for entry in expected:
        if isinstance(entry, ServerLine | ServerLines):
            yield from said.pieces(entry)
            continue
        if isinstance(entry, Happened):
            left_out = happenings.as_elided(entry.text)
            if left_out:
                yield from said.left_out(entry.number, left_out)
            continue
        yield from said.interrupted()
        yield Like(entry.number, entry.regex) if isinstance(entry, Pattern) else None


class _SameStatus(Expectation):
    """A status line that says the same."""

    def __init__(self, number: int, line: bytes, level: Level, command: CommandLine | None) -> None:
        super().__init__(number, line)
        self._level = level
        self._command = command
        self._said = self._outline(line)

    def meets(self, line: bytes) -> bool:
        """Whether the line says the same."""
        return self._outline(line) == self._said

    def _outline(self, line: bytes) -> tuple[object, ...]:
        """What counts of a status line at this level."""
        status, text, _ = replies.status_of(line)
        indicator = status or line[:2].strip()
        if self._level is Level.STATUS or status is None:
            return (indicator,)
        return indicator, replies.response_code(text), self._told(status, text)

    def _told(self, status: Status, text: bytes) -> bytes | None:
        """The count of STAT, the message number of LIST n and UIDL n."""
        command = self._command
        if command is None or status is not Status.OK:
            return None
        counts = command.row is commands.STAT or (_lists(command) and command.arguments)
        found = _NUMBER.match(text) if counts else None
        return found[1] if found else None


def _lists(command: CommandLine | None) -> bool:
    return command is not None and command.row in (commands.LIST, commands.UIDL)


class _Exact:
    """What was said counts with every octet."""

    def pieces(self, entry: ServerLine | ServerLines) -> Iterator[Expectation | None]:
        """Turn octets into what to compare with."""
        if isinstance(entry, ServerLine) and entry.placeholders:
            yield _around_secrets(entry)
        else:
            yield Exactly(entry.number, entry.octets)

    def left_out(self, number: int, elided: happenings.Elided) -> Iterator[Expectation]:
        """Octets of the body were not recorded; their digest was."""
        yield LeftOut(number, elided)

    def interrupted(self) -> Iterator[None]:
        """An expectation by hand follows."""
        return iter(())


class _Loose:
    """What was said counts only in part: the status line, the form, the messages of a listing."""

    def __init__(self, level: Level, command: CommandLine | None) -> None:
        self._level = level
        self._command = command
        self._first = True
        self._lists = level is Level.SHAPE and _lists(command)
        self._listing: list[bytes] = []
        self._listed_at = 0
        self._cut = False  # only the first messages of the listing were recorded

    def pieces(self, entry: ServerLine | ServerLines) -> Iterator[Expectation | None]:
        """Turn octets into what to compare with."""
        octets, number = entry.octets, entry.number
        if self._first:
            self._first = False
            end = octets.find(b"\n") + 1 or len(octets)
            yield _SameStatus(number, octets[:end], self._level, self._command)
            octets, number = octets[end:], number + 1
        if octets:
            yield from self._body(octets, number)

    def left_out(self, number: int, elided: happenings.Elided) -> Iterator[None]:
        """Octets of the body were not recorded."""
        self._cut = True
        if not self._lists:
            yield None

    def interrupted(self) -> Iterator[None]:
        """An expectation by hand follows: what it says counts, not the listing as a whole."""
        self._first = self._lists = False
        self._listing = []
        yield from ()

    def _body(self, octets: bytes, number: int) -> Iterator[Expectation | None]:
        ends = (b"\n" + octets).endswith(b"\n" + TERMINATOR) and self._level is Level.SHAPE
        if self._lists:
            self._listed_at = self._listed_at or number
            self._listing.append(octets.removesuffix(TERMINATOR) if ends else octets)
            if ends:
                yield Numbers(self._listed_at, b"".join(self._listing), cut=self._cut)
        else:
            yield None
        if ends:
            yield Exactly(number + octets.count(b"\n") - 1, TERMINATOR)


def _around_secrets(line: ServerLine) -> Like:
    """A line in which the server repeated a secret, whatever its value."""
    pattern, at = "", 0
    for placeholder in line.placeholders:
        pattern += _literally(line.octets[at : placeholder.start]) + ".*"
        at = placeholder.stop
    pattern += _literally(strip_end(line.octets[at:]))
    return Like(line.number, re.compile(pattern, re.DOTALL))


def _literally(octets: bytes) -> str:
    return re.escape(octets.decode("utf-8", "surrogateescape"))
