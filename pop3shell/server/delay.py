"""The time that must pass between two logins to an account (RFC 2449 section 6.5)."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class LoginDelay:
    """Remembers who logged in when; one for all sessions of a server.

    `seconds` is the delay, 0 for none; `clock` tells the time in seconds and never goes back.
    """

    def __init__(self, seconds: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._entered: dict[str, float] = {}

    def left(self, account: str) -> int:
        """Return the seconds until the account may log in again; 0: now."""
        last = self._entered.get(account)
        if not self.seconds or last is None:
            return 0
        return max(0, math.ceil(last + self.seconds - self._clock()))

    def entered(self, account: str) -> None:
        """Note that an account (an existing one) has logged in."""
        self._entered[account] = self._clock()
