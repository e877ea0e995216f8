"""It fits the terminal that there is: narrow, resized, without colour, dumb, read aloud."""

from __future__ import annotations

import re

import pytest
from support.scripted import GREETING, ScriptedServer, hold
from support.terminal import CTRL_U, DOWN, ENTER, ESCAPE, HOME, LEFT, RIGHT, TAB, UP

from pop3shell.shell.colon import colon_commands

#: Sequences that set a foreground or background colour.
COLOUR = re.compile(rb"\x1b\[(?:[0-9;]*;)?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:;[0-9;]*)?m")


def toolbar(terminal) -> str:
    """The last line that isn't empty."""
    return terminal.text.rstrip().rpartition("\n")[2]


def in_session(open_terminal, sample, *options, **more):
    terminal = open_terminal("connect", sample.host, sample.port, *options, **more)
    terminal.log_in()
    terminal.ask("STAT", "+OK 17 ")
    return terminal


def test_the_toolbar_tells_where_the_session_stands(open_terminal, sample):
    terminal = in_session(open_terminal, sample)
    where = r"TRANSACTION \| no TLS \| mrose \| 17 messages, 4.8 MiB"
    terminal.wait_match(where + r" \| (?:under )?\d+ ms")
    terminal.ask("DELE 3", "+OK")
    terminal.wait_match(r"16 messages.* \| 1 deleted")


def test_a_resize_keeps_the_line_and_fits_the_new_width(open_terminal, sample):
    terminal = in_session(open_terminal, sample)
    terminal.type("LIST 1")
    terminal.at_prompt("LIST 1")
    for rows, columns in ((24, 60), (10, 40), (50, 132), (24, 20), (24, 80)):
        terminal.resize(rows, columns)
        terminal.wait(
            lambda: terminal.before_cursor == "pop3> LIST 1" and "TRANSACTION" in toolbar(terminal),
            f"prompt at {columns} columns",
        )
        assert terminal.text.rstrip().count("TRANSACTION") == 1
    terminal.wait_match("17 messages")
    terminal.type(ENTER)
    terminal.wait_match(r"\+OK 1 \d+")


@pytest.mark.parametrize("rows", [6, 5, 4, 2])
def test_in_a_tiny_terminal_the_line_is_seen_and_the_reply_too(open_terminal, sample, rows):
    terminal = open_terminal("connect", sample.host, sample.port, rows=rows, columns=20)
    terminal.log_in()
    terminal.ask("LIST 1", "+OK 1 389")
    assert "+OK 1 389" in terminal.text or rows == 2
    if rows > 2:
        terminal.wait_match("(?m)^ TRANSACTION")
    terminal.resize(24, 80)
    terminal.wait_match(r"TRANSACTION \| no TLS \| mrose")


def test_a_dump_fits_the_window_after_a_resize(open_terminal, sample):
    terminal = in_session(open_terminal, sample)
    terminal.ask(":hex on", "")
    terminal.ask("NOOP", "S 0")
    terminal.resize(24, 60)
    terminal.at_prompt()
    start = terminal.height
    terminal.ask("LIST 1", "+OK 1")
    dumped = [line for line in terminal.lines()[start:] if line[:2] in ("C ", "S ")]
    assert len(dumped) >= 3
    assert {len(line) for line in dumped[:-1]} <= {43, 41}


def test_sixty_columns_are_enough(open_terminal, small):
    terminal = open_terminal("connect", small.host, small.port, columns=60)
    terminal.log_in(password="~#~#~#~#")
    terminal.ask("STAT", "+OK 2 ")
    terminal.wait(lambda: "2 messages" in toolbar(terminal), "toolbar")
    terminal.type("R")
    terminal.wait_for("retrieve a message")
    terminal.type("ETR 1 2 3" + ENTER)
    terminal.wait_for("not sent; put ! before it to send it, or clear it by Ctrl-C")
    terminal.at_prompt("RETR 1 2 3")
    said = " ".join(line.strip() for line in terminal.lines())
    assert "too many arguments; the syntax is RETR msg (RFC 1939 section 5)" in said
    terminal.type(CTRL_U)


@pytest.mark.parametrize("columns", [40, 60])
def test_what_is_explained_is_set_for_a_narrow_window(open_terminal, sample, columns):
    """Names begin a line, and what is said of them stands beside or below, never at the edge."""
    terminal = open_terminal("connect", sample.host, sample.port, columns=columns, rows=100)
    terminal.ask(":help", "POP3: USER")
    named = [line for line in terminal.lines() if line.startswith("  :")]
    assert len(named) == len(colon_commands())
    assert terminal.text.count("\n      show ") >= 5
    terminal.ask(":caps", "IMPLEMENTATION")
    assert "\n      commands may be sent ahead" in terminal.text
    terminal.ask(":explain", "body: ")
    assert re.search(r"\n  body: .*\n    .*", terminal.text)
    terminal.ask(":help TRANSACTION", "defined in")
    assert re.search(r"\n  The messages are numbered.*\n  ", terminal.text)


def test_a_line_longer_than_the_window_can_be_edited(open_terminal, sample):
    terminal = open_terminal("connect", sample.host, sample.port, columns=40)
    terminal.at_prompt()
    terminal.type("X" * 50 + HOME)
    terminal.at_prompt()
    terminal.type("!" + ENTER)
    terminal.wait_for("-ERR")


@pytest.mark.parametrize(
    ("options", "env", "coloured"),
    [
        ((), {}, True),
        ((), {"NO_COLOR": "1"}, False),
        (("--color", "never"), {}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
    ],
)
def test_colour_is_the_users_choice(open_terminal, sample, options, env, coloured):
    terminal = in_session(open_terminal, sample, *options, **env)
    terminal.ask("RETR 1", "+OK")
    terminal.ask("!LIST 99", "-ERR")
    terminal.type("R")
    terminal.wait_for("retrieve a message")
    terminal.type(CTRL_U + "FOO" + ENTER)
    terminal.wait_for("not sent")
    terminal.at_prompt("FOO")
    terminal.type(CTRL_U + ":help" + ENTER)
    terminal.wait_for(":help COMMAND explains one")
    assert bool(COLOUR.search(terminal.raw)) is coloured


@pytest.mark.parametrize(
    ("options", "env"),
    [(("--plain",), {}), ((), {"TERM": "dumb"}), ((), {"TERM": ""}), (("--plain", "--vi"), {})],
)
def test_plain_means_that_nothing_is_redrawn(open_terminal, sample, options, env):
    """A screen reader, a serial line or a log gets text and line ends."""
    terminal = in_session(open_terminal, sample, *options, **env)
    terminal.ask("RETR 1", "+OK")
    terminal.ask("!LIST 99", "-ERR")
    terminal.at_prompt()
    assert terminal.before_cursor == "TRANSACTION pop3> "
    terminal.type(":help" + ENTER)
    terminal.wait_for(":help COMMAND explains one")
    terminal.wait_for("Ctrl-C clears the line or stops a reply, Ctrl-D leaves")
    terminal.at_prompt()
    terminal.type(UP + DOWN + LEFT + RIGHT + HOME + TAB + "\x1bOP" + "QUIX\x7fT")
    terminal.at_prompt("QUIT")
    terminal.type(ENTER)
    assert terminal.ended() == 0
    assert b"\x1b" not in terminal.raw
    assert terminal.settings == terminal.cooked


def test_plain_asks_for_colour_when_told_to(open_terminal, sample):
    terminal = in_session(open_terminal, sample, "--plain", "--color", "always")
    assert COLOUR.search(terminal.raw)


def test_plain_takes_back_a_line_and_a_key(open_terminal, sample):
    terminal = open_terminal("connect", sample.host, sample.port, "--plain")
    terminal.at_prompt()
    terminal.type("xyz\x7f\x08")
    terminal.at_prompt("x")
    terminal.type(CTRL_U)
    terminal.at_prompt()
    terminal.type("CAPA" + ENTER)
    terminal.wait_for("PIPELINING")


def test_vi_keys(open_terminal, sample):
    terminal = open_terminal("connect", sample.host, sample.port, "--vi")
    terminal.at_prompt()
    terminal.type("XCAPA")
    terminal.at_prompt("XCAPA")
    terminal.type(ESCAPE)
    terminal.at_prompt("XCAP")
    terminal.type("0x")
    terminal.at_prompt()
    terminal.type("A" + ENTER)
    terminal.wait_for("PIPELINING")


def test_a_terminal_that_never_says_where_its_cursor_is(open_terminal):
    """Some serial consoles don't; the prompt must come all the same."""
    with ScriptedServer(GREETING, hold, b"* mail\r\n", hold) as server:
        terminal = open_terminal("connect", server.host, server.port, answers=False)
        terminal.at_prompt()
        terminal.type("USER")
        terminal.at_prompt("USER")
        server.release.set()
        terminal.wait_for("* mail")


def test_the_demo_says_what_to_try(open_terminal):
    terminal = open_terminal("demo")
    terminal.at_prompt()
    assert "The account is mrose, the password tanstaaf" in terminal.text
    terminal.log_in()
    terminal.ask("RETR 1", "+OK")
    terminal.line("QUIT")
    assert terminal.ended() == 0
