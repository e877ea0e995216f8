"""A message kept in a file: read when it is asked for, with its line ends made CRLF."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from pop3shell.protocol.framing import with_crlf
from pop3shell.server.maildrops import unique_ids
from pop3shell.server.maildrops.maildrop import SourceError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


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

    def content(self) -> bytes:
        """Return the wire form; SourceError when the file is gone or has changed since login."""
        try:
            with opened(self.path) as file:
                file.seek(self.start)
                content = with_crlf(file.read(self.stop - self.start))
        except OSError as error:
            raise unreadable(self.path, error) from error
        if unique_ids.of_content(content) != self.digest:
            raise SourceError(f"{self.path} has changed since login, log in again to read it")
        return content


def describe(path: Path, stored: bytes, start: int = 0, *, name: str = "") -> StoredMessage:
    """Return the message for octets found at `start` of a file.

    Its unique-id is made from `name` where the store has names for messages, else from its octets.
    """
    content = with_crlf(stored)
    digest = unique_ids.of_content(content)
    unique_id = unique_ids.of_name(name) if name else digest
    return StoredMessage(path, start, start + len(stored), len(content), unique_id, digest)


def with_distinct_ids(messages: Sequence[StoredMessage]) -> list[StoredMessage]:
    """Return the same messages, equal unique-ids told apart."""
    names = unique_ids.distinct(message.unique_id for message in messages)
    return [
        message if message.unique_id == name else replace(message, unique_id=name)
        for message, name in zip(messages, names, strict=True)
    ]
