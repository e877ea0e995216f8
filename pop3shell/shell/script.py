"""The scripted session: lines from standard input or the command line, in lockstep."""

from __future__ import annotations

from collections.abc import AsyncIterator

from pop3shell.net.errors import ConnectionTrouble
from pop3shell.protocol import events as ev
from pop3shell.protocol.commandline import CANCEL
from pop3shell.protocol.events import Ending
from pop3shell.protocol.framing import CRLF
from pop3shell.protocol.replies import Status
from pop3shell.protocol.spec import commands
from pop3shell.shell.endings import CLOSE_WITHIN, cut_off, how_it_ended
from pop3shell.shell.exits import Exit
from pop3shell.shell.faults import our_fault
from pop3shell.shell.lines import InputLines
from pop3shell.shell.marks import listed
from pop3shell.shell.shell import ColonError, Shell

_QUIT = commands.QUIT.verb


class _Farewell:
    """Watches whether the last reply was to QUIT: ``said``, and ``accepted`` if it was +OK."""

    def __init__(self, shell: Shell) -> None:
        self.shell = shell
        self.said = self.accepted = self._waited = False
        self.handlers: ev.Handlers = {
            ev.ReplyEnd: self._replied,
            ev.Greeting: self._greeted,
        }
        shell.watch(self)

    def _replied(self, event: ev.ReplyEnd) -> None:
        command = event.command
        self.said = command.row is commands.QUIT and not command.arguments
        self.accepted = self.said and event.status is Status.OK
        self._waited = False

    def _greeted(self, event: ev.Greeting) -> None:
        self.said = self.accepted = False  # another connection

    async def read_to_the_close(self) -> None:
        """Read what still comes until the server closes; bounded, and only once for a QUIT."""
        if self._waited or self.shell.client.closed:
            return
        self._waited = True
        if not await self.shell.client.until_closed(CLOSE_WITHIN):
            self.shell.warn(
                f"the server did not close the connection within {CLOSE_WITHIN:g} seconds of its "
                f"reply to {_QUIT} (RFC 1939 section 6)"
            )

    def broken(self) -> bool:
        """Say it if the connection broke; a reset behind an accepted QUIT does no harm."""
        client = self.shell.client
        sentence = cut_off(client)
        if not sentence and client.ending not in (None, Ending.ORDERLY) and not self.accepted:
            sentence = how_it_ended(client)
        if sentence:
            self.shell.warn(sentence)
        return bool(sentence)


class StopAtClose:
    """An observer that lets a script end when the connection does, though more may be typed."""

    def __init__(self, source: InputLines) -> None:
        self.handlers: ev.Handlers = {ev.Closed: lambda _: source.stop()}


async def run_script(shell: Shell, lines: AsyncIterator[bytes]) -> Exit:
    """Run lines, each after the reply to the one before; say QUIT at the end if that harms nobody.

    Returns ``Exit.NO`` if a colon command failed, ``Exit.CONNECTION`` if the connection ended
    before the script did.
    """
    farewell = _Farewell(shell)
    status = Exit.DONE
    async for line in lines:
        if not shell.client.dialogue.challenged and _is_skipped(line):
            continue
        if shell.leaving or (shell.client.closed and not line.startswith(b":")):
            return _left_over(shell)
        status = max(status, await _perform(shell, line))
        shell.flush()  # the next line may be long in coming
        if farewell.accepted:
            await farewell.read_to_the_close()
        if farewell.broken():
            return Exit.CONNECTION
    return max(status, await _leave(shell, farewell))


async def _perform(shell: Shell, line: bytes) -> Exit:
    try:
        await shell.perform(line)
    except ColonError as error:
        shell.warn(str(error))
    except (ConnectionTrouble, OSError):  # of the connection, or of the output
        raise
    except Exception as fault:
        shell.warn(our_fault(fault))
    else:
        return Exit.DONE
    return Exit.NO


def _is_skipped(line: bytes) -> bool:
    return not line.strip() or line.startswith(b"#")


def _left_over(shell: Shell) -> Exit:
    shell.warn("the connection is closed, and lines were left over that could not be sent")
    return Exit.CONNECTION


async def _leave(shell: Shell, farewell: _Farewell) -> Exit:
    """End the session as the end of a script does."""
    client = shell.client
    if client.dialogue.challenged and not client.closed:
        await shell.send(CANCEL + CRLF)
    if not farewell.said and not client.closed:
        if why := _why_not_quit(shell):
            shell.warn(f"closed without {_QUIT}: {why}")
            return Exit.DONE
        await shell.send(_QUIT.encode() + CRLF)
    if farewell.said:
        await farewell.read_to_the_close()
    if farewell.broken():
        return Exit.CONNECTION
    if client.closed and not farewell.said:
        shell.warn(f"{how_it_ended(client)} before {_QUIT} was said")
        return Exit.CONNECTION
    return Exit.DONE


def _why_not_quit(shell: Shell) -> str:
    """Why QUIT must not be said for the user; empty if it may."""
    client = shell.client
    if client.session.deleted:
        marked = listed(client.session)
        return (
            f"the script did not say it, and messages are marked as deleted ({marked}); they stay "
            "in the maildrop"
        )
    return "the last line that was sent has no end yet" if client.unended else ""
