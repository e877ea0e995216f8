"""The tables in words: commands, states, capabilities, response codes."""

from __future__ import annotations

import difflib
import textwrap

from pop3shell.protocol.spec import capabilities, codes
from pop3shell.protocol.spec.capabilities import CAPABILITIES, Capability
from pop3shell.protocol.spec.codes import CODES, ResponseCode
from pop3shell.protocol.spec.commands import COMMANDS, Command, Shape, Standing, find
from pop3shell.protocol.spec.states import STATES, Effect, StateRow

WIDTH = 78


class UnknownTopic(Exception):
    """There is nothing of that name in the tables; the text says what is near."""


def explain(topic: str, width: int = WIDTH) -> str:
    """Explain a command, state, capability or response code; a word may be several of them.

    No line has more than ``width`` columns, but for long words. Raises UnknownTopic.
    """
    word = topic.strip().strip("[]").upper()
    parts: list[str] = []
    if row := find(word.encode("utf-8", "replace")):
        parts.append(_command(row, width))
    parts += [_state(row, width) for row in STATES if row.state.value == word]
    if capability := capabilities.BY_TAG.get(word):
        parts.append(_capability(capability, width))
    if code := codes.find(word):
        parts.append(_code(code, width))
    if not parts:
        raise UnknownTopic(_unknown(topic.strip(), word))
    return "\n\n".join(parts)


def overview() -> str:
    """Return every topic with its meaning, one a line."""
    groups = (
        ("Commands", [(row.syntax, row.meaning) for row in COMMANDS]),
        ("States", [(row.state.value, row.meaning) for row in STATES]),
        ("Capabilities", [(row.syntax, row.meaning) for row in CAPABILITIES]),
        ("Response codes", [(f"[{row.name}]", row.meaning) for row in CODES]),
    )
    return "\n\n".join(_table(title, rows) for title, rows in groups)


def topics() -> list[str]:
    """Return the names that can be explained."""
    names = [row.verb for row in COMMANDS] + [row.state.value for row in STATES]
    names += [row.tag for row in CAPABILITIES] + [row.name for row in CODES]
    return list(dict.fromkeys(names))


def _unknown(topic: str, word: str) -> str:
    near = difflib.get_close_matches(word, topics(), n=3, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}?" if near else "`pop3shell explain` alone lists all"
    return f"unknown topic {topic}; {hint}"


def _table(title: str, rows: list[tuple[str, str]]) -> str:
    width = max(len(name) for name, _ in rows)
    blank = " " * (width + 4)
    lines = [
        textwrap.fill(
            meaning, WIDTH, initial_indent=f"  {name:<{width}}  ", subsequent_indent=blank
        )
        for name, meaning in rows
    ]
    return "\n".join([title, *lines])


def _title(text: str, width: int) -> str:
    return textwrap.fill(text, width, subsequent_indent="  ")


def _paragraph(text: str, width: int) -> str:
    return textwrap.fill(text, width, initial_indent="  ", subsequent_indent="  ")


def _facts(facts: list[tuple[str, str]], width: int) -> str:
    names = max(len(name) for name, _ in facts) + 1
    blank = " " * (names + 3)
    return "\n".join(
        textwrap.fill(
            text, width, initial_indent=f"  {name + ':':<{names}} ", subsequent_indent=blank
        )
        for name, text in facts
    )


def _command(row: Command, width: int) -> str:
    facts = [("syntax", row.syntax), ("allowed in", _states(row)), ("+OK reply", _shape(row))]
    if row.effect is not Effect.NONE:
        facts.append(("after +OK", row.effect.value))
    if row.capability:
        facts.append(("announced by", row.capability))
    if row.standing in (Standing.OBSOLETE, Standing.FOREIGN):
        facts.append(("standing", row.standing.value))
    facts += [(argument.kind.label, argument.kind.expected) for argument in row.arguments]
    facts.append(("defined in", str(row.reference)))
    example = "\n".join(f"    {line}" for line in row.example)
    return "\n".join(
        [
            _title(f"{row.verb}: {row.meaning}", width),
            "",
            _paragraph(row.detail, width),
            "",
            _facts(facts, width),
            "",
            example,
        ]
    )


def _states(row: Command) -> str:
    names = sorted(state.value for state in row.states)
    return f"the {' and '.join(names)} state" + "s" * (len(names) > 1) if names else "no state"


def _shape(row: Command) -> str:
    text = row.shape.value
    if row.shape_with_argument not in (None, row.shape):
        assert row.shape_with_argument is not None
        text += f"; {row.shape_with_argument.value} if an argument was sent"
    return text + (" (read until a lone dot or silence)" if row.shape is Shape.OPEN else "")


def _state(row: StateRow, width: int) -> str:
    allowed = " ".join(c.verb for c in COMMANDS if row.state in c.states)
    facts = [("commands", allowed or "none"), ("defined in", str(row.reference))]
    return "\n".join(
        [
            _title(f"{row.state.value} state: {row.meaning}", width),
            "",
            _paragraph(row.detail, width),
            "",
            _facts(facts, width),
        ]
    )


def _capability(row: Capability, width: int) -> str:
    enabled = " ".join(c.verb for c in COMMANDS if c.capability == row.tag)
    facts = [("syntax", row.syntax), ("announced", row.announced.value)]
    if enabled:
        facts.append(("commands", enabled))
    facts.append(("defined in", str(row.reference)))
    title = _title(f"{row.tag} (capability): {row.meaning}", width)
    return "\n".join([title, "", _facts(facts, width)])


def _code(row: ResponseCode, width: int) -> str:
    where = " ".join(command.verb for command in row.valid_on) or "any command"
    facts = [("in replies to", where), ("what to do", row.advice)]
    facts.append(("defined in", str(row.reference)))
    title = _title(f"[{row.name}] (response code): {row.meaning}", width)
    return "\n".join([title, "", _facts(facts, width)])
