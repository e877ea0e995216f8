"""A script: what is sent, and when. Whoever replays a session relies on every octet of it."""

from __future__ import annotations

from support.program import LOGIN
from support.scripted import GREETING, ScriptedServer, dialogue, expect

QUIT = ("C: QUIT", "S: +OK bye")


def test_each_line_waits_for_the_reply_to_the_one_before(here):
    # `expect` fails when more than its line has come before the reply went out.
    steps = dialogue("C: USER a", "S: +OK", "C: PASS b", "S: +OK", "C: STAT", "S: +OK 0 0", *QUIT)
    with ScriptedServer(GREETING, *steps) as server:
        ran = here("connect", server.host, server.port, lines=("USER a", "PASS b", "STAT", "QUIT"))
    assert (ran.status, ran.err) == (0, "")


def test_a_line_waits_for_the_end_of_a_multi_line_reply(here):
    listing = dialogue("C: LIST", "S: +OK", "S: 1 120", "S: 2 200")
    rest = dialogue("S: .", *QUIT)
    with ScriptedServer(GREETING, *listing, *rest) as server:
        ran = here("connect", server.host, server.port, lines="LIST\nQUIT\n")
    assert ran.status == 0
    assert ran.lines[2:6] == ["S: +OK", "S: 1 120", "S: 2 200", "S: ."]


def test_comments_and_blank_lines_are_not_sent(here):
    script = "# a comment\n\n   \n\t\nQUIT\n# behind it\n\n"
    with ScriptedServer(GREETING, *dialogue(*QUIT)) as server:
        ran = here("connect", server.host, server.port, lines=script)
    assert (ran.status, ran.sent) == (0, ["QUIT"])


def test_a_mark_sends_the_rest_of_the_line_unchanged_and_unjudged(here):
    script = ("!# no comment", "!  STAT  1", "!!", "!:help", "QUIT")
    sent = ("# no comment", "  STAT  1", "!", ":help")
    steps = [step for line in sent for step in dialogue(f"C: {line}", "S: -ERR no")]
    with ScriptedServer(GREETING, *steps, *dialogue(*QUIT)) as server:
        ran = here("connect", server.host, server.port, lines=script)
    assert (ran.status, ran.err) == (0, "")
    assert ran.sent == [*sent, "QUIT"]


def test_a_lone_mark_sends_an_empty_line(here):
    with ScriptedServer(GREETING, expect(""), b"-ERR empty\r\n", *dialogue(*QUIT)) as server:
        ran = here("connect", server.host, server.port, lines="!\n")
    assert ran.lines[1:3] == ["C: ", "S: -ERR empty"]


def test_line_ends_of_a_script_from_windows_are_no_part_of_the_lines(here):
    steps = dialogue("C: USER a", "S: +OK", *QUIT)
    with ScriptedServer(GREETING, *steps) as server:
        here("connect", server.host, server.port, lines=b"USER a\r\n\r\n# x\r\nQUIT\r\n")
    assert server.received == b"USER a\r\nQUIT\r\n"


def test_the_last_line_needs_no_end(here):
    steps = dialogue("C: USER a", "S: +OK", *QUIT)
    with ScriptedServer(GREETING, *steps) as server:
        here("connect", server.host, server.port, lines="USER a\nQUIT")
    assert server.received == b"USER a\r\nQUIT\r\n"


def test_what_is_typed_is_what_is_sent_octet_by_octet(here):
    line = b"noop \xff\xc3\xa9\x00\x1b[31m\t  "
    with ScriptedServer(GREETING, expect(line + b"\r\n"), b"-ERR\r\n", *dialogue(*QUIT)) as server:
        ran = here("connect", server.host, server.port, "--validate", "off", lines=line + b"\n")
    assert ran.sent == ["noop \\xffé\\x00\\x1b[31m\\x09  ", "QUIT"]


def test_lines_can_be_given_on_the_command_line_in_their_order(here):
    steps = dialogue("C: USER a", "S: +OK", "C: PASS b c", "S: +OK", *QUIT)
    arguments = ("-c", "USER a", "-c", "# no", "-c", "PASS b c", "-c", "QUIT")
    with ScriptedServer(GREETING, *steps) as server:
        ran = here("connect", server.host, server.port, *arguments, lines="NOT READ\n")
    assert ran.status == 0


def test_a_bare_pass_is_sent_as_it_is(here):
    steps = dialogue("C: USER a", "S: +OK", "C: PASS", "S: -ERR no password", *QUIT)
    with ScriptedServer(GREETING, *steps) as server:
        ran = here("connect", server.host, server.port, lines=("USER a", "PASS", "QUIT"))
    assert "C: PASS" in ran.lines
    assert "password is missing" in ran.err


# ---- inside AUTH every line is a response ----

CHALLENGED = dialogue("C: AUTH X", "S: + bm9uY2U=")


def test_inside_auth_every_line_is_the_response(here):
    responses = ("", "!abc", "# x", "   ", "STAT", "=")
    steps = [s for line in responses for s in (expect(line), b"+ \r\n")][:-1]
    accepted = dialogue("S: +OK in", *QUIT)
    with ScriptedServer(GREETING, *CHALLENGED, *steps, *accepted) as server:
        ran = here("connect", server.host, server.port, lines=("AUTH X", *responses, "QUIT"))
    assert (ran.status, ran.err) == (0, "")
    shown = ["", "${sasl}", "${sasl}", "${sasl}", "${sasl}", "="]
    assert ran.sent == ["AUTH X", *shown, "QUIT"]
    assert "S: + bm9uY2U=" in ran.lines


def test_inside_auth_a_colon_still_makes_a_colon_command(here):
    steps = (expect("abc"), b"-ERR no\r\n", *dialogue(*QUIT))
    with ScriptedServer(GREETING, *CHALLENGED, *steps) as server:
        ran = here("connect", server.host, server.port, lines=("AUTH X", ":state", "abc"))
    assert "# state: AUTHORIZATION (connected, not yet logged in)" in ran.lines
    assert server.received == b"AUTH X\r\nabc\r\nQUIT\r\n"


def test_behind_auth_comments_are_comments_again(here):
    steps = (expect("*"), b"-ERR cancelled\r\n", *dialogue(*QUIT))
    with ScriptedServer(GREETING, *CHALLENGED, *steps) as server:
        ran = here("connect", server.host, server.port, lines=("AUTH X", "*", "", "# x", "QUIT"))
    assert ran.sent == ["AUTH X", "*", "QUIT"]


# ---- validation ----


def test_validation_advises_on_standard_error_and_sends(here):
    with ScriptedServer(GREETING, *dialogue("C: STAT", "S: -ERR", *QUIT)) as server:
        ran = here("connect", server.host, server.port, lines="STAT\n")
    assert ran.status == 0
    assert ran.errors == [
        (
            "pop3shell: STAT is not allowed in the AUTHORIZATION state; log in first with USER and "
            "PASS, or :login (RFC 1939 section 5)"
        )
    ]


def test_validation_off_says_nothing(here):
    with ScriptedServer(GREETING, *dialogue("C: STAT", "S: -ERR", *QUIT)) as server:
        ran = here("connect", server.host, server.port, "--validate", "off", lines="STAT\n")
    assert (ran.status, ran.err) == (0, "")


def test_strict_validation_sends_no_faulty_line_but_goes_on(here, practice_server):
    server = practice_server()
    script = (*LOGIN, "RETR", "RETR 99999", "!NOOP x", "STAT", "QUIT")
    ran = here("connect", server.host, server.port, "--validate", "strict", lines=script)
    assert ran.status == 1
    assert ran.sent == ["USER mrose", "PASS ${password}", "RETR 99999", "NOOP x", "STAT", "QUIT"]
    assert ran.errors == [
        "pop3shell: the message number is missing; the syntax is RETR msg (RFC 1939 section 5)",
        "pop3shell: the line was not sent; put ! before it to send it all the same",
    ]


def test_a_fault_of_ours_in_a_colon_command_is_told_and_the_script_goes_on(here, monkeypatch):
    async def broken(shell: object, line: str) -> None:
        raise KeyError(line)

    monkeypatch.setattr("pop3shell.shell.colon.perform", broken)
    with ScriptedServer(GREETING, *dialogue("C: NOOP", "S: +OK", "C: QUIT", "S: +OK")) as server:
        ran = here("connect", server.host, server.port, "--validate=off", lines=":set\nNOOP\n")
    assert ran.status == 1
    assert len(ran.errors) == 1
    assert "failed by a fault in pop3shell (KeyError); please report it" in ran.err
    assert ran.sent == ["NOOP", "QUIT"]
