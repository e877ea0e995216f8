"""The files that ``pop3shell replay`` is given, and those that it finds in folders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pop3shell.cli.transcripts import is_folder, unusable
from pop3shell.net.replay.reading import make_script
from pop3shell.net.replay.script import Script
from pop3shell.transcript.errors import TranscriptError
from pop3shell.transcript.grammar import MAGIC
from pop3shell.transcript.reader import read_file

#: What in a folder is taken for a transcript, and what may be anything else as well.
SUFFIXES = (".pop3", ".txt")
_ANYTHING = ".txt"
#: Octets of such a file in which somebody must speak.
BEGINNING = 1 << 16
#: A side, or a status line, which needs none; perhaps with a time, and quoted in a mail.
_SPEAKS = re.compile(
    rb"(?m)^[ \t>]*(?:\[[0-9.]+\] ?)?"
    rb"(?:(?i:C|S|client|server)[:~]|(?:\+OK|-ERR)(?:[ \t\r]|$))"
).search


class File(NamedTuple):
    """A file with its ``script``, or why there is none.

    ``fault``: it should be a transcript and can't be replayed. ``skipped``: it was found in a
    folder and is something else. ``named``: it stands on the command line itself.
    """

    path: Path
    script: Script | None = None
    fault: str = ""
    skipped: str = ""
    named: bool = True


def load(given: list[Path]) -> list[File]:
    """Load the files, and those in folders (sorted)."""
    return [file for path in given for file in _load(path)]


def _load(path: Path) -> Iterator[File]:
    if not is_folder(path):
        yield _read(path)
        return
    inside = sorted(p for p in path.rglob("*") if p.suffix in SUFFIXES and p.is_file())
    files = [_found(inner) for inner in inside]
    if all(file.skipped for file in files):
        yield File(path, fault=f"{path} has no transcript in it (*{', *'.join(SUFFIXES)})")
    yield from files


def _read(path: Path) -> File:
    try:
        return File(path, make_script(read_file(path)))
    except (TranscriptError, OSError, ValueError) as error:
        return File(path, fault=unusable(path, error))


def _found(path: Path) -> File:
    """Load a file from a folder, where others than transcripts may be."""
    file = _read(path)._replace(named=False)
    if file.fault and path.suffix == _ANYTHING and _is_something_else(path):
        return file._replace(fault="", skipped="this is no transcript")
    return file


def _is_something_else(path: Path) -> bool:
    try:
        with path.open("rb") as opened:
            beginning = opened.read(BEGINNING)
    except OSError:
        return False
    return not beginning.startswith(MAGIC) and _SPEAKS(beginning) is None
