"""The lines typed before: kept across sessions, without secrets, for the user's eyes only.

Without pathlib: to import that would make the first prompt 2 % later.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import BinaryIO

#: Lines kept.
MOST = 2000


def state_folder() -> str:
    """The folder for what a program remembers of its user (XDG base directories)."""
    base = os.environ.get("XDG_STATE_HOME") or os.environ.get("LOCALAPPDATA")
    return f"{base or os.path.expanduser('~/.local/state')}/pop3shell"  # noqa: PTH111


class HistoryFile:
    """A file of lines, one a line, mode 0600, at most ``MOST``.

    What goes wrong with it is never in the user's way: the history is then of this session only.
    """

    def __init__(self) -> None:
        self._folder = state_folder()
        self._path = f"{self._folder}/history"

    def load(self) -> list[str]:
        """Return the lines, the oldest first; none if there is no such file."""
        try:
            with open(self._path, encoding="utf-8", errors="replace") as file:  # noqa: PTH123
                lines = file.read().split("\n")[:-1]
        except OSError:
            return []
        if len(lines) > 2 * MOST:
            lines = lines[-MOST:]
            self._rewrite(lines)
        return lines[-MOST:]

    def append(self, line: str) -> None:
        """Add a line."""
        with contextlib.suppress(OSError):
            os.makedirs(self._folder, mode=0o700, exist_ok=True)  # noqa: PTH103
            with self._open(self._path, os.O_APPEND) as file:
                file.write(line.replace("\n", " ").encode("utf-8", "replace") + b"\n")

    def _rewrite(self, lines: list[str]) -> None:
        fresh = f"{self._path}.new"
        with contextlib.suppress(OSError):
            with self._open(fresh, os.O_TRUNC) as file:
                file.write("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))
            os.replace(fresh, self._path)  # noqa: PTH105

    @staticmethod
    @contextlib.contextmanager
    def _open(path: str, flag: int) -> Iterator[BinaryIO]:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flag, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield file
