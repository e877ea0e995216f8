"""Replaying the client's side of a transcript against a live server."""

from __future__ import annotations

import re

from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.replay.link import BeginRecording, Link
from pop3shell.net.replay.logins import Logins
from pop3shell.net.replay.marks import may_quit
from pop3shell.net.replay.model import Outcome, Rules, Stopped, Target
from pop3shell.net.replay.pump import Pump
from pop3shell.net.replay.script import Reply, Script, Turn
from pop3shell.net.replay.secrets import Secrets
from pop3shell.protocol.replies import Status
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.arguments import DIGEST
from pop3shell.transcript.errors import TranscriptError
from pop3shell.transcript.model import Pattern

#: Seconds in which the server closes behind QUIT.
CLOSES_WITHIN = 2.0
#: What is said where a QUIT was disarmed.
KEPT = (
    "messages may be marked as deleted: RSET was sent before QUIT, so they stay; --allow-delete "
    "lets them go"
)
#: What is said where the server did not let it be disarmed.
NOT_SENT = "a refusal; so QUIT was not sent, and nothing is deleted; --allow-delete sends it"
_APOP = DIGEST.secret


async def replay(
    script: Script,
    found: Secrets,
    target: Target,
    rules: Rules,
    record: BeginRecording | None = None,
) -> Outcome:
    """Replay a transcript, and ``record`` that. Whatever goes wrong is in the outcome."""
    link = Link(target, rules, script, found, record)
    outcome = link.outcome
    try:
        await _Player(link, rules).run()
    except Stopped:
        pass
    except ConnectionTrouble as error:
        outcome.trouble = str(error)
    finally:
        await link.client.close()
        if link.recording is not None:
            link.recording.stop()
    outcome.replies = link.judge.replies
    outcome.differences = link.judge.differences
    outcome.notes.sort()
    return outcome


class _Player:
    """Plays a script, turn by turn."""

    def __init__(self, link: Link, rules: Rules) -> None:
        self._link = link
        self._rules = rules
        self._turns = link.script.turns
        self._logins = Logins(link)
        self._pump = Pump(link.client, link.judge, self._turns)

    async def run(self) -> None:
        """Play the script. Raises ConnectionTrouble, Stopped."""
        link, pump = self._link, self._pump
        await link.open()
        if link.target.starttls and not _begins_tls(link.script):
            await link.ask_for_tls()
        while pump.at < len(self._turns):
            turn = self._turns[pump.at]
            if self._rules.fail_fast:
                await link.client.settled(turn.due)
                if link.judge.differences:
                    raise Stopped
            if not self._rules.fail_fast and pump.can_run():
                await link.ready(turn, turn.due)
                await pump.run()
            else:
                pump.at += 1
                await self._play(turn)
        await link.settle(0)
        link.check_whole()
        if link.client.session.left:
            await link.client.until_closed(CLOSES_WITHIN)

    async def _play(self, turn: Turn) -> None:
        row = turn.command.row if turn.command else None
        if turn.response:
            await self._logins.respond(turn)
        elif row is commands.STLS:
            await self._begin_tls(turn)
        elif row is commands.AUTH:
            await self._logins.begin(turn)
        elif not self._rules.allow_delete and may_quit(turn.octets):
            await self._leave(turn)
        else:
            await self._link.ready(turn, turn.due)
            self._send(turn, turn.replies)

    def _send(self, turn: Turn, replies: list[Reply]) -> None:
        octets = self._octets(turn)
        self._link.judge.expect(replies)
        self._link.client.send(octets)

    def _octets(self, turn: Turn) -> bytes:
        link, login = self._link, {}
        try:
            if self._makes_digest(turn):
                login[_APOP] = link.found.digest(turn, link.client.session.timestamp)
            octets = link.found.fill(turn, login)
        except TranscriptError as error:
            link.give_up(error)
            raise Stopped from None
        if turn.secrets:
            link.mask.know_line(octets, turn.octets)
        return octets

    def _makes_digest(self, turn: Turn) -> bool:
        """Whether the digest of APOP is made of the password; else it was given itself."""
        if _APOP not in turn.secrets or _APOP in self._link.found.given:
            return False
        return turn.command is not None and turn.command.row is commands.APOP

    async def _leave(self, turn: Turn) -> None:
        """Say QUIT, but let no message be removed."""
        link, replies = self._link, turn.replies
        await link.ready(turn, 0)
        if link.marks.marked:
            if link.client.unended or not await link.say(commands.RSET.verb.encode()):
                link.judge.differ(turn.number, "QUIT", "RSET accepted before it", NOT_SENT)
                raise Stopped
            link.note(turn, KEPT)
            replies = [_only_status(reply) for reply in replies]
        self._send(turn, replies)

    async def _begin_tls(self, turn: Turn) -> None:
        link, stls = self._link, commands.STLS.verb
        await link.ready(turn, 0)
        if link.client.session.tls:
            link.note(turn, f"{stls} is passed over: TLS holds already")
            return
        self._send(turn, turn.replies)
        await link.settle(0)
        if link.client.awaits_tls:
            await link.start_tls()
        elif link.target.starttls:
            raise ConnectionTrouble(f"line {turn.number}: {stls} was refused; nothing more is sent")
        elif turn.replies[-1].status is Status.OK:
            link.note(turn, f"{stls} was refused; what follows is not sent in plaintext")
            raise Stopped


def _begins_tls(script: Script) -> bool:
    """Whether the transcript itself begins TLS, before anything that is worth hiding."""
    for turn in script.turns:
        row = turn.command.row if turn.command else None
        if row is commands.STLS:
            return turn.replies[-1].status is Status.OK
        if row is not commands.CAPA:
            return False
    return False


def _only_status(reply: Reply) -> Reply:
    """A reply of which only the status counts: another command went before it."""
    sign = re.escape((reply.status or Status.OK).value)
    expected = Pattern(reply.number, None, re.compile(rf"{sign}.*", re.IGNORECASE))
    return Reply(reply.number, reply.command, [[expected]], reply.status, complete=reply.complete)
