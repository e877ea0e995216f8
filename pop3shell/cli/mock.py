"""``pop3shell mock``: a recorded server for real clients."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pop3shell.cli.options import (
    ListeningOptions,
    RecordingOptions,
    listening_options,
    server_recording_options,
)

if TYPE_CHECKING:
    from pop3shell.server.mock.recollection import Recollection
    from pop3shell.server.mock.server import Session

#: Lines of one kind that a report names.
NAMED = 10


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@listening_options
@click.option("--timing", is_flag=True, help="Make the pauses that the recording has.")
@click.option(
    "--unknown",
    type=click.Choice(["err", "close"]),
    default="err",
    show_default=True,
    help="What a line that is not in the recording gets: -ERR, or the connection closed.",
)
@click.option(
    "--strict",
    is_flag=True,
    help="End with status 1 unless a client came and every one said just what was recorded.",
)
@server_recording_options
def command(
    file: Path,
    timing: bool,
    unknown: str,
    strict: bool,
    listening: ListeningOptions,
    recording: RecordingOptions,
) -> int:
    """Serve the server's side of the transcript FILE, byte for byte, to any number of clients.

    Each client gets the whole session from its start. A line that it sends is answered as the
    same line was when recorded, else as the next one with that command and arguments, else with
    that verb; each recorded reply is given once. Any password will do. At the end of a session
    standard error tells what was not in the recording, and what was never asked for.

    Where the recording has TLS, so has the server; without --tls-cert its certificate is made for
    this run, and standard error names the file to trust. Challenges of SASL are those recorded:
    SCRAM works only for a client that repeats its nonce.

    Exit status: 0 ended by a signal, 1 --strict says so, or not all was recorded, 2 wrong usage,
    or the file can't be served.
    """
    import asyncio

    from pop3shell.cli import serving
    from pop3shell.cli.recording import records
    from pop3shell.server.mock.server import MockServer, Settings
    from pop3shell.shell.exits import Exit

    served = _recording(file)
    if served is None:
        return Exit.USAGE
    if listening.tls_port is None and served.implicit_tls:
        listening = listening._replace(tls_port=0)
    wants_tls = served.has_tls or listening.tls_port is not None
    recorded = records(recording, file)
    for remark in served.remarks:
        click.echo(f"pop3shell: {remark}", err=True)
    differing: list[int] = []

    def ended(session: Session) -> None:
        for line in report(session):
            click.echo(line, err=True)
        if not session.play.as_recorded:
            differing.append(session.number)

    settings = Settings(timing, unknown == "close")
    with contextlib.ExitStack() as until:
        tls = serving.tls_settings(listening, wants_tls, until)
        server = MockServer(served, settings, tls=tls, ended=ended, records=recorded)
        asyncio.run(serving.serve_until_stopped(server, listening))
    if strict and not server.sessions:
        click.echo("no client came, so nothing of the recording was asked for", err=True)
    failed = recorded is not None and recorded.failed
    differs = strict and (differing or not server.sessions)
    return Exit.NO if failed or differs else Exit.DONE


def _recording(file: Path) -> Recollection | None:
    """Read what is to be served; None if that can't be, which is told."""
    from pop3shell.cli.transcripts import tell, unusable
    from pop3shell.server.mock import recollect
    from pop3shell.transcript.errors import TranscriptError

    try:
        return recollect.from_file(file)
    except (TranscriptError, OSError, ValueError) as error:
        tell(unusable(file, error))
        return None


def report(session: Session) -> list[str]:
    """Say in what a client's session was not the recorded one; no secret is in it."""
    name, play = f"session {session.number}", session.play
    unknown = [f'"{line}"' for line in play.unmatched]
    others = [f'"{line}" as "{other}"' for line, other in play.substituted]
    left = [f'"{asked.shown}" (line {asked.number})' for asked in play.unasked]
    if not (unknown or others or left):
        return [f"{name}: as recorded"]
    kinds = {"not in the recording": unknown, "answered": others, "never asked for": left}
    return [f"{name}: {kind}: {_list(lines)}" for kind, lines in kinds.items() if lines]


def _list(lines: list[str]) -> str:
    more = len(lines) - NAMED
    return ", ".join(lines[:NAMED]) + (f", and {more} more" if more > 0 else "")
