"""A server that re-enacts a recorded session, for any number of clients at once."""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

from pop3shell.protocol.events import Ending, Side
from pop3shell.protocol.secrets import Redactor
from pop3shell.server import limits
from pop3shell.server.connection import Connection, CountingReader
from pop3shell.server.mock.masking import RecordedSecrets
from pop3shell.server.mock.recollection import AT_ONCE, Recollection
from pop3shell.server.mock.reenact import Answer, Reenactment
from pop3shell.server.sockets import Listener

if TYPE_CHECKING:
    from pop3shell.server.connection import TlsSource
    from pop3shell.transcript.recording import Records

#: Sessions that are remembered, the latest ones.
KEPT_SESSIONS = 1000

_LINES = re.compile(rb"[^\n]*\n|[^\n]+\Z")


class Settings(NamedTuple):
    """How a recording is served.

    ``timing``: with the pauses that it has. ``close_unknown``: close the connection when a line
    is not in the recording, instead of answering ``-ERR``.
    """

    timing: bool = False
    close_unknown: bool = False


class Session(NamedTuple):
    """One client's session; its ``number`` counts from 1, in the order of connecting."""

    number: int
    play: Reenactment


class MockServer(Listener):
    """Serves a recording. ``ended`` is called at the end of each session.

    With ``tls`` a recorded STLS is followed by the handshake, and ``start_tls_port`` is possible.
    ``records`` says where the sessions are recorded themselves.
    """

    def __init__(
        self,
        recording: Recollection,
        settings: Settings | None = None,
        *,
        tls: TlsSource | None = None,
        ended: Callable[[Session], None] | None = None,
        max_clients: int = limits.MAX_CLIENTS,
        records: Records | None = None,
    ) -> None:
        super().__init__(tls, records, max_clients)
        self.sessions: deque[Session] = deque(maxlen=KEPT_SESSIONS)
        self._recording = recording
        self._settings = settings or Settings()
        self._ended = ended
        self._numbers = count(1)

    def _redactor(self) -> Redactor:
        return RecordedSecrets(self._recording)

    async def _converse(self, reader: CountingReader, writer: asyncio.StreamWriter) -> None:
        with self._observed(writer) as observed:
            autologout = limits.AUTOLOGOUT_SECONDS
            connection = MockConnection(reader, writer, autologout, self._tls, observed)
            await self._play(connection)

    async def _play(self, connection: MockConnection) -> None:
        play = Reenactment(self._recording, tls=self._tls is not None and not connection.secure)
        session = Session(next(self._numbers), play)
        self.sessions.append(session)
        try:
            await connection.play(play, self._settings)
        finally:
            if self._ended:
                self._ended(session)


class Later(NamedTuple):
    """What the server says ``delay`` seconds from then unasked; None: it closes."""

    delay: float
    octets: bytes | None


class MockConnection(Connection):
    """One client of the mock."""

    _over = False
    _settings = Settings()

    @property
    def secure(self) -> bool:
        """Whether TLS holds."""
        return self._secure

    async def play(self, play: Reenactment, settings: Settings) -> None:
        """Serve the session from its greeting to its end."""
        self._settings = settings
        self._later: deque[Later] = deque()
        await self._give(play, play.opening())
        while not self._over and (data := await self._hear()):
            await self._take(play, data)
        await self._finish()

    async def _hear(self) -> bytes:
        """Read; say what was said unasked whenever it has been quiet for as long. Empty: over."""
        while not self._over:
            wait = self._later[0].delay if self._later else self._autologout
            try:
                async with asyncio.timeout(wait):
                    return await self._read()
            except TimeoutError:
                if not self._later:
                    self._ends(Side.SERVER, Ending.SILENT)
                    return b""
                await self._say_unasked()
        return b""

    async def _take(self, play: Reenactment, data: bytes) -> None:
        for found in _LINES.finditer(data):
            answer = play.hear(found[0])
            if answer is None:
                continue
            if answer.starts_tls:
                await self._secure_after(answer, alone=found.end() == len(data))
                self._wait_for(play, answer)
                return
            await self._give(play, answer)
            if self._over:
                return

    async def _give(self, play: Reenactment, answer: Answer) -> None:
        await self._pieces(answer)
        if answer.turn is None:
            self._over = self._settings.close_unknown
            return
        self._wait_for(play, answer)
        while self._later and not self._over and self._due(self._later[0]):
            await self._say_unasked()

    async def _pieces(self, answer: Answer) -> None:
        """Say a reply: at once, or with its pauses."""
        if answer.turn is None and self._settings.close_unknown:
            return
        if not self._settings.timing:
            await self._write(b"".join(octets for _, octets in answer.said))
            return
        for delay, octets in answer.said:
            if delay:
                await asyncio.sleep(delay)
            await self._write(octets)

    def _wait_for(self, play: Reenactment, answer: Answer) -> None:
        """Note what the server said next without being asked."""
        turn = answer.turn
        if turn is None:
            return
        self._later.clear()
        self._later += [Later(piece.delay, play.text(piece)) for piece in turn.unasked]
        if turn.closes is not None:
            self._later.append(Later(turn.closes, None))

    def _due(self, later: Later) -> bool:
        return later.delay == 0 or (later.delay <= AT_ONCE and not self._settings.timing)

    async def _say_unasked(self) -> None:
        octets = self._later.popleft().octets
        if octets is None:
            self._over = True
        else:
            await self._write(octets)

    async def _secure_after(self, answer: Answer, alone: bool) -> None:
        """Accept STLS, then the handshake, unless plaintext came before it (RFC 2595 section 4)."""
        await self._prepare_tls()
        await self._pieces(answer)
        if self._reader.unread or not alone:
            self._over = True
            return
        await self._shake_hands()
