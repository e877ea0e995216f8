"""When a mock closes: a client that depends on it would not notice that it has changed."""

from __future__ import annotations

import pytest
from support.practice import Dialogue

from pop3shell.testing import RunningMock

HEAD = "%POP3-TRANSCRIPT 1\n[0.000] S: +OK\n[1.000] C: STAT\n[1.000] S: +OK 0 0\n"
#: What the recorded server did long after the last line of its client.
LATE = "[601.000] *: closed by server\n"


def said(server: RunningMock, octets: bytes, lines: int) -> list[bytes]:
    """The server's lines behind its greeting."""
    with Dialogue(server.host, server.port) as client:
        client.line()
        client.send(octets)
        return [client.line() for _ in range(lines)]


@pytest.mark.parametrize(
    ("recorded", "octets"),
    [
        ("[1.000] C: NOOP\n", b"NOOP\r\nSTAT\r\n"),
        ("[1.000] C: RETR 1\n[1.000] S: +OK\n[1.000] S: half\n", b"RETR 1\r\nSTAT\r\n"),
    ],
    ids=["without a reply", "within a reply"],
)
def test_a_server_that_lingered_still_answers_until_it_closes(mock, recorded, octets):
    before = recorded.count("S: ")
    lines = said(mock(HEAD + recorded + LATE), octets, before + 1)
    assert lines[before] == b"+OK 0 0\r\n"


def test_a_server_that_closed_without_a_reply_does_so_again(mock):
    recorded = "[1.000] C: NOOP\n[1.100] *: closed by server\n"
    assert said(mock(HEAD + recorded), b"NOOP\r\nSTAT\r\n", 1) == [b""]
