"""The scripted session: lines from standard input or the command line, in lockstep."""

from __future__ import annotations

from collections.abc import AsyncIterator

from pop3shell.net.errors import ConnectionTrouble
from pop3shell.protocol.events import Ending
from pop3shell.protocol.framing import CRLF
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.states import State
from pop3shell.shell.exits import Exit
from pop3shell.shell.shell import ColonError, Shell

#: Seconds that the server has to close after QUIT was answered.
CLOSE_WITHIN = 10.0


async def run_script(shell: Shell, lines: AsyncIterator[bytes]) -> Exit:
    """Run lines, each after the reply to the one before; say QUIT at the end if that harms nobody.

    Returns the exit status that DESIGN gives a script: ``Exit.NO`` if a colon command failed,
    ``Exit.CONNECTION`` if the connection ended before the script did.
    """
    client = shell.client
    status = Exit.DONE
    async for line in lines:
        if not client.dialogue.challenged and _is_skipped(line):
            continue
        if client.closed or shell.leaving:
            return _left_over(shell)
        try:
            await shell.perform(line)
        except ColonError as error:
            shell.warn(str(error))
            status = Exit.NO
        if client.session.state in (State.UPDATE, State.CLOSED) and not client.closed:
            await client.until_closed(CLOSE_WITHIN)
        if _cut_off(shell):
            return Exit.CONNECTION
    return max(status, await _leave(shell))


def _is_skipped(line: bytes) -> bool:
    return not line.strip() or line.startswith(b"#")


def _left_over(shell: Shell) -> Exit:
    shell.warn("the connection is closed, and lines were left over that could not be sent")
    return Exit.CONNECTION


def _cut_off(shell: Shell) -> bool:
    """Say it if the connection ended with a reply outstanding, or by other means than a close."""
    client = shell.client
    if not client.closed or not (
        client.dialogue.outstanding or client.ending is not Ending.ORDERLY
    ):
        return False
    why = {
        Ending.ORDERLY: "the server closed the connection before its reply was complete",
        Ending.RESET: "the connection was reset by the server's side",
        Ending.SILENT: f"{client.address} was silent for {client.timeout:g} seconds with a reply "
        "due; --timeout sets how long to wait",
    }
    shell.warn(why[client.ending or Ending.ORDERLY])
    return True


async def _leave(shell: Shell) -> Exit:
    """End the session as the end of a script does."""
    client = shell.client
    if client.closed:
        return Exit.DONE
    if client.dialogue.challenged:
        await shell.send(b"*" + CRLF)
    if client.session.deleted:
        marked = " ".join(map(str, sorted(client.session.deleted)))
        shell.warn(
            f"closed without {commands.QUIT.verb}: the script did not say it, and messages are "
            f"marked as deleted ({marked}); they stay in the maildrop"
        )
    elif not client.closed:
        try:
            await shell.send(commands.QUIT.verb.encode() + CRLF)
        except ConnectionTrouble:
            return Exit.DONE
        if not client.closed:
            await client.until_closed(CLOSE_WITHIN)
        if _cut_off(shell):
            return Exit.CONNECTION
    return Exit.DONE
