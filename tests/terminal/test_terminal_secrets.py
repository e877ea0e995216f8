"""No way of giving a password shows a single character of it, or keeps it."""

from __future__ import annotations

import pytest
from support.scripted import GREETING, ScriptedServer, expect, hold
from support.terminal import (
    BACKSPACE,
    CTRL_C,
    CTRL_K,
    CTRL_R,
    CTRL_U,
    CTRL_W,
    CTRL_Y,
    DELETE,
    END,
    ENTER,
    ESCAPE,
    HOME,
    LEFT,
    UNDO,
    UP,
    paste,
)
from support.terminal import HIDDEN_PASSWORD as PASSWORD

STARS = "*" * len(PASSWORD)
WELCOME = "mrose's maildrop has 2 messages"


@pytest.fixture(params=["", "--plain", "--vi"])
def terminal(request, small, open_terminal):
    options = [request.param] if request.param else []
    return open_terminal("connect", small.host, small.port, *options, hidden=PASSWORD)


@pytest.fixture
def connected(small, open_terminal):
    return open_terminal("connect", small.host, small.port, hidden=PASSWORD)


def named(terminal):
    """Name the user, up to the prompt where the password is due."""
    terminal.ask("USER mrose", "+OK")
    terminal.at_prompt()
    return terminal


def test_typed_behind_its_command_it_is_stars_from_the_first_character(terminal, tmp_path):
    named(terminal).type("PASS ")
    for count, key in enumerate(PASSWORD, 1):
        terminal.type(key)
        terminal.at_prompt("PASS " + "*" * count)
    terminal.type(ENTER)
    terminal.wait_for(WELCOME)


def test_the_command_alone_asks_for_it(terminal):
    named(terminal).type("pass" + ENTER)
    terminal.wait_line("password: ")
    terminal.type(PASSWORD + ENTER)
    terminal.wait_for(WELCOME)


@pytest.mark.parametrize("options", [(), ("--plain",)])
def test_typed_ahead_while_a_reply_is_awaited_it_is_not_echoed(open_terminal, options):
    steps = GREETING, expect("USER mrose"), hold, b"+OK\r\n", expect(f"PASS {PASSWORD}")
    with ScriptedServer(*steps, b"+OK welcome\r\n") as server:
        terminal = open_terminal("connect", server.host, server.port, *options, hidden=PASSWORD)
        terminal.line("USER mrose")
        terminal.wait(lambda: b"USER mrose" in server.received, "command at the server")
        terminal.type(f"PASS {PASSWORD}{ENTER}")
        server.release.set()
        terminal.wait_for("+OK welcome")


@pytest.mark.parametrize("options", [(), ("--plain",), ("--vi",)])
def test_typed_ahead_behind_a_line_that_is_held_back_it_is_no_part_of_that(
    open_terminal, tmp_path, options
):
    steps = expect("CAPA"), hold, b"+OK\r\n.\r\n", expect("QUIT"), b"+OK bye\r\n"
    with ScriptedServer(GREETING, *steps) as server:
        terminal = open_terminal("connect", server.host, server.port, *options, hidden=PASSWORD)
        terminal.line("CAPA")
        terminal.wait(lambda: b"CAPA" in server.received, "command at the server")
        terminal.type(f"USR mrose{ENTER}PASS {PASSWORD}{ENTER}")
        server.release.set()
        terminal.wait_for("did you mean USER?")
        terminal.wait_for("what was typed ahead of this is forgotten")
        terminal.at_prompt("USR mrose")
        terminal.type(CTRL_U + "QUIT" + ENTER)
        assert terminal.ended() == 0
    history = tmp_path / "state" / "pop3shell" / "history"
    assert not history.exists() or PASSWORD not in history.read_text()


def test_typed_ahead_before_the_greeting_it_is_not_echoed(open_terminal):
    with ScriptedServer(hold, GREETING, expect(f"PASS {PASSWORD}"), b"-ERR no\r\n") as server:
        terminal = open_terminal("connect", server.host, server.port, hidden=PASSWORD)
        terminal.wait_for("connected to")
        terminal.type(f"!PASS {PASSWORD}{ENTER}")
        server.release.set()
        terminal.wait_for("-ERR no")


def test_pasted_behind_its_command_it_is_stars(connected):
    named(connected).type("PASS " + paste(PASSWORD))
    connected.at_prompt("PASS " + STARS)
    connected.type(ENTER)
    connected.wait_for(WELCOME)


def test_pasted_with_its_command_and_line_end_it_is_stars(connected):
    named(connected).type(paste(f"PASS {PASSWORD}\n"))
    connected.wait_for(WELCOME)
    assert f"PASS {STARS}" in connected.text


def test_a_whole_login_can_be_pasted(connected):
    connected.at_prompt()
    connected.type(paste(f"USER mrose\nPASS {PASSWORD}\nSTAT\nPASS {PASSWORD}"))
    connected.wait_for("+OK 2 ")
    connected.at_prompt("PASS " + STARS)


def test_pasted_at_the_question_its_line_end_ends_it(connected):
    named(connected).type("PASS" + ENTER)
    connected.wait_line("password: ")
    connected.type(paste(PASSWORD + "\n"))
    connected.wait_for(WELCOME)


def test_a_pasted_login_that_answers_the_question_itself(connected):
    connected.at_prompt()
    connected.type(paste(f"USER mrose\nPASS\n{PASSWORD}\nSTAT\n"))
    connected.wait_for("+OK 2 ")


BARED = (HOME + DELETE * 5, STARS)


@pytest.mark.parametrize(
    "steps",
    [
        pytest.param([(HOME + DELETE, "***" + "*" + STARS)], id="command damaged"),
        pytest.param([BARED], id="command deleted"),
        pytest.param([(LEFT * 8 + BACKSPACE, "PASS" + STARS)], id="blank deleted"),
        pytest.param([(HOME + "X", "******" + STARS)], id="letter before"),
        pytest.param([(HOME + "STAT ", "STAT PASS " + STARS)], id="another command before"),
        pytest.param([(HOME + ": ", ": PASS " + STARS)], id="made a colon command"),
        pytest.param([(CTRL_W, "*****"), (CTRL_Y, "PASS " + STARS)], id="cut and pasted"),
        pytest.param([(CTRL_W, "*****"), (UNDO, "PASS " + STARS)], id="cut and taken back"),
        pytest.param([BARED, (CTRL_K, ""), (UNDO, "")], id="bared, cut, taken back"),
        pytest.param([BARED, (CTRL_K, ""), (CTRL_Y, "")], id="bared, cut, pasted"),
        pytest.param([BARED, (END + CTRL_W + CTRL_Y, "")], id="the same at once"),
        pytest.param([(UP, "*" * len("USER mrose"))], id="another line called up"),
    ],
)
def test_editing_the_line_does_not_bring_it_to_light(connected, steps):
    named(connected).type("PASS " + PASSWORD)
    connected.at_prompt("PASS " + STARS)
    for keys, seen in steps:
        connected.type(keys)
        connected.wait_row(seen)
    connected.type(CTRL_C)
    connected.at_prompt()
    connected.type(CTRL_Y + ESCAPE + "y" + UNDO)
    connected.type(CTRL_U + ":state" + ENTER)
    connected.wait_for("server: 127.0.0.1")


def test_sent_in_spite_of_advice_it_is_stars(terminal):
    terminal.at_prompt()
    terminal.type("!PASS " + PASSWORD)
    terminal.at_prompt("!PASS " + STARS)
    terminal.type(ENTER)
    terminal.wait_for("-ERR")


@pytest.mark.parametrize(
    ("before", "behind"),
    [(":send PASS ", r"\r\n"), (":pipeline USER mrose; PASS ", ""), (":pipeline !PASS ", "; STAT")],
)
def test_inside_a_colon_command_it_is_stars(connected, before, behind):
    connected.at_prompt()
    connected.type(before + PASSWORD)
    connected.at_prompt(before + STARS)
    connected.type(behind + ENTER)
    connected.wait_for("PASS ${password}")


def test_typed_where_a_command_belongs_it_is_stars_and_stays_here(terminal):
    named(terminal).type(PASSWORD)
    terminal.at_prompt(STARS)
    terminal.type(ENTER)
    terminal.wait_for("not sent")
    terminal.at_prompt(STARS)


def test_a_password_that_begins_like_a_command_leaves_no_letters(open_terminal, sample):
    terminal = open_terminal("connect", sample.host, sample.port)
    named(terminal).type("tanstaaf")
    terminal.at_prompt("*" * 8)
    assert "ta" not in terminal.text.rpartition("pop3>")[2]


def test_tried_again_after_a_refusal_where_a_command_belongs_it_is_stars(terminal):
    named(terminal).type("PASS wrong" + ENTER)
    terminal.wait_for("-ERR")
    terminal.at_prompt()
    terminal.type(PASSWORD)
    terminal.at_prompt(STARS)


def test_inside_an_authentication_every_line_is_stars(open_terminal):
    steps = expect("AUTH PLAIN"), b"+ \r\n", expect(PASSWORD), b"+OK welcome\r\n"
    with ScriptedServer(GREETING, *steps) as server:
        terminal = open_terminal("connect", server.host, server.port, hidden=PASSWORD)
        terminal.line("AUTH PLAIN")
        terminal.wait_line("response> ")
        terminal.type(PASSWORD)
        terminal.wait_line("response> " + STARS)
        terminal.type(ENTER)
        terminal.wait_for("+OK welcome")


def test_nothing_brings_it_back(connected, tmp_path):
    """Neither the arrow, nor the search, nor a suggestion, nor the history, nor a file."""
    named(connected).ask("PASS " + PASSWORD, WELCOME)
    connected.type(UP)
    connected.at_prompt("USER mrose")
    connected.type(CTRL_U + "PASS ")
    connected.wait_row("PASS")
    connected.type(CTRL_U + CTRL_R + "PASS")
    connected.wait_for("search")
    connected.type(CTRL_C)
    connected.ask(":history", "USER mrose")
    connected.type("QUIT" + ENTER)
    assert connected.ended() == 0
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    for path in files:
        assert "~" not in path.read_text(), path
        assert "PASS" not in path.read_text(), path


def test_lines_that_the_server_pours_out_meanwhile_do_not_let_it_be_echoed(open_terminal):
    steps = GREETING, expect("USER mrose"), b"+OK\r\n", hold
    with ScriptedServer(*steps, *[b"* stray %d\r\n" % n for n in range(200)]) as server:
        terminal = open_terminal("connect", server.host, server.port, hidden=PASSWORD)
        named(terminal).type("PASS ")
        server.release.set()
        for _ in range(20):
            terminal.type(PASSWORD)
        terminal.wait_for("stray 199")
        terminal.wait_for("PASS ***")
