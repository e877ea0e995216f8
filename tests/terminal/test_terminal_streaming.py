"""Replies are shown as they come, can be left, and never get out of step."""

from __future__ import annotations

import contextlib
import signal
import socket

import pytest
from support.practice import SECONDS
from support.scripted import GREETING, ScriptedServer, expect, hold, stall
from support.terminal import CTRL_C, ENTER


def pour(server: ScriptedServer, client: socket.socket) -> None:
    """Send line after line until the test says that it is enough, then the end of the reply."""
    with contextlib.suppress(ConnectionError):  # the client may close instead
        for number in range(int(SECONDS * 2000)):
            if server.release.wait(0.0005):
                break
            client.sendall(b"line %d\r\n" % number * 8)
        client.sendall(b"the last line\r\n.\r\n")


@pytest.fixture(params=[(), ("--plain",)], ids=["full", "plain"])
def open_shell(request, open_terminal):
    def start(server):
        return open_terminal("connect", server.host, server.port, "--validate=off", *request.param)

    return start


def test_a_reply_is_shown_before_its_end_has_come(open_shell):
    steps = expect("RETR 1"), b"+OK\r\nfirst\r\nbegun", hold, b" and ended\r\n.\r\n"
    with ScriptedServer(GREETING, *steps) as server:
        terminal = open_shell(server)
        terminal.line("RETR 1")
        terminal.wait_for("first")
        terminal.wait_for("begun")
        server.release.set()
        terminal.wait_for("begun and ended")
        terminal.at_prompt()


def test_ctrl_c_brings_the_prompt_back_and_the_dialogue_stays_in_step(open_shell):
    steps = expect("RETR 1"), b"+OK\r\n", pour, expect("STAT"), b"+OK 2 320\r\n"
    with ScriptedServer(GREETING, *steps) as server:
        terminal = open_shell(server)
        terminal.line("RETR 1")
        terminal.wait_for("line 9")
        terminal.type(CTRL_C)
        terminal.wait_for("interrupted; the rest of the reply is read, but not shown")
        terminal.at_prompt()
        assert not server.release.is_set()
        terminal.type("STAT" + ENTER)
        terminal.wait_for("waiting for the rest of the reply")
        server.release.set()
        terminal.wait_for("+OK 2 320")
        terminal.at_prompt()
        assert "the last line" not in terminal.text


def test_a_second_ctrl_c_closes(open_shell):
    with ScriptedServer(GREETING, expect("RETR 1"), b"+OK\r\n", pour) as server:
        terminal = open_shell(server)
        terminal.line("RETR 1")
        terminal.wait_for("line 9")
        terminal.type(CTRL_C)
        terminal.wait_for("interrupted")
        terminal.at_prompt()
        terminal.type("STAT" + ENTER)
        terminal.wait_for("Ctrl-C closes the connection")
        terminal.type(CTRL_C)
        terminal.wait_for("the connection was closed; :reconnect connects again")
        terminal.at_prompt()
        terminal.type("STAT" + ENTER)
        terminal.wait_for("not connected")


def test_a_reply_that_never_comes_can_be_left_and_is_shown_when_it_comes(open_shell):
    with ScriptedServer(GREETING, expect("STAT"), hold, b"+OK 2 320\r\n") as server:
        terminal = open_shell(server)
        terminal.line("STAT")
        terminal.wait(lambda: server.received == b"STAT\r\n", "command at the server")
        terminal.type(CTRL_C)
        terminal.wait_for("interrupted")
        terminal.at_prompt()
        terminal.type("NO")
        terminal.at_prompt("NO")
        server.release.set()
        terminal.wait_for("+OK 2 320")
        terminal.wait(lambda: terminal.before_cursor.endswith("pop3> NO"), "typed text")


def test_a_reply_cut_off_is_told(open_shell):
    with ScriptedServer(GREETING, expect("RETR 1"), b"+OK\r\nfirst\r\nhal") as server:
        terminal = open_shell(server)
        terminal.line("RETR 1")
        terminal.wait_for("hal")
        terminal.wait_for("the connection was closed by the server before the reply was complete")
        terminal.wait_for(":reconnect connects again, :quit leaves")


def test_ctrl_c_at_the_prompt_only_drops_the_line(open_shell):
    with ScriptedServer(GREETING, expect("NOOP"), b"+OK still here\r\n") as server:
        terminal = open_shell(server)
        terminal.at_prompt()
        terminal.type("QUIT")
        terminal.at_prompt("QUIT")
        terminal.type(CTRL_C)
        terminal.at_prompt()
        terminal.ask("NOOP", "+OK still here")


def test_an_interrupt_from_elsewhere_at_the_prompt_only_drops_the_line_too(open_terminal):
    with ScriptedServer(GREETING, expect("NOOP"), b"+OK still here\r\n") as server:
        terminal = open_terminal("connect", server.host, server.port, "--validate=off")
        terminal.at_prompt()
        for _ in range(2):
            terminal.type("QUIT")
            terminal.at_prompt("QUIT")
            terminal.process.send_signal(signal.SIGINT)
            terminal.at_prompt()
        terminal.ask("NOOP", "+OK still here")


@pytest.mark.parametrize("plain", [(), ("--plain",)], ids=["full", "plain"])
def test_what_is_given_up_at_the_prompt_is_not_laid_on_the_server(open_terminal, plain):
    with ScriptedServer(GREETING, expect("RETR 1"), b"+OK\r\nfirst\r\n", stall) as server:
        arguments = ("--validate=off", "--timeout", "1", *plain)
        terminal = open_terminal("connect", server.host, server.port, *arguments)
        terminal.line("RETR 1")
        terminal.wait_for("first")
        terminal.type(CTRL_C)
        terminal.wait_for("interrupted")
        terminal.wait_match(r"given up from this side\s+after\s+1\s+second\s+of\s+silence")
        terminal.wait_for("--timeout sets how long")
        terminal.at_prompt()


def test_a_reply_cut_off_while_a_line_is_typed_is_told_as_incomplete(open_shell):
    with ScriptedServer(GREETING, expect("RETR 1"), b"+OK\r\nfirst\r\n", hold) as server:
        terminal = open_shell(server)
        terminal.line("RETR 1")
        terminal.wait_for("first")
        terminal.type(CTRL_C)
        terminal.wait_for("interrupted")
        terminal.at_prompt()
        server.release.set()
        terminal.wait_for("closed by the server before the reply was complete")
        terminal.wait_for(":reconnect connects again, :quit leaves")
