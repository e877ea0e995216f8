"""An exchange in words: what was asked, what was answered, what it means, and where that stands."""

from __future__ import annotations

import re
import textwrap

from pop3shell.protocol import replies
from pop3shell.protocol.endings import ended
from pop3shell.protocol.events import Greeting, Side
from pop3shell.protocol.framing import CRLF
from pop3shell.protocol.hints import hint
from pop3shell.protocol.lastexchange import Body, LastExchange
from pop3shell.protocol.replies import Status
from pop3shell.protocol.session import Session
from pop3shell.protocol.spec import arguments, codes, commands
from pop3shell.protocol.spec.commands import Shape
from pop3shell.protocol.spec.references import rfc
from pop3shell.protocol.visible import visible, visible_text
from pop3shell.view.units import duration

WIDTH = 78
#: Octets of a line that are repeated; the dialogue has shown it whole.
SHOWN = 200

_ITEM = re.compile("  [^ ]")
_PLACEHOLDER = re.compile(rb"\$\{\w+\}")


def narrate(exchange: LastExchange, session: Session, width: int = WIDTH) -> str:
    """Explain an exchange, secrets replaced and made safe for a terminal.

    What is said of it has at most ``width`` columns a line; what was said has what it has.
    """
    parts = [
        _asked(exchange),
        *_steps(exchange),
        _answered(exchange),
        _reply(exchange),
        _state(exchange),
        _time(exchange),
        *_findings(exchange),
    ]
    if text := hint(exchange, session):
        parts.append(_item("what to do", visible(text.encode("utf-8", "surrogateescape"))))
    return _wrapped(parts, width)


def narrate_greeting(greeting: Greeting, width: int = WIDTH) -> str:
    """Explain the greeting, the one reply that no command asks for."""
    lines = [f"S: {_cut(greeting.raw)}", _item("greeting", "the server speaks first (" + _GREETS)]
    if greeting.timestamp:
        stamp = visible(greeting.timestamp)
        text = f"{stamp} allows {commands.APOP.verb} ({commands.APOP.reference})"
        lines.append(_item("timestamp", text))
    if code := _code(greeting.text):
        lines.append(code)
    return _wrapped(lines, width)


def _wrapped(parts: list[str], width: int) -> str:
    """Put the lines together, the items among them (behind two blanks) broken between words."""
    lines = "\n".join(filter(None, parts)).split("\n")
    return "\n".join(_fill(line, width) if _ITEM.match(line) else line for line in lines)


def _fill(line: str, width: int) -> str:
    return textwrap.fill(
        line, width, subsequent_indent="    ", break_long_words=False, break_on_hyphens=False
    )


def _steps(exchange: LastExchange) -> list[str]:
    """A login by AUTH, line by line."""
    lines = []
    for step in exchange.steps:
        who = "C" if step.side is Side.CLIENT else "S"
        lines.append(_item(f"{who}: {visible_text(step.line)}", visible_text(step.text)))
        if step.decoded:
            lines.append(f"    decoded: {visible_text(step.decoded)[:SHOWN]}")
    return lines


_GREETS = f"{rfc(1939, '4')}); nothing has been sent yet"


def _item(name: str, text: str) -> str:
    return f"  {name}: {text}"


def _cut(octets: bytes) -> str:
    octets = octets.removesuffix(CRLF)
    return visible(octets[:SHOWN]) + ("..." if len(octets) > SHOWN else "")


# ---- the command ----


def _asked(exchange: LastExchange) -> str:
    row = exchange.row
    lines = [f"C: {_cut(exchange.shown)}"]
    if row is None:
        text = f"none that the command table knows; servers answer {Status.ERR.value}"
        return "\n".join([*lines, _item("command", f"{text} ({rfc(1939, '3')})")])
    lines.append(_item(row.verb, f"{row.meaning} ({row.reference})"))
    for argument, octets in zip(row.arguments, exchange.command.arguments, strict=False):
        secret = _secret(exchange.shown) if argument.kind.secret else ""
        lines.append(_item(argument.kind.label, secret or _argument(argument, octets)))
    if exchange.before not in row.states:
        text = f"sent in the {exchange.before.value} state, where {row.verb} is not allowed"
        lines.append(_item("state", text))
    return "\n".join(lines)


def _secret(shown: bytes) -> str:
    placeholder = _PLACEHOLDER.search(shown)
    return "a secret" + (f", shown as {placeholder[0].decode()}" if placeholder else "")


def _argument(argument: arguments.Argument, octets: bytes) -> str:
    kind = argument.kind
    wrong = "" if kind.matches(octets) else f" (it must be {kind.expected})"
    return _cut(octets) + wrong if octets else f"empty{wrong}"


# ---- the answer ----


def _answered(exchange: LastExchange) -> str:
    lines = [_exchanged(exchange)] if exchange.challenges else []
    if exchange.strays:
        text = f"{_count(exchange.strays, 'line')} came that bear no status indicator"
        lines.append(_item("before it", f"{text} ({rfc(1939, '3')})"))
    if exchange.status is None:
        lines.append(_item("reply", _none(exchange)))
        return "\n".join(lines)
    lines.append(f"S: {exchange.status.value} {_cut(exchange.text)}".rstrip())
    lines.append(_item(exchange.status.value, f"{_meaning(exchange)} ({rfc(1939, '3')})"))
    if code := _code(exchange.text):
        lines.append(code)
    return "\n".join(lines)


def _exchanged(exchange: LastExchange) -> str:
    text = f"{_count(exchange.challenges, 'challenge')} of the server, "
    text += f"{_count(exchange.responses, 'response')} of the client, which are secrets"
    return _item("SASL", f"{text} ({commands.AUTH.reference})")


def _none(exchange: LastExchange) -> str:
    if exchange.ending is not None:
        return f"none; the connection {ended(exchange.ended_by or Side.SERVER, exchange.ending)}"
    return "none that could be recognised" if exchange.seconds is not None else "still due"


def _meaning(exchange: LastExchange) -> str:
    if exchange.status is Status.ERR:
        return "refused; the rest of the line is for people and says why"
    row = exchange.row
    if row is commands.STAT and (found := replies.stat(exchange.text)):
        return f"{_count(found[0], 'message')}, {_count(found[1], 'octet')} in all"
    return "accepted"


def _code(text: bytes) -> str:
    code = replies.response_code(text)
    if not code:
        return ""
    row = codes.find(code)
    shown = visible(code.encode())
    if row is None:
        return _item(f"[{shown}]", f"a response code that is not registered ({rfc(2449, '8')})")
    return _item(f"[{shown}]", f"{row.meaning} ({row.reference}). {row.advice}")


# ---- the shape of the reply ----


def _reply(exchange: LastExchange) -> str:
    if exchange.status is None:
        return ""
    if exchange.body is not None:
        return _item("body", _body(exchange.body, exchange))
    if exchange.further_lines:
        text = f"{_count(exchange.further_lines, 'further line')}; of what shape cannot be known"
        return _item("body", text)
    if exchange.seconds is None:
        return _item("body", "due, but none came")
    multi = exchange.command.shape is Shape.MULTI
    why = f"; only {Status.OK.value} would bring more lines" if multi else ""
    return _item("shape", f"one line, as it should be{why}")


def _body(body: Body, exchange: LastExchange) -> str:
    lines = "" if body.lines is None else _count(body.lines, "line") + ", "
    text = f"{lines}{_count(body.octets, 'octet')} on the wire"
    if body.dots:
        text += (
            f"; {_count(body.dots, 'dot')} at the beginning of lines taken off, so "
            f"{body.content:,} octets as stored"
        )
    if body.terminator:
        return f"{text}; ended by a line with a lone dot ({rfc(1939, '3')})"
    if exchange.ending is not None:
        return f"{text}; the lone dot at its end never came: it is incomplete"
    return f"{text} so far"


# ---- what it did ----


def _state(exchange: LastExchange) -> str:
    if exchange.status is not Status.OK:
        return ""
    lines = []
    before, after = exchange.before, exchange.after
    if after is not before:
        reference = rfc(1939, "3")
        lines.append(_item("state", f"{before.value}, now {after.value} ({reference})"))
    if exchange.row is not None and exchange.row.effect is not commands.NOOP.effect:
        lines.append(_item("effect", exchange.row.effect.value))
    return "\n".join(lines)


def _time(exchange: LastExchange) -> str:
    if exchange.seconds is None:
        return ""
    return _item("time", f"{duration(exchange.seconds)} from the command to the reply's end")


def _findings(exchange: LastExchange) -> list[str]:
    lines = []
    for finding in exchange.findings:
        rule = finding.rule
        lines.append(
            _item("finding", f"{rule.id} {finding.text} ({rule.level.value}, {rule.reference})")
        )
    if exchange.more_findings:
        lines.append(_item("finding", f"{exchange.more_findings} more"))
    return lines


def _count(number: int, thing: str) -> str:
    return f"{number:,} {thing}" + ("" if number == 1 else "s")
