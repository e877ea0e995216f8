"""Lines without a side, as they are pasted from telnet: the dialogue tells whose they are.

A status line is the server's where a reply is due. What stands directly before one that is not due
yet, and begins with a command's name, is what it answers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

from pop3shell.protocol.commandline import parse
from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.events import CommandSent, Event, StatusLine
from pop3shell.protocol.spec.arguments import LINES, MESSAGE

#: Lines that are held, at most, until a status line tells what they are.
HELD = 10

_STATUS = re.compile(rb"(?:\+OK|-ERR)(?:[ \t].*)?", re.DOTALL)
_CHALLENGE = re.compile(rb"\+(?: .*)?", re.DOTALL)
_MARKED = re.compile(
    rb"[^A-Za-z]{0,20}?(?:(?i:c|s|client|server)[^A-Za-z]{1,4}?)?"
    rb"((?:\+OK|-ERR|[A-Z]{3,8})(?:[ \t].*)?)",
    re.DOTALL,
)
_NUMBERS = (MESSAGE, LINES)


class Whose(Enum):
    """Who said a line."""

    CLIENT = "client"
    SERVER = "server"
    NOBODY = "nobody"


class Line(NamedTuple):
    """``text`` in line ``number`` of the file, behind ``indent`` blanks."""

    number: int
    text: bytes
    indent: int


Settled = list[tuple[Whose, Line]]


def is_status(text: bytes) -> bool:
    """Whether a line is a status line, in the capitals that every server writes."""
    return _STATUS.fullmatch(text) is not None


def is_command(text: bytes) -> bool:
    """Whether a line is a command, and no sentence: not ``List them all``, nor ``QUIT ends it``."""
    line = parse(text)
    row = line.row
    if row is None or not (line.verb.isupper() or line.verb.islower()):
        return False
    if len(line.arguments) > len(row.arguments):
        return False
    expected = zip(line.arguments, row.arguments, strict=False)
    return all(given.isdigit() or argument.kind not in _NUMBERS for given, argument in expected)


def looks_said(text: bytes) -> bool:
    """Whether a line looks like one of a dialogue, whatever marks its side."""
    found = _MARKED.fullmatch(text)
    return found is not None and (is_status(found[1]) or is_command(found[1]))


class Unsided:
    """Takes the lines without a side in, outside of bodies, and says whose they are.

    ``trusted`` tells that the client's lines have no side in this file. What can't be told yet is
    held.
    """

    def __init__(self, dialogue: Dialogue) -> None:
        self.trusted = False
        self._dialogue = dialogue
        self._sided = False  # somebody's side was given
        self._typed = False  # the client's last line had none
        self._held: list[Line] = []
        self._due = 0  # replies whose status line has still to come

    def hear(self, events: Iterable[Event]) -> None:
        """Take in what the dialogue told of the lines that were settled."""
        for event in events:
            if isinstance(event, CommandSent):
                self._due += 1
            elif isinstance(event, StatusLine):
                self._due = max(self._due - 1, 0)

    def take(self, line: Line) -> Settled:
        """Take a line in; return those that are settled now."""
        text = line.text
        if is_status(text):
            return self._status(line)
        if self._dialogue.challenged and self._typed and not text.startswith(b"#"):
            return [(Whose.CLIENT, line)]
        if _CHALLENGE.fullmatch(text) and (self._due or self._ends_with_command()):
            return [*self._settle(answered=not self._due), (Whose.SERVER, line)]
        waits = self._held or is_command(text) or (self.trusted and not self._due)
        if not waits:
            return [(Whose.NOBODY, line)]
        self._held.append(line)
        return self._settle(answered=False) if len(self._held) > HELD else []

    def client(self) -> Settled:
        """Take in that a line follows whose side is the client's: one before it may greet."""
        greets = len(self._held) == 1 and is_status(self._held[0].text)
        self._sided, self._typed = True, False
        if greets:
            return [(Whose.SERVER, self._held.pop())]
        return self._settle(answered=False)

    def server(self, text: bytes) -> Settled:
        """Take in that a line follows whose side is the server's."""
        self._sided = True
        replies = is_status(text) or _CHALLENGE.fullmatch(text) is not None
        return self._settle(answered=replies and not self._due)

    def happened(self) -> Settled:
        """Take in that what follows is no line that was said."""
        return self._settle(answered=False)

    def end(self) -> Settled:
        """Take in that the file is over; the last command may lack its reply."""
        greeted = bool(self._held) and is_status(self._held[0].text)
        return self._settle(answered=greeted and self._ends_with_command())

    def _ends_with_command(self) -> bool:
        return bool(self._held) and is_command(self._held[-1].text)

    def _status(self, line: Line) -> Settled:
        answered = not self._due
        if self._due or self.trusted or self._commands(self._held, answered):
            return [*self._settle(answered=answered), (Whose.SERVER, line)]
        if self._sided:
            return [*self._settle(answered=False), (Whose.NOBODY, line)]
        settled = self._settle(answered=False)
        self._held = [line]  # the greeting, if a command and its reply follow
        return settled

    def _settle(self, *, answered: bool) -> Settled:
        """Say of all that is held whose it is; ``answered``: a reply to it follows."""
        held, self._held = self._held, []
        said = self._commands(held, answered)
        if said:
            self.trusted = self.trusted or not self._sided
            self._typed = True
        settled = []
        for line in held:
            greets = bool(said) and is_status(line.text)
            whose = Whose.CLIENT if line in said else Whose.SERVER if greets else Whose.NOBODY
            settled.append((whose, line))
        return settled

    def _commands(self, held: list[Line], answered: bool) -> list[Line]:
        """Which of these lines the client said."""
        lines = [line for line in held if not line.text.startswith(b"#")]
        if self.trusted or (answered and lines and is_status(lines[0].text)):
            known = [line for line in lines if is_command(line.text)]
            return known or (lines[-1:] if answered and self.trusted else [])
        if not answered:
            return []
        at = len(lines)
        while at and is_command(lines[at - 1].text):
            at -= 1
        return lines[at:]
