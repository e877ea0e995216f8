"""Running rows side by side and judging what they took; see README.md for the method."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from socket import create_connection
from tempfile import TemporaryFile
from threading import Timer

HERE = Path(__file__).resolve().parent
PROJECT = HERE.parent.parent
HOST = "127.0.0.1"
MIB = 1 << 20
LEAST_SECONDS = 1e-3  # a net time below this is noise; also keeps the ratios finite
RUN_SECONDS = 120.0
SLOW_SECONDS = 4.0  # a row slower than this is run in few rounds
SLOW_ROUNDS = 3
# What the installed `pop3shell` script does, on this checkout.
OURS = [sys.executable, "-c", "from pop3shell.cli.main import main; main()"]


@dataclass(frozen=True)
class Sample:
    """What one run took; ``first_seconds`` passed before its first output, on a terminal."""

    seconds: float
    net_seconds: float
    rss_mib: float
    net_rss_mib: float
    first_seconds: float = 0.0


Row = Callable[[], Sample]


@dataclass(frozen=True)
class Budget:
    """What must hold between two rows, or of one row alone."""

    what: str
    limit: float
    ours: str
    measure: Callable[[Sample, Sample], float]
    peer: str = ""
    at_least: bool = False
    unit: str = "x"

    def holds(self, measured: float) -> bool:
        """Whether the measured value keeps the budget."""
        return measured >= self.limit if self.at_least else measured <= self.limit


@dataclass(frozen=True)
class Benchmark:
    """Rows that are run in turns, and the budgets judged by them."""

    rows: dict[str, Row]
    budgets: list[Budget]


class Failure(Exception):
    """A row did not do its work, so its time means nothing."""


def environment() -> dict[str, str]:
    """The environment of a run: without switches of Python that users don't have."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "MALLOC_"))}
    return kept | {"POP3SHELL_PASSWORD": "p"}


def run(argv: list[str], given: Path | None = None, out: Path | None = None) -> Sample:
    """Run a program to its end: its wall time and its peak resident memory."""
    nothing = Path(os.devnull)
    with (
        (given or nothing).open("rb") as stdin,
        (out or nothing).open("wb") as stdout,
        TemporaryFile() as stderr,
    ):
        start = time.perf_counter()
        process = subprocess.Popen(
            argv, stdin=stdin, stdout=stdout, stderr=stderr, cwd=PROJECT, env=environment()
        )
        rss = _wait(process)
        seconds = time.perf_counter() - start
        stderr.seek(0)
        errors = stderr.read(800).decode(errors="replace")
    if process.returncode:
        raise Failure(f"{' '.join(argv)}: status {process.returncode}: {errors}")
    return Sample(seconds, seconds, rss, rss)


def run_on_terminal(argv: list[str], octets: int) -> Sample:
    """Run a program that prints at least so many octets on a terminal (a pty) to its end."""
    import pty

    terminal, slave = pty.openpty()
    start = time.perf_counter()
    process = subprocess.Popen(
        argv, stdin=subprocess.DEVNULL, stdout=slave, stderr=slave, cwd=PROJECT, env=environment()
    )
    os.close(slave)
    watchdog = Timer(RUN_SECONDS, process.kill)
    watchdog.start()
    try:
        first, came = _read(terminal, start)
        rss = _wait(process)
        seconds = time.perf_counter() - start
    finally:
        watchdog.cancel()
        os.close(terminal)
    if process.returncode or came < octets:
        raise Failure(f"{' '.join(argv)}: status {process.returncode}, {came} octets were printed")
    return Sample(seconds, seconds, rss, rss, first)


def _read(terminal: int, start: float) -> tuple[float, int]:
    """Read to the end: the seconds up to the first output, and how many octets came."""
    first, came = 0.0, 0
    while True:
        try:
            octets = os.read(terminal, 1 << 16)
        except OSError:  # how the end is told on Linux
            octets = b""
        if not octets:
            return first, came
        first = first or time.perf_counter() - start
        came += len(octets)


def _wait(process: "subprocess.Popen[bytes]") -> float:
    """Wait for the end, bounded; the peak resident memory in MiB (this process's at least)."""
    watchdog = Timer(RUN_SECONDS, process.kill)
    watchdog.start()
    _, status, usage = os.wait4(process.pid, 0)
    watchdog.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return usage.ru_maxrss / 1024


def net(whole: Sample, start: Sample) -> Sample:
    """The sample less what the same command takes when there is next to nothing to do."""
    seconds = max(whole.seconds - start.seconds, LEAST_SECONDS)
    rss, first = whole.rss_mib - start.rss_mib, whole.first_seconds - start.first_seconds
    return Sample(whole.seconds, seconds, whole.rss_mib, rss, first)


class Server:
    """bench_server.py in a process of its own; use it as a context manager."""

    def __init__(self, messages: int, octets: int, *, pipelining: bool = True) -> None:
        how = [] if pipelining else ["--no-pipelining"]
        script = str(HERE / "bench_server.py")
        self.command = [sys.executable, script, str(messages), str(octets), *how]

    def __enter__(self) -> "Server":
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(self.command, stdin=pipe, stdout=pipe)
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline() or 0)
        if not self.port:
            raise Failure("the server of the benchmarks did not start")
        return self

    def __exit__(self, *exc: object) -> None:
        self._process.communicate(timeout=10)  # it ends when its standard input does

    def counts(self) -> tuple[int, int]:
        """How many commands came since this was last asked, and the most in one read."""
        with create_connection((HOST, self.port), 10) as peer, peer.makefile("rb") as lines:
            lines.readline()
            peer.sendall(b"XCOUNT\r\n")
            _, commands, most = lines.readline().split()
        return int(commands), int(most)


def interleave(rows: dict[str, Row], rounds: int) -> dict[str, list[Sample]]:
    """Run all rows in turns, after one round that doesn't count; a failed row is left out.

    Every other round goes backwards: whoever follows a row gets the memory that it gave back,
    which can be several times as fast as other memory.
    """
    got: dict[str, list[Sample]] = {name: [] for name in rows}
    left = dict(rows)
    for number in range(-1, rounds):
        for name, row in list(left.items())[:: -1 if number % 2 else 1]:
            try:
                sample = row()
            except (Failure, OSError) as error:
                print(f"{name}: {error}", file=sys.stderr)
                del left[name], got[name]
                continue
            if number >= 0:
                got[name].append(sample)
            if sample.seconds > SLOW_SECONDS and number + 1 >= SLOW_ROUNDS:
                del left[name]
    return got


@dataclass(frozen=True)
class Verdict:
    """One line of the result."""

    cells: list[str]
    kept: bool


def judge(budget: Budget, got: dict[str, list[Sample]]) -> Verdict:
    """The median over the rounds of what the budget measures, against its limit."""
    ours, peer = got.get(budget.ours, []), got.get(budget.peer or budget.ours, [])
    values = [budget.measure(one, other) for one, other in zip(ours, peer, strict=False)]
    sign = ">=" if budget.at_least else "<="
    limit = f"{sign} {budget.limit:g} {budget.unit}"
    if not values:
        return Verdict([budget.what, "not measured", limit, "over"], kept=False)
    middle = statistics.median(values)
    kept = budget.holds(middle)
    measured = f"{middle:.2f} ({min(values):.2f}-{max(values):.2f}) {budget.unit}"
    return Verdict([budget.what, measured, limit, "ok" if kept else "over"], kept)


def took(name: str, samples: list[Sample]) -> list[str]:
    """A row's own figures."""
    seconds, nets = [s.seconds for s in samples], [s.net_seconds for s in samples]
    rss = statistics.median(s.rss_mib for s in samples)
    digits = 3 if min(seconds) >= 0.1 else 5  # a keystroke takes milliseconds
    middle, least, most = statistics.median(seconds), min(seconds), max(seconds)
    wall = f"{middle:.{digits}f} ({least:.{digits}f}-{most:.{digits}f})"
    net_wall = f"{statistics.median(nets):.{digits}f}"
    return [name, wall, net_wall, f"{rss:.0f}", str(len(samples))]


def table(head: list[str], rows: list[list[str]]) -> None:
    """Print a table in Markdown."""
    widths = [max(len(row[n]) for row in [head, *rows]) for n in range(len(head))]
    for row in [head, ["-" * width for width in widths], *rows]:
        print("| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |")
    print(flush=True)
