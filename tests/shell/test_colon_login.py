"""`:login`: by digest where that is possible, and the password nowhere to be seen."""

from __future__ import annotations

import pytest
from support.scripted import GREETING, ScriptedServer, close, dialogue, expect, reset

from pop3shell.shell.credentials import PASSWORD_VARIABLE

QUIT = dialogue("C: QUIT", "S: +OK bye")
NO_CAPA = dialogue("C: CAPA", "S: -ERR what")
STAMPED = b"+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n"
DIGEST = "c4c9334bac560ecc979e58001b3e22fb"  # RFC 1939 section 7


@pytest.fixture
def login(here, monkeypatch):
    monkeypatch.setenv(PASSWORD_VARIABLE, "tanstaaf")

    def run(server, line, *more):
        lines = [word for text in (line, *more) for word in ("-c", text)]
        ran = here("connect", server.host, server.port, *lines)
        assert "tanstaaf" not in ran.out + ran.err
        assert DIGEST not in ran.out + ran.err
        return ran

    return run


def test_a_timestamp_in_the_greeting_makes_it_apop(login):
    steps = (*NO_CAPA, expect(f"APOP mrose {DIGEST}"), b"+OK in\r\n", *QUIT)
    with ScriptedServer(STAMPED, *steps) as server:
        ran = login(server, ":login mrose")
    assert (ran.status, ran.sent) == (0, ["CAPA", "APOP mrose ${apop}", "QUIT"])


def test_without_a_timestamp_it_is_user_and_pass(login):
    steps = dialogue("C: USER mrose", "S: +OK", "C: PASS tanstaaf", "S: +OK", *QUIT)
    with ScriptedServer(GREETING, *NO_CAPA, *steps) as server:
        ran = login(server, ":login mrose")
    assert (ran.status, ran.sent) == (0, ["CAPA", "USER mrose", "PASS ${password}", "QUIT"])


@pytest.mark.parametrize("way", ["USER", "user", " User "])
def test_user_and_pass_can_be_demanded(login, way):
    steps = dialogue("C: USER mrose", "S: +OK", "C: PASS tanstaaf", "S: +OK", *QUIT)
    with ScriptedServer(STAMPED, *steps) as server:
        assert login(server, f":login mrose {way}").status == 0


def test_apop_cannot_be_had_without_a_timestamp(login):
    with ScriptedServer(GREETING, *QUIT) as server:
        ran = login(server, ":login mrose APOP")
    assert ran.status == 1
    assert ran.errors == [
        (
            "pop3shell: the greeting holds no timestamp, which APOP needs; log in with "
            ":login mrose USER"
        )
    ]


def test_a_refused_digest_names_the_other_way(login):
    steps = (*NO_CAPA, expect(f"APOP mrose {DIGEST}"), b"-ERR no\r\n", *QUIT)
    with ScriptedServer(STAMPED, *steps) as server:
        ran = login(server, ":login mrose")
    assert ran.status == 1
    assert "try :login mrose USER" in ran.err


def test_a_wrong_password_fails(login, practice_server, monkeypatch):
    monkeypatch.setenv(PASSWORD_VARIABLE, "wrong one")
    ran = login(practice_server(), ":login mrose USER")
    assert ran.status == 1
    assert ran.errors == ["pop3shell: the login of mrose was refused"]
    assert "wrong one" not in ran.out


def test_a_refused_name_sends_no_password(login):
    with ScriptedServer(GREETING, *dialogue("C: USER mrose", "S: -ERR"), *QUIT) as server:
        ran = login(server, ":login mrose USER")
    assert ran.status == 1
    assert ran.errors == ["pop3shell: the server refused the name mrose"]


def test_both_ways_log_in_at_the_practice_server(login, practice_server):
    for way in ("", " USER", " APOP"):
        ran = login(practice_server(), f":login mrose{way}", "STAT")
        assert ran.status == 0
        assert "S: +OK 17 5011173" in ran.lines


@pytest.mark.parametrize("value", [None, ""])
def test_without_a_password_nothing_is_sent(login, monkeypatch, value):
    if value is None:
        monkeypatch.delenv(PASSWORD_VARIABLE)
    else:
        monkeypatch.setenv(PASSWORD_VARIABLE, value)
    with ScriptedServer(GREETING, *QUIT) as server:
        ran = login(server, ":login mrose USER")
    assert (ran.status, server.received) == (1, b"QUIT\r\n")
    assert f"set {PASSWORD_VARIABLE}" in ran.err


@pytest.mark.parametrize("password", ["tan\nstaaf", "tan\rstaaf"])
def test_a_password_that_would_become_two_lines_is_not_sent(login, monkeypatch, password):
    monkeypatch.setenv(PASSWORD_VARIABLE, password)
    with ScriptedServer(GREETING, *QUIT) as server:
        ran = login(server, ":login mrose USER")
    assert (ran.status, server.received) == (1, b"QUIT\r\n")
    assert "staaf" not in ran.out + ran.err


@pytest.mark.parametrize("way", ["USER", "APOP", "PLAIN"])
def test_a_name_in_a_url_smuggles_no_command_in(here, monkeypatch, way):
    monkeypatch.setenv(PASSWORD_VARIABLE, "tanstaaf")
    with ScriptedServer(STAMPED, *QUIT) as server:
        url = f"pop://mrose%0D%0ADELE%201@{server.host}:{server.port}"
        ran = here("connect", url, "-c", f":auth {way}")
    assert (ran.status, server.received) == (1, b"QUIT\r\n")
    assert ran.errors == ["pop3shell: the name holds a line end or a NUL, which POP3 cannot carry"]


@pytest.mark.parametrize("way", ["PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-256"])
def test_a_server_that_never_stops_asking_keeps_nobody_for_ever(login, way):
    def ask_on(server, client):
        while server.read(client):
            client.sendall(b"+ YWJj\r\n")

    with ScriptedServer(GREETING, ask_on) as server:
        ran = login(server, f":auth {way} mrose")
    assert ran.status == 1
    assert "goes on with challenges" in ran.err
    assert ran.err.count("\n") == 1


def test_a_second_login_is_refused_by_the_shell(login, practice_server):
    ran = login(practice_server(), ":login mrose", ":login mrose")
    assert ran.status == 1
    assert "you are logged in already; :reconnect begins a new session" in ran.err


@pytest.mark.parametrize("way", ["USER", "PLAIN", "CRAM-MD5"])
def test_the_shell_knows_whom_it_logged_in(login, practice_server, way):
    ran = login(practice_server(), f":login mrose {way}", ":state")
    assert "# user: mrose" in ran.lines


@pytest.mark.parametrize("arguments", ["", " mrose USER x", " mrose PLAINX"])
def test_bad_arguments_send_nothing(login, arguments):
    with ScriptedServer(GREETING, *QUIT) as server:
        ran = login(server, f":login{arguments}")
    assert (ran.status, server.received) == (1, b"QUIT\r\n")
    assert ran.err.startswith("pop3shell: ")


def test_a_password_typed_behind_the_name_is_not_repeated(login):
    with ScriptedServer(GREETING, *QUIT) as server:
        ran = login(server, ":login mrose tanstaaf")  # which looks for it in all that is shown
    assert (ran.status, server.received) == (1, b"QUIT\r\n")
    assert "unknown way to log in; use one of USER, APOP, " in ran.err


@pytest.mark.parametrize("last", [close, reset])
def test_a_server_that_goes_away_is_not_taken_for_a_refusal(login, last):
    with ScriptedServer(GREETING, expect("USER mrose"), last) as server:
        ran = login(server, ":login mrose USER", "STAT")
    assert ran.status == 3
    assert len(ran.errors) == 1
    assert "before the reply was complete" in ran.err


@pytest.mark.parametrize("last", [close, reset])
def test_a_server_that_goes_away_in_a_sasl_exchange_is_not_taken_for_a_refusal(login, last):
    steps = (*NO_CAPA, *dialogue("C: AUTH PLAIN", "S: + "))
    with ScriptedServer(GREETING, *steps, lambda s, c: s.read(c), last) as server:
        ran = login(server, "!CAPA", ":login mrose PLAIN", "STAT")
    assert ran.status == 3
    assert ran.errors[-1].endswith("before the reply was complete")
    assert "${sasl}" in ran.out
