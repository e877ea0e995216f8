"""How a connection ended, as a sentence."""

from __future__ import annotations

from pop3shell.net.client import Client
from pop3shell.protocol.events import Ending


def cut_off(client: Client) -> str:
    """Say how a connection broke off with a reply outstanding; empty if it didn't."""
    if not client.closed or not client.dialogue.outstanding:
        return ""
    if client.ending is Ending.SILENT:
        return (
            f"{client.address} was silent for {client.timeout:g} seconds with a reply due; "
            "--timeout sets how long to wait"
        )
    if client.ending is Ending.RESET:
        return "the connection was reset by the server's side before its reply was complete"
    return "the server closed the connection before its reply was complete"
