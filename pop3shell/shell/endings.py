"""How a connection ended, as a sentence."""

from __future__ import annotations

from datetime import UTC, datetime

from pop3shell.net.client import Client
from pop3shell.net.errors import ConnectionTrouble
from pop3shell.protocol.events import Ending

#: Seconds that the server has to close after QUIT was answered.
CLOSE_WITHIN = 10.0


def must_be_open(client: Client) -> None:
    """See to it that something can be asked of the server. Raises ConnectionTrouble."""
    if client.closed:
        raise ConnectionTrouble("the connection is closed; nothing was sent")


def tls_failure(client: Client) -> str:
    """Say why TLS failed; empty if it didn't."""
    if client.tls is None or client.tls.failure is None:
        return ""
    from pop3shell.net.tls_trouble import explain_layer

    return explain_layer(client.tls, datetime.now(UTC))


def how_it_ended(client: Client) -> str:
    """Say how a connection that is over ended, and why or what to do where that is known."""
    from pop3shell.net.endings import how_ended  # not needed for the first prompt

    if client.closed_by is None:  # it was never made
        return "not connected"
    said = how_ended(client)
    if client.ending is Ending.SILENT:
        return f"{said}; --timeout sets how long to wait"
    if client.ending is Ending.TRUNCATED and client.dialogue.outstanding:
        return f"{said}; what came is not to be trusted as whole"
    if client.ending is Ending.TLS_FAILED and (why := tls_failure(client)):
        return f"{said}: {why.removeprefix('TLS failed: ')}"
    return said


def cut_off(client: Client) -> str:
    """Say how a connection broke off with a reply outstanding; empty if it didn't."""
    return how_it_ended(client) if client.closed and client.dialogue.outstanding else ""
