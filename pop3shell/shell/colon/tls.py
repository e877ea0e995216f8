"""``:cert``: the server's certificate, and what was agreed upon with it."""

from __future__ import annotations

from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.states import State
from pop3shell.shell.colon.table import ColonCommand
from pop3shell.shell.security import certificate_lines
from pop3shell.shell.shell import ColonError, Shell


async def _cert(shell: Shell, arguments: str) -> None:
    lines = certificate_lines(shell.client)
    if not lines:
        begins = f"{commands.STLS.verb} begins it"
        if shell.client.session.state is not State.AUTHORIZATION:
            begins += ", before the login: try :reconnect and then STLS"
        raise ColonError(f"there is no certificate: TLS was not begun; {begins}")
    shell.say("\n".join(lines))


COMMANDS = (
    ColonCommand("cert", "", "show the server's certificate, after a failed handshake too", _cert),
)
