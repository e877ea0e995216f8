"""The commands that are measured, ours and the peers', and what proves that they did their work."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench_harness import (
    HERE,
    HOST,
    OURS,
    Failure,
    Row,
    Sample,
    Server,
    net,
    run,
    run_on_terminal,
)

NOWHERE = Path(os.devnull)
PIECE = 1 << 20  # octets read at a time: this process stays small, for the sake of the peak RSS


def connect(server: Server, *lines: str) -> list[str]:
    """Our command that logs in, runs the lines and quits."""
    script = ("USER u", "PASS p", *lines, "QUIT")
    options = [part for line in script for part in ("-c", line)]
    return [*OURS, "connect", HOST, str(server.port), *options]


def saving(server: Server, what: str, file: Path) -> Row:
    """A row: our `:save`."""
    return lambda: run(connect(server, f":save {what} {fresh(file)}"))


def curl(server: Server, path: str, out: Path, *options: str) -> Row:
    """A row: curl, its standard output sent to `out`."""
    url = f"pop3://{HOST}:{server.port}/{path}"
    return lambda: run(["curl", "-sS", "--user", "u:p", *options, url], out=fresh(out))


def python_peer(server: Server, kind: str, count: int) -> Row:
    """A row: one of bench_peers.py."""
    script = str(HERE / "bench_peers.py")
    return lambda: run([sys.executable, script, kind, str(server.port), str(count)])


def screen(server: Server, how: str, octets: int) -> Row:
    """A row: our printer on a terminal, showing a message."""
    script = str(HERE / "bench_screen.py")
    argv = [sys.executable, script, str(server.port), how]
    return lambda: run_on_terminal(argv, octets)


def fresh(file: Path) -> Path:
    """The file's path, with no file there."""
    if file != NOWHERE:
        file.unlink(missing_ok=True)
    return file


def less_start(whole: Row, start: Row) -> Row:
    """A row whose net figures are those of `whole` less those of `start`, run just before."""

    def row() -> Sample:
        before = start()
        return net(whole(), before)

    return row


def checked(row: Row, check: Callable[[], str]) -> Row:
    """A row that fails when `check`, called after it, returns a reason."""

    def both() -> Sample:
        sample = row()
        if why := check():
            raise Failure(why)
        return sample

    return both


def holds(file: Path, octets: int) -> Callable[[], str]:
    """A check that a file holds the message of so many octets; its digest is compared once."""
    compared: list[str] = []

    def check() -> str:
        if file.stat().st_size != octets:
            return f"{file.stat().st_size} octets were saved, not {octets}"
        if not compared:
            compared.append(digest(file))
        return "" if compared[0] == digest_of_mail(octets) else "other octets were saved"

    return check


def digest(file: Path) -> str:
    """The SHA-256 of a file."""
    with file.open("rb") as octets:
        return hashlib.file_digest(octets, "sha256").hexdigest()


def digest_of_mail(octets: int, known: dict[int, str] = {}) -> str:  # noqa: B006 - remembered
    """The SHA-256 of the message of so many octets, made in a process of its own."""
    if octets not in known:
        known[octets] = output_of("bench_mail.py", octets).strip()
    return known[octets]


def output_of(script: str, *arguments: object) -> str:
    """What one of these scripts prints, run to its end in a process of its own."""
    command = [sys.executable, str(HERE / script), *map(str, arguments)]
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60)
    except subprocess.SubprocessError as error:
        raise Failure(f"{script}: {error}: {getattr(error, 'stderr', '')}") from error
    return done.stdout


def has_lines(file: Path, pattern: bytes, least: int) -> Callable[[], str]:
    """A check that so many lines of the file match."""
    matching = re.compile(pattern, re.MULTILINE)

    def check() -> str:
        found = 0
        with file.open("rb") as lines:
            while piece := lines.read(PIECE):
                found += len(matching.findall(piece + lines.readline()))
        return "" if found >= least else f"{found} lines were printed or saved, not {least}"

    return check


def came(server: Server, commands: int) -> Callable[[], str]:
    """A check that the server got so many commands, each in a read of its own."""

    def check() -> str:
        seen, most = server.counts()
        if seen < commands:
            return f"the server got {seen} commands, not {commands}"
        return "" if most == 1 else f"{most} commands came in one read: no lockstep"

    return check
