"""What can be told of an exchange in a transcript without observing the dialogue."""

from __future__ import annotations

from collections.abc import Iterable

from pop3shell.net.replay_script import Reply, Turn
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


def plain_exchange(given: list[Entry], at: int) -> Turn | None:
    """Return the turn of a regular command whose reply is one line and nothing more, else None.

    It is what most of a long transcript consists of; nothing else may be due before it.
    """
    asked, said, *behind = given[at : at + 3] if at + 1 < len(given) else (None, None)
    if not isinstance(asked, ClientLine) or not isinstance(said, ServerLine):
        return None
    if behind and not isinstance(behind[0], ClientLine | Happened | Note):
        return None
    if is_irregular(asked.octets) or asked.octets.count(b"\n") > 1:
        return None
    command = parse(asked.octets)
    status, text, exact = replies.status_of(said.octets)
    if command.row in (None, commands.AUTH) or not exact or not said.octets.endswith(b"\r\n"):
        return None
    if said.octets.count(b"\n") > 1 or (status is Status.OK and command.shape is not Shape.SINGLE):
        return None
    code = replies.response_code(text)
    reply = Reply(asked.number, command, [[said]], status, code, complete=True)
    return Turn(asked.number, [asked], replies=[reply])


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
