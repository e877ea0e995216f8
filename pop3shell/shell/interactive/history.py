"""The lines typed before: kept across sessions, without secrets, for the user's eyes only."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

#: Lines kept.
MOST = 2000


def state_folder() -> Path:
    """The folder for what a program remembers of its user (XDG base directories)."""
    base = os.environ.get("XDG_STATE_HOME") or os.environ.get("LOCALAPPDATA")
    return (Path(base) if base else Path.home() / ".local" / "state") / "pop3shell"


class HistoryFile:
    """A file of lines, one a line, mode 0600, at most ``MOST``.

    What goes wrong with it is never in the user's way: the history is then of this session only.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or state_folder() / "history"

    def load(self) -> list[str]:
        """Return the lines, the oldest first; none if there is no such file."""
        try:
            lines = self._path.read_text("utf-8", "replace").split("\n")[:-1]
        except OSError:
            return []
        if len(lines) > 2 * MOST:
            lines = lines[-MOST:]
            self._rewrite(lines)
        return lines[-MOST:]

    def append(self, line: str) -> None:
        """Add a line."""
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._open(self._path, os.O_APPEND) as file:
                file.write(line.replace("\n", " ").encode("utf-8", "replace") + b"\n")

    def _rewrite(self, lines: list[str]) -> None:
        fresh = self._path.with_suffix(".new")
        with contextlib.suppress(OSError):
            with self._open(fresh, os.O_TRUNC) as file:
                file.write("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))
            fresh.replace(self._path)

    @staticmethod
    @contextlib.contextmanager
    def _open(path: Path, flag: int) -> Iterator[BinaryIO]:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | flag, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            yield file
