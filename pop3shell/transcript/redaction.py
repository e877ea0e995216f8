"""Secrets out of what is recorded: each line as pieces, literal octets and placeholders.

A plain replacement in the octets would not do: ``${password}`` may also be what was really sent.
"""

from __future__ import annotations

import re

from pop3shell.protocol.commandline import CommandLine, parse, strip_end
from pop3shell.protocol.events import (
    Challenge,
    CommandSent,
    Event,
    Incomplete,
    LongLine,
    ResponseSent,
    StateChanged,
    StatusLine,
)
from pop3shell.protocol.secrets import (
    SHORTEST_ECHO,
    Redactor,
    Secret,
    in_command,
    in_response,
)
from pop3shell.protocol.spec.states import State

#: Literal octets at even places, placeholders at odd ones; the last piece is literal.
Pieces = list[bytes]


class Redaction:
    """Follows the events of one session. ``redactor`` names the placeholders."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._logged_in = False
        self._challenged = False
        self._long = False  # in the middle of a client's endless line
        self._hidden = False  # and what is left of it is a secret
        self._command: CommandLine | None = None
        self._echoes: dict[bytes, bytes] = {}
        self._echo: re.Pattern[bytes] | None = None
        self._held = b""

    def follow(self, event: Event) -> None:
        """Take in what tells where a secret may come next."""
        if isinstance(event, StateChanged):
            self._logged_in = event.after is State.TRANSACTION
        elif isinstance(event, Challenge):
            self._challenged = True
        elif isinstance(event, CommandSent | ResponseSent | StatusLine):
            self._challenged = False

    def client_line(self, event: CommandSent | ResponseSent) -> Pieces:
        """Return the pieces of a whole line, or of the last part of an endless one."""
        if self._long:
            # The event tells the secret of the line's first part; it was hidden there.
            self._long = False
            raw = event.raw
            return [raw[len(strip_end(raw)) :] if self._hidden else raw]
        return self._divide(event.raw, event.secret, event.command)

    def client_part(self, event: LongLine | Incomplete) -> Pieces:
        """Return the pieces of a line without its end. No event says whether it is a secret."""
        if self._long:
            return [] if self._hidden else [event.raw]
        command = parse(event.raw)
        if self._challenged:
            secret = in_response(event.raw)
        else:
            # An unknown line counts as secret until there was a login, to be on the safe side.
            secret = in_command(command, in_login=not self._logged_in)
        self._long = isinstance(event, LongLine)
        self._hidden = secret is not None
        return self._divide(event.raw, secret, command)

    def server_line(self, event: Event) -> Pieces:
        """Return the pieces of a line, or of a part of one, with echoes of secrets replaced."""
        octets, self._held = self._held + event.raw, b""
        if self._echo is None or getattr(event, "command", self._command) is not self._command:
            return [octets]
        pieces: Pieces = []
        at = 0
        for found in self._echo.finditer(octets):
            pieces += octets[at : found.start()], self._echoes[found[0]]
            at = found.end()
        rest = octets[at:]
        if isinstance(event, LongLine):  # an echo may go on in the next part
            keep = min(len(rest), max(map(len, self._echoes)) - 1)
            rest, self._held = rest[: len(rest) - keep], rest[len(rest) - keep :]
        return [*pieces, rest]

    def rest(self) -> bytes:
        """Return what was kept back of the server's last line; call when no more can come."""
        rest, self._held = self._held, b""
        return rest

    def _divide(self, raw: bytes, secret: Secret | None, command: CommandLine) -> Pieces:
        if secret is None:
            return [raw]
        octets = raw[secret.start : secret.stop]
        placeholder = self._redactor.placeholder(octets, secret.label)
        if command is not self._command:
            self._command, self._echoes, self._echo = command, {}, None
        if len(octets) >= SHORTEST_ECHO:
            self._echoes[octets] = placeholder
            longest_first = sorted(self._echoes, key=len, reverse=True)
            self._echo = re.compile(b"|".join(map(re.escape, longest_first)))
        return [raw[: secret.start], placeholder, raw[secret.stop :]]
