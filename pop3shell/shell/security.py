"""TLS as the user asked for it: from the first octet, by STLS, or typed by hand."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pop3shell.net.client import Client
from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.tls_settings import TlsSettings
from pop3shell.protocol.record import Record
from pop3shell.protocol.rules import tls as rules
from pop3shell.protocol.spec import commands

if TYPE_CHECKING:
    from pop3shell.shell.shell import Shell

NONE, STARTTLS, IMPLICIT = "none", "starttls", "implicit"


class Security(Record):
    """When TLS begins (``none``: only if STLS is typed) and how it is done."""

    mode: str = NONE
    tls: TlsSettings = TlsSettings()


async def start_by_stls(shell: Shell) -> None:
    """Ask for STLS and begin TLS, or fail: nothing else is ever said in plaintext.

    Raises ConnectionTrouble.
    """
    stls = commands.STLS.verb
    reply = await shell.exchange(commands.CAPA.verb.encode())
    if not reply.ok or not shell.client.session.announces(commands.STLS.capability):
        await _fail(shell, f"the server does not announce {stls}")
    reply = await shell.exchange(stls.encode())
    if not reply.ok:
        await _fail(shell, f"the server refused {stls}")


async def _fail(shell: Shell, why: str) -> None:
    shell.client.note(rules.USABLE, why, b"")
    await shell.client.close()
    raise ConnectionTrouble(
        f"{why}, so no TLS is to be had on this port and nothing more was sent; somebody in "
        "between may have taken it away. Try --tls implicit on port 995, or --tls none if a "
        "plaintext session is what you want"
    )


async def negotiate(shell: Shell) -> None:
    """Do the handshake after STLS was accepted. Raises ConnectionTrouble."""
    await shell.client.start_tls(shell.security.tls)
    tell(shell)


def tell(shell: Shell) -> None:
    """Say what TLS came to, and what weakens it."""
    layer = shell.client.tls
    if layer is None:
        return
    settings = shell.security.tls
    if settings.insecure:
        how = "NOT verified (--insecure)"
    else:
        how = "pinned" if settings.pins else "verified"
    shell.say(f"TLS: {layer.protocol}, {layer.cipher}; the certificate is {how}; :cert shows it")
    if keys := os.environ.get("SSLKEYLOGFILE"):
        shell.warn(f"SSLKEYLOGFILE is set: whoever reads {keys} can decrypt this session")


def certificate_lines(client: Client) -> list[str]:
    """Describe the server's certificate, after a failed handshake too; empty if none came."""
    from pop3shell.net.certificate import describe_certificate, read_certificate

    layer = client.tls
    if layer is None or not layer.certificate:
        return []
    found = read_certificate(layer.certificate)
    return describe_certificate(
        found, layer.host, datetime.now(UTC), protocol=layer.protocol, cipher=layer.cipher
    )


def is_private(client: Client) -> bool:
    """Whether nobody can listen: TLS is on, or the server is on this machine."""
    import ipaddress

    if client.session.tls:
        return True
    host = client.address.rpartition(":")[0].strip("[]").partition("%")[0]
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
