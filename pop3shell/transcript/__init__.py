"""The remembered dialogue: reading, writing and comparing transcripts.

``read_file`` gives the entries of a transcript, ``TranscriptWriter`` writes one while a session
goes on, ``ReplyComparison`` compares a reply with the recorded one, ``fill`` puts secrets back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pop3shell.transcript.compare import Difference, Level, ReplyComparison
    from pop3shell.transcript.errors import MissingSecret, RecordingFailed, TranscriptError
    from pop3shell.transcript.model import (
        AnyLines,
        ClientLine,
        Entry,
        Happened,
        Header,
        Note,
        Pattern,
        Placeholder,
        ServerEntry,
        ServerLine,
        ServerLines,
        StandIn,
        Torn,
        Version,
    )
    from pop3shell.transcript.output import create
    from pop3shell.transcript.reader import read, read_file
    from pop3shell.transcript.secrets import fill, names
    from pop3shell.transcript.writer import TranscriptWriter

__all__ = [
    "AnyLines",
    "ClientLine",
    "Difference",
    "Entry",
    "Happened",
    "Header",
    "Level",
    "MissingSecret",
    "Note",
    "Pattern",
    "Placeholder",
    "RecordingFailed",
    "ReplyComparison",
    "ServerEntry",
    "ServerLine",
    "ServerLines",
    "StandIn",
    "Torn",
    "TranscriptError",
    "TranscriptWriter",
    "Version",
    "create",
    "fill",
    "names",
    "read",
    "read_file",
]

#: Where these names are at home. They are imported when they are first asked for: who needs only
#: one of the modules, as the first prompt does, loads no other.
_HOME = {
    "compare": ("Difference", "Level", "ReplyComparison"),
    "errors": ("MissingSecret", "RecordingFailed", "TranscriptError"),
    "output": ("create",),
    "reader": ("read", "read_file"),
    "secrets": ("fill", "names"),
    "writer": ("TranscriptWriter",),
}
_MODULES = {name: module for module, at_home in _HOME.items() for name in at_home}


def __getattr__(name: str) -> object:
    """Import what is asked for (PEP 562). Raises AttributeError for what isn't in ``__all__``."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(f"{__name__}.{_MODULES.get(name, 'model')}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Give the names of ``__all__`` too, before anybody has asked for them (PEP 562)."""
    return sorted({*globals(), *__all__})
