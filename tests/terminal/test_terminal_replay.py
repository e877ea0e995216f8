"""Who replays a transcript is asked for a password, not for a placeholder."""

from __future__ import annotations

import signal

import pytest
from support.practice import RunningServer
from support.terminal import CTRL_C, ENTER, HIDDEN_PASSWORD


@pytest.mark.parametrize(
    ("login", "more"),
    [
        ("C: USER mrose\nS: +OK\nC: PASS ${password}", ()),
        ("C: APOP mrose ${apop}", ()),
        ("C: AUTH CRAM-MD5\nS: + PDFAYj4=\nC: ${sasl}", ("--user", "mrose")),
    ],
)
def test_the_password_is_asked_for_whatever_is_made_of_it(
    open_terminal, small: RunningServer, tmp_path, login, more
):
    file = tmp_path / "session.pop3"
    lines = ("%POP3-TRANSCRIPT 1", "S: +OK <1@x>", login, "S: +OK", "C: STAT", "S: +OK 2 9", "")
    file.write_text("\n".join(lines))
    terminal = open_terminal("replay", file, "127.0.0.1", small.port, *more)
    terminal.wait_for(f"password for 127.0.0.1:{small.port}:")
    terminal.type(HIDDEN_PASSWORD + ENTER)
    terminal.wait_for("no differences")
    assert terminal.ended() == 0
    assert HIDDEN_PASSWORD[0].encode() not in terminal.raw


@pytest.fixture
def asking(open_terminal, tmp_path):
    """A terminal that asks for a password."""
    file = tmp_path / "session.pop3"
    file.write_text("S: +OK\nC: USER mrose\nS: +OK\nC: PASS ${password}\nS: +OK\n")
    terminal = open_terminal("replay", file, "127.0.0.1", 1)
    terminal.wait_for("password for 127.0.0.1:1:")
    return terminal


def test_one_ctrl_c_ends_it_while_the_password_is_asked_for(asking):
    asking.type(CTRL_C)
    asking.wait_for("pop3shell: interrupted")
    assert asking.ended() == 130


def test_sigterm_while_the_password_is_asked_for_leaves_the_terminal_with_its_echo(asking):
    assert not asking.echoes
    asking.process.send_signal(signal.SIGTERM)
    asking.wait_for("pop3shell: interrupted")
    assert asking.ended() == 130
    assert asking.settings == asking.cooked
