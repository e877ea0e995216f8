"""``play --step``: forward and back at a key."""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import signal
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import click

from pop3shell.shell.interactive.modes import ECHO, LINES, Off
from pop3shell.shell.interactive.screen import TerminalOut
from pop3shell.transcript import model
from pop3shell.view.fitted import fitted
from pop3shell.view.play import Player

#: Octets of a step that are kept and shown; more would scroll away unseen.
KEPT = 1 << 16

#: The keys typed at once: an arrow or the like sends several characters.
_KEY = re.compile("\x1b\\[[0-?]*[@-~]|\x1bO.|[\xe0\0].|.", re.DOTALL)
_FORWARD = {" ", "\r", "\n", "n", "j", "l", "\x1b[C", "\x1b[B", "\x1bOC", "\x1bOB", "\x1b[6~",
            "\xe0M", "\xe0P", "\0M", "\0P"}  # fmt: skip
_BACK = {"b", "p", "k", "h", "\x7f", "\x08", "\x1b[D", "\x1b[A", "\x1bOD", "\x1bOA", "\x1b[5~",
         "\xe0K", "\xe0H", "\0K", "\0H"}  # fmt: skip
_QUIT = {"q", "Q", "\x1b", "\x04"}
_READY = ""  # no key: from now on none is missed, and no other size either
_REDRAW = "\x0c"  # Ctrl-L; a terminal of another size counts as it
#: The status line, from the widest to the narrowest: the keys are what is needed most.
_STATUS = (
    "-- step {number}, {state}; space: on, b: back, q: quit --",
    "-- step {number}; space: on, b: back, q: quit --",
    "step {number}, space: on, b: back, q: quit",
    "step {number}, n: on b: back q: quit",
    "{number}, n: on b: back q: quit",
    "n on b back q quit",
    "n b q",
)
_CLEAR, _ERASE_LINE = b"\x1b[2J\x1b[H", b"\r\x1b[K"


class Step(NamedTuple):
    """What one key shows: a line of the client, a reply, a note; and the state behind it."""

    shown: bytes
    state: str


class Steps:
    """The steps so far, read on as they are asked for."""

    def __init__(self, player: Player, entries: Iterable[model.Entry]) -> None:
        self._source = _steps(player, entries)
        self._read: list[Step] = []

    def __getitem__(self, number: int) -> Step | None:
        while len(self._read) <= number:
            step = next(self._source, None)
            if step is None:
                return None
            self._read.append(step)
        return self._read[number]

    def before(self, number: int, lines: int) -> bytes:
        """Return the last ``lines`` lines of what stands above a step."""
        shown = b"".join(step.shown for step in self._read[max(0, number - lines) : number])
        return b"".join(shown.splitlines(keepends=True)[-lines:])


def step_through(player: Player, entries: Iterable[model.Entry]) -> None:
    """Show a step at each key until the user leaves, or goes on behind the last one.

    Raises KeyboardInterrupt at Ctrl-C.
    """
    screen = _Screen()
    steps = Steps(player, entries)
    at = 0
    with Off(sys.stdin.fileno(), ECHO, LINES):
        for key in _keys():
            if key in _QUIT:
                break
            if key == _READY:
                screen.show(steps[0], 0)
            elif key in _BACK or key == _REDRAW:
                at = max(0, at - (key in _BACK))
                screen.show_again(steps, at)
            elif key in _FORWARD:
                if steps[at + 1] is None:
                    break
                at += 1
                screen.show(steps[at], at)
        screen.end()


class _Screen:
    """The terminal: the dialogue, and in its last line where one is."""

    def __init__(self) -> None:
        self._out = TerminalOut(sys.stdout.fileno(), sys.stdout.encoding)
        self._dumb = os.environ.get("TERM", "") in ("", "dumb", "unknown")

    def show(self, step: Step | None, number: int) -> None:
        """Show a step below those before."""
        self.end()
        if step is None:
            return
        self._out.put(self._fit(step.shown))
        status = status_line(number + 1, step.state, self._out.columns - 1).encode()
        self._out.put(status + b"\n" if self._dumb else status)

    def show_again(self, steps: Steps, number: int) -> None:
        """Show the screen as it was at a step."""
        if not self._dumb:
            before = steps.before(number, shutil.get_terminal_size().lines)
            self._out.put(_CLEAR + self._fit(before))
        self.show(steps[number], number)

    def end(self) -> None:
        """Take the last line away."""
        if not self._dumb:
            self._out.put(_ERASE_LINE)

    def _fit(self, shown: bytes) -> bytes:
        return fitted(shown, self._out.columns)


def status_line(number: int, state: str, width: int) -> str:
    """Return what stands below a step, in ``width`` cells: in one row, so it can be taken away."""
    texts = [text.format(number=number, state=state) for text in _STATUS]
    return next((text for text in texts if len(text) <= width), "")


def _keys() -> Iterator[str]:
    """The keys as they are typed; Ctrl-C raises KeyboardInterrupt, the terminal's end ends it."""
    if not hasattr(signal, "SIGWINCH"):  # Windows
        yield _READY
        while typed := click.getchar():
            yield from _taken_apart(typed)
        return
    with _signals() as signals:
        yield _READY
        while typed := _read(sys.stdin.fileno(), signals):
            yield from _taken_apart(typed)


def _taken_apart(typed: str) -> Iterator[str]:
    return (key[0] for key in _KEY.finditer(typed))


@contextlib.contextmanager
def _signals() -> Iterator[int]:
    """Give a descriptor that can be read when the terminal has another size.

    SIGTERM and SIGHUP do as Ctrl-C does meanwhile, or the terminal would stay without its echo.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    ends = (signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.default_int_handler) for number in ends}
    before[signal.SIGWINCH] = signal.signal(signal.SIGWINCH, lambda *_: None)
    told = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    try:
        yield reader
    finally:
        signal.set_wakeup_fd(told)
        for number, handle in before.items():
            signal.signal(number, handle)
        os.close(reader)
        os.close(writer)


def _read(descriptor: int, signals: int) -> str:
    try:
        ready = select.select([descriptor, signals], [], [])[0]
        if signals in ready:
            os.read(signals, 64)
            return _REDRAW
        return os.read(descriptor, 64).decode("utf-8", "replace")
    except OSError:  # the terminal is gone
        return ""


def _steps(player: Player, entries: Iterable[model.Entry]) -> Iterator[Step]:
    """Put together what belongs together."""
    shown = b""
    before, over = "", False
    for entry in entries:
        kind = _kind(entry)
        goes_on = kind == before and (kind != "client" and not (kind == "server" and over))
        if shown and not goes_on:
            yield Step(_kept(shown), player.state.value)
            shown = b""
        more = player.show(entry)
        if len(shown) <= KEPT:
            shown += more[: KEPT + 1]
        before, over = kind, player.answered
    shown += player.end()
    if shown:
        yield Step(_kept(shown), player.state.value)


def _kind(entry: model.Entry) -> str:
    if isinstance(entry, model.ClientLine):
        return "client"
    if isinstance(entry, model.Version | model.Header):
        return "head"
    return "other" if isinstance(entry, model.Note | model.Happened | model.Torn) else "server"


def _kept(shown: bytes) -> bytes:
    if len(shown) <= KEPT:
        return shown
    cut = shown.rfind(b"\n", 0, KEPT) + 1
    return shown[:cut] + b"-- the rest of this is not shown here; play it without --step\n"
