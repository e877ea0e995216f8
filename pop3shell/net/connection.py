"""One TCP connection: octets out, octets in, and how it ended.

Nothing above this module touches a transport, so that TLS can be slipped in underneath.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable

from pop3shell.protocol.events import Ending

#: Octets read at once. Larger blocks make glibc give memory back and fault it in again.
BLOCK = 1 << 16
#: Seconds of TCP silence before the kernel probes the peer, and between its probes.
KEEPALIVE_IDLE, KEEPALIVE_INTERVAL = 60, 15

Receive = Callable[[bytes], None]
Ended = Callable[[Ending], None]


class Connection(asyncio.BufferedProtocol):
    """Hands what it reads to ``receive`` and, once, how the peer ended it to ``ended``."""

    def __init__(self, receive: Receive, ended: Ended) -> None:
        self._receive = receive
        self._ended = ended
        self._view = memoryview(bytearray(BLOCK))
        self._transport: asyncio.Transport | None = None
        self._over = False
        self.gone = asyncio.get_running_loop().create_future()

    @classmethod
    async def over(cls, sock: socket.socket, receive: Receive, ended: Ended) -> Connection:
        """Begin to read from a connected socket."""
        _tune(sock)
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(lambda: cls(receive, ended), sock=sock)
        return connection

    @property
    def peer(self) -> tuple[str, int]:
        """Address and port of the other side."""
        transport = self._transport
        name = transport.get_extra_info("peername") if transport else None
        return (name[0], name[1]) if name else ("", 0)

    def send(self, octets: bytes) -> None:
        """Send octets; once the connection is over they go nowhere."""
        if self._transport is not None and not self._over:
            self._transport.write(octets)

    def close(self) -> None:
        """Close in an orderly way; what was sent is still delivered."""
        self._over = True
        if self._transport is not None:
            self._transport.close()

    def abort(self, ending: Ending) -> None:
        """Drop the connection at once, for the reason given."""
        self._end(ending)
        if self._transport is not None:
            self._transport.abort()

    # ---- called by asyncio ----

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def get_buffer(self, sizehint: int) -> memoryview:
        """Lend the one buffer."""
        return self._view

    def buffer_updated(self, nbytes: int) -> None:
        """Hand on what was read."""
        self._receive(bytes(self._view[:nbytes]))

    def eof_received(self) -> bool:
        """Note that the peer closed in an orderly way."""
        self._end(Ending.ORDERLY)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the connection is gone."""
        self._end(Ending.RESET if exc else Ending.ORDERLY)
        if not self.gone.done():
            self.gone.set_result(None)

    def _end(self, ending: Ending) -> None:
        if not self._over:
            self._over = True
            self._ended(ending)


def _tune(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):  # some systems refuse once the peer has reset
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, seconds in (
        ("TCP_KEEPIDLE", KEEPALIVE_IDLE),
        ("TCP_KEEPALIVE", KEEPALIVE_IDLE),  # what macOS calls it
        ("TCP_KEEPINTVL", KEEPALIVE_INTERVAL),
    ):
        if hasattr(socket, name):
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), seconds)
