"""What a reply is expected to be, piece by piece; each piece takes its part of what came.

Nothing is held but a line that is not decided, up to LONGEST_LINE octets of it: replies of any
size are compared as they arrive.
"""

from __future__ import annotations

import hashlib
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass

from pop3shell.protocol.framing import TERMINATOR
from pop3shell.transcript.happenings import Elided

#: Octets of a line without an end that are taken for one.
LONGEST_LINE = 1 << 16
#: Message numbers of a listing that are shown.
SHOWN = 20

_NUMBERS = re.compile(rb"^0*([0-9]{1,20})(?![0-9])", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Taken:
    """So many octets were taken, whether the piece has all it wants, and what differed where."""

    octets: int
    done: bool = False
    expected: bytes | str = b""
    got: bytes | str = b""
    number: int = 0


WAIT = Taken(0)


def first_line(got: bytes, final: bool, at: int = 0) -> bytes:
    """Return the line of ``got`` that begins at ``at``; nothing if its end has still to come."""
    end = got.find(b"\n", at) + 1
    if end:
        return got[at:end]
    return got[at:] if final or len(got) - at >= LONGEST_LINE else b""


class Expectation(ABC):
    """One piece: by default one line. ``number`` is its line in the transcript."""

    def __init__(self, number: int, shown: bytes | str) -> None:
        self.number = number
        self.shown = shown

    @abstractmethod
    def meets(self, line: bytes) -> bool:
        """Whether a line of what came is (the beginning of) what is expected."""

    def take(self, got: bytes, final: bool) -> Taken:
        """Take from the beginning of ``got``; ``final`` says that no more will come."""
        line = first_line(got, final)
        if not line:
            return WAIT
        if self.meets(line):
            return Taken(len(line), done=True)
        return Taken(len(line), True, self.shown, line, self.number)

    def find(self, got: bytes, final: bool) -> tuple[int, bool]:
        """Find the first line of ``got`` that meets this: (octets before it, whether found)."""
        at = 0
        while line := first_line(got, final, at):
            if self.meets(line):
                return at, True
            at += len(line)
        return at, False


class Like(Expectation):
    """One line that a regular expression matches as a whole, its end left aside."""

    def __init__(self, number: int, regex: re.Pattern[str]) -> None:
        super().__init__(number, f"a line like {regex.pattern}")
        self._regex = regex

    def meets(self, line: bytes) -> bool:
        """Whether the line matches."""
        text = line.removesuffix(b"\n").removesuffix(b"\r")
        return self._regex.fullmatch(text.decode("utf-8", "surrogateescape")) is not None


class Exactly(Expectation):
    """These octets and no others; compared in bulk."""

    def __init__(self, number: int, octets: bytes) -> None:
        super().__init__(number, octets[: octets.find(b"\n") + 1] or octets)
        self._octets = octets
        self._at = 0

    def meets(self, line: bytes) -> bool:
        """Whether the line is the first of these octets."""
        return line == self.shown

    def take(self, got: bytes, final: bool) -> Taken:
        """Take whole lines as long as they are the same."""
        rest = len(self._octets) - self._at
        if len(got) >= rest and got.startswith(self._octets[self._at :]):
            return Taken(rest, done=True)
        same = self._same(got)
        lines = got.rfind(b"\n", 0, same) + 1
        if same == len(got):  # so far the same
            taken = lines or (same if final or same >= LONGEST_LINE else 0)
            self._go_on(taken)
            return Taken(taken)
        line = first_line(got[lines:], final)
        self._go_on(lines)
        if not line:
            return Taken(lines)
        number, expected = self.number, self.shown
        self._go_on(len(expected))
        done = self._at == len(self._octets)
        return Taken(lines + len(line), done, expected, line, number)

    def find(self, got: bytes, final: bool) -> tuple[int, bool]:
        """Find these octets' first line."""
        assert isinstance(self.shown, bytes)
        if got.startswith(self.shown):
            return 0, True
        at = got.find(b"\n" + self.shown) + 1
        if at:
            return at, True
        lines = got.rfind(b"\n") + 1
        longest = max(LONGEST_LINE, len(self.shown))
        return len(got) if final or len(got) - lines >= longest else lines, False

    def _same(self, got: bytes) -> int:
        """How many octets at the beginning of ``got`` are the same."""
        same, size = 0, min(len(got), len(self._octets) - self._at)
        while size:
            at = self._at + same
            if self._octets.startswith(got[same : same + size], at):
                same += size
                size = min(size, len(got) - same, len(self._octets) - self._at - same)
            else:
                size //= 2
        return same

    def _go_on(self, octets: int) -> None:
        self._at += octets
        self.number += self._octets.count(b"\n", self._at - octets, self._at)
        end = self._octets.find(b"\n", self._at) + 1
        self.shown = self._octets[self._at : end or None]


class LeftOut(Expectation):
    """Octets that were not recorded; their number and digest are."""

    def __init__(self, number: int, elided: Elided) -> None:
        self._told = f"{elided.octets} octets that were left out of the transcript"
        super().__init__(number, self._told)
        self._rest = elided.octets
        self._wanted = elided.sha256
        self._digest = hashlib.sha256()

    def meets(self, line: bytes) -> bool:
        """Anything may be the first of them."""
        return True

    def take(self, got: bytes, final: bool) -> Taken:
        """Take that many octets, and look at their digest behind the last."""
        taken = min(self._rest, len(got))
        self._digest.update(memoryview(got)[:taken])
        self._rest -= taken
        if self._rest:
            return Taken(taken)
        found = self._digest.hexdigest()
        if found == self._wanted:
            return Taken(taken, done=True)
        differs = f"sha256={found} of {self._told}"
        return Taken(taken, True, f"sha256={self._wanted}", differs, self.number)


class Numbers(Expectation):
    """A listing up to its lone dot, which tells of the same messages.

    ``cut``: only the first of them are known.
    """

    def __init__(self, number: int, listing: bytes, *, cut: bool = False) -> None:
        super().__init__(number, "a listing")
        self._cut = cut
        self._expected = _NUMBERS.findall(listing)
        self._got: list[bytes] = []  # the first of them, to be told
        self._count = 0
        self._same = True
        self._within = False  # a line too long to be held

    def meets(self, line: bytes) -> bool:
        """Anything may be the first line of a listing."""
        return True

    def take(self, got: bytes, final: bool) -> Taken:
        """Take lines up to the lone dot; of one too long to be held only the beginning counts."""
        if self._within:
            end = got.find(b"\n") + 1
            self._within = not end
            return Taken(end or len(got))
        over = got.startswith(TERMINATOR)
        end = 0 if over else got.find(b"\n" + TERMINATOR) + 1
        over = over or end > 0
        lines = end if over else len(got) if final else got.rfind(b"\n") + 1
        if not lines and not over and len(got) >= LONGEST_LINE:
            lines, self._within = len(got), True
        self._listed(_NUMBERS.findall(got[:lines]))
        if not (over or final):
            return Taken(lines)
        if self._same and self._count == len(self._expected):
            return Taken(lines, done=True)
        expected = _messages(self._expected, len(self._expected))
        return Taken(lines, True, expected, _messages(self._got, self._count), self.number)

    def _listed(self, numbers: list[bytes]) -> None:
        """Compare these with what comes next; a server may list without end."""
        if self._cut:
            numbers = numbers[: len(self._expected) - self._count]
        behind = self._count + len(numbers)
        self._same = self._same and numbers == self._expected[self._count : behind]
        self._got += numbers[: SHOWN - len(self._got)]
        self._count = behind


def _messages(numbers: list[bytes], many: int) -> str:
    """Tell ``many`` messages, of which these are the first."""
    shown = ", ".join(number.decode() for number in numbers[:SHOWN])
    more = ", ..." if many > SHOWN else ""
    count = f"{many} message" + "s" * (many > 1)
    return f"{count}: {shown}{more}" if many else "no messages"
