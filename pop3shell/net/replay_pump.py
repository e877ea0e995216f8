"""Sending line after line without the event loop in between: what makes a long replay fast."""

from __future__ import annotations

from pop3shell.net.client import Client
from pop3shell.net.replay_judge import Judge
from pop3shell.net.replay_marks import may_quit
from pop3shell.net.replay_script import Turn
from pop3shell.protocol.events import ReplyEnd
from pop3shell.protocol.spec import commands

_NEVER = (None, commands.AUTH, commands.STLS, commands.QUIT)


class Pump:
    """An observer that sends the next turn as soon as its time has come, if it is an easy one.

    ``at`` is the index of the next turn. It must be the last of the observers: the others have
    then taken in the end of the reply before.
    """

    def __init__(self, client: Client, judge: Judge, turns: list[Turn], fail_fast: bool) -> None:
        self.at = 0
        self._client = client
        self._judge = judge
        self._turns = turns
        self._fail_fast = fail_fast
        self._running = False
        self.handlers = {ReplyEnd: self._replied}

    async def run(self) -> None:
        """Send turns up to the next that isn't easy; all replies have come then."""
        self._running = True
        self._send()
        try:
            await self._client.settled()
        finally:
            self._running = False

    def can_run(self) -> bool:
        """Whether the next turn is an easy one."""
        return self._is_free() and easy(self._turns[self.at]) is not None

    def _replied(self, event: ReplyEnd) -> None:
        if self._running:
            self._send()

    def _send(self) -> None:
        turns, dialogue = self._turns, self._client.dialogue
        while self.at < len(turns):
            turn = turns[self.at]
            if dialogue.outstanding > turn.due or not self._is_free():
                return
            octets = easy(turn)
            if octets is None or (self._fail_fast and self._judge.differences):
                self._running = False
                return
            self.at += 1
            self._judge.expect(turn.replies)
            self._client.send(octets)

    def _is_free(self) -> bool:
        return not self._client.closed and not self._client.dialogue.challenged


def easy(turn: Turn) -> bytes | None:
    """Return the octets of a turn that can be sent as it stands; None for one that can't."""
    if turn.response or len(turn.lines) > 1 or len(turn.replies) != 1 or turn.lines[0].placeholders:
        return None
    command = turn.replies[0].command
    octets = turn.lines[0].octets
    if command is None or command.row in _NEVER or may_quit(octets):
        return None
    return octets
