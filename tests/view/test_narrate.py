"""An exchange in words, where no reply came: whatever ended the connection can be explained."""

from __future__ import annotations

import pytest

from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.events import Ending, Side
from pop3shell.protocol.lastexchange import Recorder
from pop3shell.protocol.secrets import Redactor
from pop3shell.view.narrate import narrate


def told(side: Side, ending: Ending, *replies: bytes) -> str:
    """What is told of a RETR after which the connection ended so."""
    dialogue = Dialogue()
    recorder = Recorder(lambda: dialogue.session, Redactor())
    steps = [dialogue.server(b"+OK\r\n"), dialogue.client(b"RETR 1\r\n")]
    steps += [dialogue.server(reply) for reply in replies]
    steps.append(dialogue.closed(side, ending))
    for event in (event for events in steps for event in events):
        if handler := recorder.handlers.get(type(event)):
            handler(event)
    assert recorder.last is not None
    return " ".join(narrate(recorder.last, dialogue.session).split())


@pytest.mark.parametrize("side", Side)
@pytest.mark.parametrize("ending", Ending)
def test_a_reply_that_never_came_is_explained_whatever_ended_the_connection(side, ending):
    assert "reply: none; the connection was " in told(side, ending)
    assert "it is incomplete" in told(side, ending, b"+OK\r\nbegun\r\n")


def test_it_is_said_who_ended_the_connection():
    assert "closed by the server" in told(Side.SERVER, Ending.ORDERLY)
    assert "given up from this side" in told(Side.CLIENT, Ending.SILENT)
