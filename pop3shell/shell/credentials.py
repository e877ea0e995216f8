"""Where the password comes from: a command, the environment, or the user."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable

from pop3shell.protocol.record import Record

PASSWORD_VARIABLE = "POP3SHELL_PASSWORD"
#: Seconds that the password command has.
COMMAND_WITHIN = 120.0


class NoPassword(Exception):
    """There is no password to be had; the text says what to do."""


class Login(Record):
    """Who logs in by default, and the command that prints the password or token."""

    user: str = ""
    password_command: str = ""


async def find_password(
    login: Login, question: str, ask: Callable[[str], Awaitable[str | None]]
) -> str:
    """Return the password or token: of the command, of the environment, or as answered.

    Raises NoPassword.
    """
    if login.password_command:
        return _usable(await _from_command(login.password_command))
    password = os.environ.get(PASSWORD_VARIABLE)
    if password is None:
        password = await ask(question)
    return _usable(password)


def _usable(password: str | None) -> str:
    if not password:
        raise NoPassword(
            f"no password was given; set {PASSWORD_VARIABLE}, use --password-command, or type one"
        )
    if any(character in password for character in "\r\n\0"):
        raise NoPassword("the password holds a line end or a NUL, which POP3 cannot carry")
    return password


async def _from_command(command: str) -> str:
    """Run the command in the user's shell; the first line of its output is the password."""
    process = await asyncio.create_subprocess_shell(
        command, stdout=asyncio.subprocess.PIPE, stdin=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(COMMAND_WITHIN):
            output, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise NoPassword(
            f"the password command printed nothing within {COMMAND_WITHIN:g} seconds"
        ) from None
    if process.returncode:
        raise NoPassword(f"the password command failed with exit status {process.returncode}")
    return output.decode("utf-8", "surrogateescape").split("\n")[0].rstrip("\r")
