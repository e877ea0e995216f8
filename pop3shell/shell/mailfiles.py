"""Where ``:save`` puts messages: one file, a folder, an mbox, or standard output.

Files are made with mode 0600 and never overwritten.
"""

from __future__ import annotations

import os
import re
import time
from pathlib import Path
from typing import BinaryIO, Protocol

from pop3shell.view.safe import VisibleLines

#: Octets collected before they are written.
BUFFER = 1 << 17

_FROM_LINE = re.compile(rb">*From ")
_LATER_FROM_LINE = re.compile(rb"\n(>*From )")
_FROM_BEGIN = re.compile(rb">*(?:F(?:r(?:o(?:m)?)?)?)?")


class Target(Protocol):
    """Takes messages one after the other: ``begin``, any number of ``write``, ``finish``."""

    @property
    def name(self) -> str:
        """What to call it."""

    def begin(self, number: int) -> None:
        """Message ``number`` follows."""

    def write(self, content: bytes) -> None:
        """Part of the message, dot-unstuffed."""

    def finish(self) -> None:
        """The message is complete."""

    def close(self) -> None:
        """No more messages."""


def create(path: Path) -> BinaryIO:
    """Open a new file of mode 0600 for writing.

    Raises FileExistsError rather than overwrite one; a device such as ``/dev/null`` will do.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        return path.open("wb", buffering=BUFFER)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    return os.fdopen(os.open(path, flags, 0o600), "wb", buffering=BUFFER)


class OneFile:
    """All messages into one file, octets as stored, one after the other."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._file = create(path)

    def begin(self, number: int) -> None:
        """Nothing stands between messages."""

    def write(self, content: bytes) -> None:
        """Write part of a message."""
        self._file.write(content)

    def finish(self) -> None:
        """Nothing stands between messages."""

    def close(self) -> None:
        """Write what is still to be written."""
        self._file.close()


class Folder:
    """Each message into a file of its own, ``NUMBER.eml``, octets as stored.

    Numbers have ``digits`` digits, so that the files sort as the messages do.
    """

    def __init__(self, path: Path, digits: int) -> None:
        self._digits = digits
        self.name = str(path)
        self._path = path
        self._several = False
        path.mkdir(mode=0o700, exist_ok=True)
        self._file: BinaryIO | None = None

    def begin(self, number: int) -> None:
        """Begin a new file."""
        file = self._path / f"{number:0{self._digits}}.eml"
        self._file = create(file)
        self.name = str(self._path if self._several else file)
        self._several = True

    def write(self, content: bytes) -> None:
        """Write to the message's file."""
        if self._file is not None:
            self._file.write(content)

    def finish(self) -> None:
        """End the message's file."""
        if self._file is not None:
            self._file.close()
            self._file = None

    close = finish


class Mbox:
    """An mbox (mboxrd): a From_ line before each message, a blank line behind it.

    Lines of a message that look like a From_ line get one ``>`` more; apart from that every octet
    is as stored, line ends CRLF included. The From_ and blank lines end in LF.
    """

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._file = create(path)
        date = time.strftime("%a %b %d %H:%M:%S %Y", time.gmtime())
        self._separator = f"From MAILER-DAEMON {date}\n".encode()
        self._fresh = True
        self._held = b""

    def begin(self, number: int) -> None:
        """Write the From_ line."""
        self._fresh, self._held = True, b""
        self._file.write(self._separator)

    def write(self, content: bytes) -> None:
        """Write part of a message; the beginning of what may be a From_ line is kept back."""
        if self._held:
            content, self._held = self._held + content, b""
        if not content.endswith(b"\n"):
            start = content.rfind(b"\n") + 1
            if (start or self._fresh) and _FROM_BEGIN.fullmatch(content, start):
                content, self._held = content[:start], content[start:]
        self._put(content)

    def _put(self, content: bytes) -> None:
        if self._fresh and content.startswith((b"F", b">")) and _FROM_LINE.match(content):
            self._file.write(b">")
        if content:
            self._fresh = content.endswith(b"\n")
            if _LATER_FROM_LINE.search(content):
                content = _LATER_FROM_LINE.sub(rb"\n>\1", content)
            self._file.write(content)

    def finish(self) -> None:
        """End the message with the blank line that mbox wants."""
        if self._held:
            self._put(self._held)
            self._held = b""
        self._file.write(b"\n" if self._fresh else b"\n\n")

    def close(self) -> None:
        """Write what is still to be written."""
        self._file.close()


class StandardOutput:
    """Messages between the lines of the dialogue; made harmless if that is a terminal."""

    name = "standard output"

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._safe = VisibleLines(b"") if out.isatty() else None

    def begin(self, number: int) -> None:
        """Nothing stands between messages."""

    def write(self, content: bytes) -> None:
        """Write part of a message."""
        self._out.write(self._safe.feed(content) if self._safe else content)

    def finish(self) -> None:
        """End the message."""
        if self._safe:
            self._out.write(self._safe.end())

    def close(self) -> None:
        """Let it be seen."""
        self._out.flush()


def discard(target: Target) -> None:
    """Remove the file of a closed target into which nothing was put. Raises OSError."""
    path = Path(target.name)
    if isinstance(target, OneFile | Mbox) and path.is_file():
        path.unlink()


def open_target(name: str, out: BinaryIO, highest: int) -> Target:
    """Open where messages go: ``-``, ``X.mbox``, a folder (existing, or ``NAME/``), or a file.

    ``highest`` is the highest number among the messages to come.

    Raises OSError.
    """
    if name == "-":
        return StandardOutput(out)
    path = Path(name).expanduser()
    if name.endswith(("/", os.sep)) or path.is_dir():
        return Folder(path, len(str(highest)))
    return Mbox(path) if path.suffix.lower() == ".mbox" else OneFile(path)
