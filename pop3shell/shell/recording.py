"""Recording a session: a transcript that grows with the dialogue, and never gets in its way."""

from __future__ import annotations

import asyncio
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, get_args

from pop3shell.protocol import events as ev
from pop3shell.protocol.events import Event
from pop3shell.transcript import happenings
from pop3shell.transcript.errors import RecordingFailed
from pop3shell.transcript.joining import joined
from pop3shell.transcript.writer import Output, TranscriptWriter, create

if TYPE_CHECKING:
    from pop3shell.net.client import Client
    from pop3shell.shell.shell import Shell

SUFFIX = ".pop3"
#: Files of one name that are tried before giving up: a.pop3, a-2.pop3, a-3.pop3, ...
TRIES = 10_000

_NO_NAME = re.compile(r"[^A-Za-z0-9.-]+")
_LINE_OVER = (ev.Greeting, ev.ReplyEnd, ev.Closed)


@dataclass(frozen=True, slots=True)
class Place:
    """Where transcripts go: ``path`` is a file, or a folder that gets a file for each session.

    A file is for one session; ``further`` says that the first was had, so that the next session's
    goes beside it, with a number in its name.
    """

    path: Path
    folder: bool = False
    further: bool = False

    def open(self, host: str) -> tuple[Path, Output]:
        """Create the next session's file, with ``host``. Raises RecordingFailed."""
        if not self.folder and (not self.further or _is_device(self.path)):
            return self.path, create(self.path)
        first = self.path / _name(host) if self.folder else self.path
        path = first
        for number in range(2, TRIES):
            if not os.path.lexists(path):
                try:
                    return path, create(path)
                except RecordingFailed:
                    if not os.path.lexists(path):  # else another program was faster
                        raise
            path = first.with_name(f"{first.stem}-{number}{first.suffix}")
        raise RecordingFailed(f"there are too many files named like {first}; name another")


class Recording:
    """An observer that writes what it hears to a file; of a reconnect to a file of its own.

    It shares the shell's redactor, so that screen and transcript have the same placeholders. What
    can't be written ends the recording, with one sentence between two lines of the dialogue; the
    session goes on. ``failed`` says that this has happened.
    """

    def __init__(self, shell: Shell, place: Place, host: str = "", server: str = "") -> None:
        """Open the first file, for ``server`` (host:port) if it is still to be connected to.

        Raises RecordingFailed.
        """
        self.failed = False
        self._shell = shell
        self._place = place
        self._loop = asyncio.get_running_loop()
        self._client: Client | None = None
        self._secured = False
        self._trouble = ""
        self._heard = False
        kinds = get_args(Event)
        self.handlers: dict[type, Callable[[Any], None]] = dict.fromkeys(kinds, self._hear)
        self._writer: TranscriptWriter | None = None
        self._regular: int | None = None
        client = shell.client
        #: The file being written, or written last.
        self.path = self._open(host or client.host, server or _server(client))
        if client.greeting is not None:
            self._join(client)

    @property
    def active(self) -> bool:
        """Whether what is said now is recorded."""
        return self._writer is not None

    # ---- asked by the shell ----

    def catch_up(self) -> None:
        """Write what no event tells: that a connection was made, that TLS holds."""
        client = self._shell.client
        if client.address and client is not self._client:
            self._begin(client)
        layer = client.tls
        if not self._secured and layer is not None and layer.established:
            self._secured = True
            self._happened(happenings.tls_established(layer.protocol, layer.cipher))

    def logs_in(self, mechanism: str, user: str, nonce: str) -> None:
        """Write what it takes to answer the challenges that follow once more."""
        self._happened(happenings.auth(mechanism, user, nonce))

    def note(self, text: str) -> None:
        """Write a note."""
        self._write(lambda writer: writer.note(text))
        self._tell()

    def stop(self) -> None:
        """End the recording; a file in which nothing was recorded is removed."""
        writer, self._writer = self._writer, None
        if writer is not None:
            try:
                writer.close()
                if not self._heard:
                    self.path.unlink()
            except (RecordingFailed, OSError) as error:
                self._fail(str(error))
        self._tell()

    # ---- what is heard ----

    def _hear(self, event: Event) -> None:
        if self._writer is not None:
            self.catch_up()
            now = self._loop.time()
            self._write(lambda writer: writer(event, now))
            if isinstance(event, ev.ReplyEnd):
                self._look()
        if self._trouble and isinstance(event, _LINE_OVER):
            self._tell()

    def _begin(self, client: Client) -> None:
        """Another connection than the one before, if any."""
        if self._client is not None and self._writer is not None:
            self._next(client)
        self._client, self._secured = client, False
        self._happened(happenings.connected(client.address))

    def _join(self, client: Client) -> None:
        self._client = client
        self._secured = client.session.tls
        self._happened(joined(client.address, client.session.state))

    def _next(self, client: Client) -> None:
        try:
            if self._writer is not None:
                self._writer.close()
            self.path = self._open(client.host, _server(client))
        except RecordingFailed as error:
            self._fail(str(error))
        else:
            self._shell.say(f"recording goes on in {self.path}")

    def _open(self, host: str, server: str) -> Path:
        self._writer = None
        path, out = self._place.open(host)
        self._regular = _descriptor_of_file(out)
        self._writer = TranscriptWriter(
            out,
            self._loop.time(),
            started=datetime.now(UTC),
            server=server,
            redactor=self._shell.redactor,
        )
        self._place = replace(self._place, further=True)
        return path

    # ---- writing, and what can go wrong with it ----

    def _happened(self, text: str) -> None:
        now = self._loop.time()
        self._write(lambda writer: writer.happened(text, now))

    def _write(self, write: Callable[[TranscriptWriter], None]) -> None:
        if self._writer is None:
            return
        try:
            write(self._writer)
            self._heard = True
        except RecordingFailed as error:
            self._fail(str(error))

    def _look(self) -> None:
        """A file that was removed takes octets that nobody will ever see."""
        try:
            gone = self._regular is not None and os.fstat(self._regular).st_nlink == 0
        except OSError:
            gone = True
        if gone and self._writer is not None:
            self._fail(f"{self.path} was removed while it was written; recording has stopped")

    def _fail(self, sentence: str) -> None:
        writer, self._writer = self._writer, None
        self.failed = True
        self._trouble = sentence
        if writer is not None:
            try:
                writer.close()
            except RecordingFailed:
                return  # that is what is being told

    def _tell(self) -> None:
        """Say what went wrong, once."""
        sentence, self._trouble = self._trouble, ""
        if not sentence:
            return
        if self._shell.settings.interactive:
            self._shell.say(sentence)
            self._shell.flush()
        else:
            self._shell.warn(sentence)


def start(shell: Shell, place: Place, host: str = "", server: str = "") -> Recording:
    """Begin to record the session of ``shell``. Raises RecordingFailed."""
    recording = Recording(shell, place, host, server)
    if shell.recording is not None:
        shell.unwatch(shell.recording)
    shell.recording = recording
    shell.watch(recording)
    return recording


def _name(host: str) -> str:
    """A file's name for a session that begins now."""
    shown = _NO_NAME.sub("_", host).strip("._") or "session"
    return f"{shown[:100]}-{datetime.now():%Y-%m-%d-%H%M%S}{SUFFIX}"


def _server(client: Client) -> str:
    """Host and port as in ``mail.example.com:110``."""
    from pop3shell.net.resolve import shown

    port = client.address.rpartition(":")[2]
    return shown(client.host, int(port)) if port.isdigit() and client.host else client.address


def _is_device(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()


def _descriptor_of_file(out: Output) -> int | None:
    """The descriptor of a regular file; None for a device, whose links mean nothing."""
    descriptor = cast(int, out.fileno()) if hasattr(out, "fileno") else None
    if descriptor is not None and stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    return None
