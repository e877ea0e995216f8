"""One POP3 session, seen from the server: octets in, octets out, no I/O (RFC 1939).

What is refused, and why, follows from the command table: the states of a command, the kinds of
its arguments. Each line of the client gets exactly one reply.
"""

from __future__ import annotations

import logging
import re
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from pop3shell.protocol import commandline
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.commands import Standing
from pop3shell.protocol.spec.states import TRANSITIONS, Effect, State
from pop3shell.server import authentication, handlers, login
from pop3shell.server.context import Context, Policy
from pop3shell.server.languages import translated
from pop3shell.server.limits import (
    MAX_COMMAND_OCTETS,
    MAX_FAILED_LOGINS,
    MAX_REFUSALS,
    MAX_RESPONSE_OCTETS,
)
from pop3shell.server.lines import LineReader
from pop3shell.server.maildrops.maildrop import SourceError
from pop3shell.server.replies import AUTH_FAILED, SYS_TEMP, Reply, error, ok, status_line

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from pop3shell.protocol.commandline import CommandLine
    from pop3shell.protocol.spec.commands import Command
    from pop3shell.server.context import Accounts
    from pop3shell.server.maildrops.maildrop import Opening

_R = TypeVar("_R")
_log = logging.getLogger(__name__)
_FORBIDDEN = re.compile(rb"[\x00\r\n]")
_UNKNOWN = f"unknown command, {commands.CAPA.verb} lists what this server can do"
_BARE_LF = "a line ends with CRLF, and this one ended with a bare LF"
_INJECTED = (
    f"nothing may follow {commands.STLS.verb} before the TLS handshake (RFC 2595 section 4), "
    "closing the connection"
)
_FINAL = frozenset({State.UPDATE, State.CLOSED})


class Session:
    """The server's side of one connection.

    Send `greeting()`, then hand over whatever arrives to `receive` and send what it yields; when
    `closed` is true, close the connection. Call `end` when the connection is gone, however that
    came about: marks that QUIT has not carried out are then lost.

    When `negotiating` is true after `receive`, do the TLS handshake and call `secured`. When
    `opening` is there with a piece, which then is empty, it can be read before the next is taken.
    """

    def __init__(
        self, accounts: Accounts, timestamp: bytes = b"", policy: Policy | None = None
    ) -> None:
        self.state = State.AUTHORIZATION
        self.closed = False
        self.commands = 0
        """Lines answered so far; who watches the autologout timer starts it anew at each."""
        self._context = Context(accounts, timestamp, policy or Policy())
        self._lines = LineReader()
        self._refusals = 0
        self._failed_logins = 0

    @property
    def waits_behind_bare_lf(self) -> bool:
        """Whether the client seems to end its lines with LF alone, and would wait for ever."""
        return not self.closed and self._lines.ends_in_bare_lf

    @property
    def waits(self) -> bool:
        """Whether a line that was received is still to be looked at."""
        return self._lines.holds_a_line

    @property
    def negotiating(self) -> bool:
        """Whether STLS was accepted: TLS comes next, and nothing of what follows is plaintext."""
        return self._context.negotiating and not self.closed

    @property
    def opening(self) -> Opening | None:
        """The maildrop that a login waits for: who serves others too reads it in a thread.

        Unread, it is read when the next piece is taken.
        """
        return self._context.opening

    def greeting(self) -> bytes:
        """Return the line that opens the session."""
        timestamp = self._context.timestamp.decode("ascii")
        return status_line(ok(f"pop3shell practice server ready {timestamp}".rstrip()))

    def receive(self, data: bytes) -> Generator[bytes]:
        """Read octets from the client and yield what to answer, in pieces.

        The next command is looked at only when the pieces before it were taken, so a slow client
        is never answered ahead. Nothing after QUIT is looked at, and nothing may follow STLS.
        """
        for line in self._lines.feed(data):
            if self.closed:
                return
            reply = self._attempt(partial(self._answer, line))
            if reply is None:
                yield b""
                reply = self._attempt(self._log_in)
            yield from self._finish(reply)

    def secured(self, external: str = "") -> None:
        """Go on as if just connected, under TLS: nothing said before counts (RFC 2595 section 4).

        `external` is the common name of the client's certificate, if it showed one that is good.
        """
        known = self._context
        self._context = Context(
            known.accounts, known.timestamp, known.policy, tls=True, external=external
        )
        self._lines.drop()

    def quiet(self) -> Generator[bytes]:
        """Refuse a line that ended in a bare LF, now that no CRLF seems to follow."""
        if self.waits_behind_bare_lf:
            self._lines.drop()
            yield from self._finish(self._refuse(_BARE_LF))

    def abandon(self) -> None:
        """Unlock the maildrop that is being read, for no command follows the login any more."""
        if self.opening is not None:
            self.opening.release()

    def end(self) -> None:
        """Close the session without removing anything, and unlock the maildrop."""
        self.closed = True
        if self.state not in _FINAL:
            self.state = State.CLOSED
        self._context.release()

    def _attempt(self, step: Callable[[], _R]) -> _R | Reply:
        try:
            return step()
        except Exception as fault:  # a fault of ours ends this session and no other
            _log.error("a session failed: %r", fault, exc_info=_log.isEnabledFor(logging.DEBUG))
            self.end()
            return error("internal failure, closing the connection", SYS_TEMP)

    def _answer(self, line: bytes | None) -> Reply | None:
        """Return the reply to a line; None where a maildrop has to be read first."""
        if self._context.exchange is not None:
            return authentication.respond(self._context, line)
        if line is None:
            return self._refuse(f"line too long, at most {MAX_COMMAND_OCTETS} octets with CRLF")
        return self._execute(commandline.parse(line))

    def _execute(self, line: CommandLine) -> Reply | None:
        row = line.row
        if (fault := line_fault(line.text)) or row is None:
            return self._refuse(fault or _UNKNOWN)
        if fault := command_fault(row, self.state) or argument_fault(row, line.arguments):
            return self._refuse(fault)
        reply = handlers.handle(row, self._context, line.arguments)
        if self.negotiating and self._lines.waiting:
            self.end()
            return error(_INJECTED)
        if reply and reply.ok and row.effect is not Effect.LOG_IN:
            self._enter_state(row.effect)
        return reply

    def _log_in(self) -> Reply:
        reply = login.entered(self._context)
        if reply.ok:
            self._enter_state(Effect.LOG_IN)
        return reply

    def _enter_state(self, effect: Effect) -> None:
        """Enter the state that a command's success leads to."""
        self.state = TRANSITIONS.get((self.state, effect), self.state)

    def _refuse(self, text: str) -> Reply:
        self._context.forget()
        return error(text)

    def _finish(self, reply: Reply) -> Iterator[bytes]:
        """Count, close the connection where it is over or its limits are reached, and encode."""
        self.commands += 1
        if reply.status is not None:
            self._refusals = self._refusals + 1 if reply.refused else 0
        self._failed_logins += reply.code == AUTH_FAILED
        context = self._context
        self._lines.limit = MAX_RESPONSE_OCTETS if context.exchange else MAX_COMMAND_OCTETS
        if self.state in _FINAL:
            self.end()
        elif self._refusals >= MAX_REFUSALS or self._failed_logins >= MAX_FAILED_LOGINS:
            self.end()
            reply = error(f"{reply.text}; too many refusals, closing the connection", reply.code)
        encoded = translated(reply, context.language).encode(context.utf8_texts)
        try:
            yield from encoded
        except SourceError as fault:  # too late for a refusal, and no end may pass for a whole
            _log.error("a message was cut off, and its connection closed: %s", fault)
            self.end()


def line_fault(text: bytes) -> str:
    """Say what is wrong with a line whatever its command, or return ""."""
    if not text:
        return "an empty line is no command"
    if _FORBIDDEN.search(text):
        return "a command holds no NUL, CR or LF; a line ends with CRLF and nothing else"
    if text.startswith(b" "):
        return "a command must not begin with a blank"
    return ""


def command_fault(row: Command, state: State) -> str:
    """Say why a command cannot be used here, or return ""."""
    if row not in handlers.HANDLERS:
        known = row.standing is Standing.EXTENSION
        return f"{row.verb} is not supported by this server" if known else _UNKNOWN
    if state in row.states:
        return ""
    if state is State.AUTHORIZATION:
        return f"log in first, {row.verb} is for the TRANSACTION state"
    return f"already logged in, {row.verb} is for the AUTHORIZATION state"


def argument_fault(row: Command, arguments: tuple[bytes, ...]) -> str:
    """Say what is wrong with a command's arguments, or return ""."""
    if b"" in arguments:
        return f"a single blank goes before each argument and none at the end: {row.syntax}"
    if len(arguments) < row.required:
        return f"an argument is missing: {row.syntax}"
    if len(arguments) > len(row.arguments):
        return f"too many arguments: {row.syntax}"
    for argument, value in zip(row.arguments, arguments, strict=False):
        if not argument.kind.matches(value):
            return f"{argument.kind.label} must be {argument.kind.expected}: {row.syntax}"
    return ""
