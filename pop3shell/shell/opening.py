"""The start of a session: connect, and read the greeting."""

from __future__ import annotations

import socket

from pop3shell.net.client import Client
from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.resolve import shown
from pop3shell.protocol.events import Ending
from pop3shell.protocol.replies import Status
from pop3shell.shell.peers import SILENT_PEER, looks_like
from pop3shell.shell.shell import Shell


async def open_session(shell: Shell, host: str, port: int, family: socket.AddressFamily) -> None:
    """Connect and wait for a positive greeting; nothing is sent.

    Raises ConnectionTrouble with a sentence on what came instead.
    """
    client = shell.client
    await client.connect(host, port, family=family)
    greeting = await client.greeted()
    shell.flush()
    where = client.address if host in client.address else f"{host} ({client.address})"
    if greeting is None:
        raise ConnectionTrouble(_no_greeting(client, where))
    if greeting.status is Status.ERR:
        raise ConnectionTrouble(
            f"{where} refused the connection in its greeting; its text says why, try again later"
        )


def _no_greeting(client: Client, where: str) -> str:
    received = client.banner + client.dialogue.unfinished
    if received:
        return f"{where} is no POP3 server: {looks_like(received)}"
    if client.ending is Ending.SILENT:
        return f"{where} accepted the connection but sent no greeting; {SILENT_PEER}"
    how = "was reset" if client.ending is Ending.RESET else "was closed by the server"
    return f"the connection to {where} {how} before a greeting came; it may limit who connects"


def address_line(host: str, port: int, client: Client) -> str:
    """Say which address a name led to."""
    asked = shown(host, port)
    return f"connected to {asked}" + ("" if asked == client.address else f" at {client.address}")
