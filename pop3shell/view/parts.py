"""One line of a dialogue, taken apart into what looks different.

Each function yields (part, text) pairs that put together are the line, without its end. Octets
that are no UTF-8 are surrogates (``surrogateescape``).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from enum import Enum

from pop3shell.protocol import events as ev
from pop3shell.protocol import replies
from pop3shell.protocol.commandline import CommandLine
from pop3shell.protocol.secrets import PLAIN_RESPONSES
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.arguments import LINES, MESSAGE, Kind
from pop3shell.protocol.spec.commands import BY_VERB, Command, find
from pop3shell.view.style import Part

Pairs = Iterator[tuple[Part, str]]

#: Octets of a challenge that are decoded.
DECODED = 1024


class Rows(Enum):
    """What the lines of a multi-line reply are."""

    SIZES = "a number and a size"
    UNIQUE_IDS = "a number and a unique-id"
    TAGS = "a tag and its arguments"
    MESSAGE = "a message"
    TEXT = "anything"


#: The rows of the replies to each command with a multi-line reply.
ROWS: dict[Command, Rows] = {
    commands.LIST: Rows.SIZES,
    commands.UIDL: Rows.UNIQUE_IDS,
    commands.CAPA: Rows.TAGS,
    commands.LANG: Rows.TAGS,
    commands.RETR: Rows.MESSAGE,
    commands.TOP: Rows.MESSAGE,
}

_INDICATORS = {"+OK": Part.OK, "-ERR": Part.ERR}
# Compiled by `re` when they are first used: the first prompt comes the sooner.
_CODE = r"\[[^\s\]]+\]"
_NUMBER = r"(?<![\w.-])[0-9]+(?![\w-]|\.[0-9])"
_SIZE = r"([0-9]+)( +)([0-9]+)(?![0-9])"
_UNIQUE_ID = r"([0-9]+)( +)([!-~]+)"
_TAG = r"([!-\-/-~][!-~]*)"
#: A line of a header: its name with the colon, its value.
HEADER = r"([!-\-/-9;-~][!-9;-~]*:)(.*)"

#: How the rows that are no message look: a pattern for the beginning of a line, and its groups.
SHAPES: dict[Rows, tuple[str, tuple[Part, ...]]] = {
    Rows.SIZES: (_SIZE, (Part.NUMBER, Part.TEXT, Part.NUMBER)),
    Rows.UNIQUE_IDS: (_UNIQUE_ID, (Part.NUMBER, Part.TEXT, Part.UNIQUE_ID)),
    Rows.TAGS: (_TAG, (Part.TAG,)),
}


def rows_of(command: CommandLine) -> Rows:
    """What the lines of a multi-line reply to ``command`` are."""
    return ROWS.get(command.row, Rows.TEXT) if command.row else Rows.TEXT


def whole(text: str, part: Part = Part.TEXT) -> Pairs:
    """A text that is one part."""
    yield part, text


# ---- the server's lines ----


def status(line: str, command: CommandLine | None = None, *, greeting: bool = False) -> Pairs:
    """The first line of a reply to ``command``, or a greeting."""
    positive = line.startswith("+")
    indicator = line[:3] if positive else line[:4]
    part = _INDICATORS.get(indicator.upper())
    if part is None:
        yield Part.TEXT, line
        return
    yield part, indicator
    text = line[len(indicator) :]
    if text.startswith(" "):
        yield Part.TEXT, " "
        text = text[1:]
    if text.startswith("[") and (code := re.match(_CODE, text)):
        yield Part.CODE, code[0]
        text = text[code.end() :]
    if greeting:
        yield from _greeting(text)
    elif positive:
        yield from _answer(text, command)
    else:
        yield from _gap(text)


def _gap(text: str) -> Pairs:
    if text:
        yield Part.TEXT, text


def _greeting(text: str) -> Pairs:
    stamp = replies.timestamp(octets(text)).decode("ascii")
    before, stamp, behind = text.partition(stamp) if stamp else (text, "", "")
    yield from _gap(before)
    if stamp:
        yield Part.TIMESTAMP, stamp
    yield from _gap(behind)


def _answer(text: str, command: CommandLine | None) -> Pairs:
    """The text of a positive reply."""
    rows = rows_of(command) if command and command.arguments else Rows.TEXT
    if rows in SHAPES and (shaped := list(_shaped(text, rows))):
        yield from shaped
        return
    at = 0
    for found in re.finditer(_NUMBER, text):
        yield from _gap(text[at : found.start()])
        yield Part.NUMBER, found[0]
        at = found.end()
    yield from _gap(text[at:])


def _shaped(text: str, rows: Rows) -> Pairs:
    pattern, parts = SHAPES[rows]
    if found := re.match(pattern, text):
        yield from zip(parts, found.groups(), strict=True)
        yield from _gap(text[found.end() :])


def row(line: str, rows: Rows, *, header: bool = False) -> Pairs:
    """A line of a multi-line reply; ``header`` says that it is one of a message's header."""
    if line.startswith("."):
        yield Part.DOT, "."
        yield Part.BODY, line[1:]
    elif rows is Rows.MESSAGE:
        yield from _header(line) if header else _body(line)
    elif rows in SHAPES:
        yield from list(_shaped(line, rows)) or _gap(line)
    else:
        yield Part.TEXT, line


def _header(line: str) -> Pairs:
    if found := re.match(HEADER, line):
        yield Part.HEADER_NAME, found[1]
        yield Part.HEADER_VALUE, line[found.end(1) :]
    else:
        folded = line.startswith((" ", "\t", r"\x09"))
        yield Part.HEADER_VALUE if folded else Part.BODY, line


def _body(line: str) -> Pairs:
    yield Part.QUOTED if line.startswith(">") else Part.BODY, line


def terminator(line: str) -> Pairs:
    """The dot at the end of a multi-line reply."""
    yield Part.TERMINATOR, line


def quiet(text: str) -> Pairs:
    """A remark of our own."""
    yield Part.QUIET, text


def challenge(line: str) -> Pairs:
    """A challenge inside a SASL exchange."""
    yield Part.CHALLENGE, line[:1]
    yield from _gap(line[1:])


def decoded(data: bytes) -> bytes:
    """What a challenge says in base64, if people can read it; else nothing."""
    if len(data) > DECODED:
        return b""
    try:
        told = base64.b64decode(data, validate=True)
        return told if told.decode().isprintable() else b""
    except ValueError:
        return b""


# ---- the client's lines ----


def typed(line: str, *, challenged: bool = False) -> Pairs:
    """A line typed at the shell; ``challenged`` says that it answers a SASL challenge."""
    if line.startswith(":"):
        name, blank, rest = line.partition(" ")
        yield Part.COLON, name
        yield from _gap(blank)
        if rest:
            yield Part.ARGUMENT, rest
    elif challenged:
        yield from response(line)
    elif line.startswith("!"):
        yield Part.ANYWAY, "!"
        yield from command_line(line[1:])
    else:
        yield from command_line(line)


def response(line: str) -> Pairs:
    """The client's answer to a challenge; what is no secret stays (RFC 5034 section 4)."""
    yield Part.ARGUMENT if line in PLAIN_RESPONSES else Part.SECRET, line


def sent(line: bytes, event: ev.CommandSent | ev.ResponseSent, *, begun: bool) -> Pairs:
    """A line of the client, secrets replaced; behind its prefix, unless that was shown already."""
    if not begun:
        yield Part.SIDE, "C: "
    text = line.decode("utf-8", "surrogateescape")
    if event.secret is not None and event.secret.start == 0:
        yield Part.SECRET, text
    elif isinstance(event, ev.ResponseSent):
        yield from response(text)
    else:
        yield from command_line(text)


def command_line(line: str) -> Pairs:
    """A command as it goes over the wire."""
    verb, blank, rest = line.partition(" ")
    known = find(octets(verb))
    if verb:
        yield _verb(verb, known, bool(blank)), verb
    yield from _gap(blank)
    if known is not None:
        yield from _arguments(rest, known)
    elif rest:
        yield Part.ARGUMENT, rest


def octets(text: str) -> bytes:
    """Return the octets of a text; with half a UTF-16 pair in it, some that match nothing."""
    return text.encode("utf-8", "surrogatepass")


def _verb(verb: str, known: Command | None, finished: bool) -> Part:
    if known is not None:
        return Part.VERB
    begun = octets(verb).upper()
    if not finished and any(verb.startswith(begun) for verb in BY_VERB):
        return Part.VERB_BEGUN
    return Part.UNKNOWN


def _arguments(rest: str, known: Command) -> Pairs:
    for argument in known.arguments:
        if not rest:
            return
        word, blank, rest = (rest, "", "") if argument.kind.rest else rest.partition(" ")
        if word:
            yield _argument(word, argument.kind), word
        yield from _gap(blank)
    if rest:
        yield Part.UNKNOWN, rest


def _argument(word: str, kind: Kind) -> Part:
    if kind.secret:
        return Part.SECRET
    if not kind.rest and not kind.matches(octets(word)):
        return Part.UNKNOWN
    return Part.NUMBER if kind in (MESSAGE, LINES) else Part.ARGUMENT
