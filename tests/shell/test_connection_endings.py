"""How a connection ended, as the shell tells it: by whom, why, and what can be done."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from pop3shell.protocol.events import Ending, Side
from pop3shell.shell.endings import cut_off, how_it_ended

WAYS = [(side, ending) for side in Side for ending in Ending]


def over(side: Side | None, ending: Ending | None, due: int = 0) -> Any:
    """A client whose connection is over, with so many replies due."""
    return SimpleNamespace(
        closed=ending is not None,
        closed_by=side,
        ending=ending,
        dialogue=SimpleNamespace(outstanding=due),
        timeout=5.0,
        address="192.0.2.1:110",
        tls=None,
    )


@pytest.mark.parametrize(("side", "ending"), WAYS)
def test_every_ending_is_told_with_the_reply_that_is_missing(side, ending):
    whole = how_it_ended(over(side, ending))
    assert whole.startswith("the connection ")
    assert "reply" not in whole
    assert cut_off(over(side, ending)) == ""
    due = "while a reply was due" if ending is Ending.SILENT else "before the reply was complete"
    assert due in cut_off(over(side, ending, 1))


@pytest.mark.parametrize("ending", [Ending.SILENT, Ending.TLS_FAILED, Ending.ORDERLY])
def test_what_we_ended_is_not_laid_on_the_server(ending):
    assert "from this side" in how_it_ended(over(Side.CLIENT, ending, 1))
    assert "by the server" not in how_it_ended(over(Side.CLIENT, ending, 1))


def test_our_own_time_limit_is_told_with_the_option_that_sets_it():
    assert cut_off(over(Side.CLIENT, Ending.SILENT, 1)) == (
        "the connection to 192.0.2.1:110 was given up from this side after 5 seconds of silence "
        "while a reply was due; --timeout sets how long to wait"
    )


def test_what_was_truncated_within_tls_is_not_to_be_trusted():
    assert "not to be trusted as whole" in cut_off(over(Side.SERVER, Ending.TRUNCATED, 1))
    assert "trusted" not in how_it_ended(over(Side.SERVER, Ending.TRUNCATED))


def test_a_connection_that_was_never_made_did_not_end():
    assert how_it_ended(over(None, Ending.ORDERLY)) == "not connected"
    assert cut_off(over(None, None, 1)) == ""
