"""Reading replies where clients go wrong: the two sides must stay in step, and nothing may hang."""

from __future__ import annotations

import pytest
from hearing import Heard

from pop3shell.protocol import events as ev
from pop3shell.protocol import limits
from pop3shell.protocol.replies import Status
from pop3shell.protocol.spec.states import State

SINGLE = ["CommandSent", "StatusLine", "ReplyEnd"]
MULTI = ["CommandSent", "StatusLine", "BodyData", "BodyEnd", "ReplyEnd"]


@pytest.fixture
def heard() -> Heard:
    return Heard(logged_in=True)


# ---- the shape of a reply ----


@pytest.mark.parametrize(
    "line", ["CAPA", "LIST", "UIDL", "LANG", "RETR 1", "TOP 1 0", "STAT", "XYZZ"]
)
def test_a_refusal_is_one_line_always(heard, line):
    assert heard.ask(line, "-ERR no") == SINGLE
    assert heard.dialogue.outstanding == 0


@pytest.mark.parametrize(
    "line", ["CAPA", "CAPA x", "LIST", "UIDL", "LANG", "RETR 1", "retr 1", "TOP 1 0"]
)
def test_replies_that_go_on_to_a_lone_dot(heard, line):
    assert heard.ask(line, "+OK", "1 120", ".") == MULTI


@pytest.mark.parametrize(
    "line", ["LIST 1", "UIDL 1", "LANG de", "STAT", "NOOP", "DELE 1", "STAT x"]
)
def test_replies_of_one_line(heard, line):
    assert heard.ask(line, "+OK 1 120")[:3] == SINGLE


@pytest.mark.parametrize("reply", [["+OK 1 120"], ["+OK", "1 120", "."]])
def test_list_with_a_trailing_blank_may_be_answered_either_way(heard, reply):
    heard.ask("LIST ", *reply)
    heard.quiet()
    assert heard.dialogue.outstanding == 0
    assert heard.ask("NOOP", "+OK") == SINGLE


def test_bare_auth_may_be_answered_by_one_line_or_by_a_list():
    heard = Heard()
    heard.ask("AUTH", "+OK", "PLAIN", "LOGIN", ".")
    assert heard.dialogue.outstanding == 0
    assert [event.raw for event in heard.of(ev.OpenLine)] == [b"PLAIN\r\n", b"LOGIN\r\n"]
    heard.ask("AUTH", "+OK nothing to list")
    assert heard.dialogue.patience == limits.QUIET
    assert heard.quiet()[0] == "ReplyEnd"


# ---- where a body ends ----


def test_the_terminator_may_come_in_pieces(heard):
    heard.c("RETR 1")
    heard.s("+OK")
    for piece in (b"a", b"\r", b"\n", b".", b"\r"):
        assert "BodyEnd" not in heard.server(piece)
        assert heard.dialogue.outstanding == 1
    assert heard.server(b"\n")[-2:] == ["BodyEnd", "ReplyEnd"]
    assert heard.content == b"a\r\n"


@pytest.mark.parametrize(
    "pieces", [[b"+OK\r\n.\r\n"], [b"+OK\r\n", b".\r\n"], [b"+OK\r", b"\n.", b"\r\n"]]
)
def test_an_empty_body_ends_at_once(heard, pieces):
    heard.c("LIST")
    for piece in pieces:
        heard.server(piece)
    assert heard.content == b""
    assert heard.dialogue.outstanding == 0
    assert heard.session.messages == 0
    assert not heard.findings


@pytest.mark.parametrize(
    "line", ["+OK", "-ERR no such message", "+ ", "..", ".x", " .", ". ", "QUIT"]
)
def test_only_a_lone_dot_ends_a_body(heard, line):
    heard.ask("RETR 1", "+OK", line, "more", ".")
    assert heard.dialogue.outstanding == 0
    assert heard.content.endswith(b"more\r\n")
    assert not heard.of(ev.StrayLine)


def test_a_line_that_was_not_stuffed_is_told_and_loses_its_dot(heard):
    heard.ask("RETR 1", "+OK", ".x", "..y", ".")
    assert heard.content == b"x\r\n.y\r\n"
    assert heard.findings == ["MUL-02"]


@pytest.mark.parametrize("end", [b".\n", b".\n+OK next\r\n"])
def test_a_lone_dot_with_a_bare_lf_ends_a_body_too(heard, end):
    heard.c("RETR 1", "NOOP")
    heard.server(b"+OK\r\nx\r\n" + end)
    assert heard.dialogue.outstanding == (1 if end == b".\n" else 0)
    assert heard.findings == ["MUL-01"]


def test_a_server_that_ends_its_lines_in_bare_lf_is_followed():
    heard = Heard(b"+OK ready\n")
    heard.c("USER mrose", "PASS tanstaaf", "LIST", "NOOP")
    heard.server(b"+OK\n+OK\n+OK\n1 120\n2 200\n.\n+OK\n")
    assert heard.session.state is State.TRANSACTION
    assert heard.session.sizes == {1: 120, 2: 200}
    assert heard.dialogue.outstanding == 0
    assert set(heard.findings) == {"LIN-01", "MUL-01"}


def test_a_body_that_is_cut_off_is_shown_as_far_as_it_came(heard):
    heard.c("RETR 1")
    heard.server(b"+OK\r\nSubject: x\r\n.")
    assert heard.close() == ["Incomplete", "Noted", "StateChanged", "Closed"]
    assert heard.findings == ["MUL-01"]
    assert heard.of(ev.Incomplete)[0].raw == b"\r\n."
    assert heard.of(ev.Closed)[0].outstanding == 1


# ---- several replies at once ----


def test_pipelined_replies_in_one_packet_go_to_their_commands(heard):
    heard.c("STAT", "RETR 1", "LIST", "LIST 1", "NOOP")
    heard.s("+OK 2 320", "+OK", "x", ".", "+OK", "1 120", "2 200", ".", "-ERR", "+OK")
    ended = [(event.command.raw, event.status) for event in heard.of(ev.ReplyEnd)]
    assert ended == [
        (b"STAT\r\n", Status.OK),
        (b"RETR 1\r\n", Status.OK),
        (b"LIST\r\n", Status.OK),
        (b"LIST 1\r\n", Status.ERR),
        (b"NOOP\r\n", Status.OK),
    ]
    assert not heard.findings


def test_commands_sent_while_a_body_comes_are_answered_after_it(heard):
    heard.c("RETR 1")
    heard.s("+OK", "x")
    heard.c("NOOP")
    heard.s("+OK in the mail", ".", "+OK")
    assert heard.dialogue.outstanding == 0
    assert heard.content == b"x\r\n+OK in the mail\r\n"


# ---- where the shape can't be known ----


def test_an_unknown_command_with_one_line_ends_when_nothing_more_comes(heard):
    heard.ask("XYZZ", "+OK done")
    assert heard.dialogue.outstanding == 1
    assert heard.dialogue.patience == limits.QUIET
    assert heard.quiet() == ["ReplyEnd"]
    assert not heard.findings


def test_an_unknown_command_with_several_lines_ends_at_the_lone_dot(heard):
    told = heard.ask("XYZZ", "+OK", "one", "..", ".")
    assert told == ["CommandSent", "StatusLine", "OpenLine", "OpenLine", "BodyEnd", "ReplyEnd"]
    assert heard.dialogue.patience is None


def test_an_unknown_command_ends_when_the_client_goes_on(heard):
    heard.ask("XYZZ", "+OK done")
    assert heard.c("NOOP") == ["ReplyEnd", "CommandSent"]
    assert heard.s("+OK") == ["StatusLine", "ReplyEnd"]
    assert not heard.findings


def test_an_unknown_command_ends_at_the_status_line_of_the_next(heard):
    heard.c("XYZZ", "NOOP")
    assert heard.s("+OK", "one", "+OK") == [
        "StatusLine", "OpenLine", "ReplyEnd", "StatusLine", "ReplyEnd",
    ]  # fmt: skip


def test_an_unknown_command_ends_when_the_server_closes(heard):
    heard.ask("XYZZ", "+OK", "one")
    assert heard.close() == ["ReplyEnd", "StateChanged", "Closed"]
    assert heard.of(ev.Closed)[0].outstanding == 0


# ---- after STLS ----


def test_plaintext_behind_the_reply_to_stls_is_no_reply(heard):
    heard = Heard()
    assert heard.ask("STLS", "+OK begin", "+OK injected") == [*SINGLE, "StrayLine"]


# ---- times ----


def test_the_seconds_of_a_reply_run_from_its_command():
    heard = Heard(logged_in=True)
    dialogue = heard.dialogue
    dialogue.client(b"NOOP\r\nNOOP\r\n", now=10.0)
    (_, first) = dialogue.server(b"+OK\r\n", now=10.5)
    (_, second) = dialogue.server(b"+OK\r\n", now=12.0)
    assert (first.seconds, second.seconds) == (0.5, 2.0)
