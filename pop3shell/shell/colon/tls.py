"""``:cert``: the server's certificate, and what was agreed upon with it."""

from __future__ import annotations

from pop3shell.protocol.spec import commands
from pop3shell.shell.colon.table import ColonCommand
from pop3shell.shell.security import certificate_lines
from pop3shell.shell.shell import ColonError, Shell


async def _cert(shell: Shell, arguments: str) -> None:
    lines = certificate_lines(shell.client)
    if not lines:
        raise ColonError(
            f"there is no certificate: TLS was not begun; {commands.STLS.verb} begins it"
        )
    shell.say("\n".join(lines))


COMMANDS = (
    ColonCommand("cert", "", "show the server's certificate, after a failed handshake too", _cert),
)
