"""Where commands and replies no longer match, the two sides must come back in step."""

from __future__ import annotations

import pytest
from hearing import Heard

from pop3shell.protocol import events as ev
from pop3shell.protocol import limits
from pop3shell.protocol.spec.states import State

SINGLE = ["CommandSent", "StatusLine", "ReplyEnd"]


@pytest.fixture
def heard() -> Heard:
    return Heard(logged_in=True)


def test_a_second_refusal_before_the_close_answers_nothing(heard):
    heard.ask("XYZZ", "-ERR unknown", "-ERR too many bad commands")
    assert heard.close() == ["StateChanged", "Closed"]
    assert [event.raw for event in heard.of(ev.StrayLine)] == [b"-ERR too many bad commands\r\n"]
    assert not heard.findings, "a last word before the close is no breach"


def test_an_autologout_line_belongs_to_the_close(heard):
    assert heard.s("-ERR Disconnected for inactivity.") == ["StrayLine"]
    heard.close()
    assert not heard.findings


def test_a_line_that_nobody_asked_for_is_told_when_the_session_goes_on(heard):
    heard.s("+OK by the way")
    assert not heard.findings
    assert heard.ask("NOOP", "+OK") == ["Noted", *SINGLE]
    assert heard.findings == ["LIN-05"]


def test_one_over_long_line_answered_several_times_does_not_shift_later_replies(heard):
    heard.ask("X" * 3000, "-ERR line too long", "-ERR unknown", "-ERR unknown")
    assert len(heard.of(ev.StrayLine)) == 2
    heard.ask("STAT", "+OK 2 320")
    assert heard.session.messages == 2
    assert heard.findings == ["LIN-05"]


def test_replies_too_many_are_over_when_nothing_is_outstanding(heard):
    heard.c("X" * 3000, "NOOP")
    heard.s("-ERR too long", "-ERR unknown", "+OK")
    heard.ask("STAT", "+OK 2 320")
    assert heard.session.messages == 2


@pytest.mark.parametrize("line", [b"NOOP\n", b"NO\0OP\r\n", b"X" * 300 + b"\r\n"])
def test_an_irregular_line_without_an_answer_is_given_up(heard, line):
    heard.client(line)
    assert heard.dialogue.patience == limits.QUIET_UNANSWERED
    assert heard.quiet() == ["Noted", "ReplyEnd"]
    assert heard.findings == ["RSP-04"]
    assert heard.ask("NOOP", "+OK") == SINGLE


def test_a_line_the_server_may_have_taken_together_with_an_irregular_one_is_given_up(heard):
    heard.client(b"NOOP\nSTAT\r\n")
    heard.s("-ERR what?")
    assert heard.dialogue.outstanding == 1
    assert heard.dialogue.patience == limits.QUIET_UNANSWERED
    heard.quiet()
    assert heard.dialogue.outstanding == 0
    heard.c("NOOP")
    assert heard.dialogue.patience is None, "a regular line alone is waited for"


def test_half_a_line_asks_for_nothing_yet(heard):
    assert heard.client(b"NO") == []
    assert (heard.dialogue.outstanding, heard.dialogue.patience) == (0, None)
    assert heard.client(b"OP\r\n") == ["CommandSent"]


def test_a_regular_command_is_waited_for(heard):
    heard.c("STAT")
    assert heard.dialogue.patience is None
    assert heard.quiet() == []
    assert heard.dialogue.outstanding == 1


def test_lines_without_a_status_answer_nothing(heard):
    heard.c("NOOP")
    assert heard.s("loading", "220 smtp") == ["Noted", "StatusLine", "Noted", "StatusLine"]
    assert heard.dialogue.outstanding == 1
    assert heard.s("+OK") == ["StatusLine", "ReplyEnd"]
    assert heard.findings == ["RSP-02", "RSP-02"]


def test_a_command_answered_only_by_lines_without_a_status_is_given_up(heard):
    heard.ask("NOOP", "what?")
    assert heard.dialogue.patience == limits.QUIET
    assert heard.quiet() == ["Noted", "ReplyEnd"]
    assert heard.of(ev.ReplyEnd)[0].status is None
    assert heard.findings == ["RSP-02", "RSP-04"]


def test_quiet_gives_up_only_what_was_waited_for_long_enough(heard):
    heard.client(b"NOOP\r\nNOOP\n")
    heard.s("what?")
    assert heard.quiet() == ["Noted", "ReplyEnd"]
    assert heard.dialogue.patience == limits.QUIET_UNANSWERED


def test_a_plus_outside_auth_answers_nothing(heard):
    heard.c("NOOP")
    heard.s("+ ", "+")
    assert not heard.of(ev.Challenge)
    assert heard.dialogue.outstanding == 1


def test_quit_ends_the_session_though_the_server_says_more(heard):
    assert heard.ask("QUIT", "+OK bye", "more") == [*SINGLE, "StateChanged", "StrayLine"]
    assert heard.close() == ["StateChanged", "Closed"]
    assert heard.session.state is State.CLOSED
    assert not heard.findings
