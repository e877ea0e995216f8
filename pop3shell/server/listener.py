"""The practice server on the network: sockets and time around `Session`."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from pop3shell.server import limits
from pop3shell.server.replies import SYS_TEMP, error, status_line
from pop3shell.server.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pop3shell.server.context import Accounts

_log = logging.getLogger(__name__)
_serial = itertools.count(1)


def fresh_timestamp() -> bytes:
    """Return a timestamp for APOP that no other greeting has (RFC 1939 section 7)."""
    return f"<{next(_serial)}.{time.time_ns()}.{secrets.token_hex(4)}@localhost>".encode()


class PracticeServer:
    """A POP3 server for any number of clients at once, up to a limit.

    `accounts` maps a name to its password and maildrop. `timestamp` replaces the fresh one of each
    greeting (empty: APOP is not offered), `autologout` is in seconds.
    """

    def __init__(
        self,
        accounts: Accounts,
        *,
        timestamp: bytes | None = None,
        autologout: float = limits.AUTOLOGOUT_SECONDS,
        max_clients: int = limits.MAX_CLIENTS,
    ) -> None:
        self._accounts = accounts
        self._timestamp = timestamp
        self._autologout = autologout
        self._max_clients = max_clients
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.Task[None]] = set()
        self._closing = False

    @property
    def address(self) -> tuple[str, int]:
        """Host and port it listens on; RuntimeError before `start` and after `close`."""
        if self._server is None or not self._server.sockets:
            raise RuntimeError("the practice server is not running")
        host, port = self._server.sockets[0].getsockname()[:2]
        return host, port

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> tuple[str, int]:
        """Listen, on any free port for 0, and return the address.

        Raises OSError when the address cannot be used.
        """
        self._closing = False
        self._server = await asyncio.start_server(self._serve, host, port, limit=limits.READ_OCTETS)
        return self.address

    async def close(self) -> None:
        """Stop listening and end all sessions; no marks are carried out."""
        if self._server is None:
            return
        self._closing = True
        self._server.close()
        for client in self._clients:
            client.cancel()
        await asyncio.gather(*self._clients, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = asyncio.current_task()
        assert client is not None
        self._clients.add(client)
        try:
            if not self._closing:
                await self._run(Connection(reader, writer, self._autologout))
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
                await connection.run(Session(self._accounts, timestamp))
        except (OSError, TimeoutError):
            pass  # the client is gone, or takes nothing any more
        except Exception as fault:  # whatever happens here, the server goes on
            _log.error("a connection failed: %r", fault, exc_info=_log.isEnabledFor(logging.DEBUG))


class Connection:
    """One client: reads for its session, and writes no faster than the client takes it.

    It sees a stream only, so that TLS can be put underneath.
    """

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, autologout: float
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._autologout = autologout
        writer.transport.set_write_buffer_limits(high=limits.CHUNK_OCTETS)

    async def run(self, session: Session) -> None:
        """Serve one session from its greeting to its end."""
        try:
            await self._send([session.greeting()])
            await self._converse(session)
        finally:
            session.end()
        await self._finish()

    async def refuse(self, text: str) -> None:
        """Send a negative greeting and close."""
        await self._send([status_line(error(text, SYS_TEMP))])
        await self._finish()

    async def _converse(self, session: Session) -> None:
        """Go on until the session is over, the client closes, or nothing is heard any more."""
        clock = asyncio.get_running_loop().time
        answered, deadline = 0, clock() + self._autologout
        while not session.closed:
            hint = clock() + limits.BARE_LF_SECONDS if session.waits_behind_bare_lf else deadline
            try:
                async with asyncio.timeout_at(min(hint, deadline)):
                    data = await self._reader.read(limits.READ_OCTETS)
            except TimeoutError:
                if hint >= deadline:
                    return  # autologout: without a word (RFC 1939 section 3)
                await self._send(session.quiet())
            else:
                if not data:
                    return
                await self._send(session.receive(data))
            # Only a whole command starts the timer anew; octets that never make one do not.
            if session.commands != answered:
                answered, deadline = session.commands, clock() + self._autologout

    async def _send(self, pieces: Iterable[bytes]) -> None:
        for piece in pieces:
            self._writer.write(piece)
            async with asyncio.timeout(self._autologout):
                await self._writer.drain()

    async def _finish(self) -> None:
        """Close so that the client gets all that was sent, even if it still sends itself."""
        self._writer.transport.set_write_buffer_limits(high=0)  # drain now means: all is sent
        async with asyncio.timeout(self._autologout):
            await self._writer.drain()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(limits.LINGER_SECONDS):
                if self._writer.can_write_eof():
                    self._writer.write_eof()
                # Closing over unread octets would reset the connection and lose the last reply.
                while await self._reader.read(limits.READ_OCTETS):
                    pass
