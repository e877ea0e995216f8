"""Every transcript that comes with pop3shell can be served, and replayed against what serves it.

Who takes one of them for a test or a lesson must not find that it was only made to be read.
"""

import ssl
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme
from interop_dovecot import HOST
from interop_programs import Finished, Listening, home, run

from pop3shell.server.mock import recollect
from pop3shell.server.mock.server import MockServer
from pop3shell.testing import RunningMock

LIBRARY = Path(__file__).parents[2] / "transcripts"
# These say what to expect, not what was said: they can't be served.
SMOKE = ("smoke-test.pop3", "smoke-test-login.pop3")
FILES = sorted(file for ending in ("pop3", "txt") for file in LIBRARY.glob(f"*.{ending}"))
SERVED = [file for file in FILES if file.name not in SMOKE]
PRACTICE = ("practice-tour.pop3", "practice-strict.pop3", *SMOKE)
PASSWORD = "tanstaaf"

Start = Callable[[Path], RunningMock]


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def mock(authority: trustme.CA) -> Iterator[Start]:
    running: list[RunningMock] = []
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(tls)

    def start(file: Path) -> RunningMock:
        recording = recollect.from_file(file)
        running.append(RunningMock(MockServer(recording, tls=tls), recording))
        return running[-1]

    yield start
    for server in running:
        server.stop()


def replay(file: Path, port: int, folder: Path, *options: str) -> Finished:
    """Replay with the same word for every secret."""
    program = [sys.executable, "-m", "pop3shell", "replay", str(file), "localhost", str(port)]
    values = [f"--var={name}={PASSWORD}" for name in ("password2", "password3")]
    env = {**home(folder), "POP3SHELL_PASSWORD": PASSWORD}
    return run([*program, "-4", *values, *options], env=env)


@pytest.mark.parametrize("file", SERVED, ids=lambda file: file.name)
def test_served_and_replayed_no_octet_differs(
    file: Path, mock: Start, authority: trustme.CA, tmp_path: Path
) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    server = mock(file)
    options = ("--compare", "exact", "--allow-delete", "--ca", str(tmp_path / "ca.pem"))
    done = replay(file, server.port, tmp_path, *options)
    assert done.status == 0, done.out + done.err
    assert (server.unmatched, server.substituted, server.unasked) == ([], [], [])


@pytest.mark.parametrize("name", PRACTICE)
def test_the_practice_server_answers_as_it_did(name: str, tmp_path: Path) -> None:
    with Listening(tmp_path, "serve") as server:
        assert server.host == HOST
        done = replay(LIBRARY / name, server.port, tmp_path, "--user", "mrose")
    assert done.status == 0, done.out + done.err
