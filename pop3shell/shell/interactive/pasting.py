"""Lines that were pasted at once: they wait here, each for its turn."""

from __future__ import annotations

from collections import deque


class Pasted:
    """Pasted lines still to be performed, and the beginning of one that is still to be typed."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque()
        self._begun = ""

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, lines: list[str]) -> None:
        """Take pasted lines; the last is one that has just begun."""
        self._lines.extend(lines[:-1])
        self._begun = lines[-1]

    def next(self) -> str:
        """Return the next whole line. Raises IndexError if there is none."""
        return self._lines.popleft()

    def begun(self) -> str:
        """Return, once, the line that was begun behind the whole ones."""
        begun, self._begun = self._begun, ""
        return begun

    def drop(self) -> str:
        """Forget all of them; returns what to say of it."""
        said = f"pasted lines dropped: {len(self)}" if self._lines else ""
        self._lines.clear()
        self._begun = ""
        return said

    def waiting(self) -> str:
        """Say how many wait."""
        lines = "1 pasted line waits" if len(self) == 1 else f"{len(self)} pasted lines wait"
        return f"{lines} behind this one; Ctrl-C drops what waits"
