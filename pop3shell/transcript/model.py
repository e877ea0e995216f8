"""The entries of a transcript, in the order of its lines: typed and frozen.

``number`` is the entry's line in the file, from 1. ``seconds`` have passed since the start when
the entry was recorded; None means the time of the entry before, or not known at all.

The octets of all client lines put together are what the client sent, those of all server entries
what the server sent, but for the secrets: these stand in the octets as ``${name}``, and
``placeholders`` tells where.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Octets ``start`` to ``stop`` of an entry stand for the secret ``name``."""

    start: int
    stop: int
    name: str


@dataclass(frozen=True, slots=True)
class Version:
    """The line that says: this is a transcript, of this version."""

    number: int
    version: int


@dataclass(frozen=True, slots=True)
class Header:
    """``%name: value``."""

    number: int
    name: str
    value: str


@dataclass(frozen=True, slots=True)
class ClientLine:
    """What the client sent: a line with its end, or a part of one."""

    number: int
    seconds: float | None
    octets: bytes
    placeholders: tuple[Placeholder, ...] = ()


@dataclass(frozen=True, slots=True)
class ServerLine:
    """What the server sent: a line with its end, or a part of one."""

    number: int
    seconds: float | None
    octets: bytes
    placeholders: tuple[Placeholder, ...] = ()


@dataclass(frozen=True, slots=True)
class ServerLines:
    """What the server sent: ``lines`` file lines in a row, none with a time or a placeholder.

    Where such a row is cut into entries has no meaning.
    """

    number: int
    octets: bytes
    lines: int


@dataclass(frozen=True, slots=True)
class StandIn:
    """A printed line such as ``<the POP3 server sends message 1>``: stands for others."""

    number: int
    seconds: float | None
    octets: bytes


@dataclass(frozen=True, slots=True)
class Pattern:
    """Hand-written expectation ``S~``: ``regex`` matches one whole line of the server."""

    number: int
    seconds: float | None
    regex: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class AnyLines:
    """Hand-written expectation ``S...``: any number of lines of the server."""

    number: int
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Happened:
    """An event ``*:``. ``pop3shell.transcript.happenings`` reads and writes the texts."""

    number: int
    seconds: float | None
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """A note, or in a plain dialogue any text that isn't part of the dialogue."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Torn:
    """The last line of a transcript that was cut off in the middle of a line; ``text`` is it."""

    number: int
    text: bytes


ServerEntry = ServerLine | ServerLines | StandIn | Pattern | AnyLines
Entry = Version | Header | ClientLine | ServerEntry | Happened | Note | Torn
