"""The practice server on the network: sockets and time around `Session`."""

from __future__ import annotations

import itertools
import secrets
import time
from typing import TYPE_CHECKING

from pop3shell.server import limits
from pop3shell.server.connection import Connection
from pop3shell.server.context import Policy
from pop3shell.server.delay import LoginDelay
from pop3shell.server.session import Session
from pop3shell.server.sockets import Listener

if TYPE_CHECKING:
    import asyncio

    from pop3shell.server.connection import CountingReader, TlsSource
    from pop3shell.server.context import Accounts
    from pop3shell.transcript.recording import Records

_serial = itertools.count(1)


def fresh_timestamp() -> bytes:
    """Return a timestamp for APOP that no other greeting has (RFC 1939 section 7)."""
    return f"<{next(_serial)}.{time.time_ns()}.{secrets.token_hex(4)}@localhost>".encode()


class PracticeServer(Listener):
    """A POP3 server for any number of clients at once, up to a limit.

    `accounts` maps a name to its password and maildrop. `timestamp` replaces the fresh one of each
    greeting (empty: APOP is not offered), `autologout` is in seconds, `login_delay` the seconds
    between two logins to an account. With `tls` (settings with a certificate, or a function that
    makes them when they are first needed) STLS is offered, and `start_tls_port` is possible.

    `cleartext`: whether AUTH takes mechanisms without TLS that send a secret in clear. Left out,
    it does only where there is no TLS to be had, so that all can be practised on either server.

    `utf8`: whether UTF8 is offered. Without it, headers that are not ASCII are served to all.

    `records` says where the sessions are recorded, but for those refused as too many.
    """

    def __init__(
        self,
        accounts: Accounts,
        *,
        timestamp: bytes | None = None,
        autologout: float = limits.AUTOLOGOUT_SECONDS,
        max_clients: int = limits.MAX_CLIENTS,
        tls: TlsSource | None = None,
        cleartext: bool | None = None,
        login_delay: int = 0,
        utf8: bool = True,
        records: Records | None = None,
    ) -> None:
        super().__init__(tls, records, max_clients)
        self._accounts = accounts
        self._timestamp = timestamp
        self._autologout = autologout
        clear = tls is None if cleartext is None else cleartext
        self._policy = Policy(tls is not None, clear, LoginDelay(login_delay), utf8)

    async def _converse(self, reader: CountingReader, writer: asyncio.StreamWriter) -> None:
        timestamp = fresh_timestamp() if self._timestamp is None else self._timestamp
        with self._observed(writer) as observed:
            connection = Connection(reader, writer, self._autologout, self._tls, observed)
            await connection.run(Session(self._accounts, timestamp, self._policy))
