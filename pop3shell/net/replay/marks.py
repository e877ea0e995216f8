"""Whether messages may be marked as deleted: what a replay must know before it says QUIT."""

from __future__ import annotations

import re

from pop3shell.protocol.commandline import CommandLine
from pop3shell.protocol.events import Handlers, ReplyEnd
from pop3shell.protocol.replies import Status
from pop3shell.protocol.spec import commands

# What a lenient server may take for the command: after blanks, or behind a stray CR, LF or NUL.
_QUIT = re.compile(rb"(?i)(?:^|[\r\n\0])[\s\0]*" + commands.QUIT.verb.encode()).search
_DELE = commands.DELE.verb.encode()
# Bound once: Python 3.11 takes long to find the member of an enumeration.
_OK, _ERR = Status.OK, Status.ERR


def may_quit(octets: bytes) -> bool:
    """Whether any server may take a line for QUIT."""
    return _QUIT(octets) is not None


class Marks:
    """An observer that errs on the side of "there are marks".

    ``accepted`` tells of the last reply whether it was positive.
    """

    def __init__(self) -> None:
        self.marked = False
        self.accepted = False
        self.handlers: Handlers = {ReplyEnd: self._replied}

    def _replied(self, event: ReplyEnd) -> None:
        command = event.command
        self.accepted = event.status is _OK
        if command.row is commands.RSET:
            self.marked = self.marked and not self.accepted
        elif _DELE in command.raw.upper():
            regular = _is_regular(command)
            refused = event.status is _ERR and regular
            if command.row in (commands.DELE, None) or not regular:
                self.marked = self.marked or not refused


def _is_regular(command: CommandLine) -> bool:
    """Whether every server takes this for one command."""
    raw = command.raw
    return raw.endswith(b"\r\n") and b"\r" not in raw[:-2] and b"\0" not in raw
