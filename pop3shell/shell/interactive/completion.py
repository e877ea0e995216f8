"""What can be typed next, by the state of the session; no terminal in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice

from pop3shell.protocol.record import Record
from pop3shell.protocol.session import Session
from pop3shell.protocol.spec import arguments as kinds
from pop3shell.protocol.spec.commands import COMMANDS, PASS, STLS, Command, find, is_current

#: Candidates offered at once; work per keystroke is bounded by it, however large the maildrop.
MOST = 50


class Candidate(Record):
    """A completion: its text, how many typed characters it replaces, and what it means."""

    text: str
    replaces: int
    meaning: str


class Context(Record):
    """What completion may look at: the session, its server, a word on messages already seen."""

    session: Session
    summaries: Mapping[int, object]
    challenged: bool = False
    closed: bool = False
    host: str = ""
    port: str = ""


def candidates(text: str, context: Context) -> list[Candidate]:
    """Return what can follow ``text`` (the line up to the cursor), at most ``MOST``."""
    if text.startswith(":"):
        from pop3shell.shell.interactive.colon_completion import colon_candidates

        return list(islice(colon_candidates(text, context), MOST))
    if context.challenged:
        return fitting({"*": "cancel the authentication"}, text) if not text else []
    if context.closed:
        return []
    return list(islice(_pop3(text, context), MOST))


def fitting(words: dict[str, str], typed: str) -> list[Candidate]:
    """Return those ``words`` that begin with what is typed, in any case; each has a meaning."""
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
        yield from fitting({row.verb: row.meaning for row in rows}, words[0])
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
        yield from messages(typed, context)
    elif kind is kinds.MECHANISM:
        yield from fitting(announced(session), typed)
    elif kind is kinds.LINES:
        yield from fitting({"0": "the header alone", "10": "and ten body lines"}, typed)
    elif kind is kinds.LANGUAGE:
        yield from fitting({"*": "the server's default"}, typed)


def announced(session: Session) -> dict[str, str]:
    """Return the mechanisms that the server announces, each with a word on it."""
    return dict.fromkeys(session.mechanisms, "announced by the server")


def messages(typed: str, context: Context) -> Iterator[Candidate]:
    """Yield message numbers that begin with what is typed, exist, and are not deleted."""
    session = context.session
    highest = session.highest or 0
    sizes = session.sizes
    for number in _numbers(typed, highest):
        if number not in session.deleted:
            size = f"{sizes[number]} octets" if number in sizes else ""
            seen = str(context.summaries.get(number, ""))
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
