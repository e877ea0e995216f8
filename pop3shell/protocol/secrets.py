"""Secrets: found once, by argument kind, and replaced before anything shows or stores a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pop3shell.protocol.commandline import CommandLine, strip_end
from pop3shell.protocol.spec.commands import COMMANDS

if TYPE_CHECKING:
    from pop3shell.protocol.events import Event

#: A server's echo shorter than this is left alone: it would mask common words.
SHORTEST_ECHO = 6

_NO_SECRET = (b"", b"*", b"=")


@dataclass(frozen=True, slots=True)
class Secret:
    """Octets ``start`` to ``stop`` of a line are a secret, shown as ``${label}``."""

    start: int
    stop: int
    label: str


def _tolerant_pattern() -> tuple[re.Pattern[bytes], tuple[str, ...]]:
    """One pattern for all rows with a secret, wide enough for a line typed carelessly."""
    alternatives, labels = [], []
    for row in COMMANDS:
        index = row.secret_argument
        if index is not None:
            skip = rb"[ \t]+[^\s]+" * index
            blank = rb"[ \t]+" if index else rb"[ \t]"
            alternatives.append(re.escape(row.verb.encode()) + skip + blank + rb"(.*)")
            labels.append(row.arguments[index].kind.secret)
    pattern = rb"(?is)[\s\x00]*(?:" + b"|".join(alternatives) + b")"
    return re.compile(pattern), tuple(labels)


_PATTERN, _LABELS = _tolerant_pattern()


def in_command(line: CommandLine, in_login: bool) -> Secret | None:
    """Find the secret in a command line.

    ``in_login`` says that a name was just accepted, or an AUTH is under way: an unknown line is
    then taken for the password, typed where its command was forgotten or misspelt.
    """
    row = line.row
    if row is not None and row.secret_argument is None:
        return None
    text = line.text
    if found := _PATTERN.match(text):
        index = found.lastindex or 1
        if found[index] in _NO_SECRET:
            return None
        return Secret(found.start(index), found.end(index), _LABELS[index - 1])
    if row is None and in_login and text.strip():
        return Secret(0, len(text), "password")
    return None


def in_response(raw: bytes) -> Secret | None:
    """Find the secret in a line that answers a SASL challenge."""
    text = strip_end(raw)
    return None if text in _NO_SECRET else Secret(0, len(text), "sasl")


class Redactor:
    """Gives the octets of events with the secrets replaced; remembers which it has seen.

    Passwords that differ get placeholders that differ: ``${password}``, ``${password2}``, ….
    """

    def __init__(self) -> None:
        self._passwords: dict[bytes, bytes] = {}
        self._command: CommandLine | None = None
        self._echoes: dict[bytes, bytes] = {}

    def octets(self, event: Event) -> bytes:
        """Return ``event.raw`` with placeholders for its secrets and for their echo."""
        secret = getattr(event, "secret", None)
        if secret is not None:
            return self._replace(event.raw, event.command, secret)  # type: ignore[union-attr]
        if self._echoes and getattr(event, "command", self._command) is self._command:
            return self.mask(event.raw)
        return event.raw

    def mask(self, octets: bytes) -> bytes:
        """Replace any echo of the secret sent last."""
        for echo, placeholder in self._echoes.items():
            octets = octets.replace(echo, placeholder)
        return octets

    def placeholder(self, octets: bytes, label: str) -> bytes:
        """Return the placeholder of a secret, e.g. ``${password}``."""
        if label != "password":
            return b"${%s}" % label.encode()
        number = len(self._passwords) + 1
        fresh = b"${password%d}" % number if number > 1 else b"${password}"
        return self._passwords.setdefault(octets, fresh)

    def _replace(self, raw: bytes, command: CommandLine, secret: Secret) -> bytes:
        octets = raw[secret.start : secret.stop]
        placeholder = self.placeholder(octets, secret.label)
        if command is not self._command:
            self._command, self._echoes = command, {}
        if len(octets) >= SHORTEST_ECHO:
            self._echoes[octets] = placeholder
        return raw[: secret.start] + placeholder + raw[secret.stop :]
