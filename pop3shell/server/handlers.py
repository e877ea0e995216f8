"""What each command does, looked up by its row in the command table.

A handler gets arguments that are well-formed by their kinds, in a state that allows the command,
and returns the reply; None where a login has to read its maildrop first (`login.enter`). What
success does to the state is in the table, and done by the session.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from pop3shell import __version__
from pop3shell.protocol.sasl import pop3 as sasl
from pop3shell.protocol.spec import capabilities as tags
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.commands import Command
from pop3shell.protocol.spec.states import Effect
from pop3shell.server import authentication, extensions, login
from pop3shell.server.context import Context
from pop3shell.server.header import first_lines, read_header
from pop3shell.server.maildrops.maildrop import SourceError, parts_of
from pop3shell.server.replies import (
    NEEDS_UTF8,
    SYS_TEMP,
    Reply,
    content,
    counted,
    error,
    listing,
    ok,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pop3shell.server.maildrops.maildrop import Message

Handler = Callable[[Context, tuple[bytes, ...]], Reply | None]


class Refused(Exception):
    """A command cannot be done; its text is the reply's, and its response code."""

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.code = code


def capa(context: Context, _arguments: tuple[bytes, ...]) -> Reply:
    """List what the server can do; but for STLS the same in both states (RFC 2449 section 5)."""
    return listing("capability list follows", capabilities(context))


def capabilities(context: Context) -> list[str]:
    """Return the lines of CAPA that hold for a session now."""
    delay = context.policy.delay.seconds
    lines = [
        commands.TOP.capability,
        commands.UIDL.capability,
        commands.USER.capability,
        sasl.capability(authentication.offered(context)),
        commands.STLS.capability if extensions.can_start_tls(context) else "",
        tags.RESP_CODES.tag,
        tags.AUTH_RESP_CODE.tag,
        f"{tags.LOGIN_DELAY.tag} {delay}" if delay else "",
        tags.PIPELINING.tag,
        f"{tags.EXPIRE.tag} NEVER",
        f"{commands.UTF8.capability} USER" if context.policy.utf8 else "",
        commands.LANG.capability,
        f"{tags.IMPLEMENTATION.tag} pop3shell-{__version__}",
    ]
    return [line for line in lines if line]


def stat(context: Context, _arguments: tuple[bytes, ...]) -> Reply:
    """Count the messages and their octets."""
    messages, octets = context.maildrop.stat()
    return ok(f"{messages} {octets}")


def scan_list(context: Context, arguments: tuple[bytes, ...]) -> Reply:
    """List message sizes, of all or of one."""
    return _listing(context, arguments, lambda message: message.octets)


def uidl(context: Context, arguments: tuple[bytes, ...]) -> Reply:
    """List unique-ids, of all or of one."""
    return _listing(context, arguments, lambda message: message.unique_id)


def retr(context: Context, arguments: tuple[bytes, ...]) -> Reply:
    """Send a whole message."""
    message, parts = _content(context, arguments[0])
    return content(f"{message.octets} octets", parts)


def top(context: Context, arguments: tuple[bytes, ...]) -> Reply:
    """Send the header, the blank line, and so many lines of the body."""
    _, parts = _content(context, arguments[0])
    return content("top of message follows", first_lines(parts, int(arguments[1])))


def dele(context: Context, arguments: tuple[bytes, ...]) -> Reply:
    """Mark a message as deleted."""
    number, _ = _message(context, arguments[0])
    context.maildrop.mark(number)
    return ok(f"message {number} deleted")


def rset(context: Context, _arguments: tuple[bytes, ...]) -> Reply:
    """Take all marks back."""
    context.maildrop.reset()
    return ok(_summary(context))


def noop(_context: Context, _arguments: tuple[bytes, ...]) -> Reply:
    """Do nothing."""
    return ok("nothing done, as you wished")


def end(context: Context, _arguments: tuple[bytes, ...]) -> Reply:
    """Remove what is marked if a maildrop is open, and say goodbye (RFC 1939 sections 4 and 6)."""
    removed = context.opened.commit() if context.opened else 0
    context.release()
    farewell = "pop3shell practice server signing off"
    return ok(f"{farewell}, {removed} deleted" if removed else farewell)


HANDLERS: dict[Command, Handler] = {
    commands.USER: login.user,
    commands.PASS: login.password,
    commands.APOP: login.apop,
    commands.AUTH: authentication.auth,
    commands.STLS: extensions.stls,
    commands.CAPA: capa,
    commands.UTF8: extensions.utf8,
    commands.LANG: extensions.lang,
    commands.STAT: stat,
    commands.LIST: scan_list,
    commands.RETR: retr,
    commands.DELE: dele,
    commands.NOOP: noop,
    commands.RSET: rset,
    commands.TOP: top,
    commands.UIDL: uidl,
    commands.QUIT: end,
}


def handle(row: Command, context: Context, arguments: tuple[bytes, ...]) -> Reply | None:
    """Run a command's handler; a refusal from within becomes its reply."""
    reply: Reply | None
    try:
        reply = HANDLERS[row](context, arguments)
    except Refused as refusal:
        reply = error(str(refusal), refusal.code)
    except SourceError as fault:
        reply = error(str(fault), SYS_TEMP)
    if not (reply and reply.ok and row.effect is Effect.NAME_USER):
        context.name = None  # a name lasts for the very next command only
    return reply


def _listing(
    context: Context, arguments: tuple[bytes, ...], of: Callable[[Message], int | str]
) -> Reply:
    """Answer LIST and UIDL, with a message number or without."""
    if arguments:
        number, message = _message(context, arguments[0])
        return ok(f"{number} {of(message)}")
    lines = (f"{number} {of(message)}" for number, message in context.maildrop.scan())
    return listing(_summary(context), lines)


def _summary(context: Context) -> str:
    messages, octets = context.maildrop.stat()
    return f"{counted(messages)} ({octets} octets)"


def _message(context: Context, argument: bytes) -> tuple[int, Message]:
    """Return number and message for an argument, or refuse in words that help."""
    number, messages = int(argument), len(context.maildrop)
    if number > messages:
        raise Refused(f"no such message, only {counted(messages)} in maildrop")
    if context.maildrop.is_marked(number):
        raise Refused(
            f"message {number} is marked as deleted, {commands.RSET.verb} takes that back"
        )
    return number, context.maildrop[number]


def _content(context: Context, argument: bytes) -> tuple[Message, Iterator[bytes]]:
    """Return a message with its parts, if this session may have it.

    Who announces UTF8 must not send a header that is not ASCII before it (RFC 6856 section 2.1).
    A body of eight bits was Internet mail before that, and is served as stored.
    """
    number, message = _message(context, argument)
    parts = parts_of(message)
    if context.utf8 or not context.policy.utf8:
        return message, parts
    header, parts = read_header(parts)
    if not header.isascii():
        raise Refused(
            f"the header of message {number} is not ASCII, log in again and send "
            f"{commands.UTF8.verb} before that (RFC 6856 section 2.1)",
            NEEDS_UTF8,
        )
    return message, parts
