"""Real clients against a recorded server see exactly what was recorded."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from interop_clients import CLIENTS, Login, curl

from pop3shell.server.mock import recollect
from pop3shell.server.mock.server import MockServer
from pop3shell.testing import RunningMock

pytestmark = pytest.mark.interop

MESSAGE = b"Subject: odd\r\n\r\n.dot\r\n\xff\xfe\x1b[2J\\ ${password} \r\n"
RECORDED = r"""%POP3-TRANSCRIPT 1
[0.000] S: +OK POP3 server ready
[0.100] C: CAPA
[0.110] S: +OK
S: USER
S: UIDL
S: .
[0.200] C: USER mrose
[0.210] S: +OK
[0.300] C: PASS ${password}
[0.310] S: +OK in
[0.400] C: STAT
[0.410] S: +OK 1 SIZE
[0.500] C: LIST
[0.510] S: +OK
S: 1 SIZE
S: .
[0.500] C: UIDL
[0.510] S: +OK
S: 1 one
S: .
[0.600] C: RETR 1
[0.610] S: +OK
S: Subject: odd
S:
S: ..dot
S: \xff\xfe\x1b[2J\\ \x24{password}\x20
S: .
[0.700] C: QUIT
[0.710] S: +OK bye
[0.720] *: closed by server
""".replace("SIZE", str(len(MESSAGE)))


@pytest.fixture
def server() -> Iterator[RunningMock]:
    recording = recollect.from_text(RECORDED)
    running = RunningMock(MockServer(recording), recording)
    yield running
    running.stop()


@pytest.mark.parametrize("client", ["poplib", "curl"])
def test_a_client_brings_home_the_recorded_message(
    client: str, server: RunningMock, tmp_path: Path
) -> None:
    login = Login(server.host, server.port, "mrose", "any password")
    assert CLIENTS[client].fetch(login, tmp_path).messages == [MESSAGE]
    assert server.unmatched == []


def test_curl_shows_the_recorded_listing(server: RunningMock) -> None:
    login = Login(server.host, server.port, "mrose", "any password")
    assert curl(login).lines == [f"1 {len(MESSAGE)}"]
    assert curl(login, "-X", "UIDL").lines == ["1 one"]
