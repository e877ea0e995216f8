"""Work that may take long, in a thread that nobody has to wait for."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


async def in_background(work: Callable[[], T], name: str) -> T:
    """Return what ``work`` returns, or raise what it raises; the loop goes on meanwhile.

    It is done in a daemon thread called ``name``: who is cancelled, and a program that ends, leave
    it behind.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, fault: Exception | None) -> None:
        if answer.done():
            return
        if fault is not None:
            answer.set_exception(fault)
        else:
            answer.set_result(result)  # type: ignore[arg-type]  # T may be None itself

    def run() -> None:
        result, fault = None, None
        try:
            result = work()
        except Exception as error:
            fault = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody asks any more
            loop.call_soon_threadsafe(settle, result, fault)

    threading.Thread(target=run, daemon=True, name=name).start()
    return await answer
