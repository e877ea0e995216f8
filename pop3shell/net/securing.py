"""Going from plaintext to TLS, and failing closed where that does not work."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from datetime import UTC, datetime

from pop3shell.net.connection import Connection
from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.tls import NotTls, TlsLayer
from pop3shell.net.tls_trouble import explain_layer
from pop3shell.protocol.events import CommandSent, Ending, LongLine, ReplyEnd, Side, StrayLine
from pop3shell.protocol.findings import Rule
from pop3shell.protocol.replies import Status
from pop3shell.protocol.rules import tls as rules
from pop3shell.protocol.spec import commands

#: What to say of plaintext behind the reply to STLS.
INJECTED = (
    "plaintext followed the +OK of STLS: somebody in between may have put it there (TLS-05, "
    "RFC 2595 section 4); the connection was closed, nothing was sent"
)
_BROKEN = "TLS was not closed by an alert; the end of what came may be missing"
_EVIDENCE = 512


class StlsWatch:
    """An observer that knows whether STLS was accepted last, and what came behind its reply."""

    def __init__(self) -> None:
        self.accepted = False
        self.behind = b""
        self.handlers = {
            ReplyEnd: self._replied,
            StrayLine: self._strayed,
            LongLine: self._strayed,
            CommandSent: self._sent,
        }

    def _replied(self, event: ReplyEnd) -> None:
        self.accepted = event.command.row is commands.STLS and event.status is Status.OK
        self.behind = b""

    def _strayed(self, event: StrayLine | LongLine) -> None:
        if getattr(event, "side", Side.SERVER) is Side.SERVER:
            self.behind += event.raw[: _EVIDENCE - len(self.behind)]

    def _sent(self, event: CommandSent) -> None:
        self.accepted = False


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
