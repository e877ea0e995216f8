"""Running a shell: what ``connect`` and ``demo`` share."""

from __future__ import annotations

import asyncio
import contextlib
import io
import signal
import socket
import sys
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, BinaryIO

from pop3shell.net.client import Client
from pop3shell.net.errors import ConnectionTrouble
from pop3shell.shell.exits import Exit
from pop3shell.shell.lines import InputLines, given
from pop3shell.shell.opening import address_line, open_session
from pop3shell.shell.script import run_script
from pop3shell.shell.shell import Settings, Shell
from pop3shell.shell.typed import ask_secret, run_typed

#: Octets of output collected before they are written; who waits, flushes.
OUTPUT_BUFFER = 1 << 16


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asked for."""

    host: str
    port: int
    lines: tuple[str, ...]
    validate: str
    timeout: float
    family: socket.AddressFamily = socket.AF_UNSPEC
    banner: str = ""

    @property
    def interactive(self) -> bool:
        """Whether a person types."""
        return not self.lines and sys.stdin is not None and sys.stdin.isatty()


def run(main: Coroutine[Any, Any, Exit]) -> Exit:
    """Run a coroutine to its end; Ctrl-C and SIGTERM interrupt it in an orderly way."""
    return asyncio.run(main)


def standard_output() -> BinaryIO:
    """Standard output as a buffered stream of octets that isn't flushed line by line."""
    sys.stdout.flush()
    return io.BufferedWriter(io.FileIO(sys.stdout.fileno(), "wb", closefd=False), OUTPUT_BUFFER)


async def hold_session(request: Request) -> Exit:
    """Connect, greet, and run what was asked for; returns the exit status."""
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()
    with contextlib.suppress(NotImplementedError, RuntimeError):  # Windows has no such handlers
        loop.add_signal_handler(signal.SIGTERM, lambda: task.cancel() if task else None)
    client = Client(request.timeout)
    out = standard_output()
    shell = Shell(
        client, out, sys.stderr, Settings(request.validate, request.interactive), ask_secret
    )
    try:
        return await _hold(shell, request)
    except ConnectionTrouble as error:
        shell.warn(str(error))
        return Exit.CONNECTION
    finally:
        await client.close()
        with contextlib.suppress(BrokenPipeError):
            out.flush()


async def _hold(shell: Shell, request: Request) -> Exit:
    await open_session(shell, request.host, request.port, request.family)
    if request.interactive:
        shell.say(address_line(request.host, request.port, shell.client))
        if request.banner:
            shell.say(request.banner)
        return await run_typed(shell)
    lines = given(request.lines) if request.lines else aiter(InputLines(sys.stdin.fileno()))
    return await run_script(shell, lines)
