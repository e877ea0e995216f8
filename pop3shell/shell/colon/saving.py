"""``:save``: messages into files, as stored, as fast as the line allows."""

from __future__ import annotations

import asyncio

from pop3shell.net.pipeline import Pipeline, windowed
from pop3shell.protocol import events as ev
from pop3shell.protocol.replies import Status
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.capabilities import PIPELINING
from pop3shell.protocol.spec.states import State
from pop3shell.shell.colon.numbers import message_range
from pop3shell.shell.colon.table import Argument, ColonCommand, Kind
from pop3shell.shell.endings import must_be_open
from pop3shell.shell.listed import warn_of_unlisted
from pop3shell.shell.mailfiles import Target, discard, open_target
from pop3shell.shell.progress import Progress
from pop3shell.shell.quiet import briefly, quietly
from pop3shell.shell.shell import ColonError, Shell

#: Commands sent ahead of their replies where PIPELINING is announced.
WINDOW = 128
#: Messages of a range; a server can claim any number.
MOST = 10_000_000
#: Messages up to which each exchange is kept for ``:explain``; it takes a sixth of the time.
EXPLAINED = 100


class _Saving:
    """Watches the dialogue and puts the bodies of RETR into a target."""

    def __init__(self, shell: Shell, target: Target, numbers: list[int], ahead: int) -> None:
        self.target = target
        self.numbers = numbers
        self.octets = 0
        self.saved = self.saved_octets = 0
        self.begun = False
        self.refused: list[int] = []
        self.trouble: OSError | None = None
        self.open = False
        self.progress = Progress(shell.errors)
        self._shell = shell
        lines = map((commands.RETR.verb.encode() + b" %d\r\n").__mod__, numbers)
        self._pipeline = Pipeline(shell.client, windowed(shell.client, lines, ahead))
        self.handlers: ev.Handlers = {
            ev.StatusLine: self._status,
            ev.BodyData: self._data,
            ev.BodyEnd: self._end,
        }

    async def run(self) -> None:
        """Retrieve every message."""
        many = len(self.numbers)
        with quietly(self._shell), briefly(self._shell, many, self.progress):
            self._pipeline.start()
            self._shell.flush()
            await self._pipeline.finish()

    def _status(self, event: ev.StatusLine) -> None:
        if event.status is Status.ERR:
            self.refused.append(event.command.number or 0)
        elif event.status is Status.OK and self.trouble is None:
            try:
                self.target.begin(event.command.number or 0)
                self.begun = self.open = True
            except OSError as error:
                self._fail(error)

    def _data(self, event: ev.BodyData) -> None:
        content = event.content
        self.octets += len(content)
        if self.trouble is None:
            try:
                self.target.write(content)
            except OSError as error:
                self._fail(error)
        if self.progress.shows:
            self.progress.show(self._far)

    def _end(self, event: ev.BodyEnd) -> None:
        if self.trouble is None:
            try:
                self.target.finish()
                self.open = False
                self.saved += 1
                self.saved_octets = self.octets
            except OSError as error:
                self._fail(error)

    def _fail(self, error: OSError) -> None:
        """Ask for no more; the replies that are due are read to their end."""
        self.trouble = error
        self._pipeline.stop()

    def _far(self) -> str:
        return f"{self.saved} of {len(self.numbers)} messages, {self.octets:,} octets"


async def _save(shell: Shell, arguments: str) -> None:
    what, _, name = arguments.partition(" ")
    name = name.strip().strip('"')
    if not what or not name:
        raise ColonError("say :save N|N-M|all FILE|FOLDER|X.mbox|-, for instance :save 1 1.eml")
    must_be_open(shell.client)
    numbers = await _numbers(shell, what)
    window = await _window(shell, len(numbers))
    try:
        target = open_target(name, shell.out, numbers[-1])
    except FileExistsError:
        raise ColonError(_exists(name)) from None
    except OSError as error:
        raise ColonError(f"cannot write to {name}: {error.strerror}") from None
    except (RuntimeError, ValueError):  # an unknown user behind ~, or a NUL
        raise ColonError(f"cannot write to {name}: that is no file name") from None
    await _run(shell, _Saving(shell, target, numbers, window))


async def _run(shell: Shell, saving: _Saving) -> None:
    client = shell.client
    client.observers.append(saving)
    many = len(saving.numbers) > EXPLAINED
    if many:
        shell.unwatch(shell.recorder)
    try:
        await saving.run()
    except asyncio.CancelledError:
        if saving.begun:
            shell.say(_so_far(saving))
        raise
    finally:
        if many:
            shell.watch(shell.recorder)
        client.observers.remove(saving)
        saving.progress.end()
        try:
            saving.target.close()
            if not saving.begun:
                discard(saving.target)
        except OSError as error:
            saving.trouble = saving.trouble or error
    _report(shell, saving)


def _so_far(saving: _Saving) -> str:
    begun = "; the last one there is incomplete" if saving.open else ""
    return f"{saving.saved} of {len(saving.numbers)} messages are in {saving.target.name}{begun}"


def _report(shell: Shell, saving: _Saving) -> None:
    name = saving.target.name
    plural = "" if saving.saved == 1 else "s"
    exists = isinstance(saving.trouble, FileExistsError)
    if saving.trouble is not None and not exists:
        reason = saving.trouble.strerror
        raise ColonError(f"writing to {name} failed ({reason}); what is there is incomplete")
    if saving.saved:
        shell.say(f"saved {saving.saved} message{plural}, {saving.saved_octets} octets, to {name}")
    if saving.trouble is not None:
        raise ColonError(_exists(str(saving.trouble.filename)))
    if saving.open:
        raise ColonError(f"the last message in {name} is incomplete: the reply was cut off")
    if saving.saved + len(saving.refused) < len(saving.numbers):
        raise ColonError(f"{saving.saved} of {len(saving.numbers)} messages were saved")
    if saving.refused:
        listed = " ".join(map(str, saving.refused[:10]))
        more = " ..." if len(saving.refused) > 10 else ""
        raise ColonError(f"the server refused to send message {listed}{more}")


def _exists(name: str) -> str:
    return f"{name} exists and is not overwritten; remove it or choose another name"


async def _numbers(shell: Shell, what: str) -> list[int]:
    """Turn ``N``, ``N-M`` or ``all`` into message numbers, asking the server what is needed."""
    session = shell.client.session
    if what == "all":
        with quietly(shell):
            listed = await shell.exchange(commands.LIST.verb.encode())
        if not listed.ok:
            raise ColonError("the server did not list its messages")
        numbers = sorted(session.sizes)
        if not numbers:
            raise ColonError("the maildrop is empty; there is nothing to save")
        warn_of_unlisted(shell)
        return numbers
    first, last = message_range(what, " nor all")
    if "-" in what:
        last = await _highest(shell, first, last)
    if last - first >= MOST:
        raise ColonError(f"{what} are too many messages for one :save; {MOST:,} are the most")
    numbers = [number for number in range(first, last + 1) if number not in session.deleted]
    if not numbers:
        back = commands.RSET.verb
        raise ColonError(f"{what} is marked as deleted, nothing is saved; {back} takes marks back")
    return numbers


async def _highest(shell: Shell, first: int, last: int) -> int:
    """Cut a range at the end of the maildrop, and say so."""
    session = shell.client.session
    if session.highest is None:
        await shell.exchange(commands.STAT.verb.encode())
    if session.highest is None:
        raise ColonError("the server does not tell how many messages there are")
    if first > session.highest:
        raise ColonError(f"the maildrop has only {session.highest} messages")
    if last > session.highest:
        shell.warn(f"the maildrop has only {session.highest} messages; saving up to that")
    return min(last, session.highest)


async def _window(shell: Shell, messages: int) -> int:
    session = shell.client.session
    if messages > 1 and session.capabilities is None:
        await shell.exchange(commands.CAPA.verb.encode())
    return WINDOW if messages > 1 and session.announces(PIPELINING.tag) else 1


COMMANDS = (
    ColonCommand(
        "save",
        "N|N-M|all FILE|FOLDER|X.mbox|-",
        "save messages as stored, dot-unstuffed; nothing is overwritten",
        _save,
        takes=(Argument(Kind.MESSAGE, (("all", "every message"),)), Argument(Kind.PATH)),
        state=State.TRANSACTION,
    ),
)
