"""Where transcripts go: a file, or a folder that gets a file for each session."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from pop3shell.transcript.errors import RecordingFailed
from pop3shell.transcript.output import Output, create

SUFFIX = ".pop3"
#: Files of one name that are tried before giving up: a.pop3, a-2.pop3, a-3.pop3, ...
TRIES = 10_000

_NO_NAME = re.compile(r"[^A-Za-z0-9.-]+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where transcripts go: ``path`` is a file, or a folder that gets a file for each session.

    A file is for one session; ``further`` says that the first was had, so that the next session's
    goes beside it, with a number in its name. ``max_body`` octets of a body are recorded, all of
    it when None.
    """

    path: Path
    folder: bool = False
    further: bool = False
    max_body: int | None = None

    def open(self, name: str) -> tuple[Path, Output]:
        """Create the next session's file, in a folder named after ``name``, date and time.

        Raises RecordingFailed.
        """
        if not self.folder and (not self.further or _is_device(self.path)):
            return self.path, create(self.path)
        first = self.path / _file_name(name) if self.folder else self.path
        path = first
        for number in range(2, TRIES):
            if not os.path.lexists(path):
                try:
                    return path, create(path)
                except RecordingFailed:
                    if not os.path.lexists(path):  # else another program was faster
                        raise
            path = first.with_name(f"{first.stem}-{number}{first.suffix}")
        raise RecordingFailed(f"there are too many files named like {first}; name another")

    def check(self) -> None:
        """See whether a file can be created here; it is removed again. Raises RecordingFailed."""
        path, out = self.open("check")
        out.close()
        if not _is_device(path):
            path.unlink(missing_ok=True)


def _file_name(name: str) -> str:
    """A file's name for a session that begins now."""
    shown = _NO_NAME.sub("_", name).strip("._") or "session"
    return f"{shown[:100]}-{datetime.now():%Y-%m-%d-%H%M%S}{SUFFIX}"


def _is_device(path: Path) -> bool:
    return path.exists() and not path.is_file() and not path.is_dir()
