"""What was typed can be had again, also tomorrow, and only by its user."""

from __future__ import annotations

import stat

import pytest
from support.terminal import CTRL_C, CTRL_R, CTRL_U, ENTER, RIGHT, UP, paste


def session(open_terminal, sample, *lines, **options):
    terminal = open_terminal("connect", sample.host, sample.port, **options)
    for line in lines:
        terminal.line(line)
    terminal.line("QUIT")
    assert terminal.ended() == 0
    return terminal


def history(tmp_path):
    return tmp_path / "state" / "pop3shell" / "history"


def test_it_is_kept_across_sessions(open_terminal, sample, tmp_path):
    session(open_terminal, sample, "CAPA", ":state")
    terminal = open_terminal("connect", sample.host, sample.port)
    terminal.at_prompt()
    for line in ("QUIT", ":state", "CAPA"):
        terminal.type(UP)
        terminal.at_prompt(line)
    terminal.type(CTRL_C)
    terminal.at_prompt()
    terminal.type(CTRL_R + "sta")
    terminal.wait_for("`sta': :state")
    terminal.type(ENTER + ENTER)
    terminal.wait_for("AUTHORIZATION (")
    terminal.at_prompt()
    terminal.type("CA")
    terminal.wait_row("CAPA")
    terminal.type(RIGHT)
    terminal.at_prompt("CAPA")


def test_a_line_that_is_out_of_place_now_is_not_offered_behind_the_cursor(open_terminal, sample):
    terminal = open_terminal("connect", sample.host, sample.port)
    terminal.log_in()
    terminal.ask("STAT", "+OK 17 ")
    terminal.type("ST")
    terminal.wait_row("STAT")
    terminal.type(CTRL_U)
    terminal.ask(":reconnect", "+OK")
    terminal.ask(":set hints off", "")
    terminal.type("STA")
    terminal.at_prompt("STA")
    terminal.type(RIGHT + ENTER)
    terminal.wait_for("no such command; did you mean STAT?")


def test_only_its_user_can_read_it(open_terminal, sample, tmp_path):
    session(open_terminal, sample, "CAPA")
    assert stat.S_IMODE(history(tmp_path).stat().st_mode) == 0o600
    assert stat.S_IMODE(history(tmp_path).parent.stat().st_mode) == 0o700
    assert history(tmp_path).read_text() == "CAPA\nQUIT\n"


def test_it_is_bounded(open_terminal, sample, tmp_path):
    history(tmp_path).parent.mkdir(parents=True)
    history(tmp_path).write_text("".join(f"LIST {n}\n" for n in range(100_000)))
    session(open_terminal, sample, ":history 3")
    lines = history(tmp_path).read_text().splitlines()
    assert lines[-3:] == ["LIST 99999", ":history 3", "QUIT"]
    assert len(lines) <= 4002
    assert stat.S_IMODE(history(tmp_path).stat().st_mode) == 0o600


def test_a_line_may_hold_anything(open_terminal, sample, tmp_path):
    """A form feed or a separator of another kind doesn't make two lines of it."""
    history(tmp_path).parent.mkdir(parents=True)
    history(tmp_path).write_bytes(b"CAPA\n!\xe2\x80\xa8 \x0c \xff end\n")
    terminal = open_terminal("connect", sample.host, sample.port)
    terminal.at_prompt()
    terminal.type(UP + UP)
    terminal.at_prompt("CAPA")
    terminal.type(CTRL_U)
    terminal.ask(":history", "end")


@pytest.mark.parametrize("number", ["0", "x", "-1", "\u00b2", "9" * 5000])
def test_how_many_lines_of_it_must_be_a_number(open_terminal, sample, number):
    terminal = open_terminal("connect", sample.host, sample.port, rows=100)
    terminal.at_prompt()
    terminal.type(paste(f":history {number}") + ENTER)
    terminal.wait_for("say :history, or :history N for the last N lines")


def test_without_a_place_to_keep_it_the_session_goes_on(open_terminal, sample, tmp_path):
    (tmp_path / "state").write_text("a file, where a folder should be")
    session(open_terminal, sample, "CAPA", ":history")
