"""Whether a line makes sense where the session stands, and if not, why and what to do instead.

Advice never stops anything by itself: a debugger must be able to send the wrong thing.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from pop3shell.protocol.commandline import CommandLine, parse
from pop3shell.protocol.session import Session
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.commands import COMMANDS, Command, Standing
from pop3shell.protocol.spec.references import Reference, rfc
from pop3shell.protocol.spec.states import State

#: Octets of a command line, CRLF included (RFC 2449 section 4).
LONGEST_LINE = 255


@dataclass(frozen=True, slots=True)
class Advice:
    """What is wrong with a line: from octet ``start`` to ``stop``, why, and the way out.

    ``stops`` is False for what servers may take all the same.
    """

    start: int
    stop: int
    text: str
    reference: Reference
    stops: bool = True

    def __str__(self) -> str:
        return f"{self.text} ({self.reference})"


def advise(line: bytes, session: Session) -> list[Advice]:
    """Judge a line (without its CRLF) by the command table and the session so far."""
    command = parse(line)
    if command.row is None:
        return [_unknown(command), *_form(command)]
    found = [*_place(command, command.row, session)]
    if not found:
        found += _announced(command, command.row, session)
        found += _arguments(command, command.row)
        found += _message(command, session)
    return found + _form(command)


def _unknown(command: CommandLine) -> Advice:
    shown = command.verb.decode("ascii", "backslashreplace")
    stop = len(command.verb)
    if not command.raw.strip():
        return Advice(0, stop, "an empty line is no command", rfc(1939, "3"))
    if not command.verb:
        return Advice(0, 1, "a command begins at the start of the line", rfc(1939, "3"))
    # Only the first word is looked at, and not repeated if it is far from any command: it may be
    # a password typed in the wrong place.
    near = difflib.get_close_matches(shown.upper()[:20], [row.verb for row in COMMANDS], n=1)
    if near:
        return Advice(0, stop, f"no such command; did you mean {near[0]}?", rfc(1939, "3"))
    return Advice(0, stop, "no such command; :help lists them", rfc(1939, "3"))


def _place(command: CommandLine, row: Command, session: Session) -> list[Advice]:
    stop = len(command.verb)
    if row.standing is Standing.FOREIGN:
        return [Advice(0, stop, f"{row.verb} is {row.meaning}", row.reference)]
    if session.state not in row.states:
        text = f"{row.verb} is not allowed in the {session.state.value} state{_way(row, session)}"
        return [Advice(0, stop, text, row.reference)]
    if row is commands.PASS and not session.user_accepted:
        text = f"{row.verb} must follow directly after an accepted {commands.USER.verb}"
        return [Advice(0, stop, text, row.reference)]
    return []


def _way(row: Command, session: Session) -> str:
    if session.state is State.AUTHORIZATION:
        user, secret = commands.USER.verb, commands.PASS.verb
        return f"; log in first with {user} and {secret}, or :login"
    if session.state is State.TRANSACTION:
        return f"; you are logged in already: {commands.QUIT.verb} and connect again"
    return ""


def _announced(command: CommandLine, row: Command, session: Session) -> list[Advice]:
    stop = len(command.verb)
    if row is commands.APOP and not session.timestamp:
        text = f"the greeting holds no timestamp, so the server offers no {row.verb}"
        return [Advice(0, stop, text, row.reference, stops=False)]
    # A server that refuses CAPA announces nothing; what it knows can only be tried.
    if row.capability and session.capabilities and not session.announces(row.capability):
        text = f"the server does not announce {row.capability}; it may refuse {row.verb}"
        return [Advice(0, stop, text, rfc(2449, "5"), stops=False)]
    return []


def _arguments(command: CommandLine, row: Command) -> list[Advice]:
    given, wanted = command.arguments, row.arguments
    syntax = f"the syntax is {row.syntax}"
    end = len(command.text)
    if len(given) < row.required or (given and not any(given) and row.required):
        missing = wanted[min(len(given), row.required - 1)].kind.label
        return [Advice(end, end, f"the {missing} is missing; {syntax}", row.reference)]
    start = len(command.verb)
    for index, octets in enumerate(given):
        start += 1
        stop = start + len(octets)
        if index >= len(wanted):
            return [Advice(start, end, f"too many arguments; {syntax}", row.reference)]
        kind = wanted[index].kind
        if not kind.pattern.fullmatch(octets):
            text = f"the {kind.label} must be {kind.expected}"
            return [Advice(start, stop, text, row.reference)]
        start = stop
    return []


def _message(command: CommandLine, session: Session) -> list[Advice]:
    number = command.number
    if number is None:
        return []
    start = len(command.verb) + 1
    stop = start + len(command.arguments[0])
    if session.highest is not None and number > session.highest:
        text = f"there is no message {number}; the maildrop has {session.highest}"
        return [Advice(start, stop, text, rfc(1939, "5"))]
    if number in session.deleted:
        text = f"message {number} is marked as deleted; {commands.RSET.verb} takes all marks back"
        return [Advice(start, stop, text, rfc(1939, "5"))]
    return []


def _form(command: CommandLine) -> list[Advice]:
    """The form of the line as a whole."""
    text = command.text
    end = len(text)
    found = []
    if end + 2 > LONGEST_LINE:
        why = f"the line has {end + 2} octets with its CRLF; servers need take {LONGEST_LINE} only"
        found.append(Advice(LONGEST_LINE - 2, end, why, rfc(2449, "4"), stops=False))
    if text.endswith(b" ") and not (command.row is commands.PASS and end > len(command.verb) + 1):
        found.append(Advice(end - 1, end, "a blank at the end of the line", rfc(1939, "3")))
    if b"\t" in text:
        at = text.index(b"\t")
        why = "a TAB in the line; arguments are parted by single blanks"
        found.append(Advice(at, at + 1, why, rfc(1939, "3")))
    return found
