"""Transcripts made and read for a test."""

from __future__ import annotations

import io
from collections.abc import Iterable

from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.events import Ending, Event, Side
from pop3shell.transcript.model import ClientLine, Entry, ServerLine, ServerLines, StandIn
from pop3shell.transcript.reader import read
from pop3shell.transcript.writer import TranscriptWriter


class Memory:
    """Where a transcript goes that is not on disk."""

    def __init__(self) -> None:
        self.octets = b""
        self.closed = False

    def write(self, octets: bytes) -> int:
        self.octets += octets
        return len(octets)

    def close(self) -> None:
        self.closed = True


class Slices:
    """A file that gives few octets at a time."""

    def __init__(self, octets: bytes, size: int) -> None:
        self._file = io.BytesIO(octets)
        self._size = size

    def read(self, size: int) -> bytes:
        return self._file.read(min(size, self._size))


class Recording:
    """A dialogue with a transcript writer on it."""

    def __init__(self, **options) -> None:
        self.out = Memory()
        self.dialogue = Dialogue()
        self.writer = TranscriptWriter(self.out, 0.0, **options)
        self.events: list[Event] = []
        self.now = 0.0
        self.said = {Side.CLIENT: b"", Side.SERVER: b""}

    @property
    def text(self) -> str:
        return self.out.octets.decode()

    @property
    def lines(self) -> list[str]:
        """The file's lines behind the first, without times."""
        lines = self.text.split("\n")[1:-1]
        return [line.partition("] ")[2] if line.startswith("[") else line for line in lines]

    def client(self, octets: bytes) -> None:
        self.said[Side.CLIENT] += octets
        self._write(self.dialogue.client(octets, self.now))

    def server(self, octets: bytes) -> None:
        self.said[Side.SERVER] += octets
        self._write(self.dialogue.server(octets, self.now))

    def quiet(self) -> None:
        self._write(self.dialogue.quiet(self.now))

    def closed(self, side: Side = Side.SERVER, ending: Ending = Ending.ORDERLY) -> None:
        self._write(self.dialogue.closed(side, ending, self.now))
        self.writer.close()

    def ask(self, command: bytes, reply: bytes) -> None:
        self.client(command + b"\r\n")
        self.server(reply)

    def _write(self, events: list[Event]) -> None:
        self.events += events
        for event in events:
            self.writer(event, self.now)


def entries_of(text: str | bytes) -> list[Entry]:
    octets = text.encode() if isinstance(text, str) else text
    return list(read(io.BytesIO(octets)))


def said_by(entries: Iterable[Entry]) -> tuple[bytes, bytes]:
    """What the client and the server said, placeholders as they are."""
    entries = list(entries)
    client = [e.octets for e in entries if isinstance(e, ClientLine)]
    server = [e.octets for e in entries if isinstance(e, ServerLine | ServerLines | StandIn)]
    return b"".join(client), b"".join(server)
