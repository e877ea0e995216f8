"""One TCP connection: octets out, octets in, and how it ended.

Nothing above this module touches a transport, so that TLS can be slipped in underneath.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from pop3shell.protocol.events import Ending

if TYPE_CHECKING:
    from pop3shell.net.tls import TlsLayer

#: Octets read at once.
BLOCK = 1 << 18
#: Octets that, taken once and given back, make glibc keep that much for the blocks to come: it
#: would hand each one's pages back to the kernel otherwise, and fault them in again for the next.
ROOM = 1 << 22
#: Seconds of TCP silence before the kernel probes the peer, and between its probes.
KEEPALIVE_IDLE, KEEPALIVE_INTERVAL = 60, 15

Receive = Callable[[bytes], None]
Ended = Callable[[Ending], None]


class Connection(asyncio.BufferedProtocol):
    """Hands what it reads to ``receive`` and, once, how the peer ended it to ``ended``."""

    def __init__(self, receive: Receive, ended: Ended) -> None:
        self._receive = receive
        self._ended = ended
        bytes(ROOM)  # its pages are never touched, unlike those of a bytearray
        self._view = memoryview(bytearray(BLOCK))
        self._transport: asyncio.Transport | None = None
        self._over = False
        self._layer: TlsLayer | None = None
        self._started: Callable[[], None] | None = None
        self._shaken: asyncio.Future[None] | None = None
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

    def start_tls(
        self, layer: TlsLayer, started: Callable[[], None] | None = None
    ) -> asyncio.Future[None]:
        """Put TLS between the socket and all that follows; begin the handshake.

        The future is done when the handshake is over; the layer tells whether it succeeded, and
        ``started`` is called if it did, before anything is received through it.
        """
        self._layer, self._started = layer, started
        self._shaken = asyncio.get_running_loop().create_future()
        layer.start()
        self._flush(layer)
        return self._shaken

    def send(self, octets: bytes) -> None:
        """Send octets; once the connection is over they go nowhere."""
        if self._transport is None or self._over:
            return
        if self._layer is None:
            self._transport.write(octets)
        else:
            self._layer.send(octets)
            self._flush(self._layer)

    def close(self) -> None:
        """Close in an orderly way; what was sent is still delivered."""
        self._over = True
        if self._layer is not None:
            self._layer.close()
            self._flush(self._layer)
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
        if self._layer is None:
            self._receive(bytes(self._view[:nbytes]))
        else:
            self._decrypt(self._layer, self._view[:nbytes])

    def eof_received(self) -> bool:
        """Note that the peer closed; under TLS it must have said so before."""
        layer = self._layer
        if layer is None:
            self._end(Ending.ORDERLY)
            return False
        layer.eof()
        if layer.failure is not None:
            self._fail(layer)
        else:
            self._end(Ending.ORDERLY if layer.close_notified else Ending.TRUNCATED)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that the connection is gone."""
        if self._layer is not None:
            self._layer.eof()
        self._end(Ending.RESET if exc else Ending.ORDERLY)
        if not self.gone.done():
            self.gone.set_result(None)

    def _end(self, ending: Ending) -> None:
        if not self._over:
            self._over = True
            self._ended(ending)
        self._shake_off()

    # ---- TLS ----

    def _decrypt(self, layer: TlsLayer, octets: memoryview) -> None:
        was_established = layer.established
        plaintext = layer.feed(octets)
        self._flush(layer)
        if layer.established and not was_established:
            if self._started is not None:
                self._started()
            self._shake_off()
        if plaintext:
            self._receive(plaintext)
        if layer.failure is not None:
            self._fail(layer)
        elif layer.close_notified:
            self._end(Ending.ORDERLY)
            self.close()

    def _fail(self, layer: TlsLayer) -> None:
        """End the connection; the alert that says why still goes out."""
        self._flush(layer)
        self._end(Ending.TLS_FAILED)
        if self._transport is not None:
            self._transport.close()

    def _flush(self, layer: TlsLayer) -> None:
        octets = layer.take()
        if octets and self._transport is not None:
            self._transport.write(octets)

    def _shake_off(self) -> None:
        """Wake who waits for the end of the handshake."""
        if self._shaken is not None and not self._shaken.done():
            self._shaken.set_result(None)


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
