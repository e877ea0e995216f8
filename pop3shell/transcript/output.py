"""Where a transcript's octets go: a new file, and how they get there."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import Protocol

from pop3shell.transcript.errors import RecordingFailed

#: Octets that are worth another thread's time.
LARGE = 1 << 17

Octets = bytes | memoryview


class Output(Protocol):
    """Where a transcript goes. ``write`` may take less than all, as a raw file does."""

    def write(self, octets: Octets, /) -> int | None:
        """Write octets at once, unbuffered; return how many."""

    def close(self) -> None:
        """No more will be written."""


def create(path: Path) -> Output:
    """Open a new file of mode 0600, unbuffered; a device such as ``/dev/null`` will do.

    Raises RecordingFailed, also where the file exists: a transcript overwrites nothing.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            return _open_device(path)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        return os.fdopen(os.open(path, flags, 0o600), "wb", buffering=0)
    except FileExistsError:
        text = "exists already, and a transcript overwrites nothing; name another file"
        if path.is_dir():
            text = "is a folder; name a file in it"
        raise RecordingFailed(f"{path} {text}") from None
    except (OSError, ValueError) as error:
        why = reason(error)
        raise RecordingFailed(f"cannot write a transcript to {path}: {why}") from error


def _open_device(path: Path) -> Output:
    """Open what is no regular file. A pipe that nobody reads is refused, not waited for."""
    no_wait = getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, os.O_WRONLY | no_wait | getattr(os, "O_BINARY", 0))
    except OSError as error:
        if error.errno != errno.ENXIO:
            raise
        raise OSError(errno.ENXIO, "it is a pipe that nobody reads, or a socket") from None
    if no_wait:
        os.set_blocking(descriptor, True)
    return os.fdopen(descriptor, "wb", buffering=0)


def write_all(out: Output, octets: Octets) -> None:
    """Write all of the octets. Raises OSError or ValueError, also where not all are taken."""
    written = out.write(octets)
    while written and written < len(octets):
        octets = octets[written:]
        written = out.write(octets)
    if not written and octets:
        raise OSError("it takes no more octets")


def reason(error: Exception) -> str:
    """Say why something could not be written, as the system says it."""
    return getattr(error, "strerror", None) or str(error)


class _Piece:
    """Octets to be written; ``done`` when they are, or ``error`` tells why not."""

    def __init__(self, octets: Octets) -> None:
        self.octets = octets
        self.done = Event()
        self.error: Exception | None = None

    def write(self, out: Output) -> None:
        try:
            write_all(out, self.octets)
        except (OSError, ValueError) as error:
            self.error = error
        finally:
            self.octets = b""  # a block of memory that the next one can have
            self.done.set()


class WriteBehind:
    """An output whose large pieces are written while the next octets are read from the network.

    One piece is written at a time, and all else waits for it: at the end of a body, and of every
    line, the file holds all that was said, and a crash loses at most the piece being written. What
    goes wrong with a piece is raised by what is written next, or by ``close``.
    """

    def __init__(self, out: Output) -> None:
        self._out = out
        self._last: _Piece | None = None
        self._pieces: SimpleQueue[_Piece | None] = SimpleQueue()
        self._thread: Thread | None = None

    def write(self, octets: Octets, /) -> int:
        """Take all of the octets. Raises OSError or ValueError."""
        self._wait()
        if len(octets) < LARGE:
            write_all(self._out, octets)
        else:
            if self._thread is None:
                self._thread = Thread(target=self._write_pieces, daemon=True)
                self._thread.start()
            piece = _Piece(octets)
            self._pieces.put(piece)  # first: nobody must wait for what was not handed over
            self._last = piece
        return len(octets)

    def close(self) -> None:
        """Write what is left, and close the output. Raises OSError or ValueError."""
        try:
            self._wait()
        finally:
            self._pieces.put(None)
            self._out.close()

    def _wait(self) -> None:
        if (last := self._last) is None:
            return
        last.done.wait()
        self._last = None
        if last.error is not None:
            raise last.error

    def _write_pieces(self) -> None:
        while (piece := self._pieces.get()) is not None:
            piece.write(self._out)
