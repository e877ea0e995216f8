"""Which entries of a transcript the octets came from that an observer was fed with."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from pop3shell.net.replay_script import Expected
from pop3shell.transcript.model import ServerLine, ServerLines


@dataclass(slots=True)
class _Fed:
    octets: int
    entry: Expected | None


class Sources:
    """Entries in the order in which an observer was fed with them.

    It hands the same octets on, but cut in its own way: by lines, bodies, replies.
    """

    def __init__(self) -> None:
        self._fed: deque[_Fed] = deque()

    def add(self, entry: Expected | None, octets: int) -> None:
        """Take in that so many octets stand for an entry; 0 for one that only stands there."""
        self._fed.append(_Fed(octets, entry))

    def take(self, octets: int) -> list[Expected]:
        """Return the entries that the next octets came from, the last one cut if need be."""
        taken: list[Expected] = []
        fed = self._fed
        while fed and (octets or not fed[0].octets):
            first = fed[0]
            if first.octets > octets:
                assert isinstance(first.entry, ServerLine | ServerLines)
                head, first.entry = _cut(first.entry, octets)
                first.octets -= octets
                octets = 0
                taken.append(head)
                continue
            fed.popleft()
            octets -= first.octets
            if first.entry is not None:
                taken.append(first.entry)
        return taken


def _cut(entry: ServerLine | ServerLines, octets: int) -> tuple[ServerLines, ServerLines]:
    head, tail = entry.octets[:octets], entry.octets[octets:]
    lines = head.count(b"\n")
    number = entry.number + lines if isinstance(entry, ServerLines) else entry.number
    return (
        ServerLines(entry.number, head, lines),
        ServerLines(number, tail, tail.count(b"\n")),
    )
