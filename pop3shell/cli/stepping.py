"""``play --step``: forward and back at a key."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import click

from pop3shell.shell.interactive.screen import TerminalOut, no_echo
from pop3shell.transcript import model
from pop3shell.view.play import Player

#: Octets of a step that are kept and shown; more would scroll away unseen.
KEPT = 1 << 16

#: The keys typed at once: an arrow or the like sends several characters.
_KEYS = re.compile("\x1b\\[[0-?]*[@-~]|\x1bO.|[\xe0\0].|.", re.DOTALL)
_FORWARD = {" ", "\r", "\n", "n", "j", "l", "\x1b[C", "\x1b[B", "\x1bOC", "\x1bOB", "\x1b[6~",
            "\xe0M", "\xe0P", "\0M", "\0P"}  # fmt: skip
_BACK = {"b", "p", "k", "h", "\x7f", "\x08", "\x1b[D", "\x1b[A", "\x1bOD", "\x1bOA", "\x1b[5~",
         "\xe0K", "\xe0H", "\0K", "\0H"}  # fmt: skip
_QUIT = {"q", "Q", "\x1b", "\x04"}
_HELP = "space: on, b: back, q: quit"
_CLEAR, _ERASE_LINE = b"\x1b[2J\x1b[H", b"\r\x1b[K"


class Step(NamedTuple):
    """What one key shows: a line of the client, a reply, a note; and the state behind it."""

    shown: bytes
    state: str


class _Steps:
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

    def up_to(self, number: int, lines: int) -> bytes:
        """Return the last ``lines`` lines of what the steps up to ``number`` show."""
        shown = b"".join(step.shown for step in self._read[max(0, number - lines) : number + 1])
        return b"\n".join(shown.split(b"\n")[-lines - 1 :])


def step_through(player: Player, entries: Iterable[model.Entry]) -> None:
    """Show a step at each key until the user leaves, or goes on behind the last one."""
    out = TerminalOut(sys.stdout.fileno())
    dumb = os.environ.get("TERM", "") in ("", "dumb", "unknown")
    steps = _Steps(player, entries)
    at = 0
    step = steps[0]
    with no_echo(sys.stdin.fileno()):
        out.put(step.shown if step else b"")
        for key in _keys(out, steps, dumb=dumb):
            if key in _BACK:
                at = max(0, at - 1)
                rows = shutil.get_terminal_size().lines - 1
                out.put(_again(steps, at, rows, dumb=dumb))
            elif step := steps[at + 1]:
                at += 1
                out.put(step.shown)
            else:
                return
            steps.at = at


def _keys(out: TerminalOut, steps: _Steps, *, dumb: bool) -> Iterator[str]:
    raise NotImplementedError
