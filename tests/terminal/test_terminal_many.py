"""A colon command that needs hundreds of exchanges leaves its own answer in view."""

from __future__ import annotations

import pytest
from support.maildrops import maildrop_of_sizes
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
