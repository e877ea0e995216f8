"""`:help`, `:state`, `:caps` and what is no colon command."""

from __future__ import annotations

import pytest
from support.program import LOGIN
from support.scripted import GREETING, ScriptedServer, dialogue

from pop3shell.shell.colon import colon_commands

QUIT = dialogue("C: QUIT", "S: +OK bye")


def notes(ran) -> list[str]:
    return [line.removeprefix("#").removeprefix(" ") for line in ran.lines if line[0] == "#"]


@pytest.fixture
def demo(here):
    return lambda *lines: here("demo", lines=lines)


@pytest.mark.parametrize("ask", [":help", ":", ": help"])
def test_help_lists_every_colon_command_and_the_commands_of_pop3(demo, ask):
    ran = demo(ask)
    assert ran.status == 0
    listed = {line.split()[0] for line in notes(ran) if line.startswith("  :")}
    assert listed == {f":{name}" for name in colon_commands()}
    assert any("USER PASS APOP" in line for line in notes(ran))


@pytest.mark.parametrize("topic", ["RETR", "retr", "[IN-USE]", "TRANSACTION", "PIPELINING"])
def test_help_explains_a_word_of_pop3(demo, topic):
    ran = demo(f":help {topic}")
    assert ran.status == 0
    assert any("RFC" in line for line in notes(ran))


@pytest.mark.parametrize("topic", sorted(colon_commands()))
def test_help_explains_each_colon_command_with_and_without_its_colon(demo, topic):
    ran = demo(f":help :{topic}", f":help {topic}")
    assert ran.status == 0
    assert sum(line.startswith(f":{topic}") for line in notes(ran)) == 2


def test_help_on_an_unknown_topic_names_what_is_near(demo):
    ran = demo(":help RETRR")
    assert ran.status == 1
    assert "unknown topic RETRR; did you mean RETR" in ran.err


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (":sav", "there is no command :sav; did you mean :save?"),
        (":q", "there is no command :q; did you mean :quit?"),
        (":help xyzzy", "unknown topic xyzzy; `pop3shell explain` alone lists all"),
        (":xyzzy", "there is no command :xyzzy; :help lists them"),
        (
            ":PASS\ttanstaaf",
            "there is no command :PASS; PASS is the server's, and has no colon before it",
        ),
        (":PASStanstaaf", "there is no such command of the shell; :help lists them"),
        (":\x1b[2J", "there is no command :\\x1b[2J; :help lists them"),
    ],
)
def test_an_unknown_colon_command_fails_with_a_way_out(demo, line, sentence):
    ran = demo(line)
    assert (ran.status, ran.errors) == (1, [f"pop3shell: {sentence}"])
    assert ran.sent == ["QUIT"]


def test_state_tells_what_was_seen(demo):
    ran = demo(*LOGIN, "STAT", "DELE 2", ":state", "RSET")
    assert "state: TRANSACTION (logged in; the maildrop is open and locked)" in notes(ran)
    assert "user: mrose" in notes(ran)
    assert "TLS: off" in notes(ran)
    assert "marked as deleted: message 2" in notes(ran)
    assert any(line.startswith("maildrop: 16 messages") for line in notes(ran))


def test_state_sends_nothing(here):
    with ScriptedServer(GREETING, *QUIT) as server:
        ran = here("connect", server.host, server.port, lines=":state\n")
    assert server.received == b"QUIT\r\n"
    assert "state: AUTHORIZATION (connected, not yet logged in)" in notes(ran)


def test_caps_asks_once(here):
    steps = dialogue("C: CAPA", "S: +OK", "S: TOP", "S: SASL PLAIN", "S: X-ODD 1", "S: .")
    with ScriptedServer(GREETING, *steps, *QUIT) as server:
        ran = here("connect", server.host, server.port, lines=":caps\n:caps\n")
    assert ran.status == 0
    assert ran.sent == ["CAPA", "QUIT"]
    rows = [tuple(line.split(maxsplit=1)) for line in notes(ran)]
    assert rows[:3] == rows[3:]
    assert rows[0] == ("TOP", "TOP is available")
    assert rows[1][1].startswith("PLAIN ")
    assert rows[2][1].endswith("not registered")


def test_caps_does_not_ask_what_the_script_asked(here):
    steps = dialogue("C: CAPA", "S: +OK", "S: TOP", "S: .")
    with ScriptedServer(GREETING, *steps, *QUIT) as server:
        assert here("connect", server.host, server.port, lines="CAPA\n:caps\n").status == 0


def test_caps_fails_where_the_server_refuses(here):
    with ScriptedServer(GREETING, *dialogue("C: CAPA", "S: -ERR what"), *QUIT) as server:
        ran = here("connect", server.host, server.port, lines=":caps\n")
    assert ran.status == 1
    assert "the server refused CAPA, so its capabilities are unknown" in ran.err


def test_without_tls_there_is_no_certificate_and_it_is_said_when_there_could_be_one(demo):
    ran = demo(":cert", *LOGIN, ":cert")
    before, after = [line for line in ran.errors if "no certificate" in line]
    assert "STLS begins it" in before
    assert "before the login" not in before
    assert "before the login: try :reconnect" in after
