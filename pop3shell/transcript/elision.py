"""Leaving out what is too much of a body, with its digest in its place."""

from __future__ import annotations

import hashlib
import re

from pop3shell.transcript.happenings import Elided

#: Octets of a line that are held back until it is known whether it fits; a longer one is left out.
LONGEST_LINE = 1 << 20

_SIZE = re.compile(r"([0-9]{1,15})([kKmMgG]?)")
_UNITS = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def as_octets(text: str) -> int:
    """Read a number of octets: ``10000``, ``64k``, ``1M`` (1024 each). Raises ValueError."""
    found = _SIZE.fullmatch(text)
    if not found:
        raise ValueError(f"{text!r} is no number of octets, such as 10000, 64k or 1M")
    return int(found[1]) * _UNITS[found[2].lower()]


class Elision:
    """Lets the first ``limit`` octets of a body through, cut at a line's end.

    However the body is cut into blocks, the same of it is let through.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._room = limit
        self._held: list[bytes] = []  # of a line: its end may not fit
        self._holds = 0
        self._left_out = 0
        self._digest = hashlib.sha256()
        self._bodies = self._octets = 0

    @property
    def total(self) -> str:
        """Say what of all bodies was left out, as a clause; empty if nothing was."""
        if not self._bodies:
            return ""
        bodies = "1 body" if self._bodies == 1 else f"{self._bodies} bodies"
        return (
            f"{self._octets} octets of {bodies} longer than {self._limit} octets were left out "
            "(--max-body)"
        )

    def take(self, octets: bytes) -> bytes:
        """Return what of the body is to be recorded now; hold back or count the rest."""
        if self._left_out:
            self._leave_out(octets)
            return b""
        cut = 0
        if self._held and b"\n" in octets:
            octets = self.rest() + octets
        if not self._held:
            cut = octets.rfind(b"\n", 0, self._room) + 1
            self._room -= cut
        if cut < len(octets):
            self._hold(octets[cut:])
        return octets[:cut]

    def rest(self) -> bytes:
        """End the body; return a line without an end that is still to be recorded."""
        line, self._held, self._holds = b"".join(self._held), [], 0
        return line

    def end(self) -> Elided | None:
        """Begin with the next body; tell what was left out of this one, if anything."""
        told = Elided(self._left_out, self._digest.hexdigest()) if self._left_out else None
        if told:
            self._bodies += 1
            self._octets += told.octets
            self._digest = hashlib.sha256()
        self._room, self._left_out = self._limit, 0
        return told

    def _hold(self, octets: bytes) -> None:
        """Hold the beginning of a line back; leave it out where it is too long already."""
        self._held.append(octets)
        self._holds += len(octets)
        if self._holds > min(self._room, LONGEST_LINE):
            self._leave_out(self.rest())

    def _leave_out(self, octets: bytes) -> None:
        self._left_out += len(octets)
        self._digest.update(octets)
