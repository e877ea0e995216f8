"""From ``--record`` and ``--record-dir`` to the place that transcripts go to."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pathlib import Path

    from pop3shell.cli.options import RecordingOptions
    from pop3shell.transcript.place import Place
    from pop3shell.transcript.recording import Records


def place(options: RecordingOptions, *, scripted: bool = False) -> Place | None:
    """Return where to record, None if nothing is to be recorded; make room for the transcript.

    A file that exists is overwritten only if a person says so. Raises click.UsageError.
    """
    file, folder = options.record, options.record_dir
    name = file or folder
    if not name:
        return None
    if file and folder:
        raise click.UsageError("--record and --record-dir exclude each other; give one of them")
    from pathlib import Path

    from pop3shell.transcript.place import Place

    path = Path(name)
    try:
        if folder:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        else:
            _make_room(path, asked=not scripted and _at_terminal())
    except FileExistsError:
        raise click.UsageError(f"{path} is no folder; give --record-dir another") from None
    except OSError as error:
        raise click.UsageError(f"cannot record to {path}: {error.strerror}") from None
    return Place(path, folder=bool(folder), max_body=options.max_body)


def records(options: RecordingOptions, reads: Path | None = None) -> Records | None:
    """Return what records session after session, None if nothing is to be recorded.

    ``reads`` is a file that is needed itself. Sentences for the user go to standard error. Raises
    click.UsageError.
    """
    if reads is not None and options.record and _same(options.record, reads):
        raise click.UsageError(f"{reads} is the transcript to be read; give --record another file")
    where = place(options)
    if where is None:
        if options.max_body is not None:
            raise click.UsageError("--max-body says how to record: give --record or --record-dir")
        return None
    from pop3shell.protocol.visible import visible_text
    from pop3shell.transcript.errors import RecordingFailed
    from pop3shell.transcript.recording import Records

    try:
        where.check()
    except RecordingFailed as error:
        raise click.UsageError(str(error)) from None
    return Records(where, lambda text: click.echo(f"pop3shell: {visible_text(text)}", err=True))


def _same(name: str, path: Path) -> bool:
    try:
        return path.samefile(name)
    except (OSError, ValueError):
        return False


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
