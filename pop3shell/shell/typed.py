"""Typed at a terminal, through a plain prompt."""

from __future__ import annotations

import asyncio
import getpass
import sys

from pop3shell.net.errors import ConnectionTrouble
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.states import State
from pop3shell.shell.exits import Exit
from pop3shell.shell.lines import InputLines
from pop3shell.shell.script import CLOSE_WITHIN
from pop3shell.shell.shell import ColonError, Shell

PROMPT = "pop3> "
RESPONSE_PROMPT = "response> "


async def ask_secret(prompt: str) -> str | None:
    """Ask for a secret without echo; None if the user would not say, or there is no terminal."""
    if not sys.stdin.isatty():
        return None
    try:
        return await asyncio.to_thread(getpass.getpass, prompt)
    except (EOFError, OSError):
        return None


async def run_typed(shell: Shell) -> Exit:
    """Hold a session line by line until it is over."""
    client = shell.client
    lines = aiter(InputLines(sys.stdin.fileno()))
    while not client.closed and not shell.leaving:
        shell.out.write((RESPONSE_PROMPT if client.dialogue.challenged else PROMPT).encode())
        shell.flush()
        line = await _next_line(shell, lines)
        if line is None:
            break
        if not line.strip() and not client.dialogue.challenged:
            continue
        await _perform(shell, line)
        if client.session.state in (State.UPDATE, State.CLOSED) and not client.closed:
            await client.until_closed(CLOSE_WITHIN)
    return await _end(shell)


async def _next_line(shell: Shell, lines: object) -> bytes | None:
    """The next typed line; None at its end, or when the server closed meanwhile."""
    typed = asyncio.ensure_future(anext(lines, None))  # type: ignore[call-overload]
    closed = asyncio.ensure_future(shell.client.until_closed(365 * 86400))
    try:
        await asyncio.wait({typed, closed}, return_when=asyncio.FIRST_COMPLETED)
        return typed.result() if typed.done() else None
    finally:
        typed.cancel()
        closed.cancel()


async def _perform(shell: Shell, line: bytes) -> None:
    client = shell.client
    if line.strip().upper() == commands.PASS.verb.encode() and not client.dialogue.challenged:
        password = await shell.ask_secret("password: ")
        if not password:
            return
        line = line.strip() + b" " + password.encode("utf-8", "surrogateescape")
    try:
        await shell.perform(line)
    except (ColonError, ConnectionTrouble) as error:
        shell.warn(str(error))


async def _end(shell: Shell) -> Exit:
    client = shell.client
    if client.closed:
        if client.session.state is not State.CLOSED or not shell.leaving:
            shell.say(f"the connection to {client.address} is closed")
        return Exit.DONE
    if client.session.deleted:
        shell.say(f"\nleft without {commands.QUIT.verb}: nothing was deleted")
    return Exit.DONE
