"""What was found in files at one login, for the next: only what has changed is read again."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from pop3shell.server.maildrops.stored import (
    Stamp,
    StoredMessage,
    opened,
    stamp,
    stamp_of,
    unreadable,
    with_distinct_ids,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Parse = Callable[["Path", BinaryIO, Stamp], list[StoredMessage]]
"""Finds the messages in a file with that stamp."""

_SETTLED_NS = 2_000_000_000
"""How old a change must be: a later one could have the same time (FAT counts by two seconds)."""


class _Known(NamedTuple):
    stamp: Stamp
    messages: list[StoredMessage]


class Remembered:
    """The messages in files; sizes and digests are kept, never a message. For any threads."""

    def __init__(self, parse: Parse) -> None:
        self._parse = parse
        self._known: dict[Path, _Known] = {}

    def messages(self, files: Sequence[Path]) -> list[StoredMessage]:
        """Return the messages of these files in their order, with distinct unique-ids.

        Other files are forgotten. Raises SourceError when one of these cannot be read.
        """
        found = [self._messages(file) for file in files]
        known = self._known
        self._known = {file: known[file] for file in files if file in known}
        return with_distinct_ids(list(itertools.chain.from_iterable(found)))

    def _messages(self, file: Path) -> list[StoredMessage]:
        try:
            known = self._known.get(file)
            if known is not None and known.stamp == stamp_of(file.stat()):
                return known.messages
            return self._read(file)
        except OSError as error:
            raise unreadable(file, error) from error

    def _read(self, path: Path) -> list[StoredMessage]:
        now = time.time_ns()
        with opened(path) as file:
            found = stamp(file)
            messages = self._parse(path, file, found)
            stays = found == stamp(file)
        if stays and _settled(found, now):
            self._known[path] = _Known(found, messages)
        return messages


def _settled(found: Stamp, now: int) -> bool:
    """Whether both times are old: a copy sets back that of the content, never that of status."""
    return all(abs(now - at) > _SETTLED_NS for at in (found.changed, found.status_changed))
