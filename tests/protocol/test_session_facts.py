"""What the session knows: prompt, completion and advice say what it says, so it may not guess."""

from __future__ import annotations

import tracemalloc

import pytest
from hearing import Heard

from pop3shell.protocol import events as ev
from pop3shell.protocol import limits
from pop3shell.protocol.spec.commands import COMMANDS
from pop3shell.protocol.spec.states import TRANSITIONS, State


@pytest.fixture
def heard() -> Heard:
    return Heard(logged_in=True)


# ---- states ----

LINES = {
    "APOP": "APOP mrose c4c9334bac560ecc979e58001b3e22fb",
    "AUTH": "AUTH PLAIN AG1yb3NlAHRhbnN0YWFm",
}


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.verb)
@pytest.mark.parametrize("logged_in", [False, True])
@pytest.mark.parametrize("reply", ["+OK", "-ERR"])
def test_states_change_by_the_table_and_by_success_only(row, logged_in, reply):
    heard = Heard(logged_in=logged_in)
    before = heard.session.state
    heard.ask(LINES.get(row.verb, f"{row.verb} 1"), reply)
    heard.server(b".\r\n")
    after = TRANSITIONS.get((before, row.effect), before) if reply == "+OK" else before
    assert heard.session.state is after
    changes = [(event.before, event.after) for event in heard.of(ev.StateChanged)]
    assert changes == ([] if after is before else [(before, after)])


def test_an_unknown_command_changes_nothing(heard):
    heard.ask("XLOGOUT", "+OK")
    heard.quiet()
    assert heard.session.state is State.TRANSACTION


def test_the_state_changes_when_the_reply_came_not_when_the_command_was_sent(heard):
    heard.c("QUIT")
    assert heard.session.state is State.TRANSACTION
    heard.s("+OK")
    assert heard.session.state is State.UPDATE


def test_a_close_ends_every_state():
    for heard in (Heard(b""), Heard(), Heard(logged_in=True)):
        heard.close()
        assert heard.session.state is State.CLOSED


# ---- who ----


def test_a_name_counts_for_the_very_next_command_only():
    heard = Heard()
    heard.ask("USER mrose", "+OK")
    assert (heard.session.user, heard.session.user_accepted) == ("mrose", True)
    heard.ask("CAPA", "-ERR")
    assert not heard.session.user_accepted


def test_a_refused_password_needs_the_name_again():
    heard = Heard()
    heard.ask("USER mrose", "+OK")
    heard.ask("PASS x", "-ERR")
    assert not heard.session.user_accepted
    assert heard.session.state is State.AUTHORIZATION


def test_a_refused_name_is_not_taken():
    heard = Heard()
    heard.ask("USER mrose", "-ERR")
    assert (heard.session.user, heard.session.user_accepted) == ("", False)


def test_apop_tells_the_user():
    heard = Heard()
    heard.ask(LINES["APOP"], "+OK")
    assert heard.session.user == "mrose"


def test_after_auth_the_user_is_not_guessed_from_an_earlier_name():
    heard = Heard()
    heard.ask("USER mrose", "+OK")
    heard.ask("AUTH PLAIN AGFwcGxlAHRhbnN0YWFm", "+OK")
    assert heard.session.user == ""


def test_a_password_typed_behind_the_name_is_no_part_of_it():
    heard = Heard()
    heard.ask("USER mrose tanstaaf", "+OK")
    assert heard.session.user == "mrose"


def test_a_name_in_any_octets_can_be_shown():
    heard = Heard()
    heard.client(b"USER caf\xc3\xa9\xff\r\n")
    heard.s("+OK")
    assert heard.session.user == "café\\xff"


# ---- messages ----


@pytest.mark.parametrize(
    ("text", "messages", "octets"),
    [
        ("2 320", 2, 320),
        ("0 0", 0, 0),
        ("2 320 some words", 2, 320),
        (" 2   320", 2, 320),
        ("2 18446744073709551616", 2, 1 << 64),
        ("2 -1", None, None),
        ("-2 320", None, None),
        ("2", None, None),
        ("two 320", None, None),
        ("", None, None),
        ("9" * 21 + " 1", None, None),
    ],
)
def test_stat_tells_count_and_octets(heard, text, messages, octets):
    heard.ask("STAT", f"+OK {text}")
    assert (heard.session.messages, heard.session.octets) == (messages, octets)
    assert heard.session.highest == messages


def test_nothing_is_known_before_it_is_told(heard):
    session = heard.session
    assert (session.messages, session.octets, session.highest) == (None, None, None)
    assert session.sizes == {}
    assert session.announces("TOP") is None


def test_list_tells_count_sizes_and_highest_number(heard):
    heard.ask("LIST", "+OK", "1 120", "2 200 extra", ".")
    session = heard.session
    assert (session.messages, session.highest, session.sizes) == (2, 2, {1: 120, 2: 200})


@pytest.mark.parametrize(
    ("lines", "messages", "highest"),
    [
        ([], 0, 0),
        (["3 120", "7 200"], 2, 7),
        (["2 200", "1 120"], 2, 2),
        (["2 200", "noise"], 1, 2),
        (["1 100", "9 200", "noise"], 2, 9),
        (["noise"], None, 1),
        (["1 120", "x" * 700], 1, 2),
        (["1 120", "", "2", "3 ", " 4", "5 500", "-"], 2, 7),
        (["1 120", "2 ", "3 300"], 2, 3),
        (["1 120 extra", "2  200", "3 300"], 3, 3),
    ],
)
def test_of_odd_listings_the_messages_are_counted_and_none_is_out_of_reach(
    heard, lines, messages, highest
):
    heard.ask("LIST", "+OK", *lines, ".")
    assert heard.session.highest == highest
    assert heard.session.messages == messages


def test_a_listing_that_says_nothing_leaves_what_stat_said(heard):
    heard.ask("STAT", "+OK 2 320")
    heard.ask("LIST", "+OK", "message one", "message two", "message three", ".")
    assert heard.session.messages == 2


def test_lines_of_a_listing_that_are_none_are_left_out(heard):
    heard.ask("LIST", "+OK", "1 120", "x 5", "2 -5", "3 " + "9" * 21, "4 7", "", ".")
    assert heard.session.sizes == {1: 120, 4: 7}


def test_a_listing_of_one_message_replaces_nothing(heard):
    heard.ask("LIST", "+OK", "1 120", "2 200", ".")
    heard.ask("LIST 1", "+OK 1 120")
    assert heard.session.sizes == {1: 120, 2: 200}


def test_a_refused_listing_replaces_nothing(heard):
    heard.ask("LIST", "+OK", "1 120", ".")
    heard.ask("LIST", "-ERR")
    assert heard.session.sizes == {1: 120}


def test_the_last_listing_counts(heard):
    heard.ask("LIST", "+OK", "1 120", ".")
    assert heard.session.sizes == {1: 120}
    heard.ask("LIST", "+OK", "1 120", "2 200", ".")
    assert heard.session.sizes == {1: 120, 2: 200}


def test_marks_are_counted_off(heard):
    heard.ask("STAT", "+OK 3 600")
    heard.ask("LIST", "+OK", "1 100", "2 200", "3 300", ".")
    heard.ask("DELE 2", "+OK")
    session = heard.session
    assert (session.deleted, session.messages, session.octets, session.highest) == ({2}, 2, 400, 3)


def test_octets_are_unknown_once_a_message_of_unknown_size_is_marked(heard):
    heard.ask("STAT", "+OK 3 600")
    heard.ask("DELE 2", "+OK")
    assert (heard.session.messages, heard.session.octets) == (2, None)


@pytest.mark.parametrize("line", ["DELE 2", "DELE 002", "dele 2"])
def test_a_message_is_marked_once(heard, line):
    heard.ask("STAT", "+OK 3 600")
    heard.ask("DELE 2", "+OK")
    heard.ask(line, "+OK")
    assert (heard.session.deleted, heard.session.messages) == ({2}, 2)


@pytest.mark.parametrize("line", ["DELE", "DELE x", "DELE 0", "DELE -1", "DELE  1"])
def test_what_names_no_message_marks_none(heard, line):
    heard.ask(line, "+OK")
    assert heard.session.deleted == set()


def test_a_refused_mark_is_none(heard):
    heard.ask("DELE 2", "-ERR")
    assert heard.session.deleted == set()


def test_rset_takes_marks_back_and_the_count_with_them(heard):
    heard.ask("STAT", "+OK 3 600")
    heard.ask("DELE 2", "+OK")
    heard.ask("RSET", "+OK")
    session = heard.session
    assert (session.deleted, session.messages, session.octets, session.highest) == (
        set(), 3, 600, 3,
    )  # fmt: skip


def test_rset_after_marks_older_than_stat_brings_the_count_and_guesses_no_octets(heard):
    heard.ask("DELE 3", "+OK")
    heard.ask("STAT", "+OK 2 300")
    heard.ask("RSET", "+OK")
    assert (heard.session.messages, heard.session.octets) == (3, None)
    heard.ask("RSET", "+OK")
    assert (heard.session.messages, heard.session.octets) == (3, None)


def test_who_asks_for_list_alone_is_told_the_octets_too(heard):
    heard.ask("LIST", "+OK", "1 100", "2 200", "3 300", ".")
    assert (heard.session.messages, heard.session.octets) == (3, 600)
    heard.ask("DELE 2", "+OK")
    assert (heard.session.messages, heard.session.octets) == (2, 400)
    heard.ask("LIST", "+OK", "1 100", "3 300", ".")
    assert (heard.session.messages, heard.session.octets) == (2, 400)
    heard.ask("RSET", "+OK")
    assert (heard.session.messages, heard.session.octets) == (3, 600)


def test_a_listing_that_makes_no_sense_gives_no_octets(heard):
    heard.ask("LIST", "+OK", "1 100", "1 200", "what", ".")
    assert (heard.session.messages, heard.session.octets) == (2, None)


def test_rset_between_list_and_the_first_question_loses_nothing(heard):
    heard.ask("LIST", "+OK", "1 100", "2 200", ".")
    heard.ask("RSET", "+OK")
    assert heard.session.highest == 2


def test_the_highest_number_holds_when_the_last_message_is_marked(heard):
    heard.ask("DELE 3", "+OK")
    heard.ask("STAT", "+OK 2 300")
    assert heard.session.highest == 3
    heard.ask("LIST", "+OK", "1 100", "2 200", ".")
    assert heard.session.highest == 3


def test_all_messages_may_be_marked(heard):
    heard.ask("STAT", "+OK 1 100")
    heard.ask("DELE 1", "+OK")
    heard.ask("LIST", "+OK", ".")
    assert (heard.session.messages, heard.session.highest) == (0, 1)


def test_a_listing_too_long_to_be_kept_does_no_harm(heard, monkeypatch):
    monkeypatch.setattr(limits, "KEPT_LISTING", 100)
    heard.c("LIST")
    heard.s("+OK")
    for number in range(1, 100):
        heard.s(f"{number} 100")
    heard.s(".")
    assert set(heard.session.sizes) <= set(range(1, 100))
    assert heard.dialogue.outstanding == 0


@pytest.mark.parametrize("cut", [1, 7, 50, 4000])
def test_messages_beyond_what_is_kept_are_counted_and_no_size_is_wrong(heard, monkeypatch, cut):
    monkeypatch.setattr(limits, "KEPT_LISTING", 100)
    heard.c("LIST")
    listing = b"+OK\r\n" + b"".join(b"%d 12345\r\n" % n for n in range(1, 100)) + b".\r\n"
    for at in range(0, len(listing), cut):
        heard.server(listing[at : at + cut])
    session = heard.session
    assert (session.messages, session.highest, session.octets) == (99, 99, None)
    assert set(session.sizes.values()) <= {12345}
    assert session.unlisted == 99 - len(session.sizes) > 0


def test_messages_beyond_those_that_are_looked_at_are_counted(heard, monkeypatch):
    monkeypatch.setattr(limits, "LISTED", 2)
    heard.ask("LIST", "+OK", "1 100", "2 200", "3 300", "4 400", ".")
    session = heard.session
    assert (session.messages, session.highest, session.octets) == (4, 4, None)
    assert (session.sizes, session.unlisted) == ({1: 100, 2: 200}, 2)
    heard.ask("DELE 1", "+OK")
    assert (session.messages, session.unlisted) == (3, 2)
    heard.ask("LIST", "+OK", "2 200", "3 300", ".")
    assert (session.octets, session.unlisted) == (500, 0)


def test_messages_that_are_only_counted_are_known_behind_a_stat_too(heard, monkeypatch):
    monkeypatch.setattr(limits, "LISTED", 2)
    heard.ask("LIST", "+OK", "1 100", "2 200", "3 300", ".")
    heard.ask("STAT", "+OK 3 600")
    session = heard.session
    assert (session.messages, session.octets, session.unlisted) == (3, 600, 1)
    heard.ask("LIST", "+OK", "1 100", "2 200", ".")
    heard.ask("STAT", "+OK 2 300")
    assert (session.messages, session.octets, session.unlisted) == (2, 300, 0)


def test_a_million_messages_are_looked_at_all():
    assert limits.LISTED >= 1_000_000
    assert limits.KEPT_LISTING >= 20 * 1_000_000


def test_a_listing_that_was_taken_apart_is_not_kept_beside_that(heard):
    tracemalloc.start()
    heard.dialogue.client(b"LIST\r\n")
    heard.dialogue.server(b"+OK\r\n1 5\r\n" + b"noise\r\n" * 50_000 + b".\r\n")
    before = tracemalloc.get_traced_memory()[0]
    assert heard.session.sizes == {1: 5}
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after < before - 200_000
    assert (heard.session.messages, heard.session.highest) == (1, 50_001)
