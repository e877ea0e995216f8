"""What a transcript says is what goes out, however quickly it was read."""

from __future__ import annotations

import contextlib
import gc
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop3shell.net.replay import hearing, reading
from pop3shell.net.replay.reading import make_script
from pop3shell.net.replay.script import Reply, Script
from pop3shell.transcript.errors import TranscriptError
from pop3shell.transcript.reader import read

HEAD = "%POP3-TRANSCRIPT 1\n"
NOTE = "# a note\n"
LISTING = "S: +OK\nS: 1 120\nS:\nS: .\n"
COMMANDS = ("NOOP", "STAT", "RETR 1", "LIST", "LIST 1", "CAPA", "QUIT", "XFOO", "AUTH PLAIN")
ODD = ("C: noop\\n\n", "C: NO\\\n", "C: ${sasl}\n", "C: PASS ${password}\n", "C: TOP 1 0\\x00\n")
REPLIES = (
    *("S: +OK\n", "S: +OK 2 320\n", "S: -ERR no\n", "S: -ERR [IN-USE] no\n", LISTING),
    *("S: +ok\n", "S: +OK\\n\n", "S: +OK\\\n", "S: +\n", "S: .\n", "S: text\n", ""),
    *("S: +OK\nS: ..\n[9.0] S: .\n", "S: +OK\nS: .\\n\n", "S: +OK\nS: a\\\nS: .\nS: .\n"),
)
OTHER = ("[30.0] *: what\n", "*: auth PLAIN as mrose\n", "S...\n", "S~ \\+OK.*\n", NOTE)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(COMMANDS).map("C: {}\n".format), st.sampled_from(REPLIES)),
        st.tuples(st.sampled_from(ODD), st.sampled_from(REPLIES)),
        st.tuples(st.sampled_from(OTHER), st.just("")),
    ),
    max_size=8,
)


def script_of(text: str) -> Script:
    return make_script(read(io.BytesIO((HEAD + text).encode())))


def outline(text: str) -> object:
    """All that counts of a script but the numbers of the lines."""
    try:
        script = script_of(text)
    except TranscriptError as error:
        return error.sentence
    turns = [
        (turn.octets, turn.due, turn.response, [told(reply) for reply in turn.replies])
        for turn in script.turns
    ]
    return told(script.greeting), turns, [text for _, text in script.notes]


def told(reply: Reply) -> object:
    raw = reply.command.raw if reply.command else b""
    parts = [b"".join(getattr(one, "octets", b"") for one in part) for part in reply.parts]
    return raw, reply.status, reply.code, reply.complete, parts


@given(STEPS, st.booleans())
@settings(max_examples=300)
def test_exchange_by_exchange_or_line_by_line(steps, timed) -> None:
    """A note between a command and its reply says nothing, but each line is looked at then."""
    text, noted = "S: +OK ready\n", "S: +OK ready\n"
    for number, (asked, said) in enumerate(steps):
        time = f"[{number}.5] " if timed and asked[0] in "CS" else ""
        text += time + asked + said
        noted += time + asked + NOTE + said
    assert outline(text) == outline(noted)


def test_a_reply_of_many_lines_is_one_reply() -> None:
    script = script_of("S: +OK\nC: LIST\n" + LISTING + "C: NOOP\nS: +OK\n")
    assert [turn.octets for turn in script.turns] == [b"LIST\r\n", b"NOOP\r\n"]
    assert [told(turn.replies[0])[-1] for turn in script.turns] == [
        [b"+OK\r\n1 120\r\n\r\n.\r\n"],
        [b"+OK\r\n"],
    ]
    assert not script.notes


def test_a_line_without_its_end_goes_on_behind_what_was_said_unasked() -> None:
    script = script_of("S: +OK\nC: NO\\\nS: what?\nC: OP\nS: +OK\n")
    assert script.turns[-1].replies[0].command.raw == b"NOOP\r\n"


def test_what_was_said_unasked_without_an_end_is_part_of_the_next_reply() -> None:
    script = script_of("S: +OK\nC: NOOP\nS: +OK\nS: +O\\\nC: STAT\nS: K 2 320\n")
    assert told(script.turns[-1].replies[0])[-1] == [b"+OK 2 320\r\n"]


class Counted(list):
    """Counts how many elements are looked at one after the other, or copied."""

    looked_at = 0

    def __iter__(self):
        for element in super().__iter__():
            Counted.looked_at += 1
            yield element

    def __getitem__(self, at):
        found = super().__getitem__(at)
        if isinstance(at, slice):
            Counted.looked_at += len(found)
        return found


@pytest.mark.parametrize(
    "exchange",
    [
        "C: LIST\nS~ -ERR .*\n",
        "C: AUTH PLAIN\nS: + \nC: ${sasl}\nS: +OK\n",
        "C: AUTH PLAIN\nC: ${sasl}\nS: + \nS: +OK\n",
        "C: XFOO\nS: -ERR\nC: AUTH PLAIN\nS: + \nC: *\nS: -ERR\n",
    ],
)
def test_a_long_transcript_is_not_gone_through_for_each_exchange(exchange, monkeypatch) -> None:
    monkeypatch.setattr(Counted, "looked_at", 0)
    monkeypatch.setattr(reading, "list", Counted, raising=False)
    monkeypatch.setattr(
        hearing,
        "Script",
        lambda greeting, turns, logins: Script(greeting, Counted(turns), logins),
    )
    many = 1000
    script = script_of("S: +OK\n" + exchange * many)
    assert len(script.turns) == many * exchange.count("C: ")
    assert 0 < Counted.looked_at < 150 * many


def test_responses_sent_ahead_of_their_challenges_belong_to_their_auth() -> None:
    exchange = "C: AUTH LOGIN\nC: bXJvc2U=\nC: XFOO\nS: + VXNl\nS: + UGFz\nS: +OK\n"
    first, name, word = script_of("S: +OK\n" + exchange).turns
    assert not first.response
    assert (name.response, word.response) == (True, True)
    assert name.replies == word.replies == first.replies
    assert first.replies[0].complete


def test_where_recording_began_in_the_middle_the_first_words_are_no_greeting() -> None:
    text = "*: joined 192.0.2.1:110 in the TRANSACTION state\nS: -ERR shutting down\n"
    script = script_of(text + "C: NOOP\nS: +OK\n")
    assert script.greeting.status is None
    assert not script.greeting.complete
    assert [note for _, note in script.notes if "unasked" in note]


def test_a_client_that_spoke_first_is_not_answered_by_the_greeting() -> None:
    script = script_of("*: connected 192.0.2.1:110\nC: CAPA\nS: +OK ready\nS: -ERR not yet\n")
    assert script.greeting.complete
    (turn,) = script.turns
    assert told(turn.replies[0]) == told(
        script_of("S: +OK\nC: CAPA\nS: -ERR not yet\n").turns[0].replies[0]
    )


def test_an_unknown_command_that_was_replied_to_is_no_response() -> None:
    said = "C: XFOO\nC: AUTH PLAIN\nC: ${sasl}\nS: -ERR what\nS: + \nS: +OK\n"
    unknown, _, response = script_of("S: +OK\n" + said).turns
    assert (unknown.response, response.response) == (False, True)


@pytest.mark.parametrize("text", ["S: +OK\nC: NOOP\nS: +OK\n", "", "S: +OK\nC: \\xZZ\n"])
def test_reading_leaves_it_to_the_rest_of_the_program_to_collect_garbage(text) -> None:
    """Else a program that reads one transcript would keep what it drops, for ever."""
    assert gc.isenabled()
    with contextlib.suppress(TranscriptError):
        script_of(text)
    assert gc.isenabled()
