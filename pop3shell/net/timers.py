"""What only the passing of time tells: that the peer is silent, that a reply is at its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from pop3shell.protocol.dialogue import Dialogue


class Timers:
    """One watchdog over a whole connection, and one timer for replies that silence ends.

    ``silent`` is called when nothing came for ``timeout`` seconds while a reply was due; 0 waits
    for ever. ``quiet`` is called when a reply whose end can't be known has come to it.
    """

    def __init__(
        self,
        dialogue: Dialogue,
        timeout: float,
        silent: Callable[[], None],
        quiet: Callable[[], None],
    ) -> None:
        self._dialogue = dialogue
        self._timeout = timeout
        self._silent = silent
        self._be_quiet = quiet
        self._loop = asyncio.get_running_loop()
        self.heard = self._loop.time()
        """When something came, or the wait for it began."""
        self._watchdog: asyncio.TimerHandle | None = None
        self._quiet: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Watch out for silence from ``heard`` on."""
        if self._timeout:
            self._watchdog = self._loop.call_at(self.heard + self._timeout, self._check)

    def adjust(self) -> None:
        """Wait anew for the quiet that ends a reply, if there is such a reply."""
        patience = self._dialogue.patience
        if self._quiet is not None:
            self._quiet.cancel()
            self._quiet = None
        if patience is not None:
            self._quiet = self._loop.call_later(patience, self._quieten)

    def cancel(self) -> None:
        """Stop them."""
        for timer in (self._watchdog, self._quiet):
            if timer is not None:
                timer.cancel()
        self._watchdog = self._quiet = None

    def _quieten(self) -> None:
        self._quiet = None
        self._be_quiet()
        self.adjust()

    def _check(self) -> None:
        dialogue = self._dialogue
        due = dialogue.outstanding or not dialogue.greeted
        if not due or dialogue.challenged:
            self.heard = self._loop.time()
        elif self._loop.time() - self.heard >= self._timeout:
            self._silent()
            return
        self.start()
