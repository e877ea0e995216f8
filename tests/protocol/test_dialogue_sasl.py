"""Challenges and responses: a login by AUTH must neither hang nor bring the sides out of step."""

from __future__ import annotations

import pytest
from hearing import Heard

from pop3shell.protocol import events as ev
from pop3shell.protocol.replies import Status
from pop3shell.protocol.spec.states import State


@pytest.fixture
def heard() -> Heard:
    return Heard()


def test_a_whole_exchange(heard):
    assert heard.ask("AUTH LOGIN", "+ VXNlcm5hbWU6") == ["CommandSent", "Challenge"]
    assert heard.dialogue.challenged
    assert heard.c("bXJvc2U=") == ["ResponseSent"]
    assert not heard.dialogue.challenged
    assert heard.s("+ UGFzc3dvcmQ6") == ["Challenge"]
    heard.c("dGFuc3RhYWY=")
    assert heard.s("+OK") == ["StatusLine", "ReplyEnd", "StateChanged"]
    assert heard.session.state is State.TRANSACTION
    assert [event.data for event in heard.of(ev.Challenge)] == [b"VXNlcm5hbWU6", b"UGFzc3dvcmQ6"]


@pytest.mark.parametrize("line", [b"+\r\n", b"+ \r\n", b"+ \n", b"+\n"])
def test_a_plus_with_or_without_its_blank_is_an_empty_challenge(heard, line):
    heard.c("AUTH PLAIN")
    heard.server(line)
    assert heard.dialogue.challenged
    assert heard.of(ev.Challenge)[0].data == b""


@pytest.mark.parametrize("response", ["STAT", "QUIT", "", "*", "=", "PASS x"])
def test_inside_an_exchange_every_line_is_the_response(heard, response):
    heard.ask("AUTH PLAIN", "+ ")
    assert heard.c(response) == ["ResponseSent"]
    assert heard.dialogue.outstanding == 1


def test_a_cancelled_exchange_leaves_the_state_as_it_was(heard):
    heard.ask("AUTH PLAIN", "+ ")
    heard.c("*")
    assert heard.s("-ERR cancelled") == ["StatusLine", "ReplyEnd"]
    assert heard.session.state is State.AUTHORIZATION
    assert heard.ask("USER mrose", "+OK") == ["CommandSent", "StatusLine", "ReplyEnd"]


def test_ok_in_place_of_a_challenge_ends_the_exchange(heard):
    heard.ask("AUTH PLAIN", "+OK")
    assert not heard.dialogue.challenged
    assert heard.dialogue.outstanding == 0
    assert heard.session.state is State.TRANSACTION


def test_a_refusal_in_the_midst_of_an_exchange_ends_it(heard):
    heard.ask("AUTH LOGIN", "+ VXNlcm5hbWU6")
    heard.c("bXJvc2U=")
    heard.s("-ERR no")
    assert not heard.dialogue.challenged
    assert heard.dialogue.outstanding == 0


@pytest.mark.parametrize("response", ["AG1yb3NlAHRhbnN0YWFm", ""])
def test_a_response_sent_ahead_of_its_challenge_is_no_command(heard, response):
    heard.c("AUTH PLAIN", response)
    assert heard.dialogue.outstanding == 2
    heard.s("+ ")
    assert (heard.dialogue.outstanding, heard.dialogue.challenged) == (1, False)
    heard.s("+OK")
    assert heard.dialogue.outstanding == 0
    assert heard.of(ev.ReplyEnd)[-1].status is Status.OK


def test_two_responses_sent_ahead_are_no_commands(heard):
    heard.c("AUTH LOGIN", "bXJvc2U=", "dGFuc3RhYWY=", "STAT")
    heard.s("+ VXNlcm5hbWU6", "+ UGFzc3dvcmQ6", "+OK", "+OK 2 320")
    assert heard.session.state is State.TRANSACTION
    assert heard.session.messages == 2


def test_a_refused_exchange_leaves_a_response_sent_ahead_a_command(heard):
    heard.c("AUTH PLAIN", "AG1yb3NlAHRhbnN0YWFm")
    heard.s("-ERR no", "-ERR unknown command")
    assert heard.dialogue.outstanding == 0


def test_a_challenge_is_waited_for_without_a_limit_of_silence(heard):
    heard.ask("AUTH PLAIN", "+ ")
    assert heard.dialogue.patience is None
    assert heard.quiet() == []


def test_a_response_of_any_length_is_one(heard, monkeypatch):
    heard.ask("AUTH GSSAPI", "+ ")
    heard.client(b"A" * (3 << 20))
    told = heard.client(b"A==\r\n")
    assert told == ["ResponseSent"]
    assert not heard.dialogue.challenged
    heard.s("+OK")
    assert heard.session.state is State.TRANSACTION
