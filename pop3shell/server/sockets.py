"""What every server does with sockets, whatever it says: listen, keep count, end cleanly."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import logging
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from pop3shell.protocol.secrets import Redactor
from pop3shell.server import limits
from pop3shell.server.connection import Connection, CountingReader, shake_hands, tls_context

if TYPE_CHECKING:
    import ssl

    from pop3shell.server.connection import TlsSource
    from pop3shell.server.observing import Observed
    from pop3shell.transcript.recording import Records

_log = logging.getLogger(__name__)


class Listener:
    """A server for any number of clients at once; a kind of server says how it serves one.

    `tls` holds the settings of TLS with the certificate, or makes them when they are first needed.
    `records` says where its sessions are recorded, but for those refused as too many.
    """

    def __init__(
        self,
        tls: TlsSource | None,
        records: Records | None = None,
        max_clients: int = limits.MAX_CLIENTS,
    ) -> None:
        self._tls = tls
        self._records = records
        self._max_clients = max_clients
        self._plain: asyncio.Server | None = None
        self._secure: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()
        self._closing = False

    async def _converse(self, reader: CountingReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client to its end. OSError and TimeoutError: it is gone."""
        raise NotImplementedError

    def _observed(
        self, writer: asyncio.StreamWriter
    ) -> AbstractContextManager[Observed | None, None]:
        """Record the session of the block, if that is wanted and can be done."""
        if self._records is None:
            return contextlib.nullcontext()
        from pop3shell.server.observing import observe

        return observe(self._records, writer, self._redactor()) or contextlib.nullcontext()

    def _redactor(self) -> Redactor:
        """Return what finds the secrets of one session."""
        return Redactor()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port it listens on; RuntimeError before `start` and after `close`."""
        return _address(self._plain)

    @property
    def tls_address(self) -> tuple[str, int]:
        """Host and port with TLS; RuntimeError before `start_tls_port` and after `close`."""
        return _address(self._secure)

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> tuple[str, int]:
        """Listen, on any free port for 0, and return the address.

        Raises OSError when the address cannot be used.
        """
        self._plain = await self._listen(host, port, None)
        return self.address

    async def start_tls_port(self, host: str = "127.0.0.1", port: int = 0) -> tuple[str, int]:
        """Listen for TLS from the first octet (RFC 8314 section 3.1), and return the address.

        Raises OSError when the address cannot be used, ValueError without a certificate.
        """
        if self._tls is None:
            raise ValueError("TLS needs a certificate")
        self._secure = await self._listen(host, port, await tls_context(self._tls))
        return self.tls_address

    async def close(self) -> None:
        """Stop listening and end all sessions; no marks are carried out."""
        servers = [server for server in (self._plain, self._secure) if server is not None]
        self._closing = True
        for server in servers:
            server.close()
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        for server in servers:
            await server.wait_closed()
        self._plain = self._secure = None

    async def _listen(self, host: str, port: int, context: ssl.SSLContext | None) -> asyncio.Server:
        self._closing = False
        protocol = functools.partial(self._protocol, context)
        return await asyncio.get_running_loop().create_server(protocol, host, port)

    def _protocol(self, context: ssl.SSLContext | None) -> asyncio.StreamReaderProtocol:
        serve = functools.partial(self._serve, context)
        return asyncio.StreamReaderProtocol(CountingReader(limits.READ_OCTETS), serve)

    async def _serve(
        self,
        context: ssl.SSLContext | None,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        client = asyncio.current_task()
        assert client is not None
        self._clients.add(client)
        try:
            if not self._closing and len(self._clients) <= limits.MAX_SOCKETS:
                assert isinstance(reader, CountingReader)
                await self._run(context, reader, writer)
        except asyncio.CancelledError:
            pass  # by close(): asyncio would report it as a fault of the callback
        finally:
            self._clients.discard(client)
            writer.transport.abort()

    async def _run(
        self, context: ssl.SSLContext | None, reader: CountingReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            if context is not None:  # not left to the loop: who never ends it counts as a client
                await shake_hands(writer, context)
            if len(self._clients) > self._max_clients:
                connection = Connection(reader, writer, limits.AUTOLOGOUT_SECONDS)
                await connection.refuse("too many connections, try again later")
            else:
                await self._converse(reader, writer)
        except (OSError, TimeoutError):
            pass  # the client is gone, or takes nothing any more
        except Exception as fault:  # whatever happens here, the server goes on
            _log.error("a connection failed: %r", fault, exc_info=_log.isEnabledFor(logging.DEBUG))


def _address(server: asyncio.Server | None) -> tuple[str, int]:
    if server is None or not server.sockets:
        raise RuntimeError("the server is not running")
    host, port = server.sockets[0].getsockname()[:2]
    return host, port
