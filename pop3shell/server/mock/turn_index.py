"""Finding the turns of a recording in which a client said the same, however many there are.

The index is made once for a recording; a search keeps in mind for one client which turns are left.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Hashable, Iterable, Iterator
from typing import TYPE_CHECKING

from pop3shell.protocol.commandline import CommandLine
from pop3shell.protocol.spec import commands

if TYPE_CHECKING:
    from pop3shell.server.mock.recollection import Turn, Wildcard

Key = tuple[Hashable, ...]


class TurnIndex:
    """Where in a recording each command was said: the places of its turns, in order.

    A line with a secret is found by what stands around the secret, which has any value and length.
    """

    def __init__(self, turns: Iterable[Turn]) -> None:
        self.places: dict[Key, list[int]] = defaultdict(list)
        self._around: dict[Key, dict[tuple[int, int], None]] = defaultdict(dict)
        for at, turn in enumerate(turns):
            if turn.asked and not turn.asked.response:
                self._add(at, turn.asked.command, turn.asked.line)

    def same(self, said: CommandLine) -> Iterator[Key]:
        """Yield the keys of turns in which just this was said, whatever the value of a secret."""
        yield (said.row, said.raw)
        text = said.text
        yield from self._keys(said, text, said.raw[len(text) :])

    def similar(self, said: CommandLine) -> Iterator[Key]:
        """Yield the keys for it in any case of letters, with any line end."""
        text = said.text.lower()
        yield (said.row, text.strip(), "folded")
        yield from self._keys(said, text, None)

    def like(self, said: CommandLine) -> Iterator[Key]:
        """Yield the key of commands whose reply may stand for the reply to this one.

        The verb is the same, there are as many arguments, and a reply is read in the same way. Not
        so for AUTH, whose challenges are those of its mechanism.
        """
        if said.row is not None and said.row is not commands.AUTH:
            yield (said.row, len(said.arguments), said.shape)

    def _add(self, at: int, command: CommandLine, line: Wildcard) -> None:
        keys = list(self.like(command))
        if line.any_value:
            for head, tail, end in (
                (line.head, line.tail, line.end),
                (line.head.lower(), line.tail.lower(), None),
            ):
                self._around[command.row, end][len(head), len(tail)] = None
                keys.append((command.row, head, tail, end))
        else:
            keys.append((command.row, line.head + line.end))
            keys.append((command.row, line.head.lower().strip(), "folded"))
        for key in keys:
            self.places[key].append(at)

    def _keys(self, said: CommandLine, text: bytes, end: bytes | None) -> Iterator[Key]:
        for head, tail in self._around.get((said.row, end), ()):
            if head + tail <= len(text):
                yield (said.row, text[:head], text[len(text) - tail :], end)


class TurnSearch:
    """Looks for turns that are among ``left``, from one place on and then from the start."""

    def __init__(self, index: TurnIndex, left: Container[int]) -> None:
        self._index = index
        self._left = left
        self._places: dict[Key, list[int]] = {}  # without those that were found to be taken

    def find(self, keys: Iterable[Key], start: int) -> int | None:
        """Return the first place from ``start`` on, or else the first of all; None for none."""
        found = (self._first(key, start) for key in keys if key in self._index.places)
        return min(
            (at for at in found if at is not None), key=lambda at: (at < start, at), default=None
        )

    def _first(self, key: Key, start: int) -> int | None:
        if key not in self._places:
            self._places[key] = self._index.places[key].copy()
        places = self._places[key]
        for begin in (bisect_left(places, start), 0):
            end = begin
            while end < len(places) and places[end] not in self._left:
                end += 1
            del places[begin:end]
            if begin < len(places):
                return places[begin]
        return None
