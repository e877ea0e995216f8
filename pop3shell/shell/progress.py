"""How far a long command is, on a terminal's standard error."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

#: Seconds between two looks at the progress.
EVERY = 0.2


class Progress:
    """One line that is written over now and then, and taken away at the end."""

    def __init__(self, errors: TextIO) -> None:
        self._errors = errors
        self.shows = errors.isatty()
        self._shown = time.monotonic()
        self._width = 0

    def show(self, text: Callable[[], str]) -> None:
        """Show how far it is, unless that was done a moment ago."""
        if not self.shows:
            return
        now = time.monotonic()
        if now - self._shown >= EVERY:
            self._shown = now
            self._write(text())

    def end(self) -> None:
        """Take the line away."""
        if self._width:
            self._write("")

    def _write(self, text: str) -> None:
        end = "" if text else "\r"
        print(f"\r{text:<{self._width}}", end=end, file=self._errors, flush=True)
        self._width = len(text)
