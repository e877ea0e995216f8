"""``:set``, ``:hex``, ``:timing``, ``:history`` and ``:reconnect``: the shell itself."""

from __future__ import annotations

import asyncio
import socket

from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.resolve import CONNECT_WITHIN, resolve
from pop3shell.shell.colon.table import ColonCommand
from pop3shell.shell.shell import ColonError, Shell

#: Lines that ``:history`` shows.
HISTORY_LINES = 20


async def _set(shell: Shell, arguments: str) -> None:
    name, _, value = arguments.partition(" ")
    if not name:
        shell.say("\n".join(shell.settings.shown()))
        return
    try:
        shell.settings.change(name, value.strip())
    except ValueError as error:
        raise ColonError(str(error)) from None
    shell.apply_settings()


async def _hex(shell: Shell, arguments: str) -> None:
    await _set(shell, f"hex {arguments or 'on'}")


async def _timing(shell: Shell, arguments: str) -> None:
    await _set(shell, f"timing {arguments or 'on'}")


async def _history(shell: Shell, arguments: str) -> None:
    from pop3shell.shell.interactive.history import HistoryFile

    if arguments and not arguments.isdigit():
        raise ColonError("say :history, or :history N for the last N lines")
    lines = HistoryFile().load()[-int(arguments or HISTORY_LINES) :]
    shell.say("\n".join(lines) or "nothing has been typed yet")


async def _reconnect(shell: Shell, arguments: str) -> None:
    host, _, port = arguments.partition(" ")
    if port.strip() and not (port.strip().isdigit() and 1 <= int(port) <= 65535):
        raise ColonError(f"{port.strip()} is no port; give a number from 1 to 65535")
    if host:
        await _look_up(host)
    if not shell.client.closed and shell.client.session.deleted:
        shell.say("the old connection is closed without QUIT: its deletion marks are lost")
    await shell.reconnect(host, int(port) if port.strip() else None)


async def _look_up(host: str) -> None:
    """See whether there is such a host: a mistyped name must not cost the session that is open."""
    try:
        async with asyncio.timeout(CONNECT_WITHIN):
            await resolve(host, 0, socket.AF_UNSPEC)
    except ConnectionTrouble as trouble:
        raise ColonError(str(trouble)) from None
    except TimeoutError:
        raise ColonError(f"no name server told the address of {host!r}; try again") from None


COMMANDS = (
    ColonCommand("set", "[NAME VALUE]", "show the settings, or change one", _set),
    ColonCommand("hex", "on|off", "show octets as a hexadecimal dump", _hex),
    ColonCommand("timing", "on|off", "show how long each reply took", _timing),
    ColonCommand("history", "[N]", "show the lines typed last", _history),
    ColonCommand("reconnect", "[HOST [PORT]]", "connect again, or to another server", _reconnect),
)
