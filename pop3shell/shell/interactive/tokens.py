"""A line being typed, in parts that look different; by the command table."""

from __future__ import annotations

from collections.abc import Iterator

from pop3shell.protocol.spec.arguments import LINES, MESSAGE, Kind
from pop3shell.protocol.spec.commands import BY_VERB, Command, find


def tokens(line: str) -> Iterator[tuple[str, str]]:
    """Yield (style class, text) pairs that together are ``line``."""
    if line.startswith(":"):
        name, blank, rest = line.partition(" ")
        yield "class:colon", name
        yield "class:argument", blank + rest
        return
    if line.startswith("!"):
        yield "class:anyway", "!"
        line = line[1:]
    verb, blank, rest = line.partition(" ")
    row = find(verb.encode("utf-8", "surrogateescape"))
    yield _verb_class(verb, row, bool(blank)), verb
    if blank:
        yield "", blank
        yield from _arguments(rest, row)


def _verb_class(verb: str, row: Command | None, finished: bool) -> str:
    if row is not None:
        return "class:verb"
    begun = verb.upper().encode("utf-8", "surrogateescape")
    if not finished and any(known.startswith(begun) for known in BY_VERB):
        return "class:verb.begun"
    return "class:unknown"


def _arguments(rest: str, row: Command | None) -> Iterator[tuple[str, str]]:
    if row is None:
        yield "class:argument", rest
        return
    for index, word in enumerate(rest.split(" ")):
        if index:
            yield "", " "
        kind = row.arguments[index].kind if index < len(row.arguments) else None
        yield _argument_class(word, kind), word


def _argument_class(word: str, kind: Kind | None) -> str:
    if kind is None:
        return "class:unknown"
    if kind.rest or not word:
        return "class:argument"
    octets = word.encode("utf-8", "surrogateescape")
    if kind.pattern.fullmatch(octets) or kind.secret:
        return "class:number" if kind in (MESSAGE, LINES) else "class:argument"
    return "class:unknown"
