"""``:view``: one message for people."""

from __future__ import annotations

import asyncio

from pop3shell.protocol import replies
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.states import State
from pop3shell.shell.colon.numbers import count
from pop3shell.shell.colon.table import Argument, ColonCommand, Kind
from pop3shell.shell.shell import ColonError, Shell

#: Octets of a message that are held to be shown.
LIMIT = 1 << 25


async def _view(shell: Shell, arguments: str) -> None:
    number = count(arguments, "say which message, for instance :view 1")
    _check(shell, number)
    octets = await _octets(shell, number)
    lines = await (_header(shell, number, octets) if octets > LIMIT else _whole(shell, number))
    shell.say("\n".join(lines))


def _check(shell: Shell, number: int) -> None:
    """Ask for nothing that is known to be refused. Raises ColonError."""
    from pop3shell.protocol.advice import advise

    session = shell.client.session
    if shell.settings.validate != "off" and session.state is State.TRANSACTION:
        for advice in advise(f"{commands.RETR.verb} {number}".encode(), session):
            if advice.stops:
                raise ColonError(str(advice))


async def _octets(shell: Shell, number: int) -> int:
    """How large the message is said to be; 0 if that isn't told."""
    known = shell.client.session.sizes.get(number)
    if known is not None:
        return known
    reply = await shell.exchange(f"{commands.LIST.verb} {number}".encode())
    told = replies.stat(reply.text) if reply.ok else None
    return told[1] if told else 0


async def _whole(shell: Shell, number: int) -> list[str]:
    """The message, retrieved and taken apart; that may take a while, and must block nothing."""
    from pop3shell.shell.fetching import Fetch
    from pop3shell.view.message import describe

    fetch = Fetch(shell, f"{commands.RETR.verb} {number}", LIMIT)
    if not await fetch.run():
        raise ColonError(f"the server refused to send message {number}")
    shown = await asyncio.to_thread(describe, fetch.content)
    if fetch.octets > LIMIT:
        shown.notes.append(f"{_too_large(fetch.octets)}; {_save(number)}")
    _remember(shell, number, fetch.content)
    return shown.lines()


async def _header(shell: Shell, number: int, octets: int) -> list[str]:
    """The header alone of a message too large to be shown."""
    from pop3shell.shell.fetching import Fetch
    from pop3shell.view.mail import HEADER_LIMIT
    from pop3shell.view.message import header_lines

    why = f"the message has {octets:,} octets, too many to be shown; {_save(number)}"
    fetch = Fetch(shell, f"{commands.TOP.verb} {number} 0", HEADER_LIMIT)
    if not await fetch.run():
        raise ColonError(why)
    lines, notes = header_lines(fetch.content)
    _remember(shell, number, fetch.content)
    return [*lines, *(f"note: {note}" for note in (*notes, why))]


def _too_large(octets: int) -> str:
    return f"only the first {LIMIT:,} of {octets:,} octets were looked at"


def _save(number: int) -> str:
    return f":save {number} FILE saves it"


def _remember(shell: Shell, number: int, message: bytes) -> None:
    """Keep what completion shows beside the number."""
    from pop3shell.view.mail import header_of, summarise

    summary = summarise(header_of(message))
    if str(summary):
        shell.summaries[number] = summary


COMMANDS = (
    ColonCommand(
        "view",
        "N",
        "show a message: header, structure and text, all decoded",
        _view,
        takes=(Argument(Kind.MESSAGE),),
        state=State.TRANSACTION,
    ),
)
