"""A script: what is printed. People diff it, paste it into reports, and grep it in CI."""

from __future__ import annotations

import pytest
from support.program import LOGIN, SHORT_SESSION
from support.scripted import GREETING, ScriptedServer, close, dialogue, expect, segments

QUIT = dialogue("C: QUIT", "S: +OK bye")


def test_the_output_is_the_dialogue_and_nothing_else(here, practice_server):
    server = practice_server()
    ran = here("connect", server.host, server.port, lines=(*LOGIN, "STAT", "QUIT"))
    assert (ran.status, ran.err) == (0, "")
    greeting, *rest = ran.lines
    assert greeting.startswith("S: +OK pop3shell practice server ready <")
    assert rest == [*SHORT_SESSION]


def test_passwords_that_differ_have_placeholders_that_differ(here, practice_server):
    server = practice_server()
    script = ("USER mrose", "PASS wrong one", "USER mrose", "PASS tanstaaf", "QUIT")
    ran = here("connect", server.host, server.port, lines=script)
    assert ran.sent[1] == "PASS ${password}"
    assert ran.sent[3] == "PASS ${password2}"


@pytest.mark.parametrize(
    "line",
    [
        "PASS tanstaaf",
        "pass tanstaaf",
        "!PASS tanstaaf",
        "PAS tanstaaf",
        "tanstaaf",
        " PASS tanstaaf",
        ":send PASS tanstaaf\\r\\n",
        ":send PA\n:send SS tanstaaf\\r\\n",
        ":pipeline PASS tanstaaf; NOOP",
        ":pipeline USER mrose; PASS tanstaaf",
        "PASS\ttanstaaf",
        "APOP mrose tanstaaf",
    ],
)
def test_a_password_is_never_shown_however_it_is_sent(here, practice_server, line):
    server = practice_server()
    ran = here("connect", server.host, server.port, lines=f"USER mrose\n{line}\nQUIT\n")
    assert "tanstaaf" not in ran.out + ran.err


@pytest.mark.parametrize(
    "reply",
    [
        b"-ERR no such password: tanstaaf\r\n",
        b"-ERR no such password: tanstaaf",  # cut off
        b"-ERR " + b"x" * 70_000 + b" tanstaaf\r\n",
        b"garbage tanstaaf\r\n-ERR tanstaaf again\r\n",
    ],
)
def test_a_password_that_the_server_repeats_is_not_shown(here, reply):
    steps = (*dialogue("C: USER mrose", "S: +OK"), expect("PASS tanstaaf"), reply, close)
    with ScriptedServer(GREETING, *steps) as server:
        ran = here("connect", server.host, server.port, lines=LOGIN)
    assert "tanstaaf" not in ran.out + ran.err
    assert ran.out.count("${password}") == 1 + reply.count(b"tanstaaf")


HOSTILE = {
    b"\x1b]0;title\x07": "\\x1b]0;title\\x07",
    b"\x9b31m": "\\x9b31m",
    "\u009b31m".encode(): "\\xc2\\x9b31m",
    "a\u202eb\u2066c".encode(): "a\\xe2\\x80\\xaeb\\xe2\\x81\\xa6c",
    "\u200b\ufeff".encode(): "\\xe2\\x80\\x8b\\xef\\xbb\\xbf",
    b"nul \x00 del \x7f tab \t": "nul \\x00 del \\x7f tab \\x09",
    b"bare cr\rS: +OK forged": "bare cr\\x0dS: +OK forged",
    b"\xff\xfe \xc3( \xed\xa0\x80": "\\xff\\xfe \\xc3( \\xed\\xa0\\x80",
    "J\u00fcrgen \u65e5\u672c \U0001f600".encode(): "J\u00fcrgen \u65e5\u672c \U0001f600",
    rb"C:\x41 \\ \n": r"C:\x41 \\ \n",
}


@pytest.mark.parametrize("octets", HOSTILE, ids=repr)
def test_unprintable_octets_are_shown_as_such_in_a_pipe_too(here, octets):
    body = (expect("RETR 1"), b"+OK " + octets + b"\r\n" + octets + b"\r\n.\r\n")
    with ScriptedServer(b"+OK " + octets + b"\r\n", *body, *QUIT) as server:
        ran = here("connect", server.host, server.port, lines="RETR 1\n")
    shown = HOSTILE[octets]
    assert ran.lines[0] == f"S: +OK {shown}"
    assert ran.lines[2:5] == [f"S: +OK {shown}", f"S: {shown}", "S: ."]


def test_hostile_octets_look_the_same_when_they_come_one_by_one(here):
    octets = b"".join(b"%b\r\n" % line for line in HOSTILE)
    reply = b"+OK\r\n" + octets + b".\r\n"
    with ScriptedServer(GREETING, expect("RETR 1"), segments(reply), *QUIT) as server:
        ran = here("connect", server.host, server.port, lines="RETR 1\n")
    assert ran.lines[3:-3] == [f"S: {shown}" for shown in HOSTILE.values()]


def test_long_lines_are_not_wrapped(here):
    long = "x" * 10_000
    with ScriptedServer(GREETING, *dialogue("C: NOOP", f"S: +OK {long}"), *QUIT) as server:
        ran = here("connect", server.host, server.port, lines="NOOP\n")
    assert f"S: +OK {long}" in ran.lines


def test_dots_are_shown_as_they_came(here):
    reply = dialogue("C: RETR 1", "S: +OK", "S: ..", "S: ..x", "S: ", "S: .")
    with ScriptedServer(GREETING, *reply, *QUIT) as server:
        ran = here("connect", server.host, server.port, lines="RETR 1\n")
    assert ran.lines[2:7] == ["S: +OK", "S: ..", "S: ..x", "S: ", "S: ."]


def test_a_line_end_without_cr_is_shown(here):
    reply = b"+OK 1 message\n1 120\n.\n"
    with ScriptedServer(b"+OK hi\n", expect("LIST"), reply, *QUIT) as server:
        ran = here("connect", server.host, server.port, lines="LIST\n")
    shown = ["S: +OK hi\\x0a", "C: LIST", "S: +OK 1 message\\x0a", "S: 1 120\\x0a", "S: .\\x0a"]
    assert ran.lines[:5] == shown
    assert ran.status == 0


def test_what_the_shell_says_itself_is_marked_as_a_note(here):
    with ScriptedServer(GREETING, *QUIT) as server:
        ran = here("connect", server.host, server.port, lines=":state\n:help\n:help STAT\n")
    for said in ("# state: AUTHORIZATION", "# POP3: USER ", "# STAT: "):
        assert any(line.startswith(said) for line in ran.lines), said
    assert all(line.startswith(("# ", "S: ", "C: ")) or line == "#" for line in ran.lines)
