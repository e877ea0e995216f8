"""Terminals and servers for the shell as a person types at it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
from support.maildrops import maildrop_of
from support.practice import RunningServer
from support.terminal import HIDDEN_PASSWORD, Terminal

MAILS = (
    b"From: red@example.org\r\nSubject: First\r\n\r\nBody of the first.\r\n",
    b"From: blue@example.org\r\nSubject: Second\r\n\r\nBody of the second.\r\n",
)


@pytest.fixture
def open_terminal(tmp_path) -> Iterator[Callable[..., Terminal]]:
    """Return a function that runs the program on a terminal: `open_terminal("demo")`."""
    with contextlib.ExitStack() as stack:

        def start(*arguments: object, **options) -> Terminal:
            options.setdefault("home", tmp_path)
            return stack.enter_context(Terminal(*arguments, **options))

        yield start


@pytest.fixture(scope="session")
def sample() -> Iterator[RunningServer]:
    """The practice server with the sample maildrop, for tests that delete nothing."""
    server = RunningServer()
    yield server
    server.stop()


@pytest.fixture
def small(practice_server) -> RunningServer:
    """A practice server with two short messages, for mrose with `HIDDEN_PASSWORD`."""
    return practice_server({"mrose": (HIDDEN_PASSWORD, maildrop_of(*MAILS))})
