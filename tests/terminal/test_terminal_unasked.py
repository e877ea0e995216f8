"""What the server does by itself is told at once, and the session can be taken up again."""

from __future__ import annotations

import socket

import pytest
from support.scripted import GREETING, ScriptedServer, expect, hold, reset
from support.terminal import CTRL_C, CTRL_D, CTRL_U, ENTER

from pop3shell.server.certificates import SelfMade


@pytest.fixture(params=[(), ("--plain",)], ids=["full", "plain"])
def open_shell(request, open_terminal):
    def start(server):
        return open_terminal("connect", server.host, server.port, *request.param)

    return start


def typed_still_there(terminal, text: str) -> None:
    terminal.wait(lambda: terminal.before_cursor.endswith("pop3> " + text), f"typed {text!r}")


@pytest.mark.parametrize(
    ("farewell", "told"),
    [
        ((), "the connection was closed by the server after"),
        ((reset,), "the connection was reset by the server's side after"),
        ((b"-ERR Autologout; idle for too long\r\n",), "-ERR Autologout; idle for too long"),
    ],
    ids=["closed", "reset", "autologout"],
)
def test_an_end_is_told_while_a_line_is_typed(open_shell, farewell, told):
    with ScriptedServer(GREETING, hold, *farewell) as server:
        terminal = open_shell(server)
        terminal.at_prompt()
        terminal.type("USER mr")
        terminal.at_prompt("USER mr")
        server.release.set()
        terminal.wait_for(told)
        terminal.wait_match(r"by the server('s side)? after \d+ m?s without a command")
        terminal.wait_for(":reconnect connects again, :quit leaves")
        typed_still_there(terminal, "USER mr")
        terminal.wait_for("CLOSED")
        terminal.type("ose" + ENTER)
        terminal.wait_for("not connected; :reconnect connects again")
        typed_still_there(terminal, "USER mrose")


def test_an_end_is_told_while_a_question_is_asked(open_shell):
    steps = expect("USER mrose"), b"+OK\r\n", hold, b"-ERR too slow\r\n"
    with ScriptedServer(GREETING, *steps) as server:
        terminal = open_shell(server)
        terminal.ask("USER mrose", "+OK")
        terminal.line("PASS")
        terminal.wait_line("password: ")
        terminal.type("tan")
        terminal.wait_line("password: ***")
        server.release.set()
        terminal.wait_for("-ERR too slow")
        terminal.wait_for("closed by the server after")
        terminal.wait_line("password: ***")
        terminal.type("staaf" + ENTER)
        terminal.wait_for("not connected; :reconnect connects again")
        typed_still_there(terminal, "PASS")
        assert "not allowed" not in terminal.text


def test_an_end_is_told_before_marked_messages_are_given_up_for_removed(open_shell):
    login = expect("PASS x"), b"+OK\r\n", expect("DELE 1"), b"+OK\r\n", hold
    with ScriptedServer(GREETING, expect("USER x"), b"+OK\r\n", *login) as server:
        terminal = open_shell(server)
        terminal.log_in("x", "x")
        terminal.ask("DELE 1", "+OK")
        terminal.line("QUIT")
        terminal.wait_for("remove? [y/N]")
        server.release.set()
        terminal.wait_for("closed by the server after")
        terminal.type("y" + ENTER)
        terminal.wait_for("not connected; :reconnect connects again")
        typed_still_there(terminal, "QUIT")


@pytest.mark.parametrize("line", [":messages", ":save 1 x", ":view 1", ":send NOOP"])
def test_whatever_needs_the_connection_tells_that_it_is_over(open_shell, tmp_path, line):
    with ScriptedServer(GREETING) as server:
        terminal = open_shell(server)
        terminal.wait_for(":reconnect connects again")
        terminal.type(line + ENTER)
        terminal.wait_for("the connection is closed; nothing was sent")
        terminal.wait(
            lambda: terminal.text.count(":reconnect connects again") == 2, "the way to go on"
        )
        assert not (tmp_path / "x").exists()


def test_the_idle_server_of_the_practice_kind(open_shell, practice_server):
    terminal = open_shell(practice_server(autologout=0.2))
    terminal.wait_for("closed by the server after")
    terminal.line(":reconnect")
    terminal.wait(lambda: terminal.text.count("connected to") == 2, "second connection")
    terminal.wait(lambda: terminal.text.count("closed by the server after") == 2, "second close")


def test_a_line_that_nobody_asked_for_is_shown_above_the_prompt(open_shell):
    with ScriptedServer(GREETING, hold, b"* new mail\r\n", expect("NOOP"), b"+OK\r\n") as server:
        terminal = open_shell(server)
        terminal.at_prompt()
        terminal.type("!NO")
        terminal.at_prompt("!NO")
        server.release.set()
        terminal.wait_for("* new mail")
        typed_still_there(terminal, "!NO")
        terminal.type("OP" + ENTER)
        terminal.wait_match(r"\n(S: )?\+OK\b(?! ready)")


def test_another_server_can_be_connected_to(open_shell):
    with ScriptedServer(GREETING) as first, ScriptedServer(b"+OK second\r\n", hold) as second:
        terminal = open_shell(first)
        terminal.wait_for("closed by the server after")
        terminal.ask(f":reconnect 127.0.0.1 {second.port}", "+OK second")
        terminal.ask(":state", "AUTHORIZATION")


def test_a_mistyped_host_is_not_taken_for_the_server_to_come_back_to(open_shell, practice_server):
    server = practice_server()
    terminal = open_shell(server)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nobody = listener.getsockname()[1]
    terminal.line(f":reconnect localhost {nobody}")
    terminal.wait_for("could not connect")
    terminal.wait_for(":reconnect connects again")
    terminal.line(":login mrose")
    terminal.wait_for("not connected; :reconnect connects again")
    terminal.ask(":reconnect", f"connected to {server.host}:{server.port}")
    terminal.ask(":state", "AUTHORIZATION")


def test_a_host_that_is_not_known_does_not_cost_the_session(open_shell, practice_server):
    terminal = open_shell(practice_server())
    terminal.line(":reconnect nowhere.invalid")
    terminal.wait_for("no host 'nowhere.invalid' is known")
    terminal.ask(":state", "AUTHORIZATION")


def test_told_once_why_a_certificate_is_refused(open_shell, practice_server, tmp_path):
    terminal = open_shell(practice_server(tls=SelfMade(tmp_path).context))
    terminal.line("STLS")
    terminal.wait_for("the certificate is refused")
    terminal.wait_for(":reconnect connects again")
    terminal.ask(":state", "findings: 1")
    assert terminal.text.count("the certificate is refused") == 1


def test_told_once_that_the_connection_is_over(open_shell):
    with ScriptedServer(GREETING) as server:
        terminal = open_shell(server)
        terminal.wait_for("closed by the server after")
        terminal.ask(":set", "validate")
        terminal.ask(":caps", "the connection is closed; nothing was sent")
        assert "\n".join(terminal.lines()).count("closed by the server") == 1


def test_a_reconnection_that_fails_leaves_the_shell_usable(open_shell):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        nobody = listener.getsockname()[1]
    refusing = ScriptedServer(b"-ERR go away\r\n")
    with ScriptedServer(GREETING) as first, refusing, ScriptedServer(GREETING, hold) as last:
        terminal = open_shell(first)
        terminal.wait_for("closed by the server after")
        terminal.line(f":reconnect 127.0.0.1 {nobody}")
        terminal.wait_for("refused")
        terminal.line("CAPA")
        terminal.wait_for("not connected; :reconnect connects again")
        terminal.wait_for("Ctrl-C clears the line")
        terminal.at_prompt("CAPA")
        terminal.type(CTRL_U + f":reconnect 127.0.0.1 {refusing.port}" + ENTER)
        terminal.wait_for("refused the connection in its greeting")
        terminal.ask(f":reconnect 127.0.0.1 {last.port}", "+OK")
        terminal.ask(":state", "AUTHORIZATION")


def test_no_response_is_asked_for_once_nobody_waits_for_it(open_shell):
    with ScriptedServer(GREETING, expect("AUTH LOGIN"), b"+ VXNlcm5hbWU6\r\n", hold) as server:
        terminal = open_shell(server)
        terminal.line("AUTH LOGIN")
        terminal.wait(lambda: terminal.before_cursor.endswith("response> "), "response prompt")
        server.release.set()
        terminal.wait_for(":reconnect connects again, :quit leaves")
        terminal.at_prompt()


def test_ctrl_d_leaves_at_once_when_nobody_is_there_to_say_quit_to(open_shell):
    with ScriptedServer(GREETING) as server:
        terminal = open_shell(server)
        terminal.wait_for("closed by the server after")
        terminal.at_prompt()
        terminal.type(CTRL_D)
        assert terminal.ended() == 0
        assert "Y]es" not in terminal.text


def test_ctrl_c_stops_a_reconnection(open_shell):
    with ScriptedServer(GREETING) as first, ScriptedServer(hold) as silent:
        terminal = open_shell(first)
        terminal.wait_for("closed by the server after")
        terminal.line(f":reconnect 127.0.0.1 {silent.port}")
        terminal.wait(lambda: terminal.text.count("connected to") == 2, "second connection")
        terminal.type(CTRL_C)
        terminal.wait_for("interrupted")
        terminal.line("CAPA")
        terminal.wait_for("not connected; :reconnect connects again")


@pytest.mark.parametrize(
    ("greeting", "told"),
    [(b"-ERR too many\r\n", "refused the connection in its greeting"), (b"220 mail\r\n", "SMTP")],
)
def test_without_a_greeting_there_is_no_session(open_shell, greeting, told):
    with ScriptedServer(greeting) as server:
        terminal = open_shell(server)
        assert terminal.ended() == 3
        assert told in terminal.text
        assert terminal.settings == terminal.cooked
