"""Transcripts: what recording, replaying and reading them take."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench_commands import (
    NOWHERE,
    came,
    checked,
    connect,
    curl,
    digest_of_mail,
    fresh,
    has_lines,
    less_start,
    output_of,
    python_peer,
)
from bench_harness import (
    HERE,
    HOST,
    MIB,
    OURS,
    Benchmark,
    Budget,
    Failure,
    Row,
    Sample,
    Server,
    run,
)

BIG = 256 * MIB
SMALL = 1024
EXCHANGES = 10_000
READ = 100_000_000
READER = "bench_reader.py"
KINDS = {"ascii": "ASCII", "latin-1": "ISO 8859-1, one octet in thirty escaped", "utf-8": "UTF-8"}


def _net(ours: Sample, peer: Sample) -> float:
    return ours.net_seconds / peer.net_seconds


def _grown(ours: Sample, _: Sample) -> float:
    return ours.net_rss_mib


def _speed(ours: Sample, _: Sample) -> float:
    return READ / 1e6 / ours.net_seconds


@contextmanager
def record(folder: Path) -> Iterator[Benchmark]:
    """A RETR of 256 MiB, recorded in full."""
    file, trace, mail = folder / "recorded.pop3", folder / "trace.txt", folder / "message.eml"
    with Server(1, BIG) as whole, Server(1, SMALL) as small:

        def both(row: Callable[[Server], Row], check: Callable[[], str]) -> Row:
            return less_start(checked(row(whole), check), row(small))

        unrecorded, recorded = ":save 1 FILE", ":save 1 FILE, recorded"
        nowhere, recorded_nowhere = ":save 1 /dev/null", ":save 1 /dev/null, recorded"
        traced = "curl --trace-ascii FILE > /dev/null"
        rows = {
            unrecorded: both(lambda server: saving(server, mail), lambda: ""),
            recorded: both(lambda server: saving(server, mail, file), has_message(file, BIG)),
            nowhere: both(lambda server: saving(server, NOWHERE), lambda: ""),
            recorded_nowhere: both(
                lambda server: saving(server, NOWHERE, file), has_message(file, BIG)
            ),
            traced: both(lambda server: tracing(server, trace), is_larger(trace, BIG)),
        }
        yield Benchmark(
            rows,
            [
                Budget("net, saved to a file", 2.5, recorded, _net, unrecorded),
                Budget("net, saved to /dev/null", 2.5, recorded_nowhere, _net, nowhere),
                Budget("net / traced by curl", 0.25, recorded_nowhere, _net, traced),
                Budget("peak RSS above a 1 KiB message", 16, recorded, _grown, unit="MiB"),
            ],
        )


def saving(server: Server, mail: Path, record_to: Path | None = None) -> Row:
    """A row: `:save` of message 1, and the dialogue of it to a transcript."""

    def row() -> Sample:
        command = connect(server, f":save 1 {fresh(mail)}")
        if record_to is not None:
            command += ["--record", str(fresh(record_to))]
        return run(command)

    return row


def tracing(server: Server, file: Path) -> Row:
    """A row: curl, which writes what both sides say to a file."""
    return curl(server, "1", NOWHERE, "--trace-ascii", str(file))


def is_larger(file: Path, octets: int) -> Callable[[], str]:
    """A check that a file has more octets than these; it is removed."""

    def check() -> str:
        size = file.stat().st_size
        file.unlink()
        return "" if size > octets else f"only {size} octets were written"

    return check


def has_message(transcript: Path, octets: int) -> Callable[[], str]:
    """A check that a transcript holds the message of so many octets; it is read back once."""
    sizes: list[int] = []

    def check() -> str:
        if not sizes:
            if output_of(READER, "message", transcript).strip() != digest_of_mail(octets):
                return "other octets were recorded"
            sizes.append(transcript.stat().st_size)
        # The times in a transcript have not always the same number of digits.
        differs = abs(transcript.stat().st_size - sizes[0]) > sizes[0] // 1000
        return "the transcript has another size than the first" if differs else ""

    return check


@contextmanager
def replay(folder: Path) -> Iterator[Benchmark]:
    """10,000 recorded exchanges once more, each after the reply to the one before."""
    with Server(1, SMALL) as server:

        def replaying(line: str, count: int) -> Row:
            file = recorded(server, line, count, folder / f"{line}-{count}.pop3")
            return lambda: run([*OURS, "replay", str(file), HOST, str(server.port)])

        def both(row: Callable[[int], Row]) -> Row:
            return less_start(checked(row(EXCHANGES), came(server, EXCHANGES)), row(1))

        rows = {
            "bare socket, NOOP": both(lambda count: python_peer(server, "noop", count)),
            "replay, NOOP": both(lambda count: replaying("NOOP", count)),
            "bare socket, RETR": both(lambda count: python_peer(server, "retr", count)),
            "replay, RETR": both(lambda count: replaying("RETR 1", count)),
        }
        yield Benchmark(
            rows,
            [
                Budget("net, NOOP / a bare socket", 2.5, "replay, NOOP", _net, "bare socket, NOOP"),
                Budget("net, RETR / a bare socket", 4.0, "replay, RETR", _net, "bare socket, RETR"),
            ],
        )


def recorded(server: Server, line: str, count: int, file: Path) -> Path:
    """Record a session that says the line so many times; the transcript."""
    script = file.with_suffix(".txt")
    script.write_text("USER u\nPASS p\n" + f"{line}\n" * count + "QUIT\n")
    run([*OURS, "connect", HOST, str(server.port), "--record", str(file)], given=script)
    if why := has_lines(file, rb"C: %b$" % line.encode(), count)():
        raise Failure(why)
    return file


@contextmanager
def read(folder: Path) -> Iterator[Benchmark]:
    """Reading a transcript with a body of 100 MB."""

    def row(kind: str) -> Row:
        whole, empty = folder / f"{kind}.pop3", folder / f"{kind}-empty.pop3"
        output_of(READER, "make", kind, READ, whole)
        output_of(READER, "make", kind, SMALL, empty)

        def reading(file: Path) -> Row:
            return lambda: run([sys.executable, str(HERE / READER), "read", str(file)])

        return less_start(reading(whole), reading(empty))

    rows = {shown: row(kind) for kind, shown in KINDS.items()}
    yield Benchmark(
        rows, [Budget(row, 100.0, row, _speed, at_least=True, unit="MB/s") for row in rows]
    )
