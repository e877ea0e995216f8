"""Standard input as lines, read in a thread so that the session goes on meanwhile.

A thread of its own, not the loop: files and devices can't be watched by every event loop, and a
thread that waits for input must not keep the process alive.
"""

from __future__ import annotations

import asyncio
import os
import queue
import threading
from collections.abc import AsyncIterator, Iterable

#: Octets read at once, and blocks read ahead.
BLOCK, AHEAD = 1 << 16, 4


class InputLines:
    """The lines of a file descriptor, without their line ends (LF or CRLF)."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._blocks: queue.Queue[bytes] = queue.Queue(AHEAD)
        self._loop = asyncio.get_running_loop()
        self._ready = asyncio.Event()
        self._stopped = False
        threading.Thread(target=self._read, daemon=True, name="standard input").start()

    def stop(self) -> None:
        """Wait for no more lines; those that have come already are still handed out."""
        self._stopped = True
        self._ready.set()

    def _read(self) -> None:
        block = b"-"
        while block:
            try:
                block = os.read(self._descriptor, BLOCK)
            except OSError:
                block = b""
            self._blocks.put(block)
            try:
                self._loop.call_soon_threadsafe(self._ready.set)
            except RuntimeError:  # the loop is closed: nobody reads any more
                return

    async def _block(self) -> bytes:
        while self._blocks.empty():
            if self._stopped:
                return b""
            self._ready.clear()
            await self._ready.wait()
        return self._blocks.get_nowait()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        rest = b""
        while block := await self._block():
            *lines, rest = (rest + block).split(b"\n")
            for line in lines:
                yield line[:-1] if line.endswith(b"\r") else line
        if rest:
            yield rest


async def given(lines: Iterable[str]) -> AsyncIterator[bytes]:
    """Lines given on the command line: their octets, whatever the locale made of them."""
    for line in lines:
        yield os.fsencode(line)
