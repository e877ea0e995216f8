"""The start of a session: connect, and read the greeting."""

from __future__ import annotations

import socket

from pop3shell.net.client import Client
from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.resolve import shown
from pop3shell.protocol.events import Ending
from pop3shell.protocol.replies import Status
from pop3shell.protocol.spec import lengths
from pop3shell.shell.endings import tls_failure
from pop3shell.shell.security import IMPLICIT, STARTTLS, start_by_stls, tell
from pop3shell.shell.shell import OpenSession, Shell

#: Where POP3 servers listen (RFC 1939 section 3).
DEFAULT_PORT = 110


async def open_session(shell: Shell, host: str, port: int, family: socket.AddressFamily) -> None:
    """Connect and wait for a positive greeting; nothing is sent.

    Raises ConnectionTrouble with a sentence on what came instead.
    """
    client = shell.client
    security = shell.security
    implicit = security.tls if security.mode == IMPLICIT else None
    await client.connect(host, port, family=family, tls=implicit)
    if shell.settings.interactive:
        shell.say(address_line(host, port, client))
        shell.flush()
    greeting = await client.greeted()
    shell.flush()
    where = client.address if host in client.address else f"{host} ({client.address})"
    if greeting is None:
        raise ConnectionTrouble(_no_greeting(client, where))
    if greeting.status is Status.ERR:
        raise ConnectionTrouble(
            f"{where} refused the connection in its greeting; its text says why, try again later"
        )
    if security.mode == STARTTLS:
        await start_by_stls(shell)
    elif security.mode == IMPLICIT:
        tell(shell)


def opener(host: str, port: int, family: socket.AddressFamily) -> OpenSession:
    """Return what opens the session again, with another host or port if they are given."""

    async def again(shell: Shell, other_host: str, other_port: int | None) -> None:
        nonlocal host, port
        there = (other_host, other_port or DEFAULT_PORT) if other_host else (host, port)
        await open_session(shell, *there, family)
        host, port = there  # not before: a mistyped name is no server to come back to

    return again


def _no_greeting(client: Client, where: str) -> str:
    from pop3shell.net.endings import became
    from pop3shell.net.greeting import WITHIN
    from pop3shell.shell.peers import SILENT_PEER, looks_like

    received, begun = client.opening.received, client.opening.begun
    if begun and client.opening.endless:
        return (
            f"{where} began a greeting of over {WITHIN:,} octets, which may have "
            f"{lengths.STATUS_LINE} (RFC 1939 section 3); it is broken, or no POP3 server"
        )
    if received and not begun:
        long = f"its first line has over {WITHIN:,} octets; " if client.opening.endless else ""
        return f"{where} is no POP3 server: {long}{looks_like(received)}"
    if client.ending is Ending.SILENT:
        what = "did not end its greeting line" if begun else f"sent no greeting; {SILENT_PEER}"
        return f"{where} accepted the connection but {what}"
    if why := tls_failure(client):
        return f"{where}: {why}"
    when = "in the middle of its greeting" if begun else "before a greeting came"
    return f"the connection to {where} {became(client)} {when}; it may limit who connects"


def address_line(host: str, port: int, client: Client) -> str:
    """Say which address a name led to."""
    asked = shown(host, port)
    return f"connected to {asked}" + ("" if asked == client.address else f" at {client.address}")
