"""What a server repeats of a secret that it was sent, and what is put in its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pop3shell.protocol import limits

if TYPE_CHECKING:
    from pop3shell.protocol.commandline import CommandLine
    from pop3shell.protocol.events import Event

#: A server's echo shorter than this is left alone: it would mask common words.
SHORTEST_ECHO = 6

#: What may stand around a secret that was typed carelessly.
_AROUND = b" \t\r\0=:,;'\"`<>()[]"

#: What stands for a secret already; to look for others within it would only spoil it.
_MASKED = rb"\$\{(?:password[0-9]*|apop|sasl)\}"


class Echoes:
    """What a server may repeat of the secrets of one command, and what is put in its place.

    ``owner`` is the command, kept so that its identity stays its own, or the beginning of a line
    too long to be held.
    """

    def __init__(self, owner: CommandLine | Event) -> None:
        self.owner = owner
        self._words: dict[bytes, bytes] = {}
        self._first: Event | None = None
        self._pattern: re.Pattern[bytes] | None = None

    def add(self, octets: bytes, placeholder: bytes) -> None:
        """Look for a secret from now on: the whole, and each of its words."""
        begun = octets[: limits.ECHO]
        bare = octets.strip(_AROUND)[: limits.ECHO]
        for word in (begun, bare, *(word.strip(_AROUND) for word in begun.split())):
            if len(word) >= SHORTEST_ECHO:
                self._words.setdefault(word.lower(), placeholder)
        longest_first = sorted(self._words, key=len, reverse=True)
        if longest_first:
            echoes = b"|".join(map(_echo, longest_first))
            self._pattern = re.compile(b"(?i)" + echoes + b"|" + _MASKED)

    def add_revealed(self, sent: Event, response: bytes, placeholder: bytes) -> None:
        """Look for the password itself too, which a server has decoded before it repeats it.

        ``sent`` is the event that the response is from; it may be handed in more than once.
        """
        from pop3shell.protocol.sasl.revealed import revealed  # only a login by AUTH needs it

        self._first = self._first or sent
        if password := revealed(response, further=sent is not self._first):
            self.add(password, placeholder)

    def mask(self, octets: bytes) -> bytes:
        """Replace the echoes, whatever the case of their letters, and those cut at either end."""
        if self._pattern is None:
            return octets
        octets = self._pattern.sub(self._placeholder, octets)
        for word, placeholder in self._words.items():
            octets = _mask_cut(octets, word, placeholder)
        return octets

    def _placeholder(self, found: re.Match[bytes]) -> bytes:
        return self._words.get(found[0][: limits.ECHO].lower(), found[0])


def _echo(word: bytes) -> bytes:
    """The pattern of a word; one that is only the beginning of a secret takes the line's rest."""
    return re.escape(word) + (rb"[^\r\n]*" if len(word) == limits.ECHO else b"")


def _mask_cut(octets: bytes, word: bytes, placeholder: bytes) -> bytes:
    """Replace the end of ``word`` at the start of ``octets``, and its beginning at their end."""
    lower = octets.lower()
    begins = re.match(_MASKED, octets) is None
    ends = re.search(_MASKED + rb"\Z", octets) is None
    # Of a word cut in two, one half at least is not shorter than this.
    least = min(SHORTEST_ECHO, (len(word) + 1) // 2)
    for size in range(min(len(word) - 1, len(octets)), least - 1, -1):
        if ends and lower.endswith(word[:size]):
            return octets[:-size] + placeholder
        if begins and lower.startswith(word[-size:]):
            return placeholder + octets[size:]
    return octets
