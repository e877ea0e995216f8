"""Reading a transcript, in either dialect, as a stream of entries."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from os import PathLike
from pathlib import Path
from typing import Protocol

from pop3shell.transcript.errors import TranscriptError
from pop3shell.transcript.grammar import LONGEST_FILE_LINE, MAGIC, VERSION
from pop3shell.transcript.model import Entry, Torn, Version
from pop3shell.transcript.plain import PlainDialogue
from pop3shell.transcript.versioned import VersionedLines

#: Octets read at once. Of larger blocks glibc gives the memory back, and faults it in again.
BLOCK = 1 << 16

_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_VERSION = re.compile(rb"[ \t]+([0-9]{1,9})[ \t]*")


class Source(Protocol):
    """Where a transcript comes from: a file opened for reading octets will do."""

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` octets; none at the end."""


def read_file(path: str | PathLike[str]) -> Iterator[Entry]:
    """Read a transcript from a file. Raises OSError, and TranscriptError where a line is bad."""
    with Path(path).open("rb") as source:
        yield from read(source)


def read(source: Source) -> Iterator[Entry]:
    """Read a transcript, entry by entry, only as far as asked. Raises TranscriptError.

    With a first line ``%POP3-TRANSCRIPT 1`` the first entry is a Version, and the last one Torn
    where the file ends in the middle of a line. Without that line it is a plain dialogue.
    """
    reading: VersionedLines | PlainDialogue | None = None
    blocks = _blocks(source)
    try:
        first = next(blocks, b"").removeprefix(_BOM)
        if first.startswith(_UTF16):
            raise TranscriptError(1, "the file is UTF-16; save it as UTF-8")
        line, ended, rest = first.partition(b"\n")
        if line and not ended and MAGIC.startswith(line[: len(MAGIC)]):
            yield Torn(1, line)
            return
        if line.startswith(MAGIC):
            yield Version(1, _version(line.removesuffix(b"\r")))
            reading, first = VersionedLines(number=2), rest
        else:
            reading = PlainDialogue()
        for block in chain([first], blocks):
            yield from reading.entries(block)
        yield from reading.end()
    except _TooLong:
        text = f"the line has more than {LONGEST_FILE_LINE} octets; this is no transcript"
        raise TranscriptError(reading.number if reading else 1, text) from None


def _version(line: bytes) -> int:
    found = _VERSION.fullmatch(line, len(MAGIC))
    if not found:
        text = f"this must be {MAGIC.decode()} and a version, such as {MAGIC.decode()} {VERSION}"
        raise TranscriptError(1, text)
    version = int(found[1])
    if version != VERSION:
        text = (
            f"this is a transcript of version {version}, and version {VERSION} is what I can read"
        )
        raise TranscriptError(1, text)
    return version


class _TooLong(Exception):
    """A line that no transcript has."""


def _blocks(source: Source) -> Iterator[bytes]:
    """Give the file in blocks of whole lines; only the last may end without a line feed.

    Raises _TooLong.
    """
    held = b""
    while data := source.read(BLOCK):
        cut = data.rfind(b"\n") + 1
        if not cut:
            held += data
        else:
            yield held + data[:cut]
            held = data[cut:]
        if len(held) > LONGEST_FILE_LINE:
            raise _TooLong
    if held:
        yield held
