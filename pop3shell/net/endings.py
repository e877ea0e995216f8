"""How a client's connection ended, in words."""

from __future__ import annotations

from pop3shell.net.client import Client
from pop3shell.protocol.endings import ended
from pop3shell.protocol.events import Ending, Side


def how_ended(client: Client, *, due: bool = True) -> str:
    """Say how the connection of ``client`` ended, as a sentence without its full stop.

    With ``due``, whether it ended before a reply was complete is part of that.
    """
    outstanding = client.dialogue.outstanding if due else 0
    where = f" to {client.address}" if client.ending is Ending.SILENT else ""
    return f"the connection{where} {became(client, outstanding)}"


def became(client: Client, outstanding: int = 0) -> str:
    """Return what belongs behind "the connection", once that is over."""
    assert client.ending is not None
    silence = client.timeout if client.ending is Ending.SILENT else 0.0
    return ended(client.closed_by or Side.SERVER, client.ending, outstanding, silence)
