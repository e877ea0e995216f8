"""The client's lines, read strictly: only CRLF ends one, and only so much of one is held.

RFC 1939 section 3 and RFC 2449 section 4. A bare LF ends no line here, so that what follows one
can never pass for a command of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pop3shell.protocol.framing import CRLF, LF
from pop3shell.server.limits import MAX_COMMAND_OCTETS

if TYPE_CHECKING:
    from collections.abc import Iterator


class LineReader:
    """Puts lines together from octets that arrive in any portions."""

    def __init__(self, limit: int = MAX_COMMAND_OCTETS) -> None:
        self.limit = limit
        """The longest line, CRLF included; it may be changed between two lines."""
        self._buffer = bytearray()
        self._searched = 0
        self._overlong = False

    @property
    def ends_in_bare_lf(self) -> bool:
        """Whether all that waits for a CRLF ends in a bare LF: a client that sends no CRLF."""
        return self._buffer.endswith(LF)

    @property
    def waiting(self) -> bool:
        """Whether anything has come behind the line yielded last."""
        return bool(self._buffer)

    @property
    def holds_a_line(self) -> bool:
        """Whether a whole line has come behind the line yielded last."""
        return CRLF in self._buffer

    def feed(self, data: bytes) -> Iterator[bytes | None]:
        """Yield each line with its CRLF; None for one that is longer than the limit.

        Of a line that is too long nothing is kept, however long it is.
        """
        self._buffer += data
        while (end := self._buffer.find(CRLF, self._searched)) >= 0:
            yield self._take(end + len(CRLF))
        if len(self._buffer) > self.limit:
            self._overlong = True
            del self._buffer[:-1]  # the last octet may be the CR of the line's end
        self._searched = max(0, len(self._buffer) - 1)

    def drop(self) -> None:
        """Forget what waits for its CRLF."""
        self._buffer.clear()
        self._searched = 0
        self._overlong = False

    def _take(self, stop: int) -> bytes | None:
        line = bytes(self._buffer[:stop])
        del self._buffer[:stop]
        too_long = self._overlong or stop > self.limit
        self._searched, self._overlong = 0, False
        return None if too_long else line
