"""Comparing what a server says with what was recorded: an observer of the dialogue."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from pop3shell.net.replay.script import Expected, Reply
from pop3shell.protocol import events as ev
from pop3shell.protocol.commandline import CommandLine
from pop3shell.protocol.events import Side
from pop3shell.protocol.secrets import Redactor
from pop3shell.transcript.compare import Difference, Level, ReplyComparison
from pop3shell.transcript.escapes import visible
from pop3shell.transcript.model import ServerLine, ServerLines

#: Differences of one session that are kept; further ones are only counted.
MOST_DIFFERENCES = 1000
#: Octets of a reply that are held before they are compared.
MOST_HELD = 1 << 16
#: Octets that are shown of what was said unasked.
SHOWN = 200

_SAID = (ServerLine, ServerLines)


class Judge:
    """Compares each reply, as it arrives, with the recorded one.

    ``replies`` counts those compared, ``differences`` are told of at most MOST_DIFFERENCES.
    """

    def __init__(self, level: Level, redactor: Redactor, greeting: Reply) -> None:
        self.differences: list[Difference] = []
        self.replies = 0
        self.challenge = b""
        self._level = level
        self._redactor = redactor
        self._coming: deque[Reply | None] = deque()
        self._due: deque[tuple[CommandLine | None, Reply | None]] = deque([(None, greeting)])
        self._number = greeting.number
        self._part = 0
        self._most = MOST_DIFFERENCES
        self._got = b""  # of a reply, until it is known that it isn't just the one recorded
        self._comparison: ReplyComparison | None = None
        self.handlers: ev.Handlers = {
            **dict.fromkeys((ev.Banner, ev.StatusLine, ev.BodyEnd, ev.OpenLine), self._heard),
            ev.BodyData: self._heard,
            ev.LongLine: self._long,
            ev.Greeting: self._greeted,
            ev.Challenge: self._challenged,
            ev.ReplyEnd: self._ended,
            ev.CommandSent: self._sent,
            ev.ResponseSent: self._responded,
            ev.StrayLine: self._stray,
        }

    def expect(self, replies: Iterable[Reply | None]) -> None:
        """Take in what was recorded in reply to the commands sent next; None isn't compared."""
        self._coming.extend(replies)

    @property
    def waits_for(self) -> Reply | None:
        """The recorded reply to the oldest command that has none yet."""
        return self._due[0][1] if self._due else None

    def differ(self, number: int, where: str, expected: str, got: str) -> None:
        """Take in a difference that is not one of a reply's text."""
        self._tell([Difference(number, where, expected, got)])

    def conclude(self, number: int, where: str, expected: str, got: str) -> None:
        """Take in the difference that ends the session; it is told, however many there are.

        ``number`` 0 stands for the line that was sent last.
        """
        self._most = 0
        self.differences.append(Difference(number or self._number, where, expected, got))

    # ---- the client ----

    def _sent(self, event: ev.CommandSent) -> None:
        reply = self._coming.popleft() if self._coming else None
        self._due.append((event.command, reply))
        if reply is not None:
            self._number = reply.number
        if event.secret is not None:
            self._redactor.octets(event)

    def _responded(self, event: ev.ResponseSent) -> None:
        if event.secret is not None:
            self._redactor.octets(event)

    # ---- the server ----

    def _heard(self, event: Any) -> None:
        if self._comparison is not None:
            self._comparison.feed(event.raw)
            return
        self._got += event.raw
        if len(self._got) > MOST_HELD:
            self._comparison = self._compare()

    def _long(self, event: ev.LongLine) -> None:
        if event.side is Side.SERVER:
            self._heard(event)

    def _greeted(self, event: ev.Greeting) -> None:
        self._heard(event)
        self._conclude()
        self._due.popleft()

    def _challenged(self, event: ev.Challenge) -> None:
        self._heard(event)
        self._conclude()
        self._part += 1
        self.challenge = event.data

    def _ended(self, event: ev.ReplyEnd) -> None:
        while self._due and self._due[0][0] is not event.command:
            self._due.popleft()
        self._conclude()
        self._part = 0
        if self._due:
            self._due.popleft()

    def _stray(self, event: ev.StrayLine) -> None:
        if self._level is Level.STATUS or len(self.differences) >= self._most:
            return
        said = visible(self._redactor.mask(event.raw.rstrip(b"\r\n"))[:SHOWN]).decode()
        self.differ(self._number, "said unasked", "nothing", f'"{said}"')

    # ---- comparing ----

    def _conclude(self) -> None:
        """A reply, or a part of it that ends in a challenge, is over."""
        reply = self._due[0][1] if self._due else None
        if reply is not None and reply.complete:
            self.replies += 1
            expected = reply.parts[self._part] if self._part < len(reply.parts) else []
            if self._comparison is not None or not _is_same(expected, self._got):
                comparison = self._comparison or self._compare()
                found = comparison.end()
                if found:
                    self._tell(d if d.number else replace(d, number=reply.number) for d in found)
        self._got, self._comparison = b"", None

    def _compare(self) -> ReplyComparison:
        """Begin to compare, with what was heard so far."""
        command, reply = self._due[0] if self._due else (None, None)
        parts = reply.parts[self._part :] if reply is not None and reply.complete else []
        expected = parts[0] if parts else []
        comparison = ReplyComparison(expected, self._level, command, self._redactor)
        comparison.feed(self._got)
        return comparison

    def _tell(self, found: Iterable[Difference]) -> None:
        room = self._most - len(self.differences)
        self.differences += list(found)[: max(room, 0)]


def _is_same(expected: list[Expected], got: bytes) -> bool:
    """Whether octets are the ones recorded, so that nothing has to be looked at more closely."""
    at = 0
    for entry in expected:
        if not isinstance(entry, _SAID) or not got.startswith(entry.octets, at):
            return False
        if isinstance(entry, ServerLine) and entry.placeholders:
            return False
        at += len(entry.octets)
    return at == len(got)
