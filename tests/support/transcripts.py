"""What a transcript tells, for tests that made one."""

from __future__ import annotations

from pathlib import Path

from pop3shell.transcript.model import ClientLine, Happened, Note, ServerLine, ServerLines
from pop3shell.transcript.reader import read_file


def texts_of(path: Path) -> list[str]:
    """Its lines without their times; odd octets as in Python's literals."""
    shown = []
    for entry in read_file(path):
        match entry:
            case ClientLine() | ServerLine() | ServerLines():
                tag = "C: " if isinstance(entry, ClientLine) else "S: "
                text = entry.octets.decode("utf-8", "backslashreplace")
                shown += [tag + line for line in text.removesuffix("\r\n").split("\r\n")]
            case Happened():
                shown.append("*: " + entry.text)
            case Note():
                shown.append("# " + entry.text)
    return shown


def said_in(path: Path) -> list[str]:
    """The lines of both sides."""
    return [text for text in texts_of(path) if text.startswith(("C: ", "S: "))]


def happened_in(path: Path) -> list[str]:
    """The events."""
    return [text[3:] for text in texts_of(path) if text.startswith("*: ")]
