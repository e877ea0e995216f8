"""Stored mail that can be served: a Maildir, an mbox, a folder of .eml files, one message file.

At each login it is read again, but for files that have not changed, and nothing is ever written.
What is served is every octet as stored, line ends made CRLF.
"""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pop3shell.server.maildrops import mboxes
from pop3shell.server.maildrops.maildrop import Source, SourceError
from pop3shell.server.maildrops.remembered import Remembered
from pop3shell.server.maildrops.stored import (
    Stamp,
    StoredMessage,
    blocks,
    describe,
    unreadable,
)

if TYPE_CHECKING:
    import os
    from collections.abc import Sequence

__all__ = [
    "EmlFolder",
    "Maildir",
    "Mbox",
    "SingleMessage",
    "SourceError",
    "open_source",
]

_EML_SUFFIX = ".eml"
_MAILDIR_PARTS = ("cur", "new")
_HEAD_OCTETS = 1000
_HEADER_FIELD = re.compile(rb"[\x21-\x39\x3b-\x7e]+[ \t]*:")


class Maildir:
    """The messages in `cur` and `new` of a Maildir, oldest first, whatever their flags.

    The unique-id is the file's name without its flags, so it stays when a mail program moves the
    message from `new` to `cur` or sets a flag.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._remembered = Remembered(_named_message)

    def messages(self) -> Sequence[StoredMessage]:
        """Return the messages; SourceError when a file or folder cannot be read."""
        parts = _parts(self.path)
        if not parts:
            raise SourceError(f"{self.path} is no Maildir: it has neither cur nor new in it")
        found = sorted((f for part in parts for f in _files(part)), key=_age)
        return self._remembered.messages(found)


class EmlFolder:
    """The .eml files of a folder, sorted by name; other files are left alone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._remembered = Remembered(_one_message)

    def messages(self) -> Sequence[StoredMessage]:
        """Return the messages; SourceError when a file or the folder cannot be read."""
        found = sorted((f for f in _files(self.path) if _is_eml(f)), key=lambda file: file.name)
        return self._remembered.messages(found)


class SingleMessage:
    """A maildrop of one message: a file with a header and, perhaps, a body."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._remembered = Remembered(_one_message)

    def messages(self) -> Sequence[StoredMessage]:
        """Return the message; SourceError when the file cannot be read."""
        return self._remembered.messages([self.path])


class Mbox:
    """The messages of an mbox file, in their order.

    They are taken apart at From_ lines, which are not served (`mboxes.split`). Nothing else is
    interpreted: a quoted `>From ` stays as stored, for the file does not say whether its writer
    quoted by the mboxo or the mboxrd rule, and whoever debugs mail wants to see what is there.
    Content-Length is not looked at.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._remembered = Remembered(_mbox_messages)

    def messages(self) -> Sequence[StoredMessage]:
        """Return the messages; SourceError when the file cannot be read or is no mbox."""
        return self._remembered.messages([self.path])


def open_source(path: str | os.PathLike[str]) -> Source:
    """Return the source of messages at a path, its kind found by looking.

    A folder with `cur` or `new` in it is a Maildir, any other folder is one of .eml files (an
    empty folder is an empty maildrop). A file that begins with `From `, or has nothing in it, is
    an mbox; one that ends in .eml or begins with a header field is a message.

    Raises SourceError, with a sentence, when the path is missing, unreadable, or none of these.
    """
    place = Path(path)
    try:
        source = _folder(place) if place.is_dir() else _file(place)
    except OSError as error:
        raise unreadable(place, error) from error
    source.messages()  # a fault shows now, and not at the first login
    return source


def _folder(path: Path) -> Source:
    if _parts(path):
        return Maildir(path)
    names = [entry.name for entry in path.iterdir() if not entry.name.startswith(".")]
    if names and not any(name.lower().endswith(_EML_SUFFIX) for name in names):
        raise SourceError(f"{path} is no maildrop: no cur or new as in a Maildir, no .eml files")
    return EmlFolder(path)


def _file(path: Path) -> Source:
    if not path.exists():
        raise SourceError(f"there is no file or folder {path}")
    if not path.is_file():
        raise SourceError(f"{path} is neither a file nor a folder")
    with path.open("rb") as file:
        head = file.read(_HEAD_OCTETS)
    if _is_eml(path):
        return SingleMessage(path)
    if not head or head.startswith(mboxes.FROM_):
        return Mbox(path)
    if _HEADER_FIELD.match(head):
        return SingleMessage(path)
    raise SourceError(f"{path} is no maildrop: not an mbox ('From ' first), nor a mail message")


def _parts(path: Path) -> list[Path]:
    """Return the folders of a Maildir that hold delivered messages."""
    try:
        return [part for name in _MAILDIR_PARTS if (part := path / name).is_dir()]
    except OSError as error:
        raise unreadable(path, error) from error


def _files(folder: Path) -> list[Path]:
    """Return the files of a folder; a pipe is none, a dangling link is one that will be missed."""
    try:
        entries = [entry for entry in folder.iterdir() if not entry.name.startswith(".")]
        return [entry for entry in entries if entry.is_file() or not entry.exists()]
    except OSError as error:
        raise unreadable(folder, error) from error


def _is_eml(file: Path) -> bool:
    return file.name.lower().endswith(_EML_SUFFIX)


def _base_name(file: Path) -> str:
    """Return a Maildir file's name without its flags; Windows cannot store ':', mailers use '!'."""
    return re.split("[:!;]2,", file.name, maxsplit=1)[0]


def _age(file: Path) -> tuple[int, str, str]:
    """Sort by the delivery time that begins a Maildir name, then by name."""
    base = _base_name(file)
    seconds = re.match("[0-9]{1,18}", base)
    return (int(seconds[0]) if seconds else 0, base, file.name)


def _one_message(path: Path, file: BinaryIO, at: Stamp) -> list[StoredMessage]:
    return [describe(path, at, blocks(file))]


def _named_message(path: Path, file: BinaryIO, at: Stamp) -> list[StoredMessage]:
    return [describe(path, at, blocks(file), name=_base_name(path))]


def _mbox_messages(path: Path, file: BinaryIO, at: Stamp) -> list[StoredMessage]:
    if file.read(len(mboxes.FROM_)) not in (mboxes.FROM_, b""):
        raise SourceError(f"{path} is no mbox: its first line does not begin with 'From '")
    file.seek(0)
    found = mboxes.split(file)
    return [describe(path, at, blocks(BytesIO(stored)), start) for start, stored in found]
