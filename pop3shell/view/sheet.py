"""What is printed, collected, with a prefix before the lines that are to have one."""

from __future__ import annotations

import io


class Sheet:
    """Takes the place of a binary file; ``take`` gives what was written."""

    def __init__(self, prefix: bytes) -> None:
        self._prefix = prefix
        self._wanted = False
        self._written = io.BytesIO()
        #: Whether the next octet begins a line.
        self.fresh = True

    def prefixed(self, wanted: bool) -> Sheet:
        """While the ``with`` block runs, lines that begin get the prefix."""
        self._wanted = wanted
        return self

    def __enter__(self) -> None:
        pass

    def __exit__(self, *_: object) -> None:
        self._wanted = False

    def write(self, octets: bytes) -> int:
        """Take octets."""
        if not octets:
            return 0
        ended = octets.endswith(b"\n")
        if self._wanted:
            text = octets[:-1] if ended else octets
            text = (self._prefix if self.fresh else b"") + text.replace(b"\n", b"\n" + self._prefix)
            self._written.write(text + b"\n" if ended else text)
        else:
            self._written.write(octets)
        self.fresh = ended
        return len(octets)

    def flush(self) -> None:
        """Everything is taken with ``take``."""

    def take(self) -> bytes:
        """Return what was written since the last time."""
        octets = self._written.getvalue()
        self._written = io.BytesIO()
        return octets
