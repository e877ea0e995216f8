"""A terminal shows nothing of what is typed ahead, and is afterwards as it was."""

from __future__ import annotations

import os
import signal
import termios
from collections.abc import Iterator
from contextlib import suppress

import pytest

from pop3shell.shell.interactive.modes import ECHO, LINES, SIGNALS, Off


@pytest.fixture
def terminal() -> Iterator[int]:
    master, slave = os.openpty()
    yield slave
    os.close(slave)
    os.close(master)


def on(terminal: int) -> set[str]:
    local = termios.tcgetattr(terminal)[3]
    return {mode for mode in (ECHO, LINES, SIGNALS) if local & getattr(termios, mode)}


def switch_on(terminal: int) -> None:
    """What a shell does when the program in the foreground was suspended."""
    attributes = termios.tcgetattr(terminal)
    attributes[3] |= termios.ECHO | termios.ICANON | termios.ISIG
    termios.tcsetattr(terminal, termios.TCSANOW, attributes)


@pytest.mark.parametrize("modes", [(ECHO,), (ECHO, LINES), (ECHO, LINES, SIGNALS)])
def test_it_is_as_it_was_whatever_happened_meanwhile(terminal, modes):
    before = termios.tcgetattr(terminal)
    with suppress(KeyboardInterrupt), Off(terminal, *modes):
        assert on(terminal) == {ECHO, LINES, SIGNALS} - set(modes)
        raise KeyboardInterrupt
    assert termios.tcgetattr(terminal) == before


def test_what_is_off_outside_stays_off(terminal):
    with Off(terminal, ECHO):
        with Off(terminal, ECHO, LINES):
            assert on(terminal) == {SIGNALS}
        assert on(terminal) == {LINES, SIGNALS}


def test_keys_typed_before_are_not_lost():
    master, slave = os.openpty()
    os.write(master, b"half a li")
    with Off(slave, ECHO, LINES):
        assert os.read(slave, 64) == b"half a li"
    os.close(slave)
    os.close(master)


def test_a_terminal_that_a_shell_had_meanwhile_is_quiet_again(terminal):
    handler = signal.getsignal(signal.SIGCONT)
    with Off(terminal, ECHO, LINES):
        switch_on(terminal)
        signal.raise_signal(signal.SIGCONT)
        assert on(terminal) == {SIGNALS}
    assert signal.getsignal(signal.SIGCONT) is handler


def test_while_the_program_is_suspended_the_terminal_is_as_it_was(terminal):
    off = Off(terminal, ECHO, LINES, SIGNALS)
    with off:
        with off.lifted():
            assert on(terminal) == {ECHO, LINES, SIGNALS}
        assert on(terminal) == set()
    assert on(terminal) == {ECHO, LINES, SIGNALS}


def test_a_terminal_that_is_gone_is_no_error(terminal):
    gone = os.dup(terminal)
    off = Off(gone, ECHO)
    with off:
        os.close(gone)
    with off:
        pass


def test_what_is_no_terminal_is_left_alone():
    reader, writer = os.pipe()
    with Off(reader, ECHO, LINES):
        os.write(writer, b"x")
        assert os.read(reader, 1) == b"x"
    os.close(reader)
    os.close(writer)
