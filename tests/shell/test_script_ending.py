"""How a script ends: with QUIT if that harms nobody, and with an exit status that CI can trust."""

from __future__ import annotations

import subprocess

import pytest
from support.practice import SECONDS
from support.program import LOGIN, command, environment
from support.scripted import GREETING, ScriptedServer, close, dialogue, expect, reset, stall

from pop3shell.shell import script

QUIT = dialogue("C: QUIT", "S: +OK bye")


@pytest.fixture
def hurried(monkeypatch):
    """A server has no time to close behind QUIT."""
    monkeypatch.setattr(script, "CLOSE_WITHIN", 0.2)


def test_quit_is_said_at_the_end_of_the_input(here):
    with ScriptedServer(GREETING, *dialogue("C: USER a", "S: +OK"), *QUIT) as server:
        ran = here("connect", server.host, server.port, lines="USER a\n")
    assert (ran.status, ran.err) == (0, "")
    assert ran.lines[-2:] == ["C: QUIT", "S: +OK bye"]


def test_an_empty_input_says_quit(here):
    with ScriptedServer(GREETING, *QUIT) as server:
        ran = here("connect", server.host, server.port, lines="")
    assert (ran.status, ran.sent) == (0, ["QUIT"])


def test_quit_is_said_once(here):
    with ScriptedServer(GREETING, *QUIT) as server:
        ran = here("connect", server.host, server.port, lines="quit\n".upper())
    assert server.received == b"QUIT\r\n"
    assert ran.status == 0


def test_what_comes_behind_the_reply_to_quit_is_printed(here):
    steps = (expect("QUIT"), b"+OK bye\r\n", b"one more word\r\n", b"and half a")
    with ScriptedServer(GREETING, *steps) as server:
        ran = here("connect", server.host, server.port, lines="QUIT\n")
    assert ran.lines[-3:] == ["S: +OK bye", "S: one more word", "S: and half a"]
    assert ran.status == 0


def test_marked_messages_are_not_removed_by_a_script_that_does_not_say_quit(here, practice_server):
    server = practice_server()
    address = ("connect", server.host, server.port)
    ran = here(*address, lines=(*LOGIN, "DELE 1", "DELE 3"))
    assert ran.status == 0
    assert ran.errors == [
        (
            "pop3shell: closed without QUIT: the script did not say it, and messages are marked as "
            "deleted (1, 3); they stay in the maildrop"
        )
    ]
    assert "C: QUIT" not in ran.lines
    assert "S: +OK 17 5011173" in here(*address, lines=(*LOGIN, "STAT")).lines


def test_marks_taken_back_are_none(here, practice_server):
    server = practice_server()
    ran = here("connect", server.host, server.port, lines=(*LOGIN, "DELE 1", "RSET"))
    assert (ran.status, ran.sent[-1]) == (0, "QUIT")


def test_quit_removes_what_is_marked(here, practice_server):
    server = practice_server()
    address = ("connect", server.host, server.port)
    assert here(*address, lines=(*LOGIN, "DELE 1", "QUIT")).err == ""
    assert any("has 16 messages" in line for line in here(*address, lines=LOGIN).lines)


def test_an_exchange_under_way_is_cancelled_first(here):
    steps = dialogue("C: AUTH X", "S: + ", "C: *", "S: -ERR cancelled")
    with ScriptedServer(GREETING, *steps, *QUIT) as server:
        ran = here("connect", server.host, server.port, lines="AUTH X\n")
    assert ran.status == 0
    assert ran.sent == ["AUTH X", "*", "QUIT"]


def test_quit_is_not_put_behind_half_a_line(here):
    with ScriptedServer(GREETING, stall) as server:
        ran = here("connect", server.host, server.port, lines=":send NOO\n")
    assert server.received == b"NOO"
    assert ran.errors == [
        "pop3shell: closed without QUIT: the last line that was sent has no end yet"
    ]


def test_a_refused_quit_is_not_said_again(here, hurried):
    steps = dialogue("C: DELE 1", "S: +OK", "C: QUIT", "S: -ERR some messages not removed")
    with ScriptedServer(GREETING, *steps, close) as server:
        ran = here("connect", server.host, server.port, lines="DELE 1\nQUIT\n")
    assert (ran.status, server.received) == (0, b"DELE 1\r\nQUIT\r\n")
    assert "did not say it" not in ran.err


def test_a_quit_with_an_argument_is_no_quit(here):
    steps = dialogue("C: QUIT now", "S: -ERR no argument, please")
    with ScriptedServer(GREETING, *steps, *QUIT) as server:
        ran = here("connect", server.host, server.port, lines="QUIT now\n")
    assert (ran.status, ran.sent) == (0, ["QUIT now", "QUIT"])


@pytest.mark.parametrize("lines", ["QUIT\n", "", ":quit\n"])
def test_a_server_that_does_not_close_behind_quit_is_left(here, hurried, lines):
    with ScriptedServer(GREETING, *QUIT, stall) as server:
        ran = here("connect", server.host, server.port, lines=lines)
    assert (ran.status, server.received) == (0, b"QUIT\r\n")
    assert ran.errors == [
        (
            "pop3shell: the server did not close the connection within 0.2 seconds of its reply to "
            "QUIT (RFC 1939 section 6)"
        )
    ]


def test_messages_marked_before_quit_are_no_reason_to_complain(here, hurried):
    steps = dialogue(
        "C: USER a", "S: +OK", "C: PASS b", "S: +OK", "C: DELE 1", "S: +OK", "C: QUIT", "S: +OK"
    )
    with ScriptedServer(GREETING, *steps, stall) as server:
        ran = here("connect", server.host, server.port, lines="USER a\nPASS b\nDELE 1\nQUIT\n")
    assert ran.status == 0
    assert "closed without" not in ran.err


def test_a_server_that_still_answers_behind_quit_can_be_asked(here, hurried):
    steps = dialogue("C: QUIT", "S: +OK", "C: NOOP", "S: +OK why not", *("C: QUIT", "S: +OK"))
    with ScriptedServer(GREETING, *steps) as server:
        ran = here("connect", server.host, server.port, "-c", "QUIT", "-c", "NOOP")
    assert "S: +OK why not" in ran.lines


# ---- exit statuses ----


def test_lines_left_over_behind_the_close_are_connection_trouble(here):
    with ScriptedServer(GREETING, *QUIT) as server:
        ran = here("connect", server.host, server.port, lines="QUIT\n# fine\n\nSTAT\n")
    assert ran.status == 3
    assert ran.errors == [
        "pop3shell: the connection is closed, and lines were left over that could not be sent"
    ]


def test_a_colon_command_that_fails_gives_1_and_the_script_goes_on(here):
    with ScriptedServer(GREETING, *QUIT) as server:
        ran = here("connect", server.host, server.port, lines=":nosuch\nQUIT\n")
    assert (ran.status, ran.sent) == (1, ["QUIT"])


def test_a_refusal_by_the_server_is_no_failure_of_the_script(here):
    with ScriptedServer(GREETING, *dialogue("C: NOOP", "S: -ERR"), *QUIT) as server:
        assert here("connect", server.host, server.port, lines="NOOP\n").status == 0


def test_a_reset_behind_an_accepted_quit_does_no_harm(here):
    with ScriptedServer(GREETING, *QUIT, reset) as server:
        ran = here("connect", server.host, server.port, lines="QUIT\n")
    assert (ran.status, ran.err) == (0, "")


@pytest.mark.parametrize("lines", ["QUIT\n", "", ":quit\n"])
def test_a_quit_without_a_reply_is_connection_trouble(here, lines):
    with ScriptedServer(GREETING, expect("QUIT"), close) as server:
        ran = here("connect", server.host, server.port, lines=lines)
    assert ran.status == 3
    assert ran.errors == [
        "pop3shell: the connection was closed by the server before the reply was complete"
    ]


def test_a_server_that_closes_unasked_is_connection_trouble(here):
    with ScriptedServer(GREETING, expect("NOOP"), b"-ERR go away\r\n", close) as server:
        ran = here("connect", server.host, server.port, "--validate", "off", lines="NOOP\n")
    # Whether the close comes before the shell's own QUIT or behind it is left to chance.
    assert ran.status == 3
    assert len(ran.errors) == 1
    assert "the connection was closed by the server before" in ran.err


def test_a_script_ends_with_the_connection_though_more_could_be_typed(practice_server):
    """Else a program that holds the pipe open would wait for ever for an end."""
    server = practice_server()
    words = command("connect", server.host, server.port)
    with subprocess.Popen(words, stdin=subprocess.PIPE, env=environment()) as process:
        process.stdin.write(b"QUIT\n")
        process.stdin.flush()
        assert process.wait(SECONDS) == 0
