"""How a connection ended, as a sentence."""

from __future__ import annotations

from datetime import UTC, datetime

from pop3shell.net.client import Client
from pop3shell.net.errors import ConnectionTrouble, silent
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


def cut_off(client: Client) -> str:
    """Say how a connection broke off with a reply outstanding; empty if it didn't."""
    if not client.closed or not client.dialogue.outstanding:
        return ""
    if client.ending is Ending.SILENT:
        heard = silent(client.address, client.timeout)
        return f"{heard} with a reply due; --timeout sets how long to wait"
    if client.ending is Ending.RESET:
        return "the connection was reset by the server's side before its reply was complete"
    if client.ending is Ending.TRUNCATED:
        return (
            "the connection was cut off within TLS before its reply was complete; what came is "
            "not to be trusted as whole"
        )
    if client.ending is Ending.TLS_FAILED:
        why = tls_failure(client)
        return "TLS failed before the reply was complete" + (f": {why}" if why else "")
    return "the server closed the connection before its reply was complete"
