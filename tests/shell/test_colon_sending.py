"""`:send` and `:pipeline`: octets exactly as wanted, replies matched to their commands."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.program import LOGIN
from support.scripted import GREETING, ScriptedServer, dialogue, expect, stall

from pop3shell.shell.colon.sending import split_commands, unescape
from pop3shell.shell.shell import ColonError

QUIT = dialogue("C: QUIT", "S: +OK bye")

ESCAPES = {
    r"\r\n": b"\r\n",
    r"\t\0\e": b"\t\0\x1b",
    r"\\": b"\\",
    r"\\n": b"\\n",
    r"\x00\xff\x0A\xaB": b"\x00\xff\x0a\xab",
    r"\;": b";",
    "plain ; text": b"plain ; text",
    "caf\u00e9": "caf\u00e9".encode(),
    "\udcff": b"\xff",
    "": b"",
}


@pytest.mark.parametrize("text", ESCAPES)
def test_every_escape_stands_for_its_octets(text):
    assert unescape(text) == ESCAPES[text]


@pytest.mark.parametrize("text", [r"\q", r"\x", r"\x4", r"\xg0", "\\", r"a\\\ ", r"\u0041", r"\N"])
def test_any_other_backslash_is_refused(text):
    with pytest.raises(ColonError, match="is no escape; there are"):
        unescape(text)


@given(st.binary(max_size=50))
def test_any_octets_can_be_sent(octets):
    assert unescape("".join(f"\\x{octet:02x}" for octet in octets)) == octets


@given(st.text(max_size=50))
def test_no_text_does_more_than_be_refused(text):
    with contextlib.suppress(ColonError):
        assert isinstance(unescape(text), bytes)


def test_send_adds_nothing_and_takes_nothing_away(here):
    with ScriptedServer(GREETING, expect(b" A  \t \r\n"), b"-ERR\r\n", *QUIT) as server:
        ran = here("connect", server.host, server.port, "-c", ":send  A  \t \\r\\n")
    assert ran.status == 0
    assert server.received == b" A  \t \r\nQUIT\r\n"


def test_blanks_at_the_end_are_sent(here):
    with ScriptedServer(GREETING, expect(b"NOOP  "), stall) as server:
        here("connect", server.host, server.port, lines=":send NOOP  \n")
    assert server.received == b"NOOP  "


def test_half_a_line_and_then_the_rest(here):
    with ScriptedServer(GREETING, expect("NOOP"), b"+OK\r\n", *QUIT) as server:
        ran = here("connect", server.host, server.port, "-c", ":send NO", "-c", "!OP")
    assert ran.status == 0
    assert ran.lines[1:3] == ["C: NOOP", "S: +OK"]


def test_several_lines_at_once_have_all_their_replies(here):
    steps = (expect(b"NOOP\r\nLIST\r\n"), b"+OK 1\r\n+OK 2\r\n1 1\r\n.\r\n")
    with ScriptedServer(GREETING, *steps, *QUIT) as server:
        ran = here("connect", server.host, server.port, "-c", r":send NOOP\r\nLIST\r\n")
    assert ran.lines[1:7] == ["C: NOOP", "C: LIST", "S: +OK 1", "S: +OK 2", "S: 1 1", "S: ."]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (":send", "say what to send, for instance :send NOOP\\r\\n"),
        (":send ", "say what to send, for instance :send NOOP\\r\\n"),
        (":send \\q", "\\q is no escape; there are \\r \\n \\t \\0 \\e \\\\ and \\xHH"),
        (":pipeline", "say which commands, for instance :pipeline STAT; LIST; UIDL"),
        (":pipeline ; ;; ", "say which commands, for instance :pipeline STAT; LIST; UIDL"),
    ],
)
def test_bad_arguments_send_nothing(here, line, sentence):
    with ScriptedServer(GREETING, *QUIT) as server:
        ran = here("connect", server.host, server.port, "-c", line)
    assert (ran.status, ran.errors) == (1, [f"pop3shell: {sentence}"])
    assert server.received == b"QUIT\r\n"


@pytest.mark.parametrize(
    ("text", "commands"),
    [
        ("STAT", [b"STAT"]),
        ("STAT;LIST ;  UIDL;", [b"STAT", b"LIST ", b"UIDL"]),
        (r"PASS a\;b; STAT", [b"PASS a;b", b"STAT"]),
        (r"PASS a\\; STAT", [b"PASS a\\", b"STAT"]),
        (r"PASS a\\\;b", [b"PASS a\\;b"]),
        (r"PASS a\b\\c", [rb"PASS a\b\\c"]),
        (" ; ; ", []),
    ],
)
def test_semicolons_part_commands_unless_escaped(text, commands):
    assert split_commands(text) == commands


@given(st.lists(st.from_regex(r"[A-Z][a-z\\;]{0,6}", fullmatch=True), min_size=1))
def test_any_commands_can_be_pipelined(commands):
    def escaped(command: str) -> str:
        pieces = command.split(";")
        whole = "".join(_doubled(piece) + r"\;" for piece in pieces[:-1])
        return whole + _doubled(pieces[-1])

    text = "; ".join(map(escaped, commands)) + ";"
    assert split_commands(text) == [command.encode() for command in commands]


def _doubled(piece: str) -> str:
    """Double the backslashes at the end: a semicolon follows."""
    return piece + "\\" * (len(piece) - len(piece.rstrip("\\")))


def test_pipelined_commands_go_out_in_one_piece_and_match_their_replies(here, practice_server):
    server = practice_server()
    script = (*LOGIN, "CAPA", ":pipeline STAT; LIST 1; NOOP; RETR 99; UIDL 1", "QUIT")
    ran = here("connect", server.host, server.port, lines=script)
    assert (ran.status, ran.err) == (0, "")
    at = ran.lines.index("C: STAT")
    starts = " ".join(line[3:6] for line in ran.lines[at : at + 10])
    assert starts == "STA LIS NOO RET UID +OK +OK +OK -ER +OK"


def test_pipelining_is_sent_though_not_announced_but_with_a_warning(here):
    capa = dialogue("C: CAPA", "S: +OK", "S: TOP", "S: .")
    steps = (*capa, expect(b"NOOP\r\nNOOP\r\n"), b"+OK\r\n+OK\r\n")
    with ScriptedServer(GREETING, *steps, *QUIT) as server:
        ran = here("connect", server.host, server.port, lines="CAPA\n:pipeline NOOP; NOOP\n")
    assert ran.status == 0
    assert "does not announce PIPELINING" in ran.err


def test_a_server_that_answers_only_one_of_the_pipelined_commands_is_given_up(here):
    arguments = ("--timeout", "0.3", "-c", ":pipeline NOOP; NOOP")
    with ScriptedServer(GREETING, expect(b"NOOP\r\nNOOP\r\n"), b"+OK\r\n", stall) as server:
        ran = here("connect", server.host, server.port, *arguments)
    assert ran.status == 3
    assert "after 0.3 seconds of silence while a reply was due" in ran.err


def test_quit_of_the_shell_says_quit(here):
    with ScriptedServer(GREETING, *QUIT) as server:
        ran = here("connect", server.host, server.port, lines=":quit\n")
    assert (ran.status, ran.sent) == (0, ["QUIT"])
