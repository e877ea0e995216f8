"""What a mock records of its clients: their secrets are left out, and nothing else is."""

from __future__ import annotations

import pytest

from pop3shell.protocol.dialogue import Dialogue
from pop3shell.server.mock import recollect
from pop3shell.server.mock.masking import RecordedSecrets
from pop3shell.server.mock.recollection import Wildcard

HEAD = "%POP3-TRANSCRIPT 1\nS: +OK ready\n"


def masked(recording: str, *lines: bytes) -> list[bytes]:
    dialogue = Dialogue()
    redactor = RecordedSecrets(recollect.from_text(HEAD + recording))
    dialogue.server(b"+OK\r\n")
    return [redactor.octets(event) for line in lines for event in dialogue.client(line)]


def test_what_stands_in_the_place_of_a_secret_is_masked():
    recording = "C: XSECRET ${password} end\nS: +OK\nC: XOTHER ${password2}\nS: +OK\n"
    assert masked(recording, b"xsecret tanstaaf END\r\n", b"XOTHER x y\r\n", b"XTHIRD z\r\n") == [
        b"xsecret ${password} END\r\n",
        b"XOTHER ${password2}\r\n",
        b"XTHIRD z\r\n",
    ]


@pytest.mark.parametrize("line", [b"CAPA\r\n", b"NOOP\r\n", b"QUIT\r\n"])
def test_a_recorded_sasl_response_makes_no_secret_of_ordinary_commands(line):
    recording = "C: AUTH PLAIN\nS: + \nC: ${sasl}\nS: +OK\n"
    assert masked(recording, line) == [line]


def test_a_long_recording_is_not_gone_through_for_each_line(monkeypatch):
    compared = 0
    resembles = Wildcard.resembles

    def counted(self, raw):
        nonlocal compared
        compared += 1
        return resembles(self, raw)

    monkeypatch.setattr(Wildcard, "resembles", counted)
    recording = "C: USER mrose\nS: +OK\nC: PASS ${password}\nS: -ERR\n" * 2000
    assert masked(recording, *[b"NOOP\r\n"] * 50) == [b"NOOP\r\n"] * 50
    assert compared <= 50


def test_secrets_are_counted_as_they_come_however_they_were_called():
    recording = "C: XONE ${password2}\nS: +OK\nC: XTWO ${password}\nS: +OK\n"
    said = masked(recording, b"XONE tanstaaf\r\n", b"XTWO other\r\n", b"XONE tanstaaf\r\n")
    assert said == [b"XONE ${password}\r\n", b"XTWO ${password2}\r\n", b"XONE ${password}\r\n"]
