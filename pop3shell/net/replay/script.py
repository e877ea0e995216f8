"""A transcript as a script for the client: what to send when, and which reply was recorded."""

from __future__ import annotations

from dataclasses import dataclass, field

from pop3shell.protocol.commandline import CommandLine
from pop3shell.protocol.replies import Status
from pop3shell.protocol.spec import codes
from pop3shell.transcript.happenings import Login
from pop3shell.transcript.model import ClientLine, Happened, ServerEntry

#: Response codes of a refusal that is no fault of the password (RFC 2449 section 8, RFC 3206).
_BUSY = (codes.IN_USE, codes.LOGIN_DELAY, codes.SYS_TEMP, codes.SYS_PERM, codes.SYS)

Expected = ServerEntry | Happened


@dataclass(slots=True)
class Reply:
    """What was recorded in reply to one command; ``number`` is the command's line.

    Each of ``parts`` ends in a challenge but the last. ``complete`` says that the end of the
    reply is known; what isn't complete can't be compared.
    """

    number: int
    command: CommandLine | None
    parts: list[list[Expected]] = field(default_factory=lambda: [[]])
    status: Status | None = None
    code: str = ""
    complete: bool = False

    @property
    def refused(self) -> bool:
        """Whether the secret in the command was refused, as far as the reply tells."""
        return self.status is Status.ERR and codes.find(self.code) not in _BUSY


@dataclass(slots=True)
class Turn:
    """One line of the client, ``lines`` being its parts; sent when ``due`` replies were due.

    ``response`` says that it answers a challenge of the AUTH in ``replies``; else these are the
    replies to the line itself: none where it has no end, several where line ends stand in it.
    """

    number: int
    lines: list[ClientLine]
    due: int = 0
    response: bool = False
    replies: list[Reply] = field(default_factory=list)

    @property
    def octets(self) -> bytes:
        """The line, its secrets as placeholders."""
        return b"".join(line.octets for line in self.lines)

    @property
    def command(self) -> CommandLine | None:
        """The command that the line is, or that it responds to the challenge of."""
        return self.replies[0].command if self.replies else None

    @property
    def secrets(self) -> list[str]:
        """The names of the placeholders in it."""
        return [place.name for line in self.lines for place in line.placeholders]


@dataclass(slots=True)
class Script:
    """All that a transcript has for a client. ``notes`` are what can't be replayed, by line.

    ``secured`` is the line that says that TLS held though no STLS began it, 0 if none does;
    ``unasked`` are the octets that the server said unasked.
    """

    greeting: Reply
    turns: list[Turn]
    logins: dict[int, Login] = field(default_factory=dict)
    notes: list[tuple[int, str]] = field(default_factory=list)
    secured: int = 0
    unasked: int = 0

    def login(self, reply: Reply) -> Login | None:
        """Who logged in by the AUTH with this reply, if an event tells."""
        return self.logins.get(id(reply))
