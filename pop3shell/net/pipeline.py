"""Many commands, sent as fast as their replies allow."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from pop3shell.net.client import Client


class Pipeline:
    """Sends ``lines``, at most ``window`` of them ahead of their replies (RFC 2449 section 6.8).

    A window of 1 is lockstep. The next lines go out when the replies were read and before the
    observers hear of them: the server goes on while what came is put away.
    """

    def __init__(self, client: Client, lines: Iterable[bytes], window: int) -> None:
        self._client = client
        self._lines = iter(lines)
        self._window = window

    def start(self) -> None:
        """Send the first lines."""
        self._client.ahead = self._next
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
        self._lines = iter(())

    def _send(self) -> bool:
        octets = b"" if self._client.closed else self._next()
        if octets:
            self._client.send(octets)
        return bool(octets)

    def _next(self) -> bytes:
        outstanding = self._client.dialogue.outstanding
        if outstanding > self._window // 2:
            return b""
        return b"".join(islice(self._lines, self._window - outstanding))
