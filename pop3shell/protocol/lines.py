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
        end = data.find(b"\n", start)
        stop = end + 1 if end >= 0 else len(data)
        held = self._held
        if not held and end >= 0 and stop - start <= self._limit:
            return data[start:stop], stop, True
        room = self._limit - len(held)
        if stop - start > room:
            stop, end = start + room, -1
        held += data[start:stop]
        if end < 0 and len(held) < self._limit:
            return b"", stop, False
        octets = bytes(held)
        held.clear()
        return octets, stop, end >= 0
