"""A line of the client, taken apart by the command table (RFC 1939 section 3)."""

from __future__ import annotations

from pop3shell.protocol.record import Record
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.arguments import MESSAGE
from pop3shell.protocol.spec.commands import Command, Shape

#: The client's line that ends an AUTH exchange, without its end (RFC 5034 section 4).
CANCEL = b"*"


class CommandLine(Record):
    """A command as it was sent.

    ``raw`` holds every octet, the line's end included; ``verb`` is the keyword as typed;
    ``row`` its row in the command table, or None; ``arguments`` what stands between single
    blanks after it (a doubled or trailing blank yields an empty argument), the rest of the line
    for an argument that takes it.
    """

    raw: bytes
    verb: bytes
    row: Command | None
    arguments: tuple[bytes, ...]

    @property
    def text(self) -> bytes:
        """The line without its end."""
        return strip_end(self.raw)

    @property
    def shape(self) -> Shape:
        """Shape of a positive reply, decided on the octets really sent.

        ``LIST`` followed by a blank is taken as either by servers: its reply cannot be known.
        """
        row = self.row
        if row is None:
            return Shape.OPEN
        if self.arguments and row.shape_with_argument and not any(self.arguments):
            return Shape.OPEN
        return row.reply_shape(len(self.arguments))

    @property
    def number(self) -> int | None:
        """The message number that the command names, if its row has one and it is a number."""
        row = self.row
        if row is None or not row.arguments or not self.arguments:
            return None
        if row.arguments[0].kind is not MESSAGE:
            return None
        # 20 digits hold any number a maildrop can have; longer ones only cost time.
        first = self.arguments[0]
        return int(first) if first.isdigit() and len(first) <= 20 else None


def strip_end(raw: bytes) -> bytes:
    """Return ``raw`` without one CRLF or bare LF at its end."""
    if raw.endswith(b"\r\n"):
        return raw[:-2]
    return raw[:-1] if raw.endswith(b"\n") else raw


def parse(raw: bytes) -> CommandLine:
    """Take a client's line apart; any octets will do."""
    verb, blank, rest = strip_end(raw).partition(b" ")
    row = commands.find(verb)
    if not blank:
        return CommandLine(raw, verb, row, ())
    blanks = _BLANKS[row.verb] if row is not None else -1
    return CommandLine(raw, verb, row, tuple(rest.split(b" ", blanks)))


def _blanks(row: Command) -> int:
    """At how many blanks the arguments are parted: -1 for all, fewer if one takes the rest."""
    for index, argument in enumerate(row.arguments):
        if argument.kind.rest:
            return index
    return -1


_BLANKS = {row.verb: _blanks(row) for row in commands.COMMANDS}
