"""What can be told of an exchange in a transcript without observing the dialogue."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pop3shell.net.replay.script import Expected, Reply, Turn
from pop3shell.protocol import replies
from pop3shell.protocol.commandline import CommandLine, parse
from pop3shell.protocol.exchange import is_irregular
from pop3shell.protocol.replies import Status
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.commands import Shape
from pop3shell.transcript.model import (
    AnyLines,
    ClientLine,
    Entry,
    Happened,
    Note,
    Pattern,
    ServerLine,
    ServerLines,
    StandIn,
)

#: Octets and entries of a reply, at most, that are looked at here; larger ones are observed.
MOST_OCTETS, MOST_ENTRIES = 1 << 16, 16

# Bound once: Python 3.11 takes long to find the member of an enumeration.
_OK = Status.OK
_SINGLE, _MULTI = Shape.SINGLE, Shape.MULTI
_DOUBTFUL = (None, commands.AUTH)
_SERVER = (ServerLine, ServerLines)
_BEHIND = (ClientLine, Happened, Note)
_body_end = re.compile(rb"\r\n\.\r?\n").search


def plain_exchange(given: list[Entry], at: int) -> Turn | None:
    """Return the turn of a regular command that was replied to before anything else was said.

    None where anything about the two is in doubt. It is what most of a long transcript consists
    of; nothing else may be due before it.
    """
    asked = given[at]
    if not isinstance(asked, ClientLine) or is_irregular(asked.octets):
        return None
    said, octets = _said(given, at + 1)
    end = octets.find(b"\r\n") + 2
    command = parse(asked.octets)
    status, text, exact = replies.status_of(octets[:end])
    if command.row in _DOUBTFUL or not exact or asked.octets.count(b"\n") > 1:
        return None
    if not _is_whole(octets, end, command.shape if status is _OK else _SINGLE):
        return None
    code = replies.response_code(text)
    reply = Reply(asked.number, command, [said], status, code, complete=True)
    return Turn(asked.number, [asked], replies=[reply])


def _said(given: list[Entry], at: int) -> tuple[list[Expected], bytes]:
    """Return what the server said in one go, with its octets; nothing where that is too much."""
    said: list[Expected] = []
    octets = b""
    for entry in given[at : at + MOST_ENTRIES]:
        if not isinstance(entry, _SERVER):
            return (said, octets) if isinstance(entry, _BEHIND) else ([], b"")
        said.append(entry)
        octets += entry.octets
        if len(octets) > MOST_OCTETS:
            break
    else:
        if at + len(said) == len(given):
            return said, octets
    return [], b""


def _is_whole(octets: bytes, end: int, shape: Shape) -> bool:
    """Whether these are one reply with a status line up to ``end``."""
    if octets.find(b"\n") + 1 != end:
        return False
    if shape is _SINGLE:
        return end == len(octets)
    found = _body_end(octets, end - 2) if shape is _MULTI else None
    return found is not None and found.end() == len(octets)


def status_like(pattern: Pattern, command: CommandLine | None, behind: Iterable[Entry]) -> bytes:
    """Return a status line, or challenge, that a pattern may stand for.

    ``command`` is what is replied to, None for the greeting; ``behind`` follows in the transcript.
    """
    source = pattern.regex.pattern.replace("\\", "").replace("[+]", "+").lstrip("(^")
    source = source.removeprefix("?i)")
    if source.startswith("-"):
        return b"-ERR\r\n"
    if command is None or command.shape is Shape.SINGLE:
        is_challenge = source.startswith("+") and source[1:2] not in ("O", "o", "?", "(")
        if command is not None and command.row is commands.AUTH and is_challenge:
            return b"+ \r\n"
        return b"+OK\r\n"
    return b"-ERR\r\n" if command.shape is Shape.MULTI and _is_over(behind) else b"+OK\r\n"


def _is_over(behind: Iterable[Entry]) -> bool:
    """Whether nothing of the server follows before the client's next line."""
    for entry in behind:
        if isinstance(entry, ClientLine):
            break
        if isinstance(entry, ServerLine | ServerLines | StandIn | Pattern | AnyLines):
            return False
    return True
