"""A shell in this process, driven by a coroutine, for tests."""

from __future__ import annotations

import asyncio
import io
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pop3shell.net.client import Client
from pop3shell.shell.opening import open_session
from pop3shell.shell.settings import Settings
from pop3shell.shell.shell import OpenSession, Shell
from support.practice import SECONDS


@dataclass
class Told:
    """What a shell showed: the dialogue, the lines of its own, and what came on standard error."""

    lines: list[str]
    errors: str

    @property
    def own(self) -> list[str]:
        return [line for line in self.lines if not line.startswith(("C: ", "S: "))]

    @property
    def sent(self) -> list[str]:
        return [line.removeprefix("C: ") for line in self.lines if line.startswith("C: ")]


async def nobody(_question: str) -> str | None:
    return None


def drive(
    server: object,
    work: Callable[[Shell], Awaitable[None]],
    *,
    interactive: bool = True,
    opens: OpenSession | None = None,
) -> Told:
    """Open a session with ``server`` and do ``work`` in a shell on it, within bounds."""
    out, errors = io.BytesIO(), io.StringIO()

    async def session() -> None:
        shell = Shell(Client(SECONDS), out, errors, Settings(interactive=interactive), opens=opens)
        try:
            async with asyncio.timeout(SECONDS):
                await open_session(shell, server.host, server.port, socket.AF_UNSPEC)
                await work(shell)
        finally:
            await shell.client.close()

    asyncio.run(session())
    return Told(out.getvalue().decode().split("\n")[:-1], errors.getvalue())
