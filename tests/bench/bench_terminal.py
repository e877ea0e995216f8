"""A program on a pseudo-terminal, and its screen as a person sees it."""

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable

import pyte
from bench_harness import PROJECT, Failure, environment

COLUMNS, LINES = 80, 24
BLOCK = 1 << 16
PATIENCE = 30.0


class Terminal:
    """A program on a terminal of 80x24; use it as a context manager."""

    def __init__(self, argv: list[str], variables: dict[str, str]) -> None:
        self.screen = pyte.Screen(COLUMNS, LINES)
        self.screen.write_process_input = self.type  # what a terminal answers when asked
        self._stream = pyte.ByteStream(self.screen)
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        kept = {k: v for k, v in environment().items() if k not in ("COLUMNS", "LINES", "NO_COLOR")}
        env = kept | {"TERM": "xterm-256color", "LANG": "C.UTF-8"} | variables
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            argv, stdin=slave, stdout=slave, stderr=slave, cwd=PROJECT, env=env
        )
        os.close(slave)

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> float:
        """End the program; its peak resident memory in MiB."""
        if self._process.returncode is not None:
            return 0.0
        os.kill(self._process.pid, signal.SIGKILL)
        os.close(self._master)
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        return usage.ru_maxrss / 1024

    @property
    def line(self) -> str:
        """The cursor's line up to the cursor."""
        return self.screen.display[self.screen.cursor.y][: self.screen.cursor.x]

    def shows(self, text: str) -> bool:
        """Whether the text stands anywhere on the screen."""
        return any(text in line for line in self.screen.display)

    def type(self, text: str) -> float:
        """Type; the time just before."""
        now = time.perf_counter()
        os.write(self._master, text.encode())
        return now

    def until(self, seen: Callable[[], bool]) -> float:
        """Wait until the screen is as described; the time of the read that made it so."""
        end = time.perf_counter() + PATIENCE
        while (left := end - time.perf_counter()) > 0:
            when = self._read(left)
            if when is not None and seen():
                return when
        raise Failure("what was waited for did not appear; the screen:\n" + self._text())

    def rest(self, seconds: float) -> None:
        """Wait until nothing has come for so long."""
        while self._read(seconds) is not None:
            pass

    def _read(self, timeout: float) -> float | None:
        if not select.select([self._master], [], [], timeout)[0]:
            return None
        try:
            octets = os.read(self._master, BLOCK)
        except OSError:  # Linux's way to say that nobody is on the other side any more
            octets = b""
        when = time.perf_counter()
        if not octets:
            raise Failure("the program ended; the screen:\n" + self._text())
        self._stream.feed(octets)
        return when

    def _text(self) -> str:
        return "\n".join(self.screen.display).strip()
