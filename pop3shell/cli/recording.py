"""From ``--record`` and ``--record-dir`` to the place that transcripts go to."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pathlib import Path

    from pop3shell.shell.recording import Place


def place(options: dict[str, Any]) -> Place | None:
    """Take the options on recording out of ``options``; make room for the transcript.

    A file that exists is overwritten only if a person says so. Raises click.UsageError.
    """
    file, folder = options.pop("record"), options.pop("record_dir")
    if not file and not folder:
        return None
    if file and folder:
        raise click.UsageError("--record and --record-dir exclude each other; give one of them")
    from pathlib import Path

    from pop3shell.shell.recording import Place

    path = Path(file or folder)
    try:
        if folder:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        else:
            _make_room(path, asked=not options["lines"] and _at_terminal())
    except FileExistsError:
        raise click.UsageError(f"{path} is no folder; give --record-dir another") from None
    except OSError as error:
        raise click.UsageError(f"cannot record to {path}: {error.strerror}") from None
    return Place(path, folder=bool(folder))


def _at_terminal() -> bool:
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout))


def _make_room(path: Path, *, asked: bool) -> None:
    if not path.is_file():
        return
    if not asked or not click.confirm(f"{path} exists; overwrite it?"):
        raise click.UsageError(
            f"{path} exists and is not overwritten; remove it or give --record another file"
        )
    path.unlink()
