"""A message kept in a file: read when it is asked for, with its line ends made CRLF."""

from __future__ import annotations

import itertools
import os
import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from pop3shell.protocol.framing import CRLF, LF
from pop3shell.server.limits import CHUNK_OCTETS, WHOLE_OCTETS
from pop3shell.server.maildrops import unique_ids
from pop3shell.server.maildrops.maildrop import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

_CR = b"\r"


class Stamp(NamedTuple):
    """What changes with a file's content."""

    changed: int
    octets: int
    inode: int
    status_changed: int  # goes on where a copy has set back the time of the last change


def stamp(file: BinaryIO) -> Stamp:
    """Return the stamp of an open file."""
    return stamp_of(os.fstat(file.fileno()))


def stamp_of(found: os.stat_result) -> Stamp:
    """Return the stamp in what the system says about a file."""
    return Stamp(found.st_mtime_ns, found.st_size, found.st_ino, found.st_ctime_ns)


def opened(path: Path) -> BinaryIO:
    """Open a file. A pipe that has taken its place would hold up every client of the server."""
    if path.exists() and not path.is_file():
        raise SourceError(f"{path} is no file any more")
    return path.open("rb")


def unreadable(path: Path, error: OSError) -> SourceError:
    """Return the sentence for a file or folder that cannot be read."""
    return SourceError(f"cannot read {path}: {error.strerror or error}")


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message in a file, or in a part of one; nothing of it is held in memory."""

    path: Path
    start: int
    """Where it begins in the file, in octets."""
    stop: int
    """Where it ends in the file, in octets."""
    octets: int
    unique_id: str
    digest: str
    """Of the wire form at login, to notice a file that changes under an open session."""
    stamp: Stamp
    """Of the file at login: with that the digest need not be made before anything is sent."""

    def content(self) -> bytes:
        """Return the wire form; SourceError when the file is gone or has changed since login."""
        return b"".join(self._parts(verified=True))

    def parts(self) -> Iterator[bytes]:
        """Return the wire form in parts; SourceError as for `content`.

        A file that changes while a large message is read is noticed behind the last part.
        """
        if self.octets <= WHOLE_OCTETS:
            return iter((self.content(),))
        parts = self._parts()
        return itertools.chain((next(parts),), parts)

    def _parts(self, *, verified: bool = False) -> Iterator[bytes]:
        """Open the file and yield the wire form; `verified`: nothing is to be checked before."""
        try:
            with opened(self.path) as file:
                if not verified and stamp(file) != self.stamp:
                    for _ in self._read(file):  # much to read, but an mbox only got more mail
                        pass
                yield from self._read(file)
        except OSError as error:
            raise unreadable(self.path, error) from error

    def _read(self, file: BinaryIO) -> Iterator[bytes]:
        """Yield the wire form; SourceError behind it if it is not what it was at login."""
        taken = unique_ids.digest()
        file.seek(self.start)
        stored = blocks(file, self.stop - self.start)
        as_stored = self.octets == self.stop - self.start  # no line end had to be changed
        for part in stored if as_stored else wire(stored):
            taken.update(part)
            yield part
        if unique_ids.of_digest(taken) != self.digest:
            raise SourceError(f"{self.path} has changed since login, log in again to read it")


def blocks(file: BinaryIO, octets: int = sys.maxsize) -> Iterator[bytes]:
    """Yield what follows in a file, or so many octets of it."""
    while block := file.read(min(octets, CHUNK_OCTETS)):
        yield block
        octets -= len(block)


def wire(stored: Iterable[bytes]) -> Iterator[bytes]:
    """Yield octets, cut anywhere, with every line end made CRLF, and one at the end."""
    held, ended = b"", True  # a CR whose LF may come with the next block; whether a line has ended
    for block in stored:
        octets = held + block
        held = _CR if octets.endswith(_CR) else b""
        if part := octets.removesuffix(held):
            yield _with_crlf(part)
            ended = part.endswith(LF)
    if held or not ended:
        yield held + CRLF


def _with_crlf(part: bytes) -> bytes:
    if _CR not in part:  # the usual case is worth it: all else takes twice as long
        return part.replace(LF, CRLF)
    if part.count(LF) == part.count(CRLF):
        return part
    return part.replace(CRLF, LF).replace(LF, CRLF)


def describe(
    path: Path, at: Stamp, stored: Iterable[bytes], start: int = 0, *, name: str = ""
) -> StoredMessage:
    """Return the message for octets, cut anywhere, found at `start` of a file stamped `at`.

    Its unique-id is made from `name` where the store has names for messages, else from its octets.
    """
    taken, octets, stop = unique_ids.digest(), 0, start

    def counted() -> Iterator[bytes]:
        nonlocal stop
        for block in stored:
            stop += len(block)
            yield block

    for part in wire(counted()):
        taken.update(part)
        octets += len(part)
    digest = unique_ids.of_digest(taken)
    unique_id = unique_ids.of_name(name) if name else digest
    return StoredMessage(path, start, stop, octets, unique_id, digest, at)


def with_distinct_ids(messages: Sequence[StoredMessage]) -> list[StoredMessage]:
    """Return the same messages, equal unique-ids told apart."""
    names = unique_ids.distinct(message.unique_id for message in messages)
    return [
        message if message.unique_id == name else replace(message, unique_id=name)
        for message, name in zip(messages, names, strict=True)
    ]
