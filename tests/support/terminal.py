"""The program on a real terminal: a pseudo-terminal with an emulator behind it.

    with Terminal("demo", home=tmp_path) as terminal:
        terminal.wait_for("pop3>")
        terminal.type("STAT\r")

What a person would see is `terminal.screen`; what the program wrote is `terminal.raw`. Every wait
ends at what is waited for, or fails with the screen printed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import pyte

from support.practice import SECONDS
from support.program import environment

#: Makes the pseudo-terminal the controlling one, then runs the program as `python -m` does.
_PROGRAM = """\
import os, sys
os.close(os.open(os.ttyname(0), os.O_RDWR))
{before}
from pop3shell.cli.main import main
sys.argv[0] = "pop3shell"
main()
"""

PROMPT = "pop3> "
#: A password of characters that nothing else writes to a terminal, so that none of them may come.
HIDDEN_PASSWORD = "~#~#~#~#"
UP, DOWN, RIGHT, LEFT = "\x1b[A", "\x1b[B", "\x1b[C", "\x1b[D"
HOME, END, DELETE, BACKSPACE = "\x1b[H", "\x1b[F", "\x1b[3~", "\x7f"
CTRL_C, CTRL_D, CTRL_K, CTRL_R = "\x03", "\x04", "\x0b", "\x12"
CTRL_U, CTRL_W, CTRL_Y, CTRL_Z = "\x15", "\x17", "\x19", "\x1a"
UNDO, TAB, ESCAPE, ENTER = "\x1f", "\t", "\x1b", "\r"


def paste(text: str) -> str:
    """Return what a terminal sends when text is pasted: in brackets, line ends as Enter."""
    return "\x1b[200~" + text.replace("\n", "\r") + "\x1b[201~"


class _Screen(pyte.Screen):
    """An emulated screen that answers as terminals do, and keeps what is scrolled away."""

    def __init__(self, columns: int, rows: int, answer: Callable[[str], None]) -> None:
        super().__init__(columns, rows)
        self.scrolled: list[str] = []
        self._answer = answer
        self.bells = 0

    def write_process_input(self, data: str) -> None:
        self._answer(data)

    def index(self) -> None:
        if self.cursor.y == (self.margins.bottom if self.margins else self.lines - 1):
            row = self.buffer[0]
            self.scrolled.append("".join(row[x].data for x in range(self.columns)).rstrip())
        super().index()

    def bell(self, *_: object) -> None:
        self.bells += 1


class Terminal:
    """A terminal of its own for one run of the program, in a session of its own.

    `home` is where the program finds its user's files. `before` is Python run in the process
    before the program (to put a fault in). `argv` replaces the program. `hidden` are characters
    that must never be written to the terminal: looked for in all that comes. A terminal that
    doesn't answer is not asked twice where its cursor is.
    """

    def __init__(
        self,
        *arguments: object,
        home: Path,
        rows: int = 24,
        columns: int = 80,
        hidden: str = "",
        before: str = "",
        argv: list[str] | None = None,
        answers: bool = True,
        **env: str,
    ) -> None:
        self.raw = b""
        self.hidden = hidden
        self.screen = _Screen(columns, rows, self.type if answers else lambda _: None)
        self.first_modes = set(self.screen.mode)
        self._stream = pyte.ByteStream(self.screen)
        self._master, self.slave = pty.openpty()
        self._set_size(rows, columns)
        self.cooked = self.settings
        program = [sys.executable, "-c", _PROGRAM.format(before=before), *map(str, arguments)]
        self.process = subprocess.Popen(
            argv or program, stdin=self.slave, stdout=self.slave, stderr=self.slave,
            start_new_session=True, cwd=home, env=_environment(home, env),
        )  # fmt: skip
        self._open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(SECONDS)
        self.hang_up()
        os.close(self.slave)

    # ---- as a person ----

    def type(self, keys: str) -> None:
        """Press keys, without waiting for anything."""
        octets = keys.encode("utf-8", "surrogateescape")
        while octets:
            octets = octets[os.write(self._master, octets[:1024]) :]

    def line(self, text: str) -> None:
        """Type a line at the prompt, once that is there, and press Enter."""
        self.at_prompt()
        self.type(text + ENTER)

    def log_in(self, user: str = "mrose", password: str = "tanstaaf") -> None:
        """Log in by USER and PASS, up to the prompt behind it."""
        self.ask(f"USER {user}", "+OK")
        self.ask(f"PASS {password}", "+OK")

    def ask(self, line: str, reply: str) -> None:
        """Type a line at the prompt and wait for a new prompt with `reply` above it."""
        self.at_prompt()
        start = self.height
        self.type(line + ENTER)
        self.wait(
            lambda: reply in "\n".join(self.lines()[start - 1 :]) and self._at(""), f"{reply!r}"
        )

    def resize(self, rows: int, columns: int) -> None:
        """Change the window's size, as dragging its corner does."""
        self._set_size(rows, columns)
        self.screen.resize(rows, columns)
        self.process.send_signal(signal.SIGWINCH)

    def hang_up(self) -> None:
        """Take the terminal away, as closing its window does."""
        if self._open:
            self._open = False
            os.close(self._master)

    # ---- what is seen ----

    @property
    def text(self) -> str:
        """The screen, without blanks at line ends."""
        return "\n".join(line.rstrip() for line in self.screen.display)

    @property
    def before_cursor(self) -> str:
        """The cursor's line up to the cursor: what has been typed, without what is suggested."""
        cursor = self.screen.cursor
        return self.screen.display[min(cursor.y, self.screen.lines - 1)][: cursor.x]

    @property
    def row(self) -> str:
        """The cursor's line."""
        return self.screen.display[min(self.screen.cursor.y, self.screen.lines - 1)].rstrip()

    @property
    def height(self) -> int:
        """Lines from the first ever shown down to the cursor's."""
        return len(self.screen.scrolled) + self.screen.cursor.y + 1

    def lines(self) -> list[str]:
        """All lines up to the cursor's, those that were scrolled away too."""
        shown = [line.rstrip() for line in self.screen.display]
        return (self.screen.scrolled + shown)[: self.height]

    @property
    def echoes(self) -> bool:
        """Whether the terminal itself shows what is typed."""
        return bool(termios.tcgetattr(self.slave)[3] & termios.ECHO)

    @property
    def settings(self) -> list[object]:
        """The terminal's modes, without the control characters' table."""
        return termios.tcgetattr(self.slave)[:6]

    # ---- waiting ----

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Read until a condition holds; fails when `SECONDS` are over or the program has ended."""
        deadline = time.monotonic() + SECONDS
        while not condition():
            ended = self.process.poll() is not None
            came = self._read(0 if ended else 0.02)
            if not came and (ended or time.monotonic() > deadline):
                assert condition(), f"no {what}\n{self.picture()}"
                return

    def wait_for(self, text: str) -> None:
        """Wait until text is on the screen."""
        self.wait(lambda: text in self.text, repr(text))

    def wait_match(self, pattern: str) -> re.Match[str]:
        """Wait until a regular expression matches on the screen."""
        self.wait(lambda: re.search(pattern, self.text) is not None, f"/{pattern}/")
        found = re.search(pattern, self.text)
        assert found is not None
        return found

    def wait_gone(self, text: str) -> None:
        """Wait until text isn't on the screen any more."""
        self.wait(lambda: text not in self.text, f"screen without {text!r}")

    def wait_line(self, text: str) -> None:
        """Wait until the cursor stands right behind `text`, with nothing before it on its line."""
        self.wait(lambda: self.before_cursor == text, f"line {text!r} up to the cursor")

    def wait_row(self, text: str) -> None:
        """Wait until the cursor stands in a line that holds exactly this behind the prompt."""
        self.wait(lambda: self.row.rpartition(PROMPT.rstrip())[2].strip() == text, f"line {text!r}")

    def at_prompt(self, typed: str = "") -> None:
        """Wait for the prompt with the cursor behind `typed`."""
        self.wait(lambda: self._at(typed), f"prompt with {typed!r}")

    def _at(self, typed: str) -> bool:
        # A plain prompt begins with the session's state.
        return re.fullmatch(f"([A-Z]+ )?{PROMPT}{re.escape(typed)}", self.before_cursor) is not None

    def ended(self) -> int:
        """Wait for the program's end and return its exit status."""
        deadline = time.monotonic() + SECONDS
        while self.process.poll() is None:
            assert time.monotonic() < deadline, f"the program goes on\n{self.picture()}"
            if self._open:
                self._read(0.02)
            else:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(0.02)
        while self._open and self._read(0):
            pass
        assert b"Traceback" not in self.raw, self.picture()
        return self.process.returncode

    def _read(self, seconds: float) -> bool:
        """Take in what the program writes, within so many seconds; False if nothing came."""
        if not select.select([self._master], [], [], max(0, seconds))[0]:
            return False
        try:
            octets = os.read(self._master, 1 << 14)
        except OSError:
            return False
        self.raw += octets
        self._stream.feed(octets)
        self.check()
        return bool(octets)

    def check(self) -> None:
        """Nothing that a user must never see has been shown."""
        tail = self.raw[-(1 << 15) :].decode("utf-8", "replace")
        found = [character for character in self.hidden if character in tail]
        assert not found, f"{found} was shown\n{self.picture()}"

    def picture(self) -> str:
        """The screen in a frame, and the last octets that came, for a failing test."""
        cursor = self.screen.cursor
        edge = "+" + "-" * self.screen.columns + "+"
        rows = [f"|{line}|" for line in self.screen.display]
        return "\n".join([
            "", edge, *rows, edge, f"cursor: row {cursor.y}, column {cursor.x}",
            f"exit status: {self.process.poll()}", f"last octets: {self.raw[-300:]!r}",
        ])  # fmt: skip

    def _set_size(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def _environment(home: Path, env: dict[str, str]) -> dict[str, str]:
    base = environment(HOME=str(home), XDG_STATE_HOME=str(home / "state"), TERM="xterm-256color")
    for name in ("COLUMNS", "LINES", "NO_COLOR", "COLORTERM"):
        base.pop(name, None)
    return {**base, **env}
