"""Comparing a reply with the one that a transcript remembers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pop3shell.protocol import replies
from pop3shell.protocol.commandline import CommandLine, strip_end
from pop3shell.protocol.replies import Status
from pop3shell.protocol.secrets import Redactor, in_command
from pop3shell.transcript.escapes import visible
from pop3shell.transcript.expectations import LONGEST_LINE, Expectation, Taken, first_line
from pop3shell.transcript.model import Happened, ServerEntry
from pop3shell.transcript.pieces import Level as Level
from pop3shell.transcript.pieces import pieces_of

#: Differences of one reply that are told; then the rest of it is passed over.
DIFFERENCES = 10
#: Octets of a line that are shown.
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a reply isn't what was expected. ``number`` is the line of the transcript."""

    number: int
    where: str
    expected: str
    got: str

    def __str__(self) -> str:
        return f"line {self.number}, {self.where}: expected {self.expected}, got {self.got}"


class ReplyComparison:
    """Compares one reply, as it arrives, with what the transcript has for it.

    ``expected`` are the entries of that reply (events among them but for what was elided count
    for nothing), taken as far as needed. ``command`` is what is replied to, None for the
    greeting. Expectations by hand (``S~``, ``S...``) and stand-ins hold at every level.
    """

    def __init__(
        self,
        expected: Iterable[ServerEntry | Happened],
        level: Level,
        command: CommandLine | None = None,
        redactor: Redactor | None = None,
    ) -> None:
        self._pieces = pieces_of(expected, level, command)
        self._level = level
        self._where = "the greeting" if command is None else f"reply to {_named(command)}"
        self._mask = (redactor or Redactor()).mask
        self._piece: Expectation | None = None
        self._skipping = False
        self._got = b""
        self._fed: list[bytes] = []  # what comes behind that, held until it can decide anything
        self._room = LONGEST_LINE
        self._number = 0
        self._begun = False
        self._over = False
        self.differences: list[Difference] = []
        self._next()

    def feed(self, octets: bytes) -> None:
        """Take in octets of the reply."""
        self._fed.append(octets)
        self._room -= len(octets)
        if self._room <= 0 or b"\n" in octets:
            self._go_on(final=False)

    def end(self) -> list[Difference]:
        """Take in that the reply is complete; return all differences."""
        self._go_on(final=True)
        if self._piece is not None and not self._over:
            self._number = self._piece.number
            self._differ(self._piece.shown, "nothing more")
        return self.differences

    def _next(self) -> None:
        """Go on to the next piece; None stands for any number of lines."""
        self._skipping = False
        for piece in self._pieces:
            if piece is not None:
                self._piece, self._number = piece, piece.number
                return
            self._skipping = True
        self._piece = None

    def _go_on(self, final: bool) -> None:
        self._got = b"".join((self._got, *self._fed))
        self._fed = []
        while self._got and not self._over:
            before = self._piece, len(self._got)
            self._step(final)
            if before == (self._piece, len(self._got)):
                break
        if self._over:
            self._got = b""
        self._room = LONGEST_LINE - len(self._got)

    def _step(self, final: bool) -> None:
        piece = self._piece
        if piece is None:
            self._surplus(final)
            return
        if self._skipping:
            skipped, found = piece.find(self._got, final)
            self._got = self._got[skipped:]
            self._skipping = not found
            if not found:
                return
        taken = piece.take(self._got, final)
        self._number = taken.number or piece.number
        self._got = self._got[taken.octets :]
        if taken.number:
            self._differ(taken.expected, taken.got)
            self._over = self._over or (not self._begun and _refuses(taken))
        self._begun = self._begun or taken.octets > 0
        if taken.done:
            self._next()

    def _surplus(self, final: bool) -> None:
        """What comes behind all that was expected."""
        if not self._skipping and self._level is not Level.STATUS:
            line = first_line(self._got, final)
            if not line:
                return
            self._differ("nothing more", line)
            self._over = True
        self._got = b""

    def _differ(self, expected: bytes | str, got: bytes | str) -> None:
        shown = self._shown(expected), self._shown(got)
        self.differences.append(Difference(self._number, self._where, *shown))
        self._over = len(self.differences) >= DIFFERENCES

    def _shown(self, octets: bytes | str) -> str:
        if isinstance(octets, str):
            return octets
        text = visible(self._mask(strip_end(octets))[:SHOWN]).decode()
        return f'"{text}"'


def _refuses(taken: Taken) -> bool:
    """Whether what differs is the status line, and one of the two a refusal.

    It is one difference then: that a body is there, or isn't, follows from it.
    """
    if len(taken.got) != taken.octets:
        return False  # other lines were taken before it
    lines = (line for line in (taken.expected, taken.got) if isinstance(line, bytes))
    return any(replies.status_of(line)[0] is Status.ERR for line in lines)


def _named(command: CommandLine) -> str:
    """The command as it can be shown."""
    secret = in_command(command, in_login=True)
    if secret is not None and not secret.start:
        return "an unknown command"  # it may be a secret as a whole
    text = command.text if secret is None else command.text[: secret.start] + b"..."
    return visible(text[:SHOWN]).decode()
