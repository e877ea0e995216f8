"""A prompt without any redrawing: for screen readers, serial lines, logs, and dumb terminals.

Characters are echoed as they are typed; those of a secret as ``*``. Only Backspace edits.
"""

from __future__ import annotations

import asyncio
import codecs
import os
import re
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING

from pop3shell.protocol.visible import visible_text
from pop3shell.shell.interactive.modes import ECHO, LINES, SIGNALS, Off

if TYPE_CHECKING:
    from pop3shell.shell.interactive.screen import TerminalOut

_ERASE = "\x7f\x08"
_INTERRUPT, _END, _CLEAR, _SUSPEND = "\x03", "\x04", "\x15", "\x1a"
#: What keys such as the arrows send, but for the last character.
_FUNCTION_KEY = re.compile("\x1b(?:O|\\[[0-?]*)?")


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
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._modes = Off(descriptor, ECHO, LINES, SIGNALS)
        self._question = message
        self._ahead = ""
        self._escape = ""
        self._typed = ""
        self._all_secret = False

    async def read(self, default: str = "") -> str:
        """Read a line. Raises EOFError at Ctrl-D on an empty line, KeyboardInterrupt at Ctrl-C."""
        self._typed = default
        self._all_secret = False
        return await self._read_line(self._message)

    def message(self) -> str:
        """What stands before the line being typed."""
        return self._message()

    async def ask(self, question: str, *, secret: bool = False, default: str = "") -> str:
        """Read an answer; a star for each character if it is a secret."""
        self._typed = default
        self._all_secret = secret
        return await self._read_line(lambda: question)

    def forget_ahead(self) -> bool:
        """Forget what was typed ahead."""
        typed, self._ahead, self._escape = bool(self._ahead), "", ""
        self._decoder.reset()
        return self._out.discard_typed() or typed

    def refresh(self) -> None:
        """Nothing is redrawn."""

    async def _read_line(self, question: Callable[[], str]) -> str:
        self._question = question
        try:
            with self._modes:
                self._out.put((question() + self._shown()).encode())
                self._out.above = self._above
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
        try:
            octets = os.read(self._descriptor, 4096)
        except OSError:  # the terminal is gone
            octets = b""
        if not octets:
            raise EOFError
        return self._decoder.decode(octets)

    def _press(self, key: str) -> bool:
        """Act on a key; whether the line is complete."""
        if self._is_function_key(key):
            return False
        if key in "\r\n":
            return True
        if key == _INTERRUPT:
            raise KeyboardInterrupt
        if key == _END:
            if not self._typed:
                raise EOFError
        elif key in _ERASE:
            self._change(self._typed[:-1])
        elif key == _CLEAR:
            self._change("")
        elif key == _SUSPEND:
            self._suspend()
        elif key >= " ":
            self._change(self._typed + key)
        return False

    def _suspend(self) -> None:
        """Stop as other programs do; the line begun is shown again when they let us go on."""
        if stop := getattr(signal, "SIGTSTP", None):
            with self._modes.lifted():
                os.kill(0, stop)
            self._above(b"")

    def _is_function_key(self, key: str) -> bool:
        """Whether a key is part of what an arrow or the like sends, which means nothing here."""
        if not self._escape and key != "\x1b":
            return False
        self._escape = self._escape + key if key.isprintable() or not self._escape else ""
        begun = bool(self._escape)
        if not _FUNCTION_KEY.fullmatch(self._escape):
            self._escape = ""
        return begun

    def _change(self, typed: str) -> None:
        """Show the line as it is now; what turns out to be a secret is starred after all."""
        before = self._shown()
        self._typed = typed
        now = self._shown()
        same = 0
        while same < min(len(before), len(now)) and before[same] == now[same]:
            same += 1
        gone, back = len(before) - same, max(0, len(before) - len(now))
        # Overwritten, and blanked where nothing takes its place.
        self._out.put(("\b" * gone + now[same:] + " " * back + "\b" * back).encode())

    def _shown(self) -> str:
        """What has been typed, as it may be seen."""
        secret = 0 if self._all_secret else self._secret_from(self._typed)
        if secret is None:
            return visible_text(self._typed)
        return visible_text(self._typed[:secret]) + "*" * (len(self._typed) - secret)

    def _above(self, octets: bytes) -> None:
        """Show what comes meanwhile on lines of its own, then the line begun again."""
        message = self._question()
        self._out.put(b"\n" + octets + (message + self._shown()).encode())


def _wake(ready: asyncio.Future[None]) -> None:
    if not ready.done():
        ready.set_result(None)
