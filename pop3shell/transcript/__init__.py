"""The remembered dialogue: reading, writing and comparing transcripts.

``read_file`` gives the entries of a transcript, ``TranscriptWriter`` writes one while a session
goes on, ``ReplyComparison`` compares a reply with the recorded one, ``fill`` puts secrets back.
"""

from __future__ import annotations

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
