"""The benchmarks: what is run beside what, and which budget is judged by it."""

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from bench_commands import (
    NOWHERE,
    came,
    checked,
    connect,
    curl,
    has_lines,
    holds,
    less_start,
    python_peer,
    saving,
    screen,
)
from bench_harness import (
    HOST,
    MIB,
    OURS,
    Benchmark,
    Budget,
    Row,
    Sample,
    Server,
    run,
    run_on_terminal,
)

BIG = 256 * MIB
SMALL = 1024
MANY, MANY_OCTETS = 10_000, 4096
NOOPS = 20_000
LISTED = 1_000_000
SHOWN = 20_000_000


def _wall(ours: Sample, peer: Sample) -> float:
    return ours.seconds / peer.seconds


def _net(ours: Sample, peer: Sample) -> float:
    return ours.net_seconds / peer.net_seconds


def _faster(ours: Sample, peer: Sample) -> float:
    return peer.net_seconds / ours.net_seconds


def _grown(ours: Sample, _: Sample) -> float:
    return ours.net_rss_mib


def _first(ours: Sample, _: Sample) -> float:
    return ours.first_seconds


@contextmanager
def start(_: Path) -> Iterator[Benchmark]:
    """Starting: what one waits for at every `--version` and `--help`."""
    click = "python -c 'import click'"
    rows: dict[str, Row] = {click: lambda: run([sys.executable, "-c", "import click"])}
    rows["--version"] = lambda: run([*OURS, "--version"])
    rows["--help"] = lambda: run([*OURS, "--help"])
    yield Benchmark(
        rows,
        [Budget(f"{o} / import click", 1.15, o, _wall, click) for o in ("--version", "--help")],
    )


@contextmanager
def big(folder: Path) -> Iterator[Benchmark]:
    """One message of 256 MiB, and the memory it takes."""
    with Server(1, BIG) as whole, Server(1, SMALL) as small:

        def both(row: Callable[[Server], Row], file: Path = NOWHERE) -> Row:
            fetch = row(whole) if file == NOWHERE else checked(row(whole), holds(file, BIG))
            return less_start(fetch, row(small))

        file = folder / "message.eml"
        rows = {
            ":save 1 /dev/null": both(lambda server: saving(server, "1", NOWHERE)),
            "curl > /dev/null": both(lambda server: curl(server, "1", NOWHERE)),
            ":save 1 FILE": both(lambda server: saving(server, "1", file), file),
            "curl > FILE": both(lambda server: curl(server, "1", file), file),
            "poplib, to /dev/null": both(lambda server: python_peer(server, "poplib", 1)),
        }
        null, to_file = ":save 1 /dev/null", ":save 1 FILE"
        yield Benchmark(
            rows,
            [
                Budget("net, to /dev/null / curl", 0.55, null, _net, "curl > /dev/null"),
                Budget("net, to a file / curl", 0.65, to_file, _net, "curl > FILE"),
                Budget(
                    "times faster than poplib, net",
                    12.0,
                    null,
                    _faster,
                    "poplib, to /dev/null",
                    at_least=True,
                ),
                Budget("peak RSS above a 1 KiB message", 16, to_file, _grown, unit="MiB"),
                Budget("the same, to /dev/null", 16, null, _grown, unit="MiB"),
            ],
        )


@contextmanager
def mbox(folder: Path) -> Iterator[Benchmark]:
    """10,000 messages of 4 KiB into one mbox: with PIPELINING announced, and in lockstep."""
    with (
        Server(MANY, MANY_OCTETS) as piping,
        Server(MANY, MANY_OCTETS, pipelining=False) as lockstep,
        Server(1, SMALL) as small,
    ):
        file, text = folder / "messages.mbox", folder / "messages.txt"
        everything = has_lines(file, rb"^From ", MANY)

        def ours(server: Server) -> Row:
            return less_start(
                checked(saving(server, f"1-{MANY}", file), everything), saving(small, "1", file)
            )

        all_there = has_lines(text, rb"^Subject: ", MANY)
        rows = {
            ":save, PIPELINING": ours(piping),
            ":save, lockstep": ours(lockstep),
            "curl": less_start(
                checked(curl(lockstep, f"[1-{MANY}]", text), all_there), curl(small, "1", text)
            ),
        }
        yield Benchmark(
            rows,
            [
                Budget("net, PIPELINING / curl", 0.2, ":save, PIPELINING", _net, "curl"),
                Budget("net, lockstep / curl", 0.8, ":save, lockstep", _net, "curl"),
            ],
        )


@contextmanager
def noop(folder: Path) -> Iterator[Benchmark]:
    """20,000 scripted NOOPs, each after the reply to the one before."""
    with Server(1, SMALL) as server:

        def script(count: int) -> Row:
            file = folder / f"{count}.txt"
            file.write_text("USER u\nPASS p\n" + "NOOP\n" * count + "QUIT\n")
            return lambda: run([*OURS, "connect", HOST, str(server.port)], given=file)

        lockstep = came(server, NOOPS)
        bare, scripted = "bare blocking socket", "connect < SCRIPT"
        rows = {
            bare: less_start(
                checked(python_peer(server, "noop", NOOPS), lockstep),
                python_peer(server, "noop", 1),
            ),
            scripted: less_start(checked(script(NOOPS), lockstep), script(1)),
        }
        yield Benchmark(rows, [Budget("net / a bare socket", 2.5, scripted, _net, bare)])


def listing(command: str) -> Callable[[Path], AbstractContextManager[Benchmark]]:
    """LIST or UIDL of 1,000,000 messages, printed to a file."""

    @contextmanager
    def opened(folder: Path) -> Iterator[Benchmark]:
        with Server(LISTED, SMALL) as whole, Server(1, SMALL) as small:
            file = folder / "listing.txt"

            def ours(server: Server) -> Row:
                return lambda: run(connect(server, command), out=file)

            def peer(server: Server) -> Row:
                return curl(server, "", file, "-X", command)

            def both(row: Callable[[Server], Row], pattern: bytes) -> Row:
                return less_start(checked(row(whole), has_lines(file, pattern, LISTED)), row(small))

            rows = {
                f"{command} > FILE": both(ours, rb"^S: [0-9]+ [0-9a-f]"),
                "curl > FILE": both(peer, rb"^[0-9]+ [0-9a-f]"),
            }
            budget = Budget("net / curl", 1.0, f"{command} > FILE", _net, "curl > FILE")
            yield Benchmark(rows, [budget])

    return opened


@contextmanager
def highlight(folder: Path) -> Iterator[Benchmark]:
    """A message of 20 MB shown on a terminal, with and without colour."""
    with Server(1, SHOWN) as whole, Server(1, SMALL) as small:
        file = folder / "message.eml"
        curl(whole, "1", file)()

        def ours(how: str) -> Row:
            return less_start(screen(whole, how, SHOWN), screen(small, how, SMALL))

        rows: dict[str, Row] = {
            "cat": lambda: run_on_terminal(["cat", str(file)], SHOWN),
            "in colour": ours("colour"),
            "without colour": ours("plain"),
        }
        yield Benchmark(
            rows,
            [
                Budget("net, in colour / cat", 1.5, "in colour", _net, "cat"),
                Budget("first output, net", 0.05, "in colour", _first, unit="s"),
            ],
        )
