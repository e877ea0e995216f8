"""Sending line after line without the event loop in between: what makes a long replay fast."""

from __future__ import annotations

from pop3shell.net.client import Client
from pop3shell.net.pipeline import Pipeline
from pop3shell.net.replay.judge import Judge
from pop3shell.net.replay.marks import may_quit
from pop3shell.net.replay.script import Turn
from pop3shell.protocol.spec import commands

_NEVER = (None, commands.AUTH, commands.STLS, commands.QUIT)


class Pump:
    """Sends easy turns in a row, each as soon as its time has come.

    ``at`` is the index of the next turn.
    """

    def __init__(self, client: Client, judge: Judge, turns: list[Turn]) -> None:
        self.at = 0
        self._client = client
        self._pipeline = Pipeline(client, self._next)
        self._judge = judge
        self._turns = turns
        self._stop = 0  # the end of the row
        self._seen = 0  # how far it was looked for

    def can_run(self) -> bool:
        """Whether the next turn is the first of such a row."""
        if self.at >= self._seen:
            self._look_ahead()
        return self.at < self._stop

    async def run(self) -> None:
        """Send the row; all replies have come then, or the connection is over."""
        self._pipeline.start()
        await self._pipeline.finish()

    def _look_ahead(self) -> None:
        """Find the end of the row. What was sent ahead of a reply goes with what is behind it."""
        turns, stop = self._turns, self.at
        while stop < len(turns) and _is_easy(turns[stop]):
            stop += 1
        self._seen = stop
        while self.at < stop < len(turns) and turns[stop].due:
            stop -= 1
        self._stop = stop

    def _next(self) -> bytes:
        """Return the octets of the turns that may be sent now."""
        octets, outstanding = b"", self._client.dialogue.outstanding
        while self.at < self._stop:
            turn = self._turns[self.at]
            if outstanding > turn.due:
                break
            self.at += 1
            outstanding += 1
            self._judge.expect(turn.replies)
            octets += turn.lines[0].octets
        return octets


def _is_easy(turn: Turn) -> bool:
    """Whether a turn can be sent as it stands, whatever was replied before."""
    if turn.response or len(turn.lines) > 1 or len(turn.replies) != 1 or turn.lines[0].placeholders:
        return False
    command = turn.replies[0].command
    return command is not None and command.row not in _NEVER and not may_quit(turn.lines[0].octets)
