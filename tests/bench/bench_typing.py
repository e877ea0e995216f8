"""The shell as a person types at it, beside a bare prompt."""

import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench_harness import HERE, HOST, OURS, Benchmark, Budget, Failure, Row, Sample, Server
from bench_terminal import Terminal

BARE = [sys.executable, str(HERE / "bench_bare.py")]
PROMPT = "pop3> "
OUR_NAME, BARE_NAME = "pop3shell", "bare PromptSession"
KNOWN = 100_000
OCTETS = 1024
HISTORY = 2000  # lines, as many as are kept
REST = 0.03  # seconds without output after which a key is done with
TYPED = ("RETR 54321", "TOP 98765 10", "LIST 100000", "DELE 31415", "UIDL 27182", "STAT", "RETR 7")
TIMES = 2  # that these are typed in a round
ERASE = "\x05\x15"  # to the end of the line, then back to its beginning


def _ratio(ours: Sample, peer: Sample) -> float:
    return ours.seconds / peer.seconds


def ours(server: Server) -> list[str]:
    """Our command that opens the shell on the server."""
    return [*OURS, "connect", HOST, str(server.port)]


def home(folder: Path, *history: str) -> dict[str, str]:
    """The variables that give a program a home of its own, with lines typed before."""
    file = folder / "state" / "pop3shell" / "history"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{line}\n" for line in history))
    return {"HOME": str(folder), "XDG_STATE_HOME": str(folder / "state")}


@contextmanager
def prompt(folder: Path) -> Iterator[Benchmark]:
    """The first usable prompt: it is shown, and a character typed then is echoed."""
    with Server(1, OCTETS) as server:

        def row(argv: list[str]) -> Row:
            return lambda: first_prompt(argv, home(folder))

        yield Benchmark(
            {BARE_NAME: row(BARE), OUR_NAME: row(ours(server))},
            [Budget("until the first echo / bare", 1.15, OUR_NAME, _ratio, BARE_NAME)],
        )


def first_prompt(argv: list[str], variables: dict[str, str]) -> Sample:
    """Start a program, type a character at its prompt, and end it when that is on the screen."""
    with Terminal(argv, variables) as terminal:
        terminal.until(lambda: terminal.line == PROMPT)
        terminal.type("s")
        echoed = terminal.until(lambda: terminal.line == PROMPT + "s")
        seconds, rss = echoed - terminal.started, terminal.close()
    return Sample(seconds, seconds, rss, rss)


@contextmanager
def keystroke(folder: Path) -> Iterator[Benchmark]:
    """From a key to its echo, with all that the shell does meanwhile."""
    history = [f"RETR {number}" for number in range(1, HISTORY + 1)]
    variables = home(folder, *history)
    with (
        Server(KNOWN, OCTETS) as server,
        Terminal(BARE, variables) as bare,
        Terminal(ours(server), variables) as shell,
    ):
        bare.until(lambda: bare.line == PROMPT)
        log_in(shell)
        one, other = Typist(bare), Typist(shell)
        their_p99, our_p99 = f"{BARE_NAME}, p99", f"{OUR_NAME}, p99"
        yield Benchmark(
            {BARE_NAME: one.median, OUR_NAME: other.median, their_p99: one.p99, our_p99: other.p99},
            [
                Budget("key to echo, median / bare", 1.5, OUR_NAME, _ratio, BARE_NAME),
                Budget("key to echo, p99 / bare", 2.0, our_p99, _ratio, their_p99),
            ],
        )


def log_in(shell: Terminal) -> None:
    """Log in and list the maildrop; see to it that what is measured is there: menu, colours."""
    shell.until(lambda: shell.line == PROMPT)
    for line in ("USER u", "PASS p", "LIST"):
        shell.rest(REST)
        shell.type(f"{line}\r")
    shell.until(lambda: shell.shows(f"{KNOWN} messages") and shell.line == PROMPT)
    shell.rest(1.0)
    shell.type(f"RETR {KNOWN - 5}"[:-1])
    shell.until(lambda: shell.shows(f"{KNOWN - 1}") and shell.shows(f"{OCTETS} octets"))
    if shell.screen.buffer[shell.screen.cursor.y][len(PROMPT)].fg == "default":
        raise Failure("the line being typed is not highlighted")
    shell.rest(REST)
    erase(shell)


def erase(terminal: Terminal) -> None:
    """Erase what was typed."""
    terminal.type(ERASE)
    terminal.until(lambda: terminal.line == PROMPT)
    terminal.rest(REST)


class Typist:
    """Types key after key, each after the screen has come to rest."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._took: list[float] = []

    def median(self) -> Sample:
        """Type a round; the median over its keys of the time to the echo."""
        self._took = [seconds for text in TYPED * TIMES for seconds in self._type(text)]
        return self._sample(statistics.median(self._took))

    def p99(self) -> Sample:
        """The 99th percentile of the same keys."""
        if not self._took:
            raise Failure("nothing was typed")
        return self._sample(sorted(self._took)[int(0.99 * len(self._took))])

    def _type(self, text: str) -> Iterator[float]:
        terminal = self._terminal
        for end in range(1, len(text) + 1):
            shown = PROMPT + text[:end]
            typed = terminal.type(text[end - 1])
            yield terminal.until(lambda shown=shown: terminal.line == shown) - typed
            terminal.rest(REST)
        erase(terminal)

    @staticmethod
    def _sample(seconds: float) -> Sample:
        return Sample(seconds, seconds, 0.0, 0.0)
