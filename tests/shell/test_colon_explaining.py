"""`:explain`: the last exchange in words, for who learns the protocol or argues with a server."""

from __future__ import annotations

import pytest
from support.program import LOGIN
from support.scripted import GREETING, ScriptedServer, dialogue, expect


@pytest.fixture
def explain(here):
    """The notes of `:explain` after lines that were sent, and replies in octets."""

    def run(*lines: str, replies: tuple[bytes, ...] = (), greeting: bytes = GREETING):
        pairs = zip(lines, replies, strict=True)
        steps = [step for line, reply in pairs for step in (expect(line), reply)]
        with ScriptedServer(greeting, *steps, *dialogue("C: QUIT", "S: +OK bye")) as server:
            script = (*lines, ":explain", "QUIT")
            ran = here("connect", server.host, server.port, "--validate", "off", lines=script)
        notes = [line[1:] for line in ran.lines if line.startswith("#")]
        assert max(len(note) for note in notes if note.startswith("  ")) <= 80
        return " ".join(map(str.strip, notes))

    return run


IN = (b"+OK\r\n", b"+OK\r\n")


def test_before_the_first_command_the_greeting_is_explained(explain):
    text = explain(greeting=b"+OK hi <1.2@example.org>\r\n")
    assert text.startswith(
        "S: +OK hi <1.2@example.org> greeting: the server speaks first (RFC 1939"
    )
    assert "<1.2@example.org> allows APOP" in text


def test_a_listing(explain):
    text = explain(*LOGIN, "LIST", replies=(*IN, b"+OK\r\n1 120\r\n2 200\r\n.\r\n"))
    assert text.startswith("C: LIST LIST: list message numbers")
    assert "RFC 1939 section 5" in text
    assert "body: 2 lines, 14 octets on the wire; ended by a line with a lone dot" in text
    assert "time: " in text


def test_dots_that_were_taken_off(explain):
    text = explain(*LOGIN, "RETR 1", replies=(*IN, b"+OK\r\n..\r\na\r\n.\r\n"))
    assert "msg: 1" in text
    assert "1 dot at the beginning of lines taken off, so 6 octets as stored" in text


def test_a_count(explain):
    text = explain(*LOGIN, "STAT", replies=(*IN, b"+OK 2 320\r\n"))
    assert "+OK: 2 messages, 320 octets in all" in text


def test_a_response_code_and_what_to_do(explain):
    text = explain(*LOGIN, replies=(b"+OK\r\n", b"-ERR [IN-USE] locked\r\n"))
    assert "[IN-USE]: the credentials are right, but another session holds the maildrop" in text
    assert "what to do: [IN-USE] means" in text
    assert "shape: one line" in text


def test_an_unregistered_response_code(explain):
    text = explain("USER a", replies=(b"-ERR [X-\x1bY] no\r\n",))
    assert "[X-\\x1bY]: a response code that is not registered (RFC 2449 section 8)" in text


def test_a_change_of_state(explain):
    text = explain(*LOGIN, replies=IN)
    assert "state: AUTHORIZATION, now TRANSACTION" in text
    assert "effect: the maildrop is locked" in text


@pytest.mark.parametrize(
    ("lines", "replies"),
    [
        (("USER mrose", "PASS open-sesame"), (b"+OK\r\n", b"-ERR open-sesame is wrong\r\n")),
        (("USER mrose", "open-sesame"), (b"+OK\r\n", b"-ERR what is open-sesame\r\n")),
        (("APOP mrose open-sesame",), (b"-ERR\r\n",)),
        (("USER mrose open-sesame",), (b"-ERR\r\n",)),
        (("APOP  mrose open-sesame",), (b"-ERR\r\n",)),
        (("AUTH PLAIN open-sesame",), (b"-ERR\r\n",)),
        (("HELO mrose open-sesame",), (b"-ERR\r\n",)),
    ],
)
def test_a_secret_is_never_told(explain, lines, replies):
    text = explain(*lines, replies=replies)
    assert text.startswith("C: ")
    assert "open-sesame" not in text


def test_a_sasl_exchange(explain):
    text = explain("AUTH X", "b3Blbg==", replies=(b"+ \r\n", b"+OK\r\n"))
    assert "SASL: 1 challenge of the server, 1 response of the client" in text
    assert "b3Blbg" not in text


def test_findings_are_told_with_their_rule(explain):
    text = explain("NOOP", replies=(b"+ok sure\r\n",))
    assert "finding: RSP-01" in text
    assert "state: sent in the AUTHORIZATION state, where NOOP is not allowed" in text


def test_a_command_that_nobody_knows(explain):
    text = explain("XYZZY", replies=(b"-ERR what\r\n",))
    assert "command: none that the command table knows" in text
    assert "what to do: no such command" in text


def test_server_octets_are_harmless_and_cut(explain):
    text = explain("USER a", replies=(b"-ERR \x1b]0;x\x07" + b"y" * 400 + b"\r\n",))
    assert "\\x1b]0;x\\x07yyy" in text
    assert "y..." in text


def test_a_wrong_argument_is_told(explain):
    text = explain(*LOGIN, "TOP x 0", replies=(*IN, b"-ERR\r\n"))
    assert "msg: x (it must be a message number" in text


def test_it_takes_no_argument(here):
    with ScriptedServer(GREETING, *dialogue("C: QUIT", "S: +OK")) as server:
        ran = here("connect", server.host, server.port, lines=(":explain STAT", "QUIT"))
    assert ":help STAT explains a word" in ran.err
