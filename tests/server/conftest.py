"""Sessions without a network, and servers that repeat a recording."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator

import pytest
from support.maildrops import maildrop_of_sizes
from support.talk import Talk

from pop3shell.server.maildrops.maildrop import Maildrop
from pop3shell.server.mock import recollect
from pop3shell.server.mock.server import MockServer, Settings
from pop3shell.testing import RunningMock


@pytest.fixture
def maildrop() -> Maildrop:
    return maildrop_of_sizes(120, 200)


@pytest.fixture
def new(maildrop) -> Talk:
    """A session in the AUTHORIZATION state."""
    return Talk(maildrop)


@pytest.fixture
def talk(maildrop) -> Talk:
    """A session in the TRANSACTION state."""
    return Talk(maildrop).log_in()


@pytest.fixture
def mock() -> Iterator[Callable[..., RunningMock]]:
    """Return a function that serves a transcript: `mock(text, timing=..., tls=...)`."""
    running: list[RunningMock] = []

    def start(text: str, *, tls: ssl.SSLContext | None = None, **settings: bool) -> RunningMock:
        recording = recollect.from_text(text)
        server = MockServer(recording, Settings(**settings), tls=tls)
        running.append(RunningMock(server, recording))
        return running[-1]

    yield start
    for server in running:
        server.stop()
