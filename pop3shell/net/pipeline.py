"""Many commands, sent as fast as their replies allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice

from pop3shell.net.client import Client


class Pipeline:
    """Sends the lines that ``more`` gives; they may be sent as things stand, b"" if none may.

    It is asked when replies were read and before the observers hear of them: the server goes on
    while what came is put away.
    """

    def __init__(self, client: Client, more: Callable[[], bytes]) -> None:
        self._client = client
        self._more = more

    def start(self) -> None:
        """Send the first lines."""
        self._client.ahead = self._more
        self._send()

    async def finish(self) -> None:
        """Send all others; return when the last reply has come, or the connection is over.

        Cancelled, it sends no more; what is due is for others to read.
        """
        try:
            await self._client.settled()
            while self._send():
                await self._client.settled()
        finally:
            self._client.ahead = None

    def stop(self) -> None:
        """Send no more."""
        self._more = bytes
        if self._client.ahead is not None:
            self._client.ahead = bytes

    def _send(self) -> bool:
        octets = b"" if self._client.closed else self._more()
        if octets:
            self._client.send(octets)
        return bool(octets)


def windowed(client: Client, lines: Iterable[bytes], size: int) -> Callable[[], bytes]:
    """Give ``lines``, ``size`` of them ahead of their replies at most (RFC 2449 section 6.8).

    A window of 1 is lockstep.
    """
    left = iter(lines)

    def more() -> bytes:
        outstanding = client.dialogue.outstanding
        if outstanding > size // 2:
            return b""
        return b"".join(islice(left, size - outstanding))

    return more
