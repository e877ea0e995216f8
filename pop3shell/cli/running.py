"""Running a shell: what ``connect`` and ``demo`` share."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import io
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import click

from pop3shell.net.client import Client
from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.resolve import shown
from pop3shell.protocol.record import Record
from pop3shell.protocol.secrets import Redactor
from pop3shell.shell.credentials import Login
from pop3shell.shell.exits import Exit
from pop3shell.shell.opening import opener
from pop3shell.shell.security import Security
from pop3shell.shell.settings import Settings
from pop3shell.shell.shell import Shell
from pop3shell.view.style import wants_colour

if TYPE_CHECKING:
    from pop3shell.cli.options import SessionOptions
    from pop3shell.transcript.place import Place
    from pop3shell.view.printer import Screen

#: Octets of output collected before they are written; who waits, flushes.
OUTPUT_BUFFER = 1 << 16
#: Seconds in which a session that was interrupted may end in order.
PATIENCE = 2.0


class Request(Record):
    """What the command line asked for."""

    host: str
    port: int
    session: SessionOptions
    family: socket.AddressFamily = socket.AF_UNSPEC
    banner: str = ""
    security: Security = Security()
    login: Login = Login()
    recording: Place | None = None
    max_body: int | None = None

    @property
    def interactive(self) -> bool:
        """Whether a person types, and sees what comes."""
        streams = (sys.stdin, sys.stdout)
        return not self.session.lines and all(s is not None and s.isatty() for s in streams)

    @property
    def colour(self) -> bool:
        """Whether to use colour; a plain terminal gets it only when told to."""
        capable = self.interactive and not self._plain
        return wants_colour(self.session.color, os.environ, capable)

    @property
    def _plain(self) -> bool:
        from pop3shell.shell.interactive.start import wants_plain

        return wants_plain(self.session.plain)

    @property
    def settings(self) -> Settings:
        """How the shell is to behave at first."""
        validate = self.session.validate or ("strict" if self.interactive else "warn")
        return Settings(validate, self.interactive, self.max_body)


def run(main: Coroutine[Any, Any, Exit]) -> Exit:
    """Run a coroutine to its end; Ctrl-C and SIGTERM interrupt it in an orderly way."""
    try:
        return asyncio.run(main)
    except (KeyboardInterrupt, asyncio.CancelledError):
        return interrupted()


def cancel_at_interrupt() -> None:
    """Let Ctrl-C cancel the current task, which then ends in order; for a script."""
    task = asyncio.current_task()
    if task is not None:
        with contextlib.suppress(ValueError):  # not in the main thread
            signal.signal(signal.SIGINT, _Interrupt(asyncio.get_running_loop(), task))


class _Interrupt:
    """Handles SIGINT. Those that come right behind the first change nothing: it is being done.

    A later one ends the program, wherever it is: it may wait for who doesn't read its output.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any]) -> None:
        self._loop = loop
        self._task = task
        self._first = 0.0

    def __call__(self, _number: int, _frame: object) -> None:
        now = time.monotonic()
        if not self._first:
            self._first = now
            with contextlib.suppress(RuntimeError):  # the loop is closed: all is done
                self._loop.call_soon_threadsafe(self._task.cancel)
        elif now - self._first > PATIENCE:
            raise KeyboardInterrupt


def interrupted() -> Exit:
    """Say that it was; at a terminal ``^C`` stands there already."""
    at_terminal = sys.stderr is not None and sys.stderr.isatty()
    click.echo("\n" * at_terminal + "pop3shell: interrupted", err=True)
    return Exit.INTERRUPTED


def standard_output() -> BinaryIO:
    """Standard output as a buffered stream of octets that isn't flushed line by line.

    It is UTF-8, whatever the locale, but for a terminal that understands something else.
    """
    if sys.stdout is None:  # closed by who started us
        return io.BufferedWriter(io.FileIO(os.devnull, "wb"))
    sys.stdout.flush()
    stream: io.RawIOBase = io.FileIO(sys.stdout.fileno(), "wb", closefd=False)
    if stream.isatty():
        from pop3shell.view.recoded import recoded

        stream = recoded(stream, sys.stdout.encoding)
    return io.BufferedWriter(stream, OUTPUT_BUFFER)


async def hold_session(request: Request) -> Exit:
    """Connect, greet, and run what was asked for; returns the exit status."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    if not request.interactive:
        cancel_at_interrupt()
    for name in _ended_by():
        with contextlib.suppress(NotImplementedError, RuntimeError):  # Windows has no such handlers
            loop.add_signal_handler(name, lambda: task.cancel() if task else None)
    out = _output(request)
    errors = sys.stderr or io.StringIO()  # None: closed by who started us
    shell = Shell(
        Client(request.session.timeout),
        out,
        errors,
        request.settings,
        screen=_screen(request),
        security=request.security,
        login=request.login,
        opens=opener(request.host, request.port, request.family),
    )
    try:
        if not _recorded(shell, request):
            return Exit.USAGE
        status = await _hold(shell, request)
        failed = shell.recording is not None and shell.recording.failed
        return Exit.NO if failed and status is Exit.DONE and not request.interactive else status
    except ConnectionTrouble as error:
        shell.warn(str(error))
        return Exit.CONNECTION
    finally:
        await shell.client.close()
        if shell.recording is not None:
            shell.recording.stop()
        out.flush()
        for name in _ended_by():  # the loop closes what wakes it before it does this itself
            with contextlib.suppress(NotImplementedError, RuntimeError):
                loop.remove_signal_handler(name)


def _recorded(shell: Shell, request: Request) -> bool:
    """Begin to record, if that was asked for; False if it can't be done."""
    if request.recording is None:
        return True
    from pop3shell.shell.recording import start
    from pop3shell.transcript.errors import RecordingFailed

    try:
        start(shell, request.recording, request.host, shown(request.host, request.port))
    except RecordingFailed as error:
        shell.warn(str(error))
        return False
    return True


def _ended_by() -> list[signal.Signals]:
    """The signals that end the session, so that it leaves the terminal as it was."""
    names = [signal.SIGTERM]
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is not None and signal.getsignal(hangup) is not signal.SIG_IGN:  # ignored by nohup
        names.append(hangup)
    return names


def _screen(request: Request) -> Callable[[BinaryIO, Redactor], Screen] | None:
    """What shows the dialogue to a person; None in a script."""
    if not request.interactive:
        return None
    from pop3shell.view.screen import ScreenPrinter

    return functools.partial(ScreenPrinter, colour=request.colour, echo=True)


def _output(request: Request) -> BinaryIO:
    if request.interactive:
        from pop3shell.shell.interactive.screen import TerminalOut

        return cast(BinaryIO, TerminalOut(sys.stdout.fileno(), sys.stdout.encoding))
    return standard_output()


async def _hold(shell: Shell, request: Request) -> Exit:
    if not request.interactive:
        await shell.open()
        return await _run_script(shell, request)
    from pop3shell.shell.interactive.modes import ECHO, Off
    from pop3shell.shell.interactive.screen import TerminalOut
    from pop3shell.shell.interactive.start import (
        Manner,
        importing_ahead,
        run_interactive,
        wants_plain,
    )

    manner = Manner(wants_plain(request.session.plain), request.colour, request.session.vi)
    with Off(sys.stdin.fileno(), ECHO):  # what is typed ahead may be a password
        with importing_ahead(manner):
            await shell.open()
        if request.banner:
            shell.say(request.banner)
        return await run_interactive(shell, cast(TerminalOut, shell.out), manner)


async def _run_script(shell: Shell, request: Request) -> Exit:
    from pop3shell.shell.lines import InputLines, given
    from pop3shell.shell.script import StopAtClose, run_script

    lines = request.session.lines
    if lines or sys.stdin is None:  # None: closed by who started us
        return await run_script(shell, given(lines))
    source = InputLines(sys.stdin.fileno())
    shell.watch(StopAtClose(source))
    return await run_script(shell, aiter(source))
