"""What a transcript says is what goes out, however quickly it was read."""

from __future__ import annotations

import io

from hypothesis import given, settings
from hypothesis import strategies as st

from pop3shell.net.replay_reading import make_script
from pop3shell.net.replay_script import Reply, Script
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
