"""Measure the budgets of speed and size beside the peers; see README.md.

    python tests/bench/run.py [--only NAME] [--rounds N] [--one-cpu]

Exit status: 0 all budgets kept, 1 one exceeded (or not measured), 2 usage.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from bench_harness import Benchmark, Failure, interleave, judge, table, took
from bench_rows import big, highlight, listing, mbox, noop, start
from bench_transcripts import read, record, replay
from bench_typing import keystroke, prompt

Opened = Callable[[Path], AbstractContextManager[Benchmark]]
BENCHMARKS: dict[str, Opened] = {
    "start": start,
    "prompt": prompt,
    "keystroke": keystroke,
    "big": big,
    "mbox": mbox,
    "noop": noop,
    "list": listing("LIST"),
    "uidl": listing("UIDL"),
    "highlight": highlight,
    "record": record,
    "replay": replay,
    "read": read,
}
ROUNDS = 7


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for what is saved, removed at the end."""
    with TemporaryDirectory(prefix="bench-") as folder:
        yield Path(folder)


def measure(name: str, rounds: int) -> bool:
    """Run one benchmark and print its tables; whether all its budgets are kept."""
    print(f"## {name}\n", flush=True)
    try:
        with scratch() as folder, BENCHMARKS[name](folder) as benchmark:
            got = interleave(benchmark.rows, rounds)
    except Failure as failure:
        print(f"{name} could not be measured: {failure}", file=sys.stderr)
        return False
    rows = [took(row, samples) for row, samples in got.items()]
    table(["row", "wall s: median (min-max)", "net s", "peak RSS MiB", "rounds"], rows)
    verdicts = [judge(budget, got) for budget in benchmark.budgets]
    table(["budget", "measured: median (min-max)", "limit", ""], [v.cells for v in verdicts])
    return all(verdict.kept for verdict in verdicts)


def main() -> int:
    """Read the options, run what they name."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", action="append", choices=BENCHMARKS, metavar="NAME")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--one-cpu", action="store_true", help="run all on one CPU (Linux)")
    given = parser.parse_args()
    if given.one_cpu:  # what is started later inherits it
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    if not shutil.which("curl"):
        print("curl is needed as a peer and is not installed", file=sys.stderr)
        return 2
    kept = [measure(name, max(given.rounds, 1)) for name in given.only or BENCHMARKS]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())
