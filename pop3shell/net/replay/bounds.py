"""What a server may say at most, so that a replay ends however long the server goes on."""

from __future__ import annotations

from typing import Any

from pop3shell.net.replay.judge import Judge
from pop3shell.net.replay.model import Stopped
from pop3shell.net.replay.script import Reply
from pop3shell.protocol import events as ev
from pop3shell.protocol.commandline import CommandLine
from pop3shell.protocol.events import Side
from pop3shell.transcript import happenings
from pop3shell.transcript.model import Happened, Pattern

#: Octets of a session that are no part of any reply, beyond those recorded.
MOST_UNASKED = 1 << 18
#: Octets of a line outside a body, beyond those of the recorded reply.
MOST_LINE = 1 << 20


class Bounds:
    """An observer that raises Stopped, once, behind a difference that says what was too much.

    ``most_reply`` are octets of a reply, ``unasked`` of what was recorded unasked.
    """

    def __init__(self, judge: Judge, most_reply: int, unasked: int) -> None:
        self._judge = judge
        self._most_reply = most_reply
        self._most_unasked = MOST_UNASKED + unasked
        self._unasked = self._reply = self._line = 0
        self._command: CommandLine | None = None  # that the octets of a reply were counted for
        self._stopped = False
        self.handlers: ev.Handlers = {
            ev.BodyData: self._body,
            ev.OpenLine: self._body,
            ev.StatusLine: self._status,
            ev.StrayLine: self._stray,
            ev.LongLine: self._long,
        }

    def _body(self, event: Any) -> None:
        if event.command is not self._command:
            self._command, self._reply = event.command, 0
        self._reply += len(event.raw)
        self._line = 0
        if self._reply > self._most_reply:
            self._check("the length of the reply", self._reply, self._most_reply)

    def _status(self, event: ev.StatusLine) -> None:
        if event.status is None:
            self._stray(event)
        self._line = 0

    def _stray(self, event: ev.StrayLine | ev.StatusLine) -> None:
        self._unasked += self._line + len(event.raw)
        self._line = 0
        if self._unasked > self._most_unasked:
            self._stop("said unasked", self._most_unasked, 0)

    def _long(self, event: ev.LongLine) -> None:
        if event.side is Side.SERVER:
            self._line += len(event.raw)
            if self._line > MOST_LINE:
                self._check("the length of a line", self._line, MOST_LINE)

    def _check(self, where: str, octets: int, most: int) -> None:
        """Stop, unless what was recorded is that long too."""
        reply = self._judge.waits_for
        most += _recorded(reply) if reply is not None else 0
        if octets > most:
            self._stop(where, most, reply.number if reply is not None else 0)

    def _stop(self, where: str, most: int, number: int) -> None:
        if not self._stopped:
            self._stopped = True
            got = "more, so the connection was closed"
            self._judge.conclude(number, where, f"{most} octets at most", got)
            raise Stopped


def _recorded(reply: Reply) -> int:
    """The octets of a recorded reply, those left out of it among them."""
    octets = 0
    for part in reply.parts:
        for entry in part:
            if isinstance(entry, Happened):
                left_out = happenings.as_elided(entry.text)
                octets += left_out.octets if left_out else 0
            elif not isinstance(entry, Pattern):
                octets += len(getattr(entry, "octets", b""))
    return octets
