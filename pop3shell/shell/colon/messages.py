"""``:messages``: a table of the maildrop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pop3shell.net.errors import ConnectionTrouble
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.capabilities import PIPELINING
from pop3shell.protocol.spec.commands import Command
from pop3shell.protocol.spec.states import State
from pop3shell.protocol.visible import visible_text
from pop3shell.shell.colon.numbers import message_range
from pop3shell.shell.colon.table import Argument, ColonCommand, Kind
from pop3shell.shell.endings import cut_off, must_be_open
from pop3shell.shell.listed import warn_of_unlisted
from pop3shell.shell.quiet import quietly
from pop3shell.shell.shell import ColonError, Shell

if TYPE_CHECKING:
    from pop3shell.view.mail import Summary

#: Messages shown where no range is given.
LAST = 50
#: Commands sent ahead of their replies where PIPELINING is announced.
WINDOW = 64
#: Messages numbered through where the server does not list them.
UNLISTED = 100_000


async def _messages(shell: Shell, arguments: str) -> None:
    wanted = message_range(arguments) if arguments else None
    must_be_open(shell.client)
    session = shell.client.session
    listed = await _listed(shell)
    if not listed:
        shell.say("the maildrop is empty")
        return
    numbers = _chosen(listed, wanted)
    if session.capabilities is None:
        await shell.exchange(commands.CAPA.verb.encode())
    await _learn_unique_ids(shell, numbers)
    await _show(shell, numbers)
    if wanted is None and len(numbers) < len(listed):
        shell.say(f"the last {LAST} of {len(listed)}; :messages 1-200 shows others")


async def _listed(shell: Shell) -> list[int]:
    """Every message number, those marked as deleted included, asking the server if need be."""
    session = shell.client.session
    if not session.sizes:
        with quietly(shell):
            ok = (await shell.exchange(commands.LIST.verb.encode())).ok
        if not ok:
            return await _counted(shell)
    warn_of_unlisted(shell)
    return sorted(session.sizes.keys() | session.deleted)


async def _counted(shell: Shell) -> list[int]:
    """The numbers where the server does not list them, but tells how many there are."""
    session = shell.client.session
    if session.highest is None:
        await shell.exchange(commands.STAT.verb.encode())
    if session.highest is None:
        raise ColonError("the server neither lists its messages nor tells how many there are")
    return list(range(1, min(session.highest, UNLISTED) + 1))


def _chosen(listed: list[int], wanted: tuple[int, int] | None) -> list[int]:
    if wanted is None:
        return listed[-LAST:]
    first, last = wanted
    numbers = [number for number in listed if first <= number <= last]
    if not numbers:
        many = f"{len(listed)} message" + ("" if len(listed) == 1 else "s")
        raise ColonError(f"the maildrop has {many}, none of them from {first} to {last}")
    return numbers


def _worth_asking(shell: Shell, row: Command) -> bool:
    """Whether ``row`` may work; a server that refuses CAPA announces nothing."""
    session = shell.client.session
    return not session.capabilities or bool(session.announces(row.capability))


async def _learn_unique_ids(shell: Shell, numbers: list[int]) -> None:
    from pop3shell.shell.fetching import UniqueIds

    unknown = set(numbers) - shell.client.session.deleted - shell.unique_ids.keys()
    if unknown and _worth_asking(shell, commands.UIDL):
        fetch = UniqueIds(shell, unknown)
        if await fetch.run():
            shell.unique_ids.update(fetch.found)


async def _show(shell: Shell, numbers: list[int]) -> None:
    from pop3shell.shell.fetching import Headers

    session = shell.client.session
    asked = [number for number in numbers if number not in session.deleted]
    announced = session.announces(PIPELINING.tag) and session.announces(commands.TOP.capability)
    headers = Headers(shell, asked, WINDOW if announced else 1)
    if _worth_asking(shell, commands.TOP):
        try:
            await headers.run()
        finally:
            _remember(shell, headers.summaries)
    else:
        headers.missing = True
    _print(shell, numbers, {} if headers.missing else headers.summaries)
    if headers.missing:
        verb, reference = commands.TOP.verb, commands.TOP.reference
        shell.say(f"without {verb} ({reference}), which the server lacks, no header can be shown")
    if sentence := cut_off(shell.client):
        raise ConnectionTrouble(sentence)


def _remember(shell: Shell, summaries: dict[int, Summary]) -> None:
    """Keep what completion shows beside the numbers."""
    shell.summaries.update((n, found) for n, found in summaries.items() if str(found))


def _print(shell: Shell, numbers: list[int], summaries: dict[int, Summary]) -> None:
    import shutil

    from pop3shell.view.columns import UNLIMITED
    from pop3shell.view.listing import Row, listing
    from pop3shell.view.mail import Summary

    session = shell.client.session
    sizes, deleted = session.sizes, session.deleted
    rows = [
        Row(
            number,
            sizes.get(number),
            visible_text(shell.unique_ids.get(number, "")),
            summaries.get(number) or shell.summaries.get(number) or Summary(),
            number in deleted,
        )
        for number in numbers
    ]
    interactive = shell.settings.interactive
    width = shutil.get_terminal_size().columns if interactive else UNLIMITED
    shell.say("\n".join(listing(rows, width)))


COMMANDS = (
    ColonCommand(
        "messages",
        "[N|N-M]",
        f"list messages with sender and subject; the last {LAST} if no range is given",
        _messages,
        takes=(Argument(Kind.MESSAGE),),
        state=State.TRANSACTION,
    ),
)
