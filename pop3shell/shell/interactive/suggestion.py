"""The rest of a line that was typed before, offered behind the cursor."""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit.auto_suggest import AutoSuggest, Suggestion
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document

#: Lines that are looked at for one that can be sent; looking at all would hold up a key.
_TRIED = 4


class SuggestLatest(AutoSuggest):
    """Suggests the latest line of the history that begins with what is typed, and ``fits``.

    The lines that do are remembered: only they can begin with what is typed with the next key,
    so that a long history is gone through once a line and not at every key.
    """

    def __init__(self, fits: Callable[[str], bool] = lambda _: True) -> None:
        self._fits = fits
        self._typed = ""
        self._known = 0
        self._fitting: list[str] = []

    def get_suggestion(self, buffer: Buffer, document: Document) -> Suggestion | None:
        """Return what that line has behind what is typed, or None."""
        typed = document.text
        if not typed.strip():
            return None
        lines = buffer.history.get_strings()
        if len(lines) == self._known and self._typed and typed.startswith(self._typed):
            lines = self._fitting
        else:
            self._known = len(lines)
        self._typed = typed
        self._fitting = [line for line in lines if line.startswith(typed)]
        latest = reversed(self._fitting[-_TRIED:])
        found = next((line for line in latest if line == typed or self._fits(line)), None)
        return None if found is None else Suggestion(found[len(typed) :])
