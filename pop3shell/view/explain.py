"""The tables in words: commands, states, capabilities, response codes, mechanisms, notions."""

from __future__ import annotations

import textwrap

from pop3shell.protocol import topics as lookup
from pop3shell.protocol.sasl.registry import MECHANISMS, Mechanism
from pop3shell.protocol.spec.capabilities import CAPABILITIES, Capability
from pop3shell.protocol.spec.codes import CODES, ResponseCode
from pop3shell.protocol.spec.commands import COMMANDS, Command, Shape, Standing
from pop3shell.protocol.spec.notions import NOTIONS, Notion
from pop3shell.protocol.spec.states import STATES, Effect, StateRow
from pop3shell.protocol.topics import Topic

WIDTH = 78


class UnknownTopic(Exception):
    """There is nothing of that name in the tables; the text says what is near."""


def explain(topic: str, width: int = WIDTH) -> str:
    """Explain what is meant by a name, a server's reply, or some words; it may be several things.

    No line has more than ``width`` columns, but for long words. Raises UnknownTopic.
    """
    found = lookup.find(topic)
    if not found:
        raise UnknownTopic(_unknown(topic.strip()))
    return "\n\n".join(_explained(row, width) for row in found)


def overview() -> str:
    """Return every topic with its meaning, one a line."""
    groups = (
        ("Commands", [(row.syntax, row.meaning) for row in COMMANDS]),
        ("States", [(row.state.value, row.meaning) for row in STATES]),
        ("Capabilities", [(row.syntax, row.meaning) for row in CAPABILITIES]),
        ("Response codes", [(f"[{row.name}]", row.meaning) for row in CODES]),
        ("Mechanisms of AUTH", [(row.name, row.meaning) for row in MECHANISMS]),
        ("Notions", [(row.name, row.meaning) for row in NOTIONS]),
    )
    return "\n\n".join(_table(title, rows) for title, rows in groups)


def topics() -> list[str]:
    """Return the names that can be explained."""
    return list(dict.fromkeys(map(lookup.name_of, lookup.topics())))


def _unknown(topic: str) -> str:
    near = lookup.near(topic)
    hint = f"did you mean {' or '.join(near)}?" if near else "`pop3shell explain` alone lists all"
    return f"unknown topic {topic}; {hint}"


def _explained(row: Topic, width: int) -> str:
    match row:
        case Command():
            return _command(row, width)
        case StateRow():
            return _state(row, width)
        case Capability():
            return _capability(row, width)
        case ResponseCode():
            return _code(row, width)
        case Mechanism():
            return _mechanism(row, width)
        case Notion():
            return _notion(row, width)


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


def _mechanism(row: Mechanism, width: int) -> str:
    tls = "a must: who listens can log in with it" if row.in_clear else "good to have"
    facts = [("to log in", row.credential.value), ("TLS", tls)]
    facts += [("client sends", text) for text in row.sends]
    facts.append(("defined in", str(row.reference)))
    title = _title(f"{row.name} (mechanism of AUTH): {row.meaning}", width)
    return "\n".join([title, "", _facts(facts, width)])


def _notion(row: Notion, width: int) -> str:
    facts = [("see also", ", ".join(row.see)), ("defined in", str(row.reference))]
    title = _title(f"{row.name}: {row.meaning}", width)
    detail = _paragraph(row.detail, width)
    return "\n".join([title, "", detail, "", _facts(facts, width)])
