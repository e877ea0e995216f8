"""A command together with what has come of its reply."""

from __future__ import annotations

from pop3shell.protocol import limits
from pop3shell.protocol.commandline import CommandLine
from pop3shell.protocol.replies import Status
from pop3shell.protocol.spec import lengths


class Exchange:
    """A command that is waiting for its reply, or for the rest of it.

    ``doubtful`` says that it may never be answered: the line is irregular, or was sent behind such
    a one, and the server may have taken the two for one. ``left_out`` counts the lines of a body
    that were not kept, for want of room.
    """

    __slots__ = (
        "_room",
        "awaits_response",
        "command",
        "doubtful",
        "kept",
        "left_out",
        "sent",
        "status",
        "strays",
        "text",
    )

    def __init__(self, command: CommandLine, sent: float, doubtful: bool) -> None:
        self.command = command
        self.sent = sent
        self.doubtful = doubtful
        self.status: Status | None = None
        self.text = b""
        self.awaits_response = False
        self.strays = 0
        self.kept: list[bytes] | None = None
        self.left_out = 0
        self._room = 0

    def begin_keeping(self) -> None:
        """The body that follows is wanted as a whole."""
        self.kept, self._room = [], limits.KEPT_LISTING

    def keep(self, content: bytes) -> None:
        """Keep part of such a body, as long as there is room."""
        if self.kept is None:
            return
        self._room -= len(content)
        if self._room >= 0:
            self.kept.append(content)
        else:
            self.left_out += content.count(b"\n")


def is_irregular(raw: bytes) -> bool:
    """Whether servers may leave this line unanswered, or take only a part of it."""
    return not raw.endswith(b"\r\n") or b"\0" in raw or len(raw) > lengths.COMMAND_LINE
