"""``:send``, ``:pipeline`` and ``:quit``: octets onto the wire."""

from __future__ import annotations

import re

from pop3shell.protocol.framing import CRLF
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.capabilities import PIPELINING
from pop3shell.shell.colon.table import Argument, ColonCommand, Kind
from pop3shell.shell.shell import ColonError, Shell

_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|(.))", re.DOTALL)
_SINGLE = {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "e": "\x1b", "\\": "\\", ";": ";"}
_SEPARATOR = re.compile(r"(\\*);")


def unescape(text: str) -> bytes:
    r"""Return the octets that ``\r \n \t \0 \e \\ \xHH`` and plain text stand for.

    Raises ColonError at any other backslash.
    """
    octets, at = b"", 0
    for found in _ESCAPE.finditer(text):
        octets += text[at : found.start()].encode("utf-8", "surrogateescape")
        at = found.end()
        if found[1]:
            octets += bytes([int(found[1], 16)])
        elif found[2] in _SINGLE:
            octets += _SINGLE[found[2]].encode()
        else:
            raise _bad_escape(found[0])
    rest = text[at:]
    if rest.endswith("\\"):
        raise _bad_escape("\\")
    return octets + rest.encode("utf-8", "surrogateescape")


def _bad_escape(escape: str) -> ColonError:
    return ColonError(f"{escape} is no escape; there are \\r \\n \\t \\0 \\e \\\\ and \\xHH")


async def _send(shell: Shell, arguments: str) -> None:
    octets = unescape(arguments)
    if not octets:
        raise ColonError("say what to send, for instance :send NOOP\\r\\n")
    await shell.send(octets)


def split_commands(text: str) -> list[bytes]:
    r"""Split at semicolons; ``\;`` is one that belongs to a command.

    A command that ends in a backslash has it doubled before the semicolon; elsewhere a backslash
    stands for itself.
    """
    parts, at = [""], 0
    for found in _SEPARATOR.finditer(text):
        doubled, escaped = divmod(len(found[1]), 2)
        parts[-1] += text[at : found.start()] + "\\" * doubled + ";" * escaped
        if not escaped:
            parts.append("")
        at = found.end()
    parts[-1] += text[at:]
    lines = [part.lstrip() for part in parts]
    return [line.encode("utf-8", "surrogateescape") for line in lines if line]


async def _pipeline(shell: Shell, arguments: str) -> None:
    lines = [line.rstrip(b" ") for line in split_commands(arguments)]
    if not lines:
        raise ColonError("say which commands, for instance :pipeline STAT; LIST; UIDL")
    if shell.client.session.announces(PIPELINING.tag) is False:
        shell.warn(
            "the server does not announce PIPELINING; replies may be lost (RFC 2449 section 6.6)"
        )
    await shell.send(b"".join(line + CRLF for line in lines))


async def _quit(shell: Shell, arguments: str) -> None:
    shell.leaving = True
    if not shell.client.closed:
        await shell.exchange(commands.QUIT.verb.encode())


COMMANDS = (
    ColonCommand(
        "send",
        "BYTES",
        r"send octets as they are, without CRLF; \r \n \t \0 \e \\ \xHH stand for octets",
        _send,
        takes=(Argument(Kind.FREE),),
        line_end=re.compile(r"\\r|\\n|\\x0[ad]", re.IGNORECASE),
        strips=False,
    ),
    ColonCommand(
        "pipeline",
        "CMD; CMD; ...",
        "send several commands in one segment and match their replies",
        _pipeline,
        takes=(Argument(Kind.FREE),),
        line_end=re.compile(";"),
    ),
    ColonCommand("quit", "", "say QUIT and leave", _quit),
)
