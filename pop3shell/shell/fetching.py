"""Bodies of replies for the shell's own use: held in memory up to a limit, not shown."""

from __future__ import annotations

from collections.abc import Set

from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.pipeline import Pipeline, windowed
from pop3shell.protocol import events as ev
from pop3shell.protocol import replies
from pop3shell.protocol.framing import CRLF
from pop3shell.protocol.replies import Status
from pop3shell.protocol.spec import commands, lengths
from pop3shell.protocol.visible import visible
from pop3shell.shell.endings import cut_off
from pop3shell.shell.progress import Progress
from pop3shell.shell.quiet import briefly, quietly
from pop3shell.shell.shell import Shell
from pop3shell.view.mail import HEADER_LIMIT, Summary, header_of, summarise

#: Refusals, with no success before, after which TOP is taken to be missing.
GIVE_UP_AFTER = 3


class Fetch:
    """One command whose body is kept: its first ``limit`` octets, dots unstuffed.

    ``octets`` counts all of it; ``status`` is that of the reply.
    """

    def __init__(self, shell: Shell, line: str, limit: int) -> None:
        self._shell = shell
        self._line = line
        self._limit = limit
        self._kept = bytearray()
        self._progress = Progress(shell.errors)
        self.status: Status | None = None
        self.octets = 0
        self.handlers: ev.Handlers = {
            ev.StatusLine: self._status,
            ev.BodyData: self._data,
        }

    @property
    def content(self) -> bytes:
        """What was kept."""
        return bytes(self._kept)

    async def run(self) -> bool:
        """Send the command and read its reply; whether it is positive.

        Raises ConnectionTrouble if the connection ends before the reply does.
        """
        client = self._shell.client
        client.observers.append(self)
        try:
            with quietly(self._shell):
                await self._shell.send(self._line.encode() + CRLF)
        finally:
            client.observers.remove(self)
            self._progress.end()
        if sentence := cut_off(client):
            raise ConnectionTrouble(sentence)
        return self.status is Status.OK

    def _status(self, event: ev.StatusLine) -> None:
        self.status = event.status

    def _data(self, event: ev.BodyData) -> None:
        content = event.content
        self.octets += len(content)
        if (room := self._limit - len(self._kept)) > 0:
            self._kept += content[:room]
        self._progress.show(lambda: f"{self.octets:,} octets")


class UniqueIds(Fetch):
    """The unique-ids of the messages ``wanted``; they are ``found`` as they come, by UIDL."""

    def __init__(self, shell: Shell, wanted: Set[int]) -> None:
        super().__init__(shell, commands.UIDL.verb, 0)
        self._wanted = wanted
        self._begun = b""  # the last line, up to what its end can decide
        self.found: dict[int, str] = {}

    def _data(self, event: ev.BodyData) -> None:
        super()._data(event)
        octets = self._begun + event.content
        end = octets.rfind(b"\n") + 1
        self._begun = octets[end : end + lengths.STATUS_LINE]
        found = replies.unique_ids(octets[:end])
        self.found.update((number, found[number]) for number in self._wanted & found.keys())


class Headers:
    """The headers of messages, summarised, by TOP; at most ``ahead`` commands are sent ahead.

    One message that is refused, or has no header worth the name, doesn't stop the others.
    ``summaries`` is filled in order; ``missing`` is set where TOP seems not to be there at all.
    """

    def __init__(self, shell: Shell, numbers: list[int], ahead: int) -> None:
        self._shell = shell
        self._numbers = numbers
        line = f"{commands.TOP.verb} %d 0\r\n".encode()
        lines = map(line.__mod__, numbers)
        self._pipeline = Pipeline(shell.client, windowed(shell.client, lines, ahead))
        self._header = bytearray()
        self._ended = False
        self._octets = 0
        self._refused = 0
        self._progress = Progress(shell.errors)
        self.summaries: dict[int, Summary] = {}
        self.missing = False
        self.handlers: ev.Handlers = {
            ev.StatusLine: self._status,
            ev.BodyData: self._data,
            ev.BodyEnd: self._body_end,
        }

    async def run(self) -> None:
        """Ask for every header. Cancelled, it sends no more; what is due is for others to read."""
        client = self._shell.client
        client.observers.append(self)
        try:
            many = len(self._numbers)
            with quietly(self._shell), briefly(self._shell, many, self._progress):
                self._pipeline.start()
                self._shell.flush()
                await self._pipeline.finish()
        finally:
            client.observers.remove(self)
            self._progress.end()

    # ---- one message ----

    def _status(self, event: ev.StatusLine) -> None:
        self._header.clear()
        self._ended, self._octets = False, 0
        if event.status is Status.OK:
            self._refused = -len(self._numbers)  # it works: later refusals are of one message
            # Stays as it is if the connection ends within the reply.
            self._take(event, Summary(trouble="the connection ended in its reply"))
        elif event.status is Status.ERR:
            self._refused += 1
            if self._refused >= GIVE_UP_AFTER:
                self.missing = True
                self._pipeline.stop()
            text = visible(self._shell.redactor.mask(event.text))
            self._take(event, Summary(trouble=f"{commands.TOP.verb} refused: {text}"))

    def _take(self, event: ev.StatusLine | ev.BodyEnd, summary: Summary) -> None:
        number = event.command.number
        if number is not None:
            self.summaries[number] = summary

    def _data(self, event: ev.BodyData) -> None:
        chunk = event.chunk
        self._octets += chunk.stop - chunk.start
        if not self._ended:
            room = HEADER_LIMIT + 1 - len(self._header)
            self._header += event.content[:room]
            self._ended = len(self._header) > HEADER_LIMIT or self._whole()
        self._progress.show(self._far)

    def _whole(self) -> bool:
        begun = self._header
        return begun.startswith((b"\r\n", b"\n")) or b"\n\r\n" in begun or b"\n\n" in begun

    def _body_end(self, event: ev.BodyEnd) -> None:
        header = bytes(self._header)
        if len(header_of(header)) >= HEADER_LIMIT:
            found = summarise(header)
            trouble = f"a header without end, {self._octets:,} octets"
            self._take(event, Summary(found.date, found.sender, found.subject, trouble))
        else:
            self._take(event, summarise(header))

    def _far(self) -> str:
        return f"{len(self.summaries)} of {len(self._numbers)} messages"
