"""One client of the practice server: its stream, TLS underneath it, and time."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Generator, Iterable
from typing import TYPE_CHECKING, SupportsIndex, cast

from pop3shell.net.background import in_background
from pop3shell.protocol.events import Ending, Side
from pop3shell.server import limits
from pop3shell.server.replies import SYS_TEMP, error, status_line

if TYPE_CHECKING:
    from pop3shell.server.maildrops.maildrop import Opening
    from pop3shell.server.observing import Observed
    from pop3shell.server.session import Session

TlsSource = ssl.SSLContext | Callable[[], ssl.SSLContext]
"""The settings of TLS with the certificate, or what makes them, in a thread when needed."""


async def tls_context(source: TlsSource) -> ssl.SSLContext:
    """Return the settings of TLS, made now where they are not there yet."""
    if isinstance(source, ssl.SSLContext):
        return source
    return await asyncio.to_thread(source)


async def shake_hands(writer: asyncio.StreamWriter, context: ssl.SSLContext) -> None:
    """Do the server's side of the TLS handshake. Raises OSError where it fails, or takes long.

    Nothing may be awaited between the last plaintext and this: what was read would be lost to it.
    """
    await writer.start_tls(context, ssl_handshake_timeout=limits.HANDSHAKE_SECONDS)


class CountingReader(asyncio.StreamReader):
    """A stream that knows how many octets wait to be read, and tells at once when it has ended."""

    unread = 0

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self.ended = asyncio.Event()
        """Set when nothing more comes, which is read after all that came before."""

    def feed_data(self, data: Iterable[SupportsIndex]) -> None:
        """Take octets in from the transport."""
        octets = bytes(data)
        self.unread += len(octets)
        super().feed_data(octets)

    def feed_eof(self) -> None:
        """Take in that the client has ended its side."""
        super().feed_eof()
        self.ended.set()

    def set_exception(self, exc: Exception) -> None:
        """Take in that the connection is lost."""
        super().set_exception(exc)
        self.ended.set()

    async def read(self, n: int = -1) -> bytes:
        """Return up to `n` octets, none at the end of the stream."""
        octets = await super().read(n)
        self.unread -= len(octets)
        return octets


class Connection:
    """One client: reads for its session, and writes no faster than the client takes it.

    `autologout` is in seconds; `tls` is what STLS needs, None where it is not offered. `observed`
    is told of all that is said, None where nobody wants to know.
    """

    def __init__(
        self,
        reader: CountingReader,
        writer: asyncio.StreamWriter,
        autologout: float,
        tls: TlsSource | None = None,
        observed: Observed | None = None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._autologout = autologout
        self._tls = tls
        self._observed = observed
        self._limit_buffer()
        if observed is not None and self._secure:
            observed.secured(writer.get_extra_info("ssl_object"))

    async def run(self, session: Session) -> None:
        """Serve one session from its greeting to its end."""
        if self._secure:
            session.secured(self._client_name())
        try:
            await self._write(session.greeting())
            await self._converse(session)
        finally:
            session.end()
        await self._finish()

    async def refuse(self, text: str) -> None:
        """Send a negative greeting and close."""
        await self._write(status_line(error(text, SYS_TEMP)))
        await self._finish()

    async def _converse(self, session: Session) -> None:
        """Go on until the session is over, the client closes, or nothing is heard any more."""
        clock = asyncio.get_running_loop().time
        answered, deadline = 0, clock() + self._autologout
        while not session.closed:
            hint = clock() + limits.BARE_LF_SECONDS if session.waits_behind_bare_lf else deadline
            try:
                async with asyncio.timeout_at(min(hint, deadline)):
                    data = await self._read()
            except TimeoutError:
                if hint >= deadline:
                    self._ends(Side.SERVER, Ending.SILENT)
                    return  # autologout: without a word (RFC 1939 section 3)
                await self._send(session, session.quiet())
            else:
                if not data:
                    return
                await self._send(session, session.receive(data))
                if session.negotiating:
                    await self._start_tls(session)
            # Only a whole command starts the timer anew; octets that never make one do not.
            if session.commands != answered:
                answered, deadline = session.commands, clock() + self._autologout

    async def _read(self) -> bytes:
        """Read what the client sends next; nothing at its end."""
        data = await self._reader.read(limits.READ_OCTETS)
        if self._observed is not None:
            if data:
                self._observed.client(data)
            else:
                self._observed.closed(Side.CLIENT, self._client_ended())
        return data

    def _client_ended(self) -> Ending:
        """How the client ended the connection: under TLS an alert has to say so."""
        tls = self._writer.get_extra_info("ssl_object")
        try:
            if tls is not None:
                tls.read(1)
        except ssl.SSLZeroReturnError:
            return Ending.ORDERLY
        except ssl.SSLError:  # it would read on: there was no alert
            return Ending.TRUNCATED
        return Ending.ORDERLY

    async def _send(self, session: Session, pieces: Generator[bytes]) -> None:
        with contextlib.closing(pieces):  # whatever happens: with it closes a message's file
            await self._send_each(session, pieces)

    async def _send_each(self, session: Session, pieces: Iterable[bytes]) -> None:
        clock = asyncio.get_running_loop().time
        turn_ends = clock() + limits.TURN_SECONDS
        for piece in pieces:
            if session.negotiating:
                await self._prepare_tls()
            if session.opening is not None:
                await self._open(session, session.opening)
            else:
                await self._write(piece)
            if clock() >= turn_ends:  # nothing above waits for a client who reads quickly
                await asyncio.sleep(0)
                turn_ends = clock() + limits.TURN_SECONDS

    async def _open(self, session: Session, opening: Opening) -> None:
        """Have the maildrop read in a thread; who left meanwhile does not keep it locked."""
        reading = asyncio.ensure_future(in_background(opening.read, "reading a maildrop"))
        leaving = asyncio.ensure_future(self._reader.ended.wait())
        try:
            await asyncio.wait((reading, leaving), return_when=asyncio.FIRST_COMPLETED)
            if self._reader.ended.is_set():
                self._left(session)
            await reading  # even then: so the threads are no more than the clients may be
        finally:
            reading.cancel()
            leaving.cancel()
        if fault := self._reader.exception():
            raise fault

    def _left(self, session: Session) -> None:
        """Unlock the maildrop if no command can follow; the reply to the login still goes out.

        A client that has only ended its own side, as a script does, reads on.
        """
        if self._reader.exception() or not (self._reader.unread or session.waits):
            session.abandon()

    async def _write(self, piece: bytes) -> None:
        if self._observed is not None:
            self._observed.server(piece)
        self._writer.write(piece)
        async with asyncio.timeout(self._autologout):
            await self._writer.drain()

    # ---- TLS ----

    @property
    def _secure(self) -> bool:
        return self._writer.get_extra_info("ssl_object") is not None

    async def _prepare_tls(self) -> None:
        """Before STLS is accepted: have the certificate, and read nothing more as plaintext."""
        transport = cast(asyncio.Transport, self._writer.transport)
        transport.pause_reading()
        if self._tls is None:
            raise RuntimeError("STLS was accepted without a certificate")
        self._tls = await tls_context(self._tls)

    async def _start_tls(self, session: Session) -> None:
        """Do the handshake, unless somebody put plaintext before it (RFC 2595 section 4).

        What is still on its way is taken for a part of the handshake, which then fails.
        """
        if self._reader.unread:
            session.end()
            return
        await self._shake_hands()
        session.secured(self._client_name())

    async def _shake_hands(self) -> None:
        assert isinstance(self._tls, ssl.SSLContext)
        await shake_hands(self._writer, self._tls)
        self._limit_buffer()
        if self._observed is not None:
            self._observed.secured(self._writer.get_extra_info("ssl_object"))

    def _client_name(self) -> str:
        """Return the common name of the client's certificate, if one was shown and verified."""
        certificate = self._writer.get_extra_info("peercert") or {}
        names = [pair for entry in certificate.get("subject", ()) for pair in entry]
        found = [value for key, value in names if key == "commonName"]
        return found[0] if len(found) == 1 else ""

    def _limit_buffer(self) -> None:
        self._writer.transport.set_write_buffer_limits(high=limits.CHUNK_OCTETS)

    # ---- the end ----

    def _ends(self, side: Side, ending: Ending = Ending.ORDERLY) -> None:
        if self._observed is not None:
            self._observed.closed(side, ending)

    async def _finish(self) -> None:
        """Close so that the client gets all that was sent, even if it still sends itself."""
        self._ends(Side.SERVER)
        if self._secure:
            await self._close_tls()
            return
        self._writer.transport.set_write_buffer_limits(high=0)  # drain now means: all is sent
        async with asyncio.timeout(self._autologout):
            await self._writer.drain()
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(limits.LINGER_SECONDS):
                self._writer.write_eof()
                # Closing over unread octets would reset the connection and lose the last reply.
                while await self._reader.read(limits.READ_OCTETS):
                    pass

    async def _close_tls(self) -> None:
        """Send all, then the closing alert; asyncio bounds the wait for the client's own."""
        with contextlib.suppress(OSError, TimeoutError):
            async with asyncio.timeout(self._autologout):
                self._writer.close()
                await self._writer.wait_closed()
