"""Recording a session: a transcript that grows with the dialogue, and never gets in its way."""

from __future__ import annotations

import contextlib
import os
import stat
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar, cast

from pop3shell.protocol import events as ev
from pop3shell.protocol.events import Event
from pop3shell.protocol.secrets import Redactor
from pop3shell.transcript.errors import RecordingFailed
from pop3shell.transcript.output import Output, WriteBehind
from pop3shell.transcript.place import Place
from pop3shell.transcript.writer import TranscriptWriter

R = TypeVar("R", bound="Recording")

#: Takes a sentence for the user.
Tell = Callable[[str], None]

_LINE_OVER = (ev.Greeting, ev.ReplyEnd, ev.Closed)


class Recording:
    """An observer that writes what it hears to a file.

    Share ``redactor`` with whatever else shows the session, so that placeholders are the same.
    What can't be written ends the recording, with one sentence to ``tell`` between two lines of
    the dialogue; the session goes on. ``failed`` says that this has happened. ``say`` takes what
    is no trouble.
    """

    def __init__(
        self,
        place: Place,
        name: str,
        *,
        server: str,
        tell: Tell,
        say: Tell,
        redactor: Redactor | None = None,
    ) -> None:
        """Open the first file, for ``server`` (host:port). Raises RecordingFailed."""
        self.failed = False
        self._place = place
        self._redactor = redactor or Redactor()
        self._tell_trouble = tell
        self._say = say
        self._trouble = ""
        self._heard = False
        self._writer: TranscriptWriter | None = None
        self._regular: int | None = None
        #: The file being written, or written last.
        self.path = self._open(name, server)

    @property
    def active(self) -> bool:
        """Whether what is said now is recorded."""
        return self._writer is not None

    # ---- asked by who holds the session ----

    def happened(self, text: str) -> None:
        """Write an event ``*:``; ``pop3shell.transcript.happenings`` makes the texts."""
        now = time.monotonic()
        self._write(lambda writer: writer.happened(text, now))

    def note(self, text: str) -> None:
        """Write a note."""
        self._write(lambda writer: writer.note(text))
        self._tell()

    def stop(self) -> None:
        """End the recording; a file in which nothing was recorded is removed."""
        unused = self.active and not self._heard and self._regular is not None
        try:
            self._end()
            if unused:
                self.path.unlink()
        except (RecordingFailed, OSError) as error:
            self._fail(str(error))
        self._tell()

    # ---- what is heard ----

    def __call__(self, event: Event) -> None:
        """Take in the next event of the dialogue."""
        if self._writer is not None:
            now = time.monotonic()
            self._write(lambda writer: writer(event, now))
            if isinstance(event, ev.ReplyEnd):
                self._look()
        if self._trouble and isinstance(event, _LINE_OVER):
            self._tell()

    # ---- files ----

    def _next(self, name: str, server: str) -> None:
        """Go on in another file: another session begins."""
        try:
            self._end()
            self.path = self._open(name, server)
        except RecordingFailed as error:
            self._fail(str(error))
        else:
            self._say(f"recording goes on in {self.path}")

    def _open(self, name: str, server: str) -> Path:
        path, out = self._place.open(name)
        self._regular = _descriptor_of_file(out)
        try:
            self._writer = TranscriptWriter(
                WriteBehind(out),
                time.monotonic(),
                started=datetime.now(UTC),
                server=server,
                redactor=self._redactor,
                max_body=self._place.max_body,
                name=str(path),
            )
        except RecordingFailed:
            if self._regular is not None:
                with contextlib.suppress(OSError):
                    path.unlink()
            raise
        self._place = replace(self._place, further=True)
        return path

    def _end(self) -> None:
        """Close the file, and say what it lacks. Raises RecordingFailed."""
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()
            if writer.left_out:
                self._say(f"{self.path}: {writer.left_out}")

    # ---- writing, and what can go wrong with it ----

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
        if sentence:
            self._tell_trouble(sentence)


class Records:
    """The recordings of a program that holds session after session: a file for each.

    ``say`` takes sentences for the user. What goes wrong ends no session; ``failed`` says that
    something did.
    """

    def __init__(self, place: Place, say: Tell) -> None:
        self.failed = False
        self.say = say
        self._place = place

    def begin(self, make: Callable[[Place], R]) -> R | None:
        """Make the recording of the next session; None where its file can't be written."""
        try:
            recording = make(self._place)
        except RecordingFailed as error:
            self.tell(str(error))
            return None
        if self._place.further and not self._place.folder:
            self.say(f"recording goes on in {recording.path}")
        self._place = replace(self._place, further=True)
        return recording

    def tell(self, sentence: str) -> None:
        """Take in what went wrong."""
        self.failed = True
        self.say(sentence)


def _descriptor_of_file(out: Output) -> int | None:
    """The descriptor of a regular file; None for a device, whose links mean nothing."""
    descriptor = cast(int, out.fileno()) if hasattr(out, "fileno") else None
    if descriptor is not None and stat.S_ISREG(os.fstat(descriptor).st_mode):
        return descriptor
    return None
