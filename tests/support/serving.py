"""A program that listens, in a process of its own, as a user starts and stops it."""

from __future__ import annotations

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from support.practice import SECONDS, Dialogue
from support.program import command, environment


@contextmanager
def listening(*arguments: object) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run the program until it listens; give it and its port."""
    pipe = subprocess.PIPE
    program = subprocess.Popen(
        command(*arguments), stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe,
        env=environment(), text=True,
    )  # fmt: skip
    try:
        line = program.stdout.readline()
        if not line:
            raise AssertionError(program.communicate(timeout=SECONDS)[1])
        yield program, port_of(line, "listening on")
    finally:
        program.kill()
        program.communicate(timeout=SECONDS)


def port_of(line: str, words: str) -> int:
    """Return the port in what the program says when it listens."""
    found = re.fullmatch(rf"{words} 127\.0\.0\.1:(\d+)\n", line)
    assert found, line
    return int(found[1])


def talk(port: int, *lines: str) -> None:
    """Say these lines, one after the reply to the other, and hang up."""
    with Dialogue("127.0.0.1", port) as client:
        client.line()
        for line in lines:
            client.ask(line)
        client.hang_up()


def ended(program: subprocess.Popen[str], number: int = signal.SIGTERM) -> tuple[int, list[str]]:
    """Stop it; return the exit status and the lines of standard error."""
    program.send_signal(number)
    out, err = program.communicate(timeout=SECONDS)
    assert out == ""
    assert "Traceback" not in err
    return program.returncode, err.splitlines()
