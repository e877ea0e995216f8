"""Leaving out what is too much of a body, with its digest in its place."""

from __future__ import annotations

import hashlib

from pop3shell.transcript.happenings import Elided


class Elision:
    """Lets the first ``limit`` octets of a body through, cut at a line's end."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._room = limit
        self._left_out = 0
        self._digest = hashlib.sha256()

    @property
    def begun(self) -> bool:
        """Whether something of this body was left out."""
        return self._left_out > 0

    def take(self, octets: bytes) -> bytes:
        """Return what of ``octets`` is to be recorded; count the rest."""
        if not self.begun and len(octets) <= self._room:
            self._room -= len(octets)
            return octets
        cut = 0 if self.begun else octets.rfind(b"\n", 0, self._room) + 1
        self._left_out += len(octets) - cut
        self._digest.update(memoryview(octets)[cut:])
        return octets[:cut]

    def end(self) -> Elided | None:
        """End the body; tell what was left out of it, if anything."""
        told = Elided(self._left_out, self._digest.hexdigest()) if self.begun else None
        if told:
            self._digest = hashlib.sha256()
        self._room, self._left_out = self._limit, 0
        return told
