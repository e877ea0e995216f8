"""What can be typed next behind a colon, as the table of colon commands has it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from pop3shell.shell.colon import colon_commands
from pop3shell.shell.colon.table import ColonCommand, Kind
from pop3shell.shell.interactive.completion import (
    Candidate,
    Context,
    announced,
    fitting,
    messages,
)
from pop3shell.shell.settings import CHOICES

#: Entries of a folder that are looked at.
ENTRIES = 1000


def colon_candidates(text: str, context: Context) -> Iterator[Candidate]:
    """Yield what can follow ``text``, which begins with a colon."""
    name, blank, rest = text[1:].partition(" ")
    if not blank:
        rows = {f":{row.name}": row.meaning for row in colon_commands().values()}
        yield from fitting(rows, text)
        return
    row = colon_commands().get(name)
    if row is None or not _makes_sense(row, context):
        return
    *words, typed = rest.split(" ")
    options = dict(row.options)
    before = [word for word in words if word and word not in options]
    if len(before) < len(row.takes):
        argument = row.takes[len(before)]
        yield from fitting(dict(argument.words), typed)
        if complete := _BY_KIND.get(argument.kind):
            yield from complete(typed, before, context)
    if before or typed:
        unsaid = {word: meaning for word, meaning in row.options if word not in words}
        yield from fitting(unsaid, typed)


def _makes_sense(row: ColonCommand, context: Context) -> bool:
    return row.state is None or (not context.closed and context.session.state is row.state)


def _topics(typed: str, before: list[str], context: Context) -> Iterator[Candidate]:
    from pop3shell.view.explain import topics

    yield from fitting(dict.fromkeys(topics(), ""), typed)


def _messages(typed: str, before: list[str], context: Context) -> Iterator[Candidate]:
    yield from messages(typed, context)


def _paths(typed: str, before: list[str], context: Context) -> Iterator[Candidate]:
    folder, slash, begun = typed.rpartition("/")
    try:
        with os.scandir(Path(folder + slash).expanduser()) as entries:
            found = [
                entry.name + ("/" if _is_folder(entry) else "")
                for entry in islice(entries, ENTRIES)
                if entry.name.startswith(begun) and (begun or not entry.name.startswith("."))
            ]
    except (OSError, RuntimeError, ValueError):  # no such folder, no such user, no such name
        return
    for name in sorted(found):
        yield Candidate(name, len(begun), "")


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads round in circles, or where nobody may look
        return False


def _settings(typed: str, before: list[str], context: Context) -> Iterator[Candidate]:
    yield from fitting({name: "|".join(values) for name, values in CHOICES.items()}, typed)


def _values(typed: str, before: list[str], context: Context) -> Iterator[Candidate]:
    yield from fitting(dict.fromkeys(CHOICES.get(before[0], ()), ""), typed)


def _user(typed: str, before: list[str], context: Context) -> Iterator[Candidate]:
    if context.session.user:
        yield from fitting({context.session.user: "the user of this session"}, typed)


def _mechanisms(typed: str, before: list[str], context: Context) -> Iterator[Candidate]:
    yield from fitting(announced(context.session), typed)


def _host(typed: str, before: list[str], context: Context) -> Iterator[Candidate]:
    if context.host:
        yield from fitting({context.host: "the server of this session"}, typed)


def _port(typed: str, before: list[str], context: Context) -> Iterator[Candidate]:
    ports = {"110": "where POP3 servers listen"}
    if context.port:
        ports = {context.port: "the port of this session", **ports}
    yield from fitting(ports, typed)


_BY_KIND: dict[Kind, Callable[[str, list[str], Context], Iterator[Candidate]]] = {
    Kind.TOPIC: _topics,
    Kind.MESSAGE: _messages,
    Kind.PATH: _paths,
    Kind.SETTING: _settings,
    Kind.VALUE: _values,
    Kind.USER: _user,
    Kind.MECHANISM: _mechanisms,
    Kind.HOST: _host,
    Kind.PORT: _port,
}
