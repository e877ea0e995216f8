"""Real servers and clients; see interop_programs.program for what happens where one is missing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from interop_dovecot import Dovecot, Setup, unsupported
from interop_programs import program
from interop_secured import Secured, secured_dovecot


def _running(setup: Setup) -> Iterator[Dovecot]:
    path = program("dovecot")
    if why := unsupported(path):
        pytest.skip(why)
    with Dovecot(path, setup) as server:
        yield server


@pytest.fixture(scope="session")
def dovecot_session() -> Iterator[Dovecot]:
    """One Dovecot for all tests, with a timestamp in its greeting."""
    yield from _running(Setup())


@pytest.fixture(scope="session")
def plain_dovecot_session() -> Iterator[Dovecot]:
    """One without APOP: its greeting has no timestamp."""
    yield from _running(Setup(mechanisms=("plain", "login")))


def _with_log(server: Dovecot) -> Iterator[Dovecot]:
    """The server; what it logs during the test is printed, so shown when the test fails."""
    before = len(server.log())
    yield server
    print("Dovecot's log:", server.log()[before:], sep="\n")


@pytest.fixture
def dovecot(dovecot_session: Dovecot) -> Iterator[Dovecot]:
    """Dovecot with APOP."""
    yield from _with_log(dovecot_session)


@pytest.fixture
def plain_dovecot(plain_dovecot_session: Dovecot) -> Iterator[Dovecot]:
    """Dovecot without APOP."""
    yield from _with_log(plain_dovecot_session)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """An empty folder to save messages in."""
    folder = tmp_path / "saved"
    folder.mkdir()
    return folder


@pytest.fixture(scope="session")
def secured() -> Iterator[Secured]:
    """Dovecot with TLS and every mechanism."""
    path = program("dovecot")
    if why := unsupported(path):
        pytest.skip(why)
    with secured_dovecot(path) as server:
        yield server
