"""`play`: pace, keys, and what it says of a file that it can't show."""

from __future__ import annotations

import signal
import subprocess
import tracemalloc
from itertools import chain, repeat

import pytest
from support.practice import SECONDS
from support.program import command, environment, shell_line
from support.terminal import CTRL_C, LEFT, RIGHT, Terminal

from pop3shell.cli import stepping
from pop3shell.cli.play import LONGEST_PAUSE, Pace
from pop3shell.transcript import model
from pop3shell.view.play import Player

HEAD = "%POP3-TRANSCRIPT 1\n"
SESSION = f"""\
{HEAD}[0.000] S: +OK ready
[3000.000] C: USER mrose
[3000.100] S: +OK
# who is it?
[6000.000] C: PASS ${{password}}
[6000.100] S: +OK welcome
[9000.000] *: closed by server
"""


@pytest.fixture
def session(tmp_path):
    path = tmp_path / "session.pop3"
    path.write_text(SESSION)
    return path


def test_into_a_pipe_it_goes_without_pauses_and_colour(here, session):
    ran = here("play", session)
    assert (ran.status, ran.err) == (0, "")
    assert ran.lines == [
        "S: +OK ready",
        "-- AUTHORIZATION state",
        "C: USER mrose",
        "S: +OK",
        "# who is it?",
        "C: PASS ${password}",
        "S: +OK welcome",
        "-- TRANSACTION state",
        "*: closed by server",
    ]


def test_colour_can_be_had_in_a_pipe(here, session):
    assert "\x1b[" in here("play", session, "--color", "always").out


def test_each_exchange_is_explained_on_demand(here, session):
    ran = here("play", session, "--explain")
    assert "  USER: " in ran.out
    assert "RFC 1939" in ran.out


@pytest.mark.parametrize("option", [("--speed", "1e9"), ("--idle-limit", "0")])
def test_an_hour_need_not_be_waited_for(here, session, option):
    assert here("play", session, *option).lines[-1] == "*: closed by server"


# ---- the pace ----


def test_the_pace_is_the_recorded_one():
    pace = Pace(1.0, None)
    assert [pace.pause(at) for at in (0.5, 2.0, None, 2.0, 1.0)] == [0.5, 1.5, 0, 0, 0]


def test_twice_as_fast_is_half_the_time():
    assert [Pace(2.0, None).pause(at) for at in (3.0,)] == [1.5]


def test_no_pause_is_longer_than_the_limit():
    pace = Pace(2.0, 1.0)
    assert [pace.pause(at) for at in (0.5, 100.0)] == [0.25, 0.5]


def test_a_pause_that_no_clock_can_count_is_cut():
    assert Pace(1e-300, None).pause(9_999_999_999.0) == LONGEST_PAUSE


# ---- what can't be shown ----


@pytest.mark.parametrize("name", ["missing", ".", "a/b/c"])
def test_a_file_that_cannot_be_read_gives_2(here, tmp_path, name):
    ran = here("play", tmp_path / name)
    assert (ran.status, ran.out, len(ran.errors)) == (2, "", 1)
    assert ran.err.startswith(f"pop3shell: cannot read {tmp_path / name}: ")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (HEAD + "C: NOOP\nwhat?\n", "line 3: this begins with none of"),
        ("%POP3-TRANSCRIPT 7\n", "line 1: this is a transcript of version 7"),
        (HEAD + "C: \\q\n", "line 2: "),
        ("a\0b\n", "line 1: "),
    ],
)
def test_a_file_that_is_no_transcript_gives_2_and_the_line(here, tmp_path, text, why):
    path = tmp_path / "x"
    path.write_text(text)
    ran = here("play", path)
    assert (ran.status, len(ran.errors)) == (2, 1)
    assert ran.err.startswith(f"pop3shell: {path}: {why}")


def test_what_stands_before_the_fault_is_shown(here, tmp_path):
    path = tmp_path / "x"
    path.write_text(HEAD + "S: +OK ready\nwhat?\n")
    assert here("play", path).lines[0] == "S: +OK ready"


def test_a_recording_that_has_just_begun_shows_nothing(here, tmp_path):
    path = tmp_path / "x"
    path.write_text(HEAD)
    ran = here("play", path)
    assert (ran.status, ran.out, ran.err) == (0, "", "")


@pytest.mark.parametrize("text", ["", "\n", "Dear reader,\n", "A: +OK\nB: QUIT\n"])
def test_a_file_in_which_nobody_speaks_is_no_transcript(here, tmp_path, text):
    path = tmp_path / "x"
    path.write_text(text)
    ran = here("play", path)
    assert ran.status == 2
    assert ran.err == f"pop3shell: {path}: no line begins with C: or S:; this is no transcript\n"


@pytest.mark.parametrize(
    "options",
    [
        ("--speed", "0"),
        ("--speed", "nan"),
        ("--speed", "-1"),
        ("--idle-limit", "-1"),
        ("--idle-limit", "nan"),
        ("--step",),
        ("--step", "--speed", "2"),
        ("--step", "--idle-limit", "2"),
    ],
)
def test_wrong_usage_gives_2(here, session, options):
    ran = here("play", session, *options)
    assert (ran.status, ran.out) == (2, "")


def test_whoever_has_seen_enough_may_leave(session):
    assert shell_line(f"$pop3shell play {session} | head -n 1").lines == ["S: +OK ready"]


def test_ctrl_c_in_a_pause_gives_130(session):
    process = subprocess.Popen(
        command("play", session, "--speed", "1"), env=environment(),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    with process:
        assert process.stdout.readline() == b"S: +OK ready\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert errors == b"pop3shell: interrupted\n"


# ---- at a terminal ----


def test_at_a_terminal_it_is_coloured_and_waits(session, tmp_path):
    with Terminal("play", session, home=tmp_path) as terminal:
        terminal.wait_for("-- AUTHORIZATION state")
        assert "USER" not in terminal.text
        assert b"\x1b[1;32m+OK" in terminal.raw
        terminal.type(CTRL_C)
        assert terminal.ended() == 130


@pytest.mark.parametrize("term", ["xterm-256color", "dumb"])
def test_steps_go_forward_and_back_at_a_key(session, tmp_path, term):
    with Terminal("play", "--step", session, home=tmp_path, TERM=term) as terminal:
        terminal.wait_for("step 1, AUTHORIZATION; space: on, b: back, q: quit")
        assert "USER" not in terminal.text
        terminal.type(" ")
        terminal.wait_for("step 2,")
        assert "C: USER mrose" in terminal.text
        terminal.type(RIGHT + "n")
        terminal.wait_for("step 4,")
        assert "# who is it?" in terminal.text
        seen = len(terminal.raw)
        terminal.type(LEFT + "b")
        terminal.wait(lambda: terminal.raw[seen:].count(b"-- step ") == 2, "two steps back")
        assert b"step 2," in terminal.raw[seen:]
        assert "C: USER mrose" in terminal.text
        if term != "dumb":
            assert "who is it?" not in terminal.text
        terminal.type("q")
        assert terminal.ended() == 0


def test_behind_the_last_step_it_ends(session, tmp_path):
    with Terminal("play", "--step", session, home=tmp_path) as terminal:
        terminal.wait_for("step 1,")
        terminal.type(" " * 20)
        assert terminal.ended() == 0
        assert "*: closed by server" in terminal.text
        assert "step" not in terminal.text


def test_before_the_first_step_nothing_is_lost(session, tmp_path):
    with Terminal("play", "--step", session, home=tmp_path) as terminal:
        terminal.wait_for("step 1,")
        terminal.type("bbb x")
        terminal.wait_for("step 2,")
        assert terminal.text.count("S: +OK ready") == 1
        terminal.type(CTRL_C)
        assert terminal.ended() == 130
        assert terminal.settings[3] == terminal.cooked[3]


def test_in_another_size_the_step_is_shown_anew_and_leaves_no_trace(session, tmp_path):
    with Terminal("play", "--step", session, home=tmp_path) as terminal:
        terminal.wait_for("step 1,")
        terminal.type(" ")
        terminal.wait_for("step 2,")
        seen = len(terminal.raw)
        terminal.resize(24, 30)
        terminal.wait(lambda: b"step 2," in terminal.raw[seen:], "the step again")
        terminal.type(" ")
        terminal.wait_for("step 3,")
        assert terminal.text.count("step ") == 1
        assert terminal.text.count("S: +OK ready") == 1
        terminal.type("q")
        assert terminal.ended() == 0
        assert "step" not in terminal.text


def test_stepping_over_a_huge_message_holds_little_of_it():
    block = b"a line of text\r\n" * 4000
    said = (b"+OK\r\n", b"RETR 1\r\n", b"+OK\r\n")
    kinds = (model.ServerLine, model.ClientLine, model.ServerLine)
    first = [kind(1, None, octets) for kind, octets in zip(kinds, said, strict=True)]
    entries = chain(first, repeat(model.ServerLines(1, block, 4000), 200))
    steps = stepping.Steps(Player(colour=False), entries)
    tracemalloc.start()
    try:
        assert len(steps[2].shown) < 100_000
        assert tracemalloc.get_traced_memory()[1] < 20 * len(block)
    finally:
        tracemalloc.stop()


def test_no_step_floods_the_terminal(tmp_path):
    path = tmp_path / "big"
    body = "S: a line of text\n" * 20_000
    path.write_text(f"{HEAD}S: +OK\nC: RETR 1\nS: +OK\n{body}S: .\nC: QUIT\nS: +OK\n")
    with Terminal("play", "--step", path, home=tmp_path) as terminal:
        terminal.wait_for("step 1,")
        terminal.type("  ")
        terminal.wait_for("step 3,")
        assert "the rest of this is not shown here" in terminal.text
        assert len(terminal.raw) < 200_000
        terminal.type("q")
        assert terminal.ended() == 0
