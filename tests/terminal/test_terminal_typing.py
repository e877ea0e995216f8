"""What a person gets while typing: candidates that make sense now, advice, the last word."""

from __future__ import annotations

import re

import pytest
from support.scripted import GREETING, ScriptedServer, dialogue, expect, hold
from support.terminal import BACKSPACE, CTRL_C, CTRL_U, ENTER, TAB, Terminal


def test_what_is_offered_depends_on_the_state(open_terminal, sample):
    terminal = open_terminal("connect", sample.host, sample.port)
    terminal.at_prompt()
    terminal.type("A")
    terminal.wait_for("log in by a SASL mechanism")
    terminal.type(BACKSPACE + "R")
    terminal.at_prompt("R")
    terminal.wait_gone("log in by a SASL mechanism")
    assert "retrieve" not in terminal.text
    terminal.type(BACKSPACE)
    terminal.log_in()
    terminal.type("R")
    terminal.wait_for("retrieve a message")
    terminal.wait_for("take back all deletion marks")
    terminal.type(BACKSPACE + "A")
    terminal.at_prompt("A")
    terminal.wait_gone("retrieve a message")
    assert "SASL" not in terminal.text.rpartition("pop3>")[2]


def test_tab_completes(open_terminal, sample):
    terminal = open_terminal("connect", sample.host, sample.port)
    terminal.log_in()
    terminal.type("st")
    terminal.wait_for("count the messages")
    terminal.type(TAB)
    terminal.at_prompt("STAT")
    terminal.type(ENTER)
    terminal.wait_for("+OK 17 ")


def test_messages_are_offered_that_exist_and_are_not_deleted(open_terminal, small):
    terminal = open_terminal("connect", small.host, small.port)
    terminal.log_in(password="~#~#~#~#")
    terminal.ask("LIST", "+OK")
    terminal.type("RETR ")
    terminal.wait_match(r"1 +\d+ octets")
    terminal.wait_match(r"2 +\d+ octets")
    terminal.type(CTRL_U)
    terminal.ask("DELE 1", "+OK")
    terminal.type("RETR ")
    terminal.wait_match(r"\n +2 +\d+ octets")
    assert not re.search(r"1 +\d+ octets", terminal.text.rpartition("pop3>")[2])


def test_what_the_server_announces_is_offered(open_terminal):
    capabilities = "S: +OK", "S: SASL PLAIN XOAUTH2", "S: UTF8", "S: ."
    with ScriptedServer(GREETING, *dialogue("C: CAPA", *capabilities), hold) as server:
        terminal = open_terminal("connect", server.host, server.port)
        terminal.at_prompt()
        terminal.type("U")
        terminal.wait_for("name the mailbox")
        terminal.type(CTRL_U)
        terminal.ask("CAPA", "+OK")
        terminal.type("AUTH ")
        terminal.wait_for("announced by the server")
        terminal.type("X")
        terminal.wait(lambda: terminal.text.count("announced by") == 1, "one candidate")
        terminal.type(TAB)
        terminal.at_prompt("AUTH XOAUTH2")
        terminal.type(CTRL_U + "U")
        terminal.wait_for("UTF-8 mode")
        assert "name the mailbox" not in terminal.text


def test_the_shells_own_commands_are_offered(open_terminal, sample, tmp_path):
    (tmp_path / "letters").mkdir()
    terminal = open_terminal("connect", sample.host, sample.port)
    terminal.at_prompt()
    terminal.type(":recon")
    terminal.wait_for("connect again, or to another server")
    terminal.type(CTRL_U + ":set ")
    terminal.wait_for("off|warn|strict")
    terminal.type("validate ")
    terminal.wait_match(r"\n +strict")
    terminal.type(CTRL_U + ":record let")
    terminal.wait_for("letters/")
    terminal.type(TAB)
    terminal.at_prompt(":record letters/")


ADVICE_BEFORE_LOGIN = [
    ("LITS", "did you mean LIST?", "^^^^"),
    ("XYZZY", "no such command; :help lists them", "^^^^^"),
    ("STAT", "not allowed in the AUTHORIZATION state; log in first", "^^^^"),
    ("PASS", "must follow directly after an accepted USER", "^^^^"),
    ("USER", "the name is missing", "    ^"),
    ("CAPA ", "a blank at the end of the line", "    ^"),
    (" CAPA", "a command begins at the start of the line", "^"),
]
ADVICE_AFTER_LOGIN = [
    ("USER mrose", "you are logged in already", "^^^^"),
    ("RETR", "is missing; the syntax is RETR msg", "    ^"),
    ("RETR one", "must be a message number", "     ^^^"),
    ("RETR 1 2", "too many arguments; the syntax is RETR msg", "       ^"),
    ("RETR  1", "a blank too many", "     ^"),
    ("RETR 3", "there is no message 3; the maildrop has 2", "     ^"),
    ("RETR 1", "message 1 is marked as deleted; RSET takes all marks back", "     ^"),
    ("TOP 2", "is missing; the syntax is TOP msg n", "     ^"),
]


def holds_back(terminal: Terminal, line: str, why: str, marks: str) -> None:
    """The line isn't sent: its fault is marked below it and explained, and it can be mended."""
    terminal.at_prompt()
    start = terminal.height - 1
    terminal.type(line + ENTER)
    terminal.wait(
        lambda: (
            "not sent; put !" in "\n".join(terminal.lines()[start:])
            and terminal.before_cursor.endswith(line)
            and terminal.before_cursor != line
        ),
        f"advice on {line!r}",
    )
    typed, marked, *said = terminal.lines()[start:]
    margin = typed.index("pop3> ") + len("pop3> ")
    assert marked == " " * margin + marks
    assert why in " ".join(said)
    assert "C:" not in "".join(said)
    terminal.type(CTRL_U)


@pytest.mark.parametrize("options", [(), ("--plain",)])
def test_a_faulty_line_is_held_back_and_explained(open_terminal, small, options):
    terminal = open_terminal("connect", small.host, small.port, *options, rows=60)
    for line, why, marks in ADVICE_BEFORE_LOGIN:
        holds_back(terminal, line, why, marks)
    terminal.log_in(password="~#~#~#~#")
    terminal.ask("STAT", "+OK 2 ")
    terminal.ask("DELE 1", "+OK")
    for line, why, marks in ADVICE_AFTER_LOGIN:
        holds_back(terminal, line, why, marks)


@pytest.mark.parametrize("options", [(), ("--plain",)])
def test_the_fault_in_a_line_of_several_rows_is_told_by_its_place(open_terminal, sample, options):
    terminal = open_terminal("connect", sample.host, sample.port, *options)
    terminal.at_prompt()
    terminal.type("CAPA " + "x" * 300 + ENTER)
    terminal.wait_for("not sent; put !")
    said = " ".join(terminal.lines())
    assert "from character 6 on: too many arguments; the syntax is CAPA" in said
    assert "from character 254 on: the line has 307 octets" in said
    assert "^" not in said


def test_the_fault_behind_wide_characters_is_marked_where_it_is_seen(open_terminal, sample):
    terminal = open_terminal("connect", sample.host, sample.port)
    terminal.at_prompt()
    start = terminal.height - 1
    terminal.type("USER \u65e5\u672c x" + ENTER)
    terminal.wait_for("not sent; put !")
    assert terminal.lines()[start + 1] == " " * len("pop3> USER 1234 ") + "^"


def test_a_line_held_back_never_left_the_machine(open_terminal):
    with ScriptedServer(GREETING, expect("LITS"), b"-ERR what?\r\n") as server:
        terminal = open_terminal("connect", server.host, server.port)
        terminal.line("STAT")
        terminal.wait_for("not sent; put !")
        terminal.at_prompt("STAT")
        terminal.type(CTRL_U + "!LITS" + ENTER)
        terminal.wait_for("-ERR what?")
        assert server.received == b"LITS\r\n"


def test_what_may_work_is_advised_on_and_sent(open_terminal):
    steps = dialogue("C: CAPA", "S: +OK", "S: SASL PLAIN", "S: .", "C: UTF8", "S: +OK done")
    with ScriptedServer(GREETING, *steps) as server:
        terminal = open_terminal("connect", server.host, server.port)
        terminal.ask("CAPA", "+OK")
        terminal.ask("UTF8", "+OK done")
        assert "the server does not announce UTF8" in terminal.text


def test_advice_can_be_switched_off(open_terminal):
    with ScriptedServer(GREETING, *dialogue("C: retr  0 ", "S: -ERR no")) as server:
        terminal = open_terminal("connect", server.host, server.port)
        terminal.ask(":set validate off", "")
        terminal.ask("retr  0 ", "-ERR no")
        assert "^" not in terminal.text


def test_octets_are_sent_as_typed(open_terminal):
    with ScriptedServer(GREETING, expect("!über \\x".encode() + b"\r\n"), b"-ERR no\r\n") as server:
        terminal = open_terminal("connect", server.host, server.port)
        terminal.ask("!!über \\x", "-ERR no")


@pytest.mark.parametrize("answer", ["n" + ENTER, CTRL_C])
def test_a_login_that_was_cancelled_step_by_step_is_not_blamed_on_the_password(
    open_terminal, answer
):
    steps = dialogue("C: AUTH CRAM-MD5", "S: + PDFAYT4=", "C: *", "S: -ERR cancelled")
    with ScriptedServer(GREETING, *steps, hold) as server:
        terminal = open_terminal("connect", server.host, server.port)
        terminal.line(":auth CRAM-MD5 mrose --step")
        terminal.wait_for("password of mrose:")
        terminal.type("tanstaaf" + ENTER)
        terminal.wait_for("answer this challenge?")
        terminal.type(answer)
        terminal.wait_for("the login was cancelled")
        terminal.at_prompt()
        assert "check name, password" not in terminal.text


def test_at_a_challenge_neither_yes_nor_no_cancels_nothing_and_explain_explains(open_terminal):
    steps = dialogue("C: AUTH CRAM-MD5", "S: + PDFAYT4=", "C: *", "S: -ERR cancelled")
    with ScriptedServer(GREETING, *steps, hold) as server:
        terminal = open_terminal("connect", server.host, server.port)
        terminal.line(":auth CRAM-MD5 mrose --step")
        terminal.wait_for("password of mrose:")
        terminal.type("tanstaaf" + ENTER)
        terminal.wait_for("answer this challenge?")
        terminal.type(":explain" + ENTER)
        terminal.wait_for("the server sends a challenge to digest")
        terminal.type("perhaps" + ENTER)
        terminal.wait_for("y answers it, n cancels the login, :explain tells")
        assert "-ERR" not in terminal.text
        terminal.type("no" + ENTER)
        terminal.wait_for("the login was cancelled")


def test_an_empty_line_answers_a_challenge(open_terminal):
    """XOAUTH2 wants it after an error, SCRAM at its end: without it the login hangs."""
    steps = dialogue("C: AUTH XOAUTH2", "S: + ", "C: YWJj", "S: + eyJ9", "C: ", "S: -ERR no")
    with ScriptedServer(GREETING, *steps) as server:
        terminal = open_terminal("connect", server.host, server.port)
        terminal.line("AUTH XOAUTH2")
        terminal.wait_line("response> ")
        terminal.type("YWJj" + ENTER)
        terminal.wait_for("+ eyJ9")
        terminal.wait_line("response> ")
        terminal.type(ENTER)
        terminal.wait_for("-ERR no")


def test_a_token_that_was_refused_is_not_taken_for_a_password(open_terminal):
    error = "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0="
    steps = dialogue("C: AUTH XOAUTH2", f"S: + {error}", "C: ", "S: -ERR [AUTH] no")
    with ScriptedServer(GREETING, *steps) as server:
        terminal = open_terminal("connect", server.host, server.port)
        terminal.line("AUTH XOAUTH2")
        terminal.wait_line("response> ")
        terminal.type(ENTER)
        terminal.wait_for("the access token has expired, was revoked")
        terminal.wait_for(":login NAME XOAUTH2")
        terminal.at_prompt()
        assert "password" not in terminal.text


def test_what_a_login_told_is_not_told_twice(open_terminal):
    steps = dialogue("C: CAPA", "S: +OK", "S: SASL XOAUTH2", "S: .", "C: AUTH XOAUTH2", "S: + ")
    error = b"+ eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=\r\n"
    token = expect("dXNlcj1tcm9zZQFhdXRoPUJlYXJlciB0b2tlbgEB")
    refused = dialogue("C: ", "S: -ERR [AUTH] no")
    with ScriptedServer(GREETING, *steps, token, error, *refused, hold) as server:
        terminal = open_terminal("connect", server.host, server.port, columns=200)
        terminal.ask("CAPA", "+OK")
        terminal.line(":auth XOAUTH2 mrose")
        terminal.wait_for("token of mrose:")
        terminal.type("token" + ENTER)
        terminal.wait_for("try: :login NAME XOAUTH2")
        terminal.at_prompt()
        assert terminal.text.count("the access token has expired, was revoked") == 1


def test_the_way_out_of_an_err_is_told_once(open_terminal, sample):
    terminal = open_terminal("connect", sample.host, sample.port, rows=60)
    terminal.ask("!STAT", "log in first with USER and PASS,")
    terminal.ask(":set", "validate")
    terminal.ask(":timing off", "")
    terminal.at_prompt()
    assert terminal.text.count("log in first with USER and PASS") == 1
    terminal.ask("!STAT", "log in first")
    assert terminal.text.count("log in first with USER and PASS") == 2


def test_help_is_there(open_terminal, sample):
    terminal = open_terminal("connect", sample.host, sample.port, rows=60)
    terminal.ask(":help", ":help COMMAND explains one")
    terminal.ask(":help retr", "RFC 1939")
    terminal.ask(":hepl", "did you mean :help?")
