"""A loop whose time passes when a test says so, so that no test of timers has to wait."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from typing import Any, TypeVar

from support.practice import SECONDS

T = TypeVar("T")


class PassingLoop(asyncio.SelectorEventLoop):
    """A loop that can be told that time has passed."""

    _passed = 0.0
    _bound: asyncio.Timeout | None = None

    def time(self) -> float:
        return super().time() + self._passed

    def leap(self, seconds: float) -> None:
        """Let so much time pass at once, but for `bounded`, which is about the test's own."""
        self._passed += seconds
        if self._bound is not None and (until := self._bound.when()) is not None:
            self._bound.reschedule(until + seconds)

    @contextlib.asynccontextmanager
    async def bounded(self) -> AsyncIterator[None]:
        """Bound the time that the block really takes."""
        async with asyncio.timeout(SECONDS) as self._bound:
            yield


def run(conversation: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine on such a loop."""
    with asyncio.Runner(loop_factory=PassingLoop) as runner:
        return runner.run(conversation)


def running_loop() -> PassingLoop:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, PassingLoop)
    return loop


async def passes(seconds: float) -> None:
    """Let time pass, and every timer that is due by then do its work."""
    running_loop().leap(seconds)
    for _ in range(3):  # a timer runs one turn of the loop later, what it wakes another
        await asyncio.sleep(0)
