"""Fixtures for all folders."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for `support`, in any import mode

from support.practice import RunningServer


@pytest.fixture
def practice_server() -> Iterator[Callable[..., RunningServer]]:
    """Return a function that starts a practice server: `server = practice_server()`.

    It takes what PracticeServer takes, the sample maildrop for mrose/tanstaaf when called without
    accounts; the server has `host`, `port` and `dial()`, and is stopped after the test.
    """
    running: list[RunningServer] = []

    def start(accounts=None, **options) -> RunningServer:
        running.append(RunningServer(accounts, **options))
        return running[-1]

    yield start
    for server in running:
        server.stop()
