"""A relay between a real client and a real server that records each session in a transcript.

It uses the package's observer and its transcript writer, and nothing else of it: what is heard is
written down before it is passed on.
"""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any, Self

from interop_dovecot import HOST
from interop_programs import SECONDS

from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.events import Ending, Event, Side
from pop3shell.transcript import happenings
from pop3shell.transcript.output import create
from pop3shell.transcript.writer import TranscriptWriter

OCTETS = 1 << 16


class Session:
    """One connection and its transcript."""

    def __init__(self, file: Path, server: str) -> None:
        self._clock = asyncio.get_running_loop().time
        self._dialogue = Dialogue()
        self._writer = TranscriptWriter(
            create(file), self._clock(), started=datetime.now(UTC), server=server
        )
        self._writer.happened(happenings.connected(server), self._clock())
        self._closed = False

    def heard(self, side: Side, octets: bytes) -> None:
        """Take in what one side said."""
        now = self._clock()
        hear = self._dialogue.client if side is Side.CLIENT else self._dialogue.server
        self._write(hear(octets, now), now)

    def closed(self, side: Side, ending: Ending) -> None:
        """Take in that a side has ended the connection; the first that does counts."""
        if not self._closed:
            self._closed = True
            now = self._clock()
            self._write(self._dialogue.closed(side, ending, now), now)

    def end(self) -> None:
        self._writer.close()

    def _write(self, events: list[Event], now: float) -> None:
        for event in events:
            self._writer(event, now)


class Relay:
    """Listens on loopback, passes on to `port` there; use it as a context manager.

    The transcripts are made in `folder`; none there is overwritten.
    """

    def __init__(self, port: int, folder: Path) -> None:
        self._target = port
        self._folder = folder
        self._files: list[Path] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._sessions: set[asyncio.Task[None]] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        self._call(self._start())
        return self

    def __exit__(self, *exc: object) -> None:
        """Sessions are waited for: the client has gone, so they end by themselves."""
        try:
            self._call(self._stop())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(SECONDS)
            self._loop.close()

    @property
    def files(self) -> list[Path]:
        """The transcripts, in the order of the connections; complete once the relay has ended."""
        return self._files

    def _call(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self._loop).result(SECONDS)

    async def _start(self) -> None:
        self._server = await asyncio.start_server(self._serve, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        self._server.close()
        if self._sessions:
            await asyncio.wait(self._sessions, timeout=SECONDS)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._sessions.add(task)
        self._files.append(_new_file(self._folder))
        session = Session(self._files[-1], f"{HOST}:{self._target}")
        try:
            far_reader, far_writer = await asyncio.open_connection(HOST, self._target)
            await asyncio.gather(
                _pass_on(session, Side.CLIENT, reader, far_writer),
                _pass_on(session, Side.SERVER, far_reader, writer),
            )
            far_writer.close()
        finally:
            writer.close()
            session.end()


def _new_file(folder: Path) -> Path:
    """A name that no file has yet."""
    names = (folder / f"session-{number}.pop3" for number in count(1))
    return next(file for file in names if not file.exists())


async def _pass_on(
    session: Session, side: Side, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Pass on what a side says until it ends the connection."""
    while octets := await _heard(session, side, reader):
        with contextlib.suppress(OSError):  # the other side has gone, as its own reader tells
            writer.write(octets)
            await writer.drain()
    with contextlib.suppress(OSError):
        writer.write_eof()


async def _heard(session: Session, side: Side, reader: asyncio.StreamReader) -> bytes:
    """What a side said, already recorded; nothing at the end of the connection."""
    try:
        octets = await reader.read(OCTETS)
    except OSError:
        session.closed(side, Ending.RESET)
        return b""
    if octets:
        session.heard(side, octets)
    else:
        session.closed(side, Ending.ORDERLY)
    return octets
