"""The terminal's output while a prompt may be on it."""

from __future__ import annotations

import io
import os
from collections.abc import Callable

from pop3shell.view.recoded import recoder

#: Octets collected before they are written.
BUFFER = 1 << 16


class TerminalOut(io.RawIOBase):
    """Octets for the terminal: written at once, or above the prompt while one is shown.

    ``above`` is set while a prompt is shown; it is handed what is to stand above it. ``encoding``
    is what the terminal understands; what is written here is UTF-8.
    """

    def __init__(self, descriptor: int, encoding: str | None = None) -> None:
        self._descriptor = descriptor
        self._recode = recoder(encoding)
        self._parts: list[bytes] = []
        self._size = 0
        self.above: Callable[[bytes], None] | None = None

    def write(self, octets: bytes) -> int:  # type: ignore[override]
        """Take octets; they are seen after ``flush``, or when they are many."""
        self._parts.append(octets)
        self._size += len(octets)
        if self._size >= BUFFER:
            self.flush()
        return len(octets)

    def flush(self) -> None:
        """Let everything written so far be seen."""
        octets, self._parts, self._size = b"".join(self._parts), [], 0
        if not octets:
            return
        if self.above is not None:
            self.above(octets)
        else:
            self.put(octets)

    def put(self, octets: bytes) -> None:
        """Write to the terminal now."""
        view = memoryview(self._recode(octets) if self._recode else octets)
        while view:
            view = view[os.write(self._descriptor, view) :]

    @property
    def columns(self) -> int:
        """The terminal's width, 80 if it can't be told."""
        try:
            return os.get_terminal_size(self._descriptor).columns or 80
        except OSError:
            return 80

    def discard_typed(self) -> bool:
        """Forget what was typed and not read yet; whether there was a whole line of it.

        Where there is no such switch (Windows), nothing is forgotten.
        """
        try:
            import select
            import termios
        except ImportError:
            return False
        try:
            waiting = bool(select.select([self._descriptor], [], [], 0)[0])
            termios.tcflush(self._descriptor, termios.TCIFLUSH)
        except (termios.error, OSError, ValueError):  # the terminal may be gone
            return False
        return waiting

    def writable(self) -> bool:
        """Say that it takes output."""
        return True

    def isatty(self) -> bool:
        """Say that a person looks at it."""
        return True

    def fileno(self) -> int:
        """Return the terminal's file descriptor."""
        return self._descriptor
