"""A prompt without any redrawing: for screen readers, serial lines, logs, and dumb terminals.

Characters are echoed as they are typed; those of a secret as ``*``. Only Backspace edits.
"""

from __future__ import annotations

import asyncio
import codecs
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from pop3shell.view.safe import visible_text

if TYPE_CHECKING:
    from pop3shell.shell.interactive.screen import TerminalOut

_ERASE = "\x7f\x08"
_INTERRUPT, _END, _CLEAR = "\x03", "\x04", "\x15"


class PlainPrompt:
    """Reads lines from the terminal one key at a time."""

    def __init__(
        self,
        descriptor: int,
        out: TerminalOut,
        message: Callable[[], str],
        secret_from: Callable[[str], int | None],
    ) -> None:
        self._descriptor = descriptor
        self._out = out
        self._message = message
        self._secret_from = secret_from
        self._decoder = codecs.getincrementaldecoder("utf-8")("ignore")
        self._ahead = ""
        self._typed = ""
        self._all_secret = False

    async def read(self, default: str = "") -> str:
        """Read a line. Raises EOFError at Ctrl-D on an empty line, KeyboardInterrupt at Ctrl-C."""
        self._typed = default
        self._all_secret = False
        return await self._read_line(self._message())

    async def ask(self, question: str, *, secret: bool = False) -> str:
        """Read an answer; a star for each character if it is a secret."""
        self._typed = ""
        self._all_secret = secret
        return await self._read_line(question)

    def refresh(self) -> None:
        """Nothing is redrawn."""

    async def _read_line(self, message: str) -> str:
        self._out.put((message + self._shown(0)).encode())
        self._out.above = self._above
        try:
            with _keys_at_once(self._descriptor):
                while True:
                    while self._ahead:
                        key, self._ahead = self._ahead[0], self._ahead[1:]
                        if self._press(key):
                            return self._typed
                    self._ahead = await self._keys()
        finally:
            self._out.above = None
            self._out.put(b"\n")

    async def _keys(self) -> str:
        loop = asyncio.get_running_loop()
        ready: asyncio.Future[None] = loop.create_future()
        loop.add_reader(self._descriptor, _wake, ready)
        try:
            await ready
        finally:
            loop.remove_reader(self._descriptor)
        octets = os.read(self._descriptor, 4096)
        if not octets:
            raise EOFError
        return self._decoder.decode(octets)

    def _press(self, key: str) -> bool:
        """Act on a key; whether the line is complete."""
        if key in "\r\n":
            return True
        if key == _INTERRUPT:
            raise KeyboardInterrupt
        if key == _END:
            if not self._typed:
                raise EOFError
        elif key in _ERASE:
            if self._typed:
                self._typed = self._typed[:-1]
                self._out.put(b"\b \b")
        elif key == _CLEAR:
            self._out.put(b"\b \b" * len(self._typed))
            self._typed = ""
        elif key.isprintable():
            self._typed += key
            self._out.put(self._shown(len(self._typed) - 1).encode())
        return False

    def _shown(self, start: int) -> str:
        """What has been typed from ``start`` on, as it may be seen."""
        secret = 0 if self._all_secret else self._secret_from(self._typed)
        if secret is None:
            return visible_text(self._typed[start:])
        clear = self._typed[start:secret] if secret > start else ""
        return visible_text(clear) + "*" * (len(self._typed) - max(start, secret))

    def _above(self, octets: bytes) -> None:
        """Show what comes meanwhile on lines of its own, then the line begun again."""
        message = "" if self._all_secret else self._message()
        self._out.put(b"\n" + octets + (message + self._shown(0)).encode())


class _keys_at_once:  # noqa: N801 - used as a function
    """Hand on every key as it is typed, Ctrl-C and Ctrl-D too."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._before: list[object] | None = None

    def __enter__(self) -> None:
        try:
            import termios

            self._before = termios.tcgetattr(self._descriptor)
            now = [*self._before]
            now[3] &= ~(termios.ECHO | termios.ICANON | termios.ISIG)  # type: ignore[operator]
            termios.tcsetattr(self._descriptor, termios.TCSANOW, now)  # type: ignore[arg-type]
        except (ImportError, OSError):
            self._before = None

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            import termios

            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)  # type: ignore[arg-type]


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
