"""Which entries of a transcript the octets came from that an observer was fed with."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from pop3shell.net.replay.script import Expected
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
        self._put_off = 0
        self._ahead = 0  # octets whose entry was handed out with the ones before

    def add(self, entry: Expected | None, octets: int) -> None:
        """Take in that so many octets stand for an entry; 0 for one that only stands there."""
        self._fed.append(_Fed(octets, entry))

    def put_off(self, octets: int) -> None:
        """Take in that the observer handed on part of a line: it goes with what is taken next."""
        self._put_off += octets

    def take(self, octets: int) -> list[Expected]:
        """Return the entries that the next octets came from; rows of lines are cut at a line end.

        A body's last line end comes later than the line: the line is then handed out whole.
        """
        octets, self._put_off = octets + self._put_off, 0
        ahead = min(self._ahead, octets)
        self._ahead -= ahead
        octets -= ahead
        taken: list[Expected] = []
        while self._fed and (octets or not self._fed[0].octets):
            first = self._fed[0]
            head = _head(first.entry, octets)
            if head is None:
                self._fed.popleft()
                entry, size = first.entry, first.octets
            else:
                entry, first.entry = head
                size = len(head[0].octets)
                first.octets -= size
            self._ahead += max(size - octets, 0)
            octets = max(octets - size, 0)
            if entry is not None:
                taken.append(entry)
        return taken


def _head(entry: Expected | None, octets: int) -> tuple[ServerLines, ServerLines] | None:
    """Cut behind the line with the octet of that number; None if that is all of the entry."""
    if not isinstance(entry, ServerLine | ServerLines):
        return None
    end = entry.octets.find(b"\n", max(octets - 1, 0)) + 1
    if not end or end == len(entry.octets):
        return None
    head, tail = entry.octets[:end], entry.octets[end:]
    lines = head.count(b"\n")
    number = entry.number + lines if isinstance(entry, ServerLines) else entry.number
    return (
        ServerLines(entry.number, head, lines),
        ServerLines(number, tail, tail.count(b"\n")),
    )
