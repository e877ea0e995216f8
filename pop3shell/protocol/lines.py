"""Lines out of a stream, however it was cut into chunks."""

from __future__ import annotations


class LineReader:
    """Cuts a stream at LF. A line longer than ``limit`` octets is handed on in parts.

    Every part but the last has exactly ``limit`` octets, so that the parts don't depend on how
    the stream was cut.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._held = bytearray()

    @property
    def held(self) -> bytes:
        """The beginning of a line whose end hasn't come yet."""
        return bytes(self._held)

    def next(self, data: bytes, start: int) -> tuple[bytes, int, bool]:
        """Return (octets, index behind them in ``data``, whether the line ends with them).

        The octets are empty if neither a line's end nor the limit was reached.
        """
        held = self._held
        room = start + self._limit - len(held)
        end = data.find(b"\n", start, room) + 1
        if end and not held:
            return data[start:end], end, True
        stop = end or min(room, len(data))
        held += data[start:stop]
        if not end and len(held) < self._limit:
            return b"", stop, False
        octets = bytes(held)
        held.clear()
        return octets, stop, bool(end)


class CutLine:
    """A line too long to be held, as far as it was handed on in parts.

    ``head`` is the first part, ``octets`` how many there were so far; ``secret`` says that what
    follows is part of a secret.
    """

    __slots__ = ("_end", "head", "octets", "secret")

    def __init__(self, head: bytes, secret: bool = False) -> None:
        self.head = head
        self.octets = len(head)
        self.secret = secret
        self._end = head[-1:]

    def add(self, part: bytes) -> None:
        """Take in the next part."""
        self.octets += len(part)
        self._end = (self._end + part)[-2:]

    def shortened(self) -> bytes:
        """Return the head with the end of the line, now that its last part was taken in."""
        end = b"\r\n" if self._end == b"\r\n" else b"\n"
        return self.head.removesuffix(b"\r") + end
