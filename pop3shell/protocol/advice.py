"""Whether a line makes sense where the session stands, and if not, why and what to do instead.

Advice never stops anything by itself: a debugger must be able to send the wrong thing.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pop3shell.protocol.commandline import CommandLine, parse
from pop3shell.protocol.session import Session
from pop3shell.protocol.spec import commands, lengths
from pop3shell.protocol.spec.commands import COMMANDS, Command, Standing
from pop3shell.protocol.spec.references import Reference, rfc
from pop3shell.protocol.spec.states import Effect, State

#: The capability that allows names and passwords in UTF-8 (RFC 6856 section 2.2).
_UTF8_USER = f"{commands.UTF8.capability} {commands.USER.capability}"
_NOT_ASCII = re.compile(rb"[\x80-\xff]+")
#: What is typed by people who come from other programs, and what they mean by it.
_ELSEWHERE = {
    **dict.fromkeys((b"HELP", b"?", b"MAN"), ":help"),
    **dict.fromkeys((b"LOGIN", b"AUTHENTICATE"), ":login"),
    **dict.fromkeys((b"EXIT", b"BYE", b"CLOSE", b"LOGOUT", b"Q"), commands.QUIT.verb),
    **dict.fromkeys((b"LS", b"DIR", b"SCAN"), commands.LIST.verb),
    **dict.fromkeys((b"GET", b"READ", b"FETCH", b"RETRIEVE"), commands.RETR.verb),
    **dict.fromkeys((b"RM", b"DEL"), commands.DELE.verb),
    b"STARTTLS": commands.STLS.verb,
}
#: Who speaks, in a written dialogue that was pasted.
_SPEAKERS = frozenset((b"C:", b"S:", b"CLIENT:", b"SERVER:"))
_BREAKING = re.compile(rb"[\x00\r]")


class Advice(NamedTuple):
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
        found = [_unknown(command, session)]
    elif not (found := _place(command, command.row, session)):
        found += _announced(command, command.row, session)
        found += _arguments(command, command.row)
        found += _message(command, session)
        found = found or _standing(command.row)
    return found + _not_ascii(command, session) + _form(command)


def _unknown(command: CommandLine, session: Session) -> Advice:
    stop = len(command.verb)
    if not command.raw.strip():
        return Advice(0, stop, "an empty line is no command", rfc(1939, "3"))
    if not command.verb:
        return Advice(0, 1, "a command begins at the start of the line", rfc(1939, "3"))
    if command.verb.upper() in _SPEAKERS:
        text = "that tells who speaks in a written dialogue; send what stands behind C: only"
        return Advice(0, stop, text, rfc(1939, "9"))
    # Only the first word is looked at, and not repeated if it is far from any command: it may be
    # a password typed in the wrong place.
    if near := _nearest(command.verb, session):
        return Advice(0, stop, f"no such command; did you mean {near}?", rfc(1939, "3"))
    return Advice(0, stop, "no such command; :help lists them", rfc(1939, "3"))


def _nearest(verb: bytes, session: Session) -> str:
    """The verb that is probably meant, of those that can be used here first; "" if none is near."""
    import difflib  # here: it takes a while, and most lines are right

    if meant := _ELSEWHERE.get(verb.upper()):
        return meant
    typed = verb.decode("ascii", "backslashreplace").upper()[:20]
    current = [row for row in COMMANDS if commands.is_current(row)]
    here = [row.verb for row in current if session.state in row.states]
    for verbs in (here, [row.verb for row in current]):
        if swapped := [known for known in verbs if sorted(known) == sorted(typed)]:
            return swapped[0]
        if near := difflib.get_close_matches(typed, verbs, n=1):
            return near[0]
    return ""


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


def _standing(row: Command) -> list[Advice]:
    if row.standing is not Standing.OBSOLETE:
        return []
    text = f"{row.verb} is obsolete: {row.meaning}; few servers know it"
    return [Advice(0, len(row.verb), text, row.reference, stops=False)]


def _announced(command: CommandLine, row: Command, session: Session) -> list[Advice]:
    stop = len(command.verb)
    if row is commands.APOP and not session.timestamp:
        text = f"the greeting holds no timestamp, so the server offers no {row.verb}"
        return [Advice(0, stop, text, row.reference, stops=False)]
    # A server that refuses CAPA announces nothing; what it knows can only be tried.
    if row.capability and session.capabilities and not session.announces(row.capability):
        text = f"the server does not announce {row.capability}; it may refuse {row.verb}"
        return [Advice(0, stop, text, rfc(2449, "5"), stops=False)]
    return _mechanism(command, session) if row is commands.AUTH else []


def _mechanism(command: CommandLine, session: Session) -> list[Advice]:
    """The mechanism isn't repeated: it may be a password, typed where it doesn't belong."""
    offered = session.mechanisms
    name = command.arguments[0].decode("latin-1").upper() if command.arguments else ""
    if not name or not offered or name in map(str.upper, offered):
        return []
    start = len(command.verb) + 1
    text = f"the server does not announce that mechanism; it announces {' '.join(offered)}"
    return [Advice(start, start + len(name), text, rfc(5034, "3"), stops=False)]


def _arguments(command: CommandLine, row: Command) -> list[Advice]:
    given, wanted = list(command.arguments), row.arguments
    while given and not given[-1]:
        given.pop()  # a blank at the end, which is judged as such
    end = len(command.text)
    if len(given) < row.required:
        missing = wanted[len(given)].kind.noun
        text = f"the {missing} is missing; the syntax is {row.syntax}"
        return [Advice(end, end, text, row.reference)]
    start = len(command.verb)
    for index, octets in enumerate(given):
        start, stop = start + 1, start + 1 + len(octets)
        if not octets:
            text = "a blank too many; arguments are parted by single blanks"
            return [Advice(start, start + 1, text, rfc(1939, "3"))]
        if index >= len(wanted):
            text = f"too many arguments; the syntax is {row.syntax}"
            return [Advice(start, end, text, row.reference)]
        kind = wanted[index].kind
        if not kind.matches(octets):
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


def _not_ascii(command: CommandLine, session: Session) -> list[Advice]:
    """Names and passwords may be UTF-8 where the server says so, all else is ASCII."""
    found = _NOT_ASCII.search(command.text)
    if not found:
        return []
    row = command.row
    if row is not None and row.effect in (Effect.NAME_USER, Effect.LOG_IN):
        arguments = (session.capabilities or {}).get(commands.UTF8.capability, ())
        if commands.USER.capability not in map(str.upper, arguments):
            why = f"not ASCII; only a server that announces {_UTF8_USER} need take that"
        elif _is_utf8(command.text):
            return []
        else:
            why = f"not UTF-8; a server that announces {_UTF8_USER} must refuse it"
    else:
        why = "not ASCII; only names and passwords may be UTF-8"
    return [Advice(*found.span(), why, rfc(6856, "2.2"), stops=False)]


def _is_utf8(octets: bytes) -> bool:
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _form(command: CommandLine) -> list[Advice]:
    """The form of the line as a whole."""
    text = command.text
    end = len(text)
    # An argument that takes the rest of the line may hold blanks and TABs as it likes.
    free = len(command.verb) + 1 if _takes_rest(command.row) else end
    found = []
    if end + 2 > lengths.COMMAND_LINE:
        why = (
            f"the line has {end + 2} octets with its CRLF; servers need take "
            f"{lengths.COMMAND_LINE} only"
        )
        found.append(Advice(lengths.COMMAND_LINE - 2, end, why, rfc(2449, "4"), stops=False))
    if text.endswith(b" ") and end <= free and text.strip():
        found.append(Advice(end - 1, end, "a blank at the end of the line", rfc(1939, "3")))
    if (at := text.find(b"\t", 0, free)) >= 0:
        why = "a TAB in the line; arguments are parted by single blanks"
        found.append(Advice(at, at + 1, why, rfc(1939, "3")))
    if breaking := _BREAKING.search(text):
        name = "NUL" if breaking[0] == b"\0" else "CR"
        why = f"a {name} in the line; servers may cut it there, or drop it"
        found.append(Advice(*breaking.span(), why, rfc(1939, "3")))
    return found


def _takes_rest(row: Command | None) -> bool:
    return row is not None and bool(row.arguments) and row.arguments[0].kind.rest
