"""Secrets out of what is recorded: each line as pieces, literal octets and placeholders.

That a ``Redactor`` replaces the secrets in the octets is not enough for a transcript, in which
``${password}`` may also be what was really sent: it has to be known which is which.
"""

from __future__ import annotations

import re

from pop3shell.protocol.events import Event
from pop3shell.protocol.secrets import Redactor
from pop3shell.transcript.grammar import PLACEHOLDER

#: Literal octets at even places, placeholders at odd ones; the last piece is literal.
Pieces = list[bytes]

#: Where a line holds more words that look like placeholders, all are taken for such.
AMBIGUOUS = 20


def pieces_of(event: Event, redactor: Redactor) -> Pieces:
    """Return the octets of an event in pieces, its secrets and their echo as placeholders."""
    octets = redactor.octets(event)
    secret = getattr(event, "secret", None)
    if secret is not None:
        head, tail = event.raw[: secret.start], event.raw[secret.stop :]
        placeholder = octets[len(head) : len(octets) - len(tail)]
        # Of a secret that goes on from part to part of an endless line, only the first has one.
        return [head, placeholder, tail] if placeholder else [head + tail]
    if b"$" not in octets:
        return [octets]
    raw = event.raw
    return [octets] if octets == raw else _divide(raw, octets)


def lines_of(pieces: Pieces) -> list[Pieces]:
    """Return the pieces line by line, each line with its end; the last may have none."""
    lines: list[Pieces] = []
    line: Pieces = []
    for at, piece in enumerate(pieces):
        if at % 2:
            line.append(piece)
            continue
        *ended, rest = piece.split(b"\n")
        for text in ended:
            lines.append([*line, text + b"\n"])
            line = []
        line.append(rest)
    return [*lines, line] if line != [b""] else lines


def _divide(raw: bytes, masked: bytes) -> Pieces:
    """Tell the placeholders in ``masked`` from what only looks like one, by comparing with raw."""
    words = PLACEHOLDER.split(masked)
    words[1::2] = [b"${%s}" % name for name in words[1::2]]
    if b"${" not in raw or len(words) > 2 * AMBIGUOUS:
        return words
    found = re.fullmatch(b"".join(map(_pattern, range(len(words)), words)), raw, re.DOTALL)
    if not found:
        return words
    pieces = [words[0]]
    for at, literal in enumerate(found.groups()):
        word, behind = words[2 * at + 1 : 2 * at + 3]
        if literal is None:
            pieces += word, behind
        else:
            pieces[-1] += word + behind
    return pieces


def _pattern(at: int, word: bytes) -> bytes:
    literally = re.escape(word)
    return b"(?:(" + literally + b")|.+?)" if at % 2 else literally
