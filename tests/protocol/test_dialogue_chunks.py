"""The network cuts the streams as it likes: what a person is shown must not depend on it.

And whatever a server or client sends, every octet is shown, and nothing brings the observer down.
"""

from __future__ import annotations

from collections.abc import Iterable
from unittest.mock import patch

import pytest
from hearing import Heard, Step, chunks, feed, spoken
from hypothesis import given, settings
from hypothesis import strategies as st
from imagined_dialogues import dialogues

from pop3shell.protocol import events as ev
from pop3shell.protocol import limits
from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.events import Ending, Event, Side
from pop3shell.protocol.secrets import Redactor

LENGTHS = st.lists(st.integers(1, 12), min_size=1, max_size=9)
#: How many octets of a server's and of a client's line are held.
LIMITS = st.sampled_from([(limits.SERVER_LINE, limits.CLIENT_LINE), (40, 24), (7, 9)])


def observe(steps: Iterable[Step]) -> tuple[Dialogue, list[Event]]:
    dialogue = Dialogue()
    events: list[Event] = []
    for step in steps:
        events += feed(dialogue, step)
    return dialogue, events


def merged(events: Iterable[Event]) -> list[object]:
    """Events with adjacent body data put together, findings inside a body behind its data."""
    found: list[object] = []
    notes: list[Event] = []
    for event in events:
        last = found[-1] if found else None
        within = isinstance(last, list)
        if isinstance(event, ev.BodyData):
            if not isinstance(last, list):
                found.append(last := [event.command, b"", b""])
            last[1] += event.raw
            last[2] += event.content
        elif within and isinstance(event, ev.Noted):
            notes.append(event)
        else:
            found += [(type(other), other) for other in (*notes, event)]
            notes = []
    return found + notes


def facts(dialogue: Dialogue) -> dict[str, object]:
    session = dialogue.session
    names = (
        "state greeting timestamp user user_accepted capabilities messages octets highest deleted "
        "sizes"
    )
    known: dict[str, object] = {name: getattr(session, name) for name in names.split()}
    for name in ("outstanding", "greeted", "challenged", "unfinished", "patience"):
        known[name] = getattr(dialogue, name)
    return known | {"findings": dict(dialogue.findings.counts)}


def cut(steps: list[Step], lengths: list[int]) -> list[Step]:
    pieces: list[Step] = []
    for step in steps:
        if step is None:
            pieces.append(None)
        else:
            pieces += [(step[0], piece) for piece in chunks(step[1], lengths)]
    return pieces


@settings(max_examples=400, deadline=None)
@given(dialogues(), LENGTHS, LIMITS)
def test_any_cut_gives_the_same_events_and_facts(steps, lengths, held):
    with patch.multiple(limits, SERVER_LINE=held[0], CLIENT_LINE=held[1]):
        whole, events = observe(steps)
        pieces, cut_events = observe(cut(steps, lengths))
        assert merged(cut_events) == merged(events)
        assert facts(pieces) == facts(whole)


@settings(max_examples=200, deadline=None)
@given(dialogues(), LIMITS, st.sampled_from(Side), st.sampled_from(Ending))
def test_no_octet_is_lost_and_none_is_made_up(steps, held, side, ending):
    with patch.multiple(limits, SERVER_LINE=held[0], CLIENT_LINE=held[1]):
        dialogue, events = observe(steps)
        events += dialogue.closed(side, ending)
    for speaker in Side:
        sent = b"".join(step[1] for step in steps if step is not None and step[0] is speaker)
        assert spoken(events, speaker) == sent


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.one_of(st.none(), st.tuples(st.sampled_from(Side), st.binary(max_size=60)))),
    LIMITS,
)
def test_nothing_that_is_sent_brings_the_observer_down(steps, held):
    with patch.multiple(limits, SERVER_LINE=held[0], CLIENT_LINE=held[1]):
        dialogue, events = observe([(Side.SERVER, b"+OK\r\n"), *steps])
    dialogue.tls_started()
    events += dialogue.closed(Side.SERVER, Ending.RESET)
    redactor = Redactor()
    for event in events:
        redactor.octets(event)
    assert facts(dialogue)


@settings(max_examples=100, deadline=None)
@given(dialogues())
def test_replies_end_in_the_order_of_their_commands(steps):
    _, events = observe(steps)
    sent = [event.command for event in events if isinstance(event, ev.CommandSent)]
    ended = [event.command for event in events if isinstance(event, ev.ReplyEnd)]
    rest = iter(sent)
    assert all(any(command is other for other in rest) for command in ended)


def test_events_are_frozen():
    heard = Heard()
    heard.ask("CAPA", "+OK", "TOP", ".")
    for event in heard.events:
        for name in type(event).__annotations__:
            with pytest.raises(AttributeError):
                setattr(event, name, b"changed")
