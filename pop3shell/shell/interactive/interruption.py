"""Ctrl-C while something is under way: the prompt comes back, the dialogue stays in step."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Coroutine
from typing import Any

from pop3shell.net.errors import ConnectionTrouble
from pop3shell.shell.shell import ColonError, Shell


class Interruption:
    """Does what a line asks for until it is done or Ctrl-C; reads what is left of a reply."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._drain: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()

    async def run(self, work: Coroutine[Any, Any, Any]) -> bool:
        """Do ``work``; whether it was done. What it raises is raised."""
        if await self._finishes(asyncio.ensure_future(work)):
            return True
        shell, client = self._shell, self._shell.client
        due = client.dialogue.outstanding and not client.dialogue.challenged and not client.closed
        if due:
            shell.printer.withheld.rest()
            shell.printer.end_line()
            shell.say("interrupted; the rest of the reply is read, but not shown")
            self._drain = asyncio.ensure_future(client.settled())
        else:
            shell.say("interrupted")
        return False

    async def drained(self) -> bool:
        """Wait until an interrupted reply is through; False if the user would not."""
        drain, self._drain = self._drain, None
        if drain is None or drain.done():
            return True
        self._shell.say("waiting for the rest of the reply; Ctrl-C closes the connection")
        self._shell.flush()
        if await self._finishes(drain):
            return True
        await self._shell.client.close()
        self._shell.say("the connection was closed; :reconnect connects again")
        return False

    async def _finishes(self, task: asyncio.Task[Any]) -> bool:
        """Wait for a task; False if Ctrl-C was first. The prompt and asyncio unset each handler."""
        interrupted = asyncio.Event()
        with contextlib.suppress(NotImplementedError):
            self._loop.add_signal_handler(signal.SIGINT, interrupted.set)
        stop = asyncio.ensure_future(interrupted.wait())
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
        if task.done():
            task.result()
            return True
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, ColonError, ConnectionTrouble):
            await task
        return False
