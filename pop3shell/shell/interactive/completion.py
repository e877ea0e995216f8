"""What can be typed next, by the state of the session; no terminal in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from pop3shell.protocol.record import Record
from pop3shell.protocol.session import Session
from pop3shell.protocol.spec import arguments as kinds
from pop3shell.protocol.spec.commands import COMMANDS, PASS, STLS, Command, find, is_current
from pop3shell.protocol.spec.states import State
from pop3shell.shell.settings import CHOICES

#: Candidates offered at once; work per keystroke is bounded by it, however large the maildrop.
MOST = 50


class Candidate(Record):
    """A completion: its text, how many typed characters it replaces, and what it means."""

    text: str
    replaces: int
    meaning: str


class Context(Record):
    """What completion may look at: the session, and a word on messages already seen."""

    session: Session
    summaries: dict[int, str]
    challenged: bool = False
    closed: bool = False


def candidates(text: str, context: Context) -> list[Candidate]:
    """Return what can follow ``text`` (the line up to the cursor), at most ``MOST``."""
    if text.startswith(":"):
        return list(islice(_colon(text, context), MOST))
    if context.challenged:
        return _fitting({"*": "cancel the authentication"}, text) if not text else []
    if context.closed:
        return []
    return list(islice(_pop3(text, context), MOST))


def _fitting(words: dict[str, str], typed: str) -> list[Candidate]:
    wanted = typed.upper()
    return [
        Candidate(word, len(typed), meaning)
        for word, meaning in words.items()
        if word.upper().startswith(wanted)
    ]


def _pop3(text: str, context: Context) -> Iterator[Candidate]:
    anyway = text.startswith("!")
    words = text.lstrip("!").split(" ")
    if len(words) == 1:
        rows = [row for row in COMMANDS if anyway or _is_valid_now(row, context.session)]
        yield from _fitting({row.verb: row.meaning for row in rows}, words[0])
        return
    row = find(words[0].encode("utf-8", "surrogateescape"))
    if row is None or not (anyway or _is_allowed(row, context.session)):
        return
    if len(words) - 2 < len(row.arguments):
        kind = row.arguments[len(words) - 2].kind
        yield from _argument(kind, words[-1], context)


def _is_allowed(row: Command, session: Session) -> bool:
    if (row is PASS and not session.user_accepted) or (row is STLS and session.tls):
        return False
    return session.state in row.states


def _is_valid_now(row: Command, session: Session) -> bool:
    if not _is_allowed(row, session) or not is_current(row):
        return False
    if row.capability and session.capabilities and not session.announces(row.capability):
        return False
    return bool(session.timestamp) or not any(a.kind is kinds.DIGEST for a in row.arguments)


def _argument(kind: kinds.Kind, typed: str, context: Context) -> Iterator[Candidate]:
    session = context.session
    if kind is kinds.MESSAGE:
        yield from _messages(typed, context)
    elif kind is kinds.MECHANISM:
        yield from _fitting(_announced(session), typed)
    elif kind is kinds.LINES:
        yield from _fitting({"0": "the header alone", "10": "and ten body lines"}, typed)
    elif kind is kinds.LANGUAGE:
        yield from _fitting({"*": "the server's default"}, typed)


def _announced(session: Session) -> dict[str, str]:
    return dict.fromkeys(session.mechanisms, "announced by the server")


def _messages(typed: str, context: Context) -> Iterator[Candidate]:
    """Message numbers that begin with what is typed, exist, and are not deleted."""
    session = context.session
    highest = session.highest or 0
    sizes = session.sizes
    for number in _numbers(typed, highest):
        if number not in session.deleted:
            size = f"{sizes[number]} octets" if number in sizes else ""
            seen = context.summaries.get(number, "")
            yield Candidate(str(number), len(typed), "  ".join(filter(None, (size, seen))))


def _numbers(typed: str, highest: int) -> Iterator[int]:
    """Numbers up to ``highest`` whose decimal form begins with ``typed``, in order."""
    if not typed:
        yield from range(1, highest + 1)
        return
    if not typed.isascii() or not typed.isdigit() or typed.startswith("0"):
        return
    first, span = int(typed), 1
    while first <= highest:
        yield from range(first, min(first + span, highest + 1))
        first, span = first * 10, span * 10


def _colon(text: str, context: Context) -> Iterator[Candidate]:
    from pop3shell.shell.colon import colon_commands

    name, blank, rest = text[1:].partition(" ")
    if not blank:
        rows = {f":{row.name}": row.meaning for row in colon_commands().values()}
        yield from _fitting(rows, text)
        return
    words = rest.split(" ")
    state = _COLON_STATES.get((name, len(words)))
    if state is not None and (context.closed or context.session.state is not state):
        return
    complete = _COLON_ARGUMENTS.get((name, len(words)))
    if complete is not None:
        yield from complete(words[-1], context)
    elif name == "set" and len(words) == 2:
        chosen = CHOICES.get(words[0], ())
        yield from _fitting(dict.fromkeys(chosen, ""), words[-1])


def _topics(typed: str, context: Context) -> Iterator[Candidate]:
    from pop3shell.view.explain import topics

    yield from _fitting(dict.fromkeys(topics(), ""), typed)


def _what_to_save(typed: str, context: Context) -> Iterator[Candidate]:
    yield from _fitting({"all": "every message"}, typed)
    yield from _messages(typed, context)


def _paths(typed: str, context: Context) -> Iterator[Candidate]:
    from pathlib import Path

    folder, _, begun = typed.rpartition("/")
    where = Path(folder or ("/" if typed.startswith("/") else ".")).expanduser()
    try:
        entries = sorted(islice(where.iterdir(), 1000))
    except OSError:
        return
    names = {entry.name + ("/" if entry.is_dir() else ""): "" for entry in entries}
    for name in names:
        if name.startswith(begun) and (begun or not name.startswith(".")):
            yield Candidate(name, len(begun), "")


def _settings(typed: str, context: Context) -> Iterator[Candidate]:
    yield from _fitting({name: "|".join(values) for name, values in CHOICES.items()}, typed)


def _switch(typed: str, context: Context) -> Iterator[Candidate]:
    yield from _fitting({"on": "", "off": ""}, typed)


def _user(typed: str, context: Context) -> Iterator[Candidate]:
    if context.session.user:
        yield from _fitting({context.session.user: "the user of this session"}, typed)


def _mechanisms(typed: str, context: Context) -> Iterator[Candidate]:
    yield from _fitting(_announced(context.session), typed)


#: The state in which an argument of a colon command makes sense; the others do in any.
_COLON_STATES = {
    ("auth", 1): State.AUTHORIZATION,
    ("login", 1): State.AUTHORIZATION,
    ("login", 2): State.AUTHORIZATION,
    ("messages", 1): State.TRANSACTION,
    ("save", 1): State.TRANSACTION,
    ("view", 1): State.TRANSACTION,
}

_COLON_ARGUMENTS = {
    ("help", 1): _topics,
    ("save", 1): _what_to_save,
    ("save", 2): _paths,
    ("view", 1): _messages,
    ("messages", 1): _messages,
    ("set", 1): _settings,
    ("hex", 1): _switch,
    ("timing", 1): _switch,
    ("login", 1): _user,
    ("login", 2): _mechanisms,
    ("auth", 1): _mechanisms,
}
