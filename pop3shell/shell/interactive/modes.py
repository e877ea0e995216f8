"""What a terminal does by itself with what is typed, and how to keep it from that."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from typing import Any

#: It shows what is typed, which may be a password typed ahead; keeps it until Enter; makes signals
#: of Ctrl-C and the like. These are termios' names.
ECHO, LINES, SIGNALS = "ECHO", "ICANON", "ISIG"

_LOCAL, _CHARACTERS = 3, 6  # places in the attributes of a terminal


class Off:
    """Switches modes of a terminal off while the ``with`` block runs.

    Also after the program was suspended and goes on: a shell may have switched them on meanwhile.
    Nothing happens where there are no such switches (Windows), or the terminal is gone.
    """

    def __init__(self, descriptor: int, *modes: str) -> None:
        self._descriptor = descriptor
        self._modes = modes
        self._before: list[Any] | None = None
        self._resumed: Any = None

    def __enter__(self) -> None:
        self._before = self._attributes()
        if self._before is not None:
            self._resumed = signal.signal(signal.SIGCONT, self._switch)
            self._switch()

    def __exit__(self, *_: object) -> None:
        before, self._before = self._before, None
        if before is not None:
            signal.signal(signal.SIGCONT, self._resumed)
            self._set(before)

    @contextlib.contextmanager
    def lifted(self) -> Iterator[None]:
        """Let the terminal be as it was for a while."""
        self.__exit__()
        try:
            yield
        finally:
            self.__enter__()

    def _switch(self, *_: object) -> None:
        now = self._attributes()
        if now is None:
            return
        import termios

        for mode in self._modes:
            now[_LOCAL] &= ~getattr(termios, mode)
        if LINES in self._modes:  # a single key is enough, and nothing less
            now[_CHARACTERS][termios.VMIN], now[_CHARACTERS][termios.VTIME] = 1, 0
        self._set(now)

    def _attributes(self) -> list[Any] | None:
        try:
            import termios
        except ImportError:  # Windows
            return None
        try:
            return termios.tcgetattr(self._descriptor)
        except termios.error:
            return None

    def _set(self, attributes: list[Any]) -> None:
        import termios

        with contextlib.suppress(termios.error):
            termios.tcsetattr(self._descriptor, termios.TCSANOW, attributes)
