"""Where the password comes from: a command, the environment, or the user."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable

from pop3shell.protocol.record import Record

PASSWORD_VARIABLE = "POP3SHELL_PASSWORD"
#: Seconds that the password command has.
COMMAND_WITHIN = 120.0
#: Octets that it may print; whatever prints more is no password command.
COMMAND_OCTETS = 1 << 16


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
    transport, printed = await asyncio.get_running_loop().subprocess_shell(
        _Printed, command, stdin=asyncio.subprocess.DEVNULL, stderr=None
    )
    try:
        async with asyncio.timeout(COMMAND_WITHIN):
            await printed.over.wait()
    except TimeoutError:
        raise NoPassword(
            f"the password command was not done within {COMMAND_WITHIN:g} seconds"
        ) from None
    finally:
        transport.close()
    if len(printed.output) > COMMAND_OCTETS:
        raise NoPassword(
            f"the password command printed more than {COMMAND_OCTETS:,} octets; "
            "the first line it prints is to be the password"
        )
    if status := transport.get_returncode():
        raise NoPassword(f"the password command failed with exit status {status}")
    return printed.output.decode("utf-8", "surrogateescape").split("\n")[0].rstrip("\r")


class _Printed(asyncio.SubprocessProtocol):
    """What a command prints, until it ends or printed too much."""

    def __init__(self) -> None:
        self.output = b""
        self.over = asyncio.Event()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        self.output += data
        if len(self.output) > COMMAND_OCTETS:
            self.over.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.over.set()
