"""Nothing is lost by leaving, and the terminal is as it was."""

from __future__ import annotations

import shutil
import signal
import sys

import pytest
from support.practice import RunningServer
from support.scripted import GREETING, ScriptedServer, dialogue, expect, hold
from support.terminal import CTRL_C, CTRL_D, CTRL_U, CTRL_Z, ENTER, Terminal
from support.terminal import HIDDEN_PASSWORD as PASSWORD


def left(terminal: Terminal) -> int:
    """Wait for the end; what is typed at the terminal is seen again afterwards."""
    status = terminal.ended()
    assert terminal.settings == terminal.cooked
    assert terminal.screen.mode == terminal.first_modes
    return status


def messages_at(server: RunningServer) -> str:
    with server.dial() as dialogue:
        dialogue.log_in(password=PASSWORD)
        return dialogue.ask("STAT").split()[1]


@pytest.fixture(params=[(), ("--plain",)], ids=["full", "plain"])
def terminal(request, small, open_terminal):
    return open_terminal("connect", small.host, small.port, *request.param)


@pytest.fixture
def marked(terminal):
    """A terminal on a session with message 2 marked as deleted."""
    terminal.log_in(password=PASSWORD)
    terminal.ask("DELE 2", "+OK")
    return terminal


def test_quit_leaves(terminal):
    terminal.line("quit")
    assert left(terminal) == 0
    assert "signing off" in terminal.text


@pytest.mark.parametrize("answer", ["", "Yes"])
def test_ctrl_d_offers_quit(terminal, answer):
    terminal.at_prompt()
    terminal.type(CTRL_D)
    terminal.wait_for("say QUIT? [Y]es, [n]o: just leave, [c]ancel")
    terminal.type(answer + ENTER)
    assert left(terminal) == 0
    assert "signing off" in terminal.text


@pytest.mark.parametrize("answer", ["c" + ENTER, CTRL_C])
def test_ctrl_d_can_be_taken_back(terminal, answer):
    terminal.at_prompt()
    terminal.type(CTRL_D)
    terminal.wait_for("say QUIT?")
    terminal.type(answer)
    terminal.at_prompt()
    terminal.ask(":state", "AUTHORIZATION")


@pytest.mark.parametrize("answer", ["n" + ENTER, CTRL_D])
def test_ctrl_d_can_leave_without_quit_and_says_what_that_means(marked, small, answer):
    marked.type(CTRL_D)
    marked.wait_for("marked as deleted: 2; QUIT removes them")
    marked.wait_for("say QUIT?")
    marked.type(answer)
    assert left(marked) == 0
    assert "left without QUIT: nothing was removed" in marked.text
    assert messages_at(small) == "2"


def test_ctrl_d_and_enter_remove_nothing(marked, small):
    marked.type(CTRL_D)
    marked.wait_for("say QUIT? [y]es, [n]o: just leave, [C]ancel")
    marked.type(ENTER)
    marked.ask(":state", "marked as deleted: message 2")
    assert not marked.process.poll()
    marked.type(CTRL_D + "y" + ENTER)
    assert left(marked) == 0
    assert messages_at(small) == "1"


@pytest.mark.parametrize("line", ["QUIT", ":quit"])
def test_quit_lists_what_it_would_remove_and_asks(marked, small, line):
    marked.type(line + ENTER)
    marked.wait_for("QUIT removes message 2 for good")
    marked.wait_for("remove? [y/N]")
    marked.type(ENTER)
    marked.wait_for("QUIT was not sent; RSET takes the marks back")
    marked.ask(":state", "marked as deleted: message 2")
    marked.type(line + ENTER)
    marked.wait(lambda: marked.text.count("remove? [y/N]") == 2, "second question")
    marked.type("y" + ENTER)
    assert left(marked) == 0
    assert messages_at(small) == "1"


def test_quit_that_is_meant_does_not_ask(marked, small):
    marked.type("!QUIT" + ENTER)
    assert left(marked) == 0
    assert "[y/N]" not in marked.text
    assert messages_at(small) == "1"


def test_ctrl_d_inside_an_authentication_cancels_that_first(open_terminal):
    steps = dialogue("C: AUTH PLAIN", "S: + ", "C: *", "S: -ERR cancelled", "C: QUIT", "S: +OK bye")
    with ScriptedServer(GREETING, *steps) as server:
        terminal = open_terminal("connect", server.host, server.port)
        terminal.line("AUTH PLAIN")
        terminal.wait_line("response> ")
        terminal.type(CTRL_D)
        terminal.wait_for("say QUIT?")
        terminal.type(ENTER)
        assert left(terminal) == 0


def test_a_refused_quit_leaves_nobody_waiting(open_terminal):
    with ScriptedServer(GREETING, expect("QUIT"), b"-ERR some messages stay\r\n") as server:
        terminal = open_terminal("connect", server.host, server.port)
        terminal.line("QUIT")
        terminal.wait_for("-ERR some messages stay")
        terminal.wait_for(":reconnect connects again, :quit leaves")
        terminal.line(":quit")
        assert left(terminal) == 0


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_at_the_prompt_ends_it_in_order(terminal, name):
    terminal.at_prompt()
    assert not terminal.echoes
    terminal.process.send_signal(getattr(signal, name))
    assert left(terminal) == 130


def test_a_signal_while_a_reply_is_awaited_ends_it_in_order(open_terminal):
    with ScriptedServer(GREETING, expect("CAPA"), hold) as server:
        terminal = open_terminal("connect", server.host, server.port)
        terminal.line("CAPA")
        terminal.wait(lambda: server.received == b"CAPA\r\n", "command at the server")
        terminal.process.send_signal(signal.SIGTERM)
        assert left(terminal) == 130


def test_a_signal_at_a_question_for_a_password_ends_it_in_order(terminal):
    terminal.ask("USER mrose", "+OK")
    terminal.type("PASS" + ENTER)
    terminal.wait_line("password: ")
    terminal.process.send_signal(signal.SIGTERM)
    assert left(terminal) == 130


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_signal_ends_the_steps_of_a_transcript_in_order(open_terminal, tmp_path, name):
    file = tmp_path / "session.txt"
    file.write_text("S: +OK\nC: QUIT\nS: +OK\n")
    terminal = open_terminal("play", "--step", file)
    terminal.wait_for("step 1")
    assert not terminal.echoes
    terminal.process.send_signal(getattr(signal, name))
    assert left(terminal) == 130


def test_ctrl_c_while_connecting_leaves(open_terminal):
    with ScriptedServer(hold) as server:
        terminal = open_terminal("connect", server.host, server.port)
        terminal.wait_for("connected to")
        terminal.type(CTRL_C)
        assert left(terminal) == 130
        assert "interrupted" in terminal.text


def test_nothing_is_left_behind_when_the_window_is_closed(terminal):
    terminal.log_in(password=PASSWORD)
    terminal.hang_up()
    terminal.ended()


@pytest.mark.skipif(not shutil.which("bash"), reason="needs a shell with job control")
@pytest.mark.parametrize("options", ["", "--plain"])
def test_it_can_be_suspended_and_taken_up_again(open_terminal, options):
    with ScriptedServer(GREETING, expect("CAPA"), hold, b"+OK\r\n.\r\n", hold) as server:
        terminal = open_terminal(
            argv=["bash", "--norc", "--noprofile", "-i"], PS1="$ ", HISTFILE="/dev/null"
        )
        terminal.wait_line("$ ")
        terminal.type(f"{sys.executable} -m pop3shell {server.host} {server.port} {options}\r")
        terminal.at_prompt()
        terminal.type("CAPA" + ENTER)
        terminal.wait(lambda: server.received == b"CAPA\r\n", "command at the server")
        terminal.type(CTRL_Z)
        terminal.wait_for("Stopped")
        terminal.wait_line("$ ")
        terminal.type("fg\r")
        terminal.wait(lambda: terminal.text.count("-m pop3shell") == 3, "program in front")
        terminal.wait(lambda: not terminal.echoes, "echo switched off")
        server.release.set()
        terminal.at_prompt()
        terminal.type("CAP")
        terminal.at_prompt("CAP")
        terminal.type(CTRL_Z)
        terminal.wait(lambda: terminal.text.count("Stopped") == 2, "stopped at the prompt")
        terminal.wait_line("$ ")
        terminal.type("fg\r")
        terminal.at_prompt("CAP")
        terminal.type(CTRL_U)
        terminal.type(":quit" + ENTER)
        terminal.wait_line("$ ")
        terminal.type("exit\r")
        terminal.ended()


@pytest.mark.parametrize("line", [":quit", ": quit", ":quit "])
def test_a_colon_quit_asks_before_it_removes_and_says_how_to_leave_without(marked, small, line):
    marked.line(line)
    marked.wait_for("remove? [y/N]")
    marked.type(ENTER)
    marked.wait_for("QUIT was not sent; RSET takes the marks back; Ctrl-D, then n, leaves without")
    marked.at_prompt()
    marked.type(CTRL_D)
    marked.wait_for("say QUIT?")
    marked.type("n" + ENTER)
    assert left(marked) == 0
    assert messages_at(small) == "2"


def test_a_quit_with_something_behind_it_is_no_quit(marked):
    marked.ask(":quit now", ":quit takes nothing; say it alone")
    marked.ask(":state", "TRANSACTION")


def test_what_quit_would_remove_is_told_of_several_messages_too(marked):
    marked.ask("DELE 1", "+OK")
    marked.type("QUIT" + ENTER)
    marked.wait_for("QUIT removes messages 1, 2 for good")
