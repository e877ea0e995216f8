"""Waiting for the greeting of a server (RFC 1939 section 4), and what came instead of one."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable

from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.events import Banner, Event, Greeting, LongLine, Side
from pop3shell.protocol.spec import lengths

#: Seconds of silence after which what came instead of a greeting is looked at.
QUIET = 1.0
#: Octets and seconds after which a peer that sends something else isn't about to greet.
WITHIN, PATIENCE = 1 << 16, 30.0


class Opening:
    """What a peer sends first.

    ``greeting`` is None until it has come, ``banner`` the beginning of the lines that came before,
    or instead.
    """

    def __init__(self, dialogue: Dialogue) -> None:
        self.greeting: Greeting | None = None
        self.banner = b""
        self._dialogue = dialogue
        self._octets = 0
        self._cut = b""  # the beginning of a line too long to be held
        self._cut_octets = 0

    def receive(self, octets: int) -> None:
        """Take in how many octets came."""
        if self.greeting is None:
            self._octets += octets

    def watch(self, events: list[Event]) -> None:
        """Take in what they were."""
        if self.greeting is not None:
            return
        for event in events:
            if isinstance(event, Greeting):
                self.greeting = event
            elif isinstance(event, Banner):
                line, self._cut, self._cut_octets = self._cut or event.raw, b"", 0
                self.banner += line[: lengths.STATUS_LINE - len(self.banner)]
            elif isinstance(event, LongLine) and event.side is Side.SERVER:
                self._cut = self._cut or event.raw[: lengths.STATUS_LINE]
                self._cut_octets += len(event.raw)

    @property
    def unended(self) -> bytes:
        """The beginning of a line whose end hasn't come yet."""
        return self._cut or self._dialogue.unfinished

    @property
    def received(self) -> bytes:
        """The beginning of all that came instead of a greeting."""
        return self.banner + self.unended

    @property
    def begun(self) -> bool:
        """Whether the first octets are those of a greeting whose line hasn't ended yet."""
        first = self.unended[:4].upper()
        right = b"+OK".startswith(first[:3]) or b"-ERR".startswith(first)
        return bool(first) and right and not self.banner

    @property
    def endless(self) -> bool:
        """Whether the first line alone has more octets than are waited for."""
        return not self.banner and self._cut_octets + len(self._dialogue.unfinished) > WITHIN

    async def wait(
        self, closed: Callable[[], bool], more: Callable[[], Awaitable[None]]
    ) -> Greeting | None:
        """Wait for the greeting; None if something else came, or the connection was ``closed``.

        ``more`` waits until something has come.
        """
        loop, latest = asyncio.get_running_loop(), math.inf
        while self.greeting is None and not closed() and self._octets <= WITHIN:
            if not self.received or self.begun:
                await more()
                continue
            latest = min(latest, loop.time() + PATIENCE)
            try:
                async with asyncio.timeout_at(min(latest, loop.time() + QUIET)):
                    await more()
            except TimeoutError:
                break
        return self.greeting
