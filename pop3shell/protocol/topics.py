"""What can be explained, found by its name or by the words that people use for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from pop3shell.protocol.sasl.registry import MECHANISMS, Mechanism
from pop3shell.protocol.spec import codes
from pop3shell.protocol.spec.capabilities import CAPABILITIES, Capability
from pop3shell.protocol.spec.codes import CODES, ResponseCode
from pop3shell.protocol.spec.commands import COMMANDS, Command
from pop3shell.protocol.spec.notions import NOTIONS, PHRASES, Notion
from pop3shell.protocol.spec.states import STATES, StateRow

Topic = Command | StateRow | Capability | ResponseCode | Mechanism | Notion

#: Topics that one query finds at most.
MOST = 4
#: Characters and words of a query that are looked at.
_LENGTH, _WORDS = 200, 20
_BRACKETS = re.compile(r"\[([^\s\]]+)\]")
#: What may stand around a word of a sentence.
_AROUND = "[]()<>{}\"'`?!:;,."
Phrase = frozenset[str]


def name_of(topic: Topic) -> str:
    """Return the name of a topic, as people type it."""
    match topic:
        case Command():
            return topic.verb
        case StateRow():
            return topic.state.value
        case Capability():
            return topic.tag
        case _:
            return topic.name


@cache
def topics() -> tuple[Topic, ...]:
    """Every topic."""
    return (*COMMANDS, *STATES, *CAPABILITIES, *CODES, *NOTIONS, *MECHANISMS)


def find(query: str) -> list[Topic]:
    """Find what is meant by a name or by some words, the best first; nothing if it is unknown."""
    query = query[:_LENGTH]
    coded: list[Topic] = [row for code in _BRACKETS.findall(query) if (row := codes.find(code))]
    if coded:
        return list(dict.fromkeys(coded))[:MOST]
    name = query.strip().strip("[]").upper()
    if named := [topic for topic in topics() if name_of(topic) == name]:
        return named
    if found := _by_phrase(query):
        return found
    code = codes.find(name) if "/" in name else None
    return [code] if code else []


def near(query: str) -> list[str]:
    """Return the names of topics that may be meant by a misspelt query."""
    import difflib

    phrases = {" ".join(words): found for words, found in _spelled()}
    typed = " ".join(_words(query[:_LENGTH]))
    names: dict[str, None] = {}
    for words in (typed, *(word for word in typed.split()[:_WORDS] if len(word) > 2)):
        for phrase in difflib.get_close_matches(words, phrases, n=3, cutoff=0.6):
            names |= dict.fromkeys(map(name_of, phrases[phrase]))
    return list(names)[:3]


def _by_phrase(query: str) -> list[Topic]:
    """The topics whose phrases are in the query, as it has them; only those of most words."""
    words = _words(query)[:_WORDS]
    found = [phrase for phrase in _phrases() if phrase <= set(words)]
    most = max(map(len, found), default=0)
    longest = [phrase for phrase in found if len(phrase) == most]
    longest.sort(key=lambda phrase: min(map(words.index, phrase)))
    hits = [topic for phrase in longest for topic in _phrases()[phrase]]
    return list({id(topic): topic for topic in hits}.values())[:MOST]


def _words(text: str) -> list[str]:
    """The words of a text, without what stands around them, and in the singular."""
    parted = re.sub(r"(?<=\w)-(?=\w)", " ", text.upper())
    return [_singular(word.strip(_AROUND) or word) for word in parted.split()]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("S") and not word.endswith("SS") else word


@cache
def _phrases() -> dict[Phrase, tuple[Topic, ...]]:
    """Topics by the words of each phrase that leads to them."""
    found: dict[Phrase, tuple[Topic, ...]] = {}
    for words, topics_ in _spelled():
        phrase = frozenset(words)
        found[phrase] = found.get(phrase, ()) + topics_
    return found


def _spelled() -> Iterator[tuple[tuple[str, ...], tuple[Topic, ...]]]:
    """Yield the words of each phrase, in order, and the topics that they lead to."""
    gathered: dict[tuple[str, ...], tuple[Topic, ...]] = {}
    for topic in topics():
        name = name_of(topic)
        also = topic.also if isinstance(topic, Notion) else PHRASES.get(name, ())
        for text in (name, *also):
            words = tuple(_words(text))
            gathered[words] = (*gathered.get(words, ()), topic)
    yield from gathered.items()
