"""Work in the background: what comes of it is known, and nobody has to wait for it."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading

import pytest
from support.practice import SECONDS
from support.program import environment

from pop3shell.net.background import in_background


def test_what_it_returns_and_raises_comes_back() -> None:
    def fails() -> None:
        raise OSError(5, "Input/output error")

    async def both() -> int:
        with pytest.raises(OSError, match="Input/output"):
            await in_background(fails, "a test")
        return await in_background(lambda: 7, "a test")

    assert asyncio.run(both()) == 7


def test_the_loop_goes_on_and_who_is_cancelled_leaves_it_behind() -> None:
    begun, go, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        go.wait(SECONDS)
        ended.set()

    async def gives_up() -> None:
        task = asyncio.ensure_future(in_background(work, "a test"))
        await asyncio.to_thread(begun.wait, SECONDS)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(gives_up())
    assert not ended.is_set()
    go.set()
    assert ended.wait(SECONDS)


def test_a_program_that_ends_does_not_wait_for_it() -> None:
    """A dead name server would keep it from ending, long after the user has left."""
    program = """
import asyncio, contextlib, threading
from pop3shell.net.background import in_background

async def main():
    begun = threading.Event()
    def work():
        begun.set()
        threading.Event().wait()
    task = asyncio.ensure_future(in_background(work, "a test"))
    await asyncio.to_thread(begun.wait)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task

asyncio.run(main())
print("done")
"""
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment(), timeout=SECONDS, check=True,
        capture_output=True,
    )  # fmt: skip
    assert (done.stdout.split(), done.stderr) == ([b"done"], b"")
