"""``:set``, ``:hex``, ``:timing``, ``:history`` and ``:reconnect``: the shell itself."""

from __future__ import annotations

import asyncio
import socket

from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.resolve import CONNECT_WITHIN, resolve
from pop3shell.shell.colon.numbers import count, port
from pop3shell.shell.colon.table import Argument, ColonCommand, Kind
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

    usage = "say :history, or :history N for the last N lines"
    lines = HistoryFile().load()[-(count(arguments, usage) if arguments else HISTORY_LINES) :]
    shell.say("\n".join(lines) or "nothing has been typed yet")


async def _reconnect(shell: Shell, arguments: str) -> None:
    host, _, rest = arguments.partition(" ")
    number = port(rest.strip()) if rest.strip() else None
    if host:
        await _look_up(host)
    if not shell.client.closed and shell.client.session.deleted:
        shell.say("the old connection is closed without QUIT: its deletion marks are lost")
    await shell.reconnect(host, number)


async def _look_up(host: str) -> None:
    """See whether there is such a host: a mistyped name must not cost the session that is open."""
    try:
        async with asyncio.timeout(CONNECT_WITHIN):
            await resolve(host, 0, socket.AF_UNSPEC)
    except ConnectionTrouble as trouble:
        raise ColonError(str(trouble)) from None
    except TimeoutError:
        raise ColonError(f"no name server told the address of {host!r}; try again") from None


_SWITCH = (Argument(Kind.WORD, (("on", ""), ("off", ""))),)

COMMANDS = (
    ColonCommand(
        "set",
        "[NAME VALUE]",
        "show the settings, or change one",
        _set,
        takes=(Argument(Kind.SETTING), Argument(Kind.VALUE)),
    ),
    ColonCommand("hex", "on|off", "show octets as a hexadecimal dump", _hex, takes=_SWITCH),
    ColonCommand("timing", "on|off", "show how long each reply took", _timing, takes=_SWITCH),
    ColonCommand(
        "history",
        "[N]",
        "show the lines typed last",
        _history,
        takes=(Argument(Kind.WORD, (("100", "the last hundred"), ("1000", "the last thousand"))),),
    ),
    ColonCommand(
        "reconnect",
        "[HOST [PORT]]",
        "connect again, or to another server",
        _reconnect,
        takes=(Argument(Kind.HOST), Argument(Kind.PORT)),
    ),
)
