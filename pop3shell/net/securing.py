"""Going from plaintext to TLS, and failing closed where that does not work."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from datetime import UTC, datetime

from pop3shell.net.connection import Connection
from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.stls import INJECTED
from pop3shell.net.tls import NotTls, TlsLayer
from pop3shell.net.tls_trouble import explain_layer
from pop3shell.protocol.events import Ending
from pop3shell.protocol.findings import Rule
from pop3shell.protocol.rules import tls as rules

_BROKEN = "TLS was not closed by an alert; the end of what came may be missing"


async def negotiate(
    connection: Connection, layer: TlsLayer, within: float, started: Callable[[], None]
) -> None:
    """Do the TLS handshake, ``within`` so many seconds; ``started`` is called at its end.

    Raises ConnectionTrouble with the reason; the connection is over then.
    """
    over = connection.start_tls(layer, started)
    try:
        async with asyncio.timeout(within):
            await over
    except TimeoutError:
        connection.abort(Ending.SILENT)
        raise ConnectionTrouble(
            f"the server did not finish the TLS handshake within {within:g} seconds; it may want "
            "plain POP3 or STLS on this port"
        ) from None
    except BaseException:
        connection.abort(Ending.TLS_FAILED)
        raise
    if not layer.established:
        raise ConnectionTrouble(explain_layer(layer, datetime.now(UTC)))


def breach(layer: TlsLayer, ending: Ending, after_stls: bool) -> tuple[Rule, str, bytes] | None:
    """Return the rule that was broken where a connection over TLS ended, what to say, evidence."""
    if isinstance(layer.failure, NotTls):
        return (rules.INJECTED, INJECTED, layer.failure.octets) if after_stls else None
    if isinstance(layer.failure, ssl.SSLCertVerificationError):
        return rules.CERTIFICATE, explain_layer(layer, datetime.now(UTC)), b""
    if ending is Ending.TRUNCATED:
        return rules.CLOSE_NOTIFIED, _BROKEN, b""
    return None
