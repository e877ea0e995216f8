"""The practice server on the network: sockets and time around `Session`."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
import time
from typing import TYPE_CHECKING

from pop3shell.server import limits
from pop3shell.server.connection import Connection, CountingReader, tls_context
from pop3shell.server.context import Policy
from pop3shell.server.delay import LoginDelay
from pop3shell.server.session import Session

if TYPE_CHECKING:
    import ssl

    from pop3shell.server.connection import TlsSource
    from pop3shell.server.context import Accounts

_log = logging.getLogger(__name__)
_serial = itertools.count(1)


def fresh_timestamp() -> bytes:
    """Return a timestamp for APOP that no other greeting has (RFC 1939 section 7)."""
    return f"<{next(_serial)}.{time.time_ns()}.{secrets.token_hex(4)}@localhost>".encode()


class PracticeServer:
    """A POP3 server for any number of clients at once, up to a limit.

    `accounts` maps a name to its password and maildrop. `timestamp` replaces the fresh one of each
    greeting (empty: APOP is not offered), `autologout` is in seconds, `login_delay` the seconds
    between two logins to an account. With `tls` (settings with a certificate, or a function that
    makes them when they are first needed) STLS is offered, and `start_tls_port` is possible.

    `cleartext`: whether AUTH takes mechanisms without TLS that send a secret in clear. Left out,
    it does only where there is no TLS to be had, so that all can be practised on either server.
    """

    def __init__(
        self,
        accounts: Accounts,
        *,
        timestamp: bytes | None = None,
        autologout: float = limits.AUTOLOGOUT_SECONDS,
        max_clients: int = limits.MAX_CLIENTS,
        tls: TlsSource | None = None,
        cleartext: bool | None = None,
        login_delay: int = 0,
    ) -> None:
        self._accounts = accounts
        self._timestamp = timestamp
        self._autologout = autologout
        self._max_clients = max_clients
        self._tls = tls
        clear = tls is None if cleartext is None else cleartext
        self._policy = Policy(tls is not None, clear, LoginDelay(login_delay))
        self._plain: asyncio.Server | None = None
        self._secure: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()
        self._closing = False

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
        """Listen for TLS from the first octet (RFC 8314 section 3.3), and return the address.

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
        return await asyncio.get_running_loop().create_server(
            self._protocol,
            host,
            port,
            ssl=context,
            ssl_handshake_timeout=limits.HANDSHAKE_SECONDS if context else None,
        )

    def _protocol(self) -> asyncio.StreamReaderProtocol:
        return asyncio.StreamReaderProtocol(CountingReader(limits.READ_OCTETS), self._serve)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = asyncio.current_task()
        assert client is not None
        self._clients.add(client)
        try:
            if not self._closing:
                assert isinstance(reader, CountingReader)
                await self._run(Connection(reader, writer, self._autologout, self._tls))
        except asyncio.CancelledError:
            pass  # by close(): asyncio would report it as a fault of the callback
        finally:
            self._clients.discard(client)
            writer.transport.abort()

    async def _run(self, connection: Connection) -> None:
        try:
            if len(self._clients) > self._max_clients:
                await connection.refuse("too many connections, try again later")
            else:
                timestamp = fresh_timestamp() if self._timestamp is None else self._timestamp
                await connection.run(Session(self._accounts, timestamp, self._policy))
        except (OSError, TimeoutError):
            pass  # the client is gone, or takes nothing any more
        except Exception as fault:  # whatever happens here, the server goes on
            _log.error("a connection failed: %r", fault, exc_info=_log.isEnabledFor(logging.DEBUG))


def _address(server: asyncio.Server | None) -> tuple[str, int]:
    if server is None or not server.sockets:
        raise RuntimeError("the practice server is not running")
    host, port = server.sockets[0].getsockname()[:2]
    return host, port
