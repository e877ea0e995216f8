"""A colon command that needs hundreds of exchanges leaves its own answer in view."""

from __future__ import annotations

import contextlib
import socket

import pytest
from support.maildrops import maildrop_of_sizes
from support.practice import SECONDS
from support.scripted import GREETING, ScriptedServer, expect
from support.terminal import CTRL_C
from support.terminal import HIDDEN_PASSWORD as PASSWORD

MANY = 120


@pytest.fixture
def many(practice_server):
    return practice_server({"mrose": (PASSWORD, maildrop_of_sizes(*[200] * MANY))})


@pytest.fixture(params=[(), ("--plain",)], ids=["full", "plain"])
def terminal(request, open_terminal, many):
    options = ("--record", "session.pop3", *request.param)
    terminal = open_terminal("connect", many.host, many.port, *options)
    terminal.log_in(password=PASSWORD)
    return terminal


def commands(terminal, verb: str) -> list[str]:
    return [line for line in terminal.lines() if line.startswith(f"C: {verb}")]


def recorded(folder, verb: str) -> int:
    return (folder / "session.pop3").read_text().count(f"C: {verb} ")


def test_the_table_is_not_buried_under_what_it_took(terminal, tmp_path):
    terminal.ask(f":messages 1-{MANY}", "Column")
    assert commands(terminal, "TOP") == ["C: TOP 1 0"]
    assert f"... {MANY - 1} more TOP, {MANY - 1} replied +OK" in terminal.lines()
    assert sum("Column" in line for line in terminal.lines()) == MANY
    assert recorded(tmp_path, "TOP") == MANY


def test_nor_is_what_was_saved(terminal, tmp_path):
    terminal.ask(":save all all.mbox", f"saved {MANY} messages")
    assert commands(terminal, "RETR") == ["C: RETR 1"]
    assert f"... {MANY - 1} more RETR, {MANY - 1} replied +OK" in terminal.lines()
    assert recorded(tmp_path, "RETR") == MANY


def test_a_few_exchanges_are_all_shown(terminal):
    terminal.ask(":messages 1-3", "Column")
    assert commands(terminal, "TOP") == ["C: TOP 1 0", "C: TOP 2 0", "C: TOP 3 0"]
    assert "more TOP" not in terminal.text


def test_who_watches_the_octets_sees_them_all(terminal):
    terminal.ask(":hex on", "")
    terminal.ask(f":messages 1-{MANY}", "Column")
    assert sum("TOP " in line for line in terminal.lines()) == MANY


def test_the_list_that_it_takes_is_not_shown(terminal):
    terminal.ask(":save all all.mbox", f"saved {MANY} messages")
    assert f"{MANY} 200" not in terminal.lines()


def pour(server: ScriptedServer, client: socket.socket) -> None:
    """Send the body of a mail until the test says that it is enough, then its end."""
    with contextlib.suppress(ConnectionError):
        for _ in range(int(SECONDS * 2000)):
            if server.release.wait(0.0005):
                break
            client.sendall(b"a line of the mail\r\n" * 100)
        client.sendall(b".\r\n")


@pytest.mark.parametrize("options", [(), ("--plain",)], ids=["full", "plain"])
def test_saving_that_is_interrupted_tells_what_there_is_and_shows_no_mail(
    open_terminal, tmp_path, options
):
    steps = expect("LIST"), b"+OK\r\n1 3\r\n2 3\r\n.\r\n", expect("CAPA"), b"-ERR\r\n"
    mails = expect("RETR 1"), b"+OK\r\nx\r\n.\r\n", expect("RETR 2"), b"+OK\r\n", pour
    login = expect("USER x"), b"+OK\r\n", expect("PASS x"), b"+OK\r\n"
    with ScriptedServer(GREETING, *login, *steps, *mails, expect("NOOP"), b"+OK\r\n") as server:
        terminal = open_terminal("connect", server.host, server.port, *options)
        terminal.log_in("x", "x")
        terminal.line(":save all all.mbox")
        terminal.wait_match(r"1 of 2 messages, \d+,\d+,\d+ octets")
        terminal.type(CTRL_C)
        terminal.wait_for("1 of 2 messages are in all.mbox; the last one there is incomplete")
        terminal.wait_for("interrupted")
        server.release.set()
        terminal.ask("NOOP", "+OK")
        assert "a line of the mail" not in "\n".join(terminal.lines())
    assert "a line of the mail" in (tmp_path / "all.mbox").read_text()
