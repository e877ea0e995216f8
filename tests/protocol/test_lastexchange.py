"""The last exchange as `:explain` tells it: counted right, in step, and without secrets."""

from __future__ import annotations

import pytest
from last_exchanges import Remembered

from pop3shell.protocol import lastexchange
from pop3shell.protocol.events import Ending, Greeting
from pop3shell.protocol.replies import Status
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.states import State


@pytest.fixture
def heard() -> Remembered:
    return Remembered(logged_in=True)


def test_nothing_is_remembered_before_the_first_command():
    assert Remembered().recorder.last is None


def test_a_single_line(heard):
    heard.ask("STAT", "+OK 2 320")
    last = heard.last
    assert (last.row, last.shown, last.status) == (commands.STAT, b"STAT", Status.OK)
    assert (last.text, last.body, last.seconds) == (b"2 320", None, 0.0)
    assert last.after is last.before is State.TRANSACTION


@pytest.mark.parametrize(
    ("wire", "lines", "octets", "content"),
    [
        (b".\r\n", 0, 0, 0),
        (b"a\r\nbc\r\n.\r\n", 2, 7, 7),
        (b"..\r\n.\r\n", 1, 4, 3),
        (b"a\r\n..b\r\n...\r\n\r\n.\r\n", 4, 15, 13),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 3, 1000])
def test_a_body_is_counted_however_it_is_cut(heard, wire, lines, octets, content, size):
    heard.c("RETR 1")
    reply = b"+OK\r\n" + wire
    for at in range(0, len(reply), size):
        heard.server(reply[at : at + size])
    body = heard.last.body
    assert (body.lines, body.octets, body.content) == (lines, octets, content)
    assert body.dots == octets - content
    assert body.terminator == b".\r\n"


def test_the_lines_of_a_huge_body_are_not_counted(heard, monkeypatch):
    monkeypatch.setattr(lastexchange, "COUNTED", 10)
    heard.ask("RETR 1", "+OK", *["line"] * 5, ".")
    assert (heard.last.body.lines, heard.last.body.octets) == (None, 30)


def test_of_commands_sent_ahead_the_one_answered_last_counts(heard):
    heard.c("STAT", "NOOP", "RETR 1")
    heard.s("+OK 1 3", "+OK", "+OK", "x", ".")
    assert heard.last.row is commands.RETR
    assert heard.last.body.content == 3


def test_a_reply_that_is_due_is_told_as_such(heard):
    heard.c("RETR 1")
    heard.s("+OK", "begun")
    assert heard.last.seconds is None
    assert heard.last.ending is None
    heard.close()
    assert heard.last.ending is Ending.ORDERLY
    assert heard.last.body.terminator == b""
    assert heard.last.more_findings + len(heard.last.findings) == 1


def test_the_change_of_state_is_that_of_the_reply():
    heard = Remembered()
    heard.ask("USER mrose", "+OK")
    heard.ask("PASS x", "+OK")
    assert (heard.last.before, heard.last.after) == (State.AUTHORIZATION, State.TRANSACTION)
    heard.ask("QUIT", "+OK")
    heard.close()
    assert (heard.last.before, heard.last.after) == (State.TRANSACTION, State.UPDATE)


def test_the_end_of_the_connection_is_no_effect_of_the_last_reply(heard):
    heard.ask("NOOP", "+OK")
    heard.close()
    assert heard.last.after is State.TRANSACTION


def test_findings_belong_to_the_reply_they_were_met_in(heard):
    heard.ask("NOOP", "+ok")
    assert [finding.rule.id for finding in heard.last.findings] == ["RSP-01"]
    heard.ask("NOOP", "+OK")
    assert heard.last.findings == ()


def test_only_so_many_findings_are_kept(heard, monkeypatch):
    monkeypatch.setattr(lastexchange, "FINDINGS_KEPT", 1)
    heard.ask("RETR 1", "+OK", ".one", ".two", ".")
    assert (len(heard.last.findings), heard.last.more_findings) == (1, 1)


def test_secrets_are_replaced_in_command_and_reply():
    heard = Remembered()
    heard.ask("USER mrose", "+OK")
    heard.ask("PASS open-sesame", "-ERR open-sesame is wrong")
    last = heard.last
    assert last.shown == b"PASS ${password}"
    assert last.text == b"${password} is wrong"
    assert "open-sesame" not in repr(last)


def test_a_sasl_exchange_is_one_exchange():
    heard = Remembered()
    heard.ask("AUTH CRAM-MD5", "+ PDFAYj4=")
    heard.ask("bXJvc2UgYWJj", "+OK in")
    last = heard.last
    assert (last.shown, last.challenges, last.responses) == (b"AUTH CRAM-MD5", 1, 1)
    assert last.after is State.TRANSACTION


def test_a_response_sent_ahead_of_its_challenge_does_not_bring_it_out_of_step():
    heard = Remembered()
    heard.client(b"AUTH PLAIN\r\nAGEAYg==\r\n")
    heard.s("+ ", "+OK in")
    heard.ask("NOOP", "+OK")
    assert heard.last.row is commands.NOOP


def test_lines_without_a_status_are_counted(heard):
    heard.c("NOOP")
    heard.s("what?", "+OK")
    assert (heard.last.strays, heard.last.status) == (1, Status.OK)


def test_the_lines_of_an_open_reply_are_counted(heard):
    heard.ask("XTND XLST subject", "+OK", "1 Subject: a", "2 Subject: b")
    assert heard.last.further_lines == 2


def test_a_command_given_up_as_unanswered_has_no_status(heard):
    heard.client(b"NOOP\0\r\n")
    heard.quiet()
    assert heard.last.status is None
    assert heard.last.seconds is not None


def test_a_new_session_begins_with_nothing(heard):
    heard.ask("NOOP", "+OK")
    heard.recorder.handlers[Greeting](Greeting(b"+OK\r\n", Status.OK, b"", b""))
    assert heard.recorder.last is None
