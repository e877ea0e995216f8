"""How a connection ended is said truthfully, whoever ended it and however."""

from __future__ import annotations

import pytest

from pop3shell.protocol.endings import ended
from pop3shell.protocol.events import Ending, Side

EVERY = [(side, ending) for side in Side for ending in Ending]


@pytest.mark.parametrize(("side", "ending"), EVERY)
def test_every_ending_has_its_words(side, ending):
    text = ended(side, ending)
    assert text.startswith("was ")
    assert "{" not in text
    assert "reply" not in text
    due = "while a reply was due" if ending is Ending.SILENT else "before the reply was complete"
    assert ended(side, ending, 1).endswith(due)


def test_no_two_endings_read_alike():
    assert len({ended(side, ending) for side, ending in EVERY}) == len(EVERY)


@pytest.mark.parametrize("ending", Ending)
def test_what_this_side_did_is_not_laid_on_the_server(ending):
    assert "by the server" not in ended(Side.CLIENT, ending, 1)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.0, "after too long a silence"), (0.5, "after 0.5 seconds of"), (1.0, "after 1 second of")],
)
def test_a_silence_is_told_with_its_length_where_that_is_known(seconds, told):
    assert told in ended(Side.CLIENT, Ending.SILENT, 1, seconds)
