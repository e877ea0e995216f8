"""Replaying the client's side of a transcript against a live server."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass, field
from typing import NamedTuple

from pop3shell.net.client import Client
from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.replay_judge import Judge
from pop3shell.net.replay_marks import Marks, may_quit
from pop3shell.net.replay_script import Reply, Script, Turn
from pop3shell.net.replay_secrets import Mask, SaslLogin, Secrets
from pop3shell.net.tls_settings import TlsSettings
from pop3shell.protocol.events import Ending
from pop3shell.protocol.replies import Status
from pop3shell.protocol.sasl.pop3 import CANCEL
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.arguments import DIGEST, INITIAL_RESPONSE
from pop3shell.transcript.compare import Difference, Level
from pop3shell.transcript.errors import TranscriptError
from pop3shell.transcript.escapes import visible
from pop3shell.transcript.model import Pattern

#: Challenges that are cancelled, one after the other, where the transcript has no response.
MOST_CANCELLED = 10
#: Seconds to connect within, or fewer if the timeout says so.
CONNECT_WITHIN = 20.0
#: Seconds in which the server closes behind QUIT.
CLOSES_WITHIN = 2.0

#: What is said where a QUIT was disarmed.
KEPT = (
    "messages were marked as deleted: RSET was sent before QUIT, so they stay; --allow-delete "
    "lets them go"
)

_APOP, _SASL = DIGEST.secret, INITIAL_RESPONSE.secret
_CRLF = b"\r\n"


class Target(NamedTuple):
    """The server, and how to speak to it.

    TLS begins with the first octet if ``implicit``, by STLS if ``starttls``, else only where the
    transcript has STLS. ``timeout`` is in seconds of silence, 0 for none.
    """

    host: str
    port: int
    timeout: float = 120.0
    family: socket.AddressFamily = socket.AF_UNSPEC
    tls: TlsSettings = TlsSettings()
    implicit: bool = False
    starttls: bool = False


class Rules(NamedTuple):
    """How closely to compare, whether marked messages may go, whether to stop early."""

    level: Level = Level.SHAPE
    allow_delete: bool = False
    fail_fast: bool = False


@dataclass(slots=True)
class Outcome:
    """What a replay came to. ``notes`` are remarks by line.

    ``trouble`` says why the connection ended too early, ``connected`` whether there was one.
    """

    replies: int = 0
    differences: list[Difference] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)
    trouble: str = ""
    connected: bool = False


class _Stopped(Exception):
    """Nothing more is to be sent."""


async def replay(script: Script, found: Secrets, target: Target, rules: Rules) -> Outcome:
    """Replay a transcript. Whatever goes wrong is in the outcome."""
    client = Client(target.timeout)
    outcome = Outcome(notes=list(script.notes))
    session = _Session(client, script, found, target, rules, outcome)
    try:
        await session.run()
    except _Stopped:
        pass
    except ConnectionTrouble as error:
        outcome.trouble = str(error)
    finally:
        await client.close()
    outcome.replies = session.judge.replies
    outcome.differences = session.judge.differences
    outcome.notes.sort()
    return outcome


class _Session:
    """One connection on which a script is played."""

    def __init__(
        self,
        client: Client,
        script: Script,
        found: Secrets,
        target: Target,
        rules: Rules,
        outcome: Outcome,
    ) -> None:
        self._client = client
        self._script = script
        self._found = found
        self._target = target
        self._rules = rules
        self._outcome = outcome
        self.judge = Judge(rules.level, Mask(found), script.greeting)
        self._marks = Marks()
        self._login: SaslLogin | None = None
        self._after_auth = False
        client.observers.append(self.judge)
        client.observers.append(self._marks)

    async def run(self) -> None:
        """Play the script. Raises ConnectionTrouble, _Stopped."""
        await self._open()
        turns = self._script.turns
        at = 0
        while at < len(turns):
            if self._rules.fail_fast and self.judge.differences:
                raise _Stopped
            at = await self._play(turns, at)
        await self._settle(0)
        self._check_whole()
        if self._client.session.left:
            await self._client.until_closed(CLOSES_WITHIN)

    # ---- the beginning ----

    async def _open(self) -> None:
        client, target = self._client, self._target
        within = min(CONNECT_WITHIN, client.timeout or CONNECT_WITHIN)
        await client.connect(
            target.host,
            target.port,
            family=target.family,
            connect_timeout=within,
            tls=target.tls if target.implicit else None,
        )
        self._outcome.connected = True
        greeting = await client.greeted()
        if greeting is None:
            said = visible((client.banner + client.dialogue.unfinished)[:80]).decode()
            what = f'it said "{said}"' if said else self._how_ended()
            raise ConnectionTrouble(f"{client.address} sent no POP3 greeting: {what}")
        if greeting.status is Status.ERR and self._script.greeting.status is not Status.ERR:
            raise ConnectionTrouble(f"{client.address} refused the connection in its greeting")
        if target.starttls and not _begins_tls(self._script):
            await self._ask_for_tls()

    async def _ask_for_tls(self) -> None:
        """Begin TLS where the transcript doesn't."""
        await self._say(commands.CAPA.verb.encode())
        stls = commands.STLS.verb
        if not self._client.session.announces(commands.STLS.capability):
            raise ConnectionTrouble(f"the server does not announce {stls}; nothing was replayed")
        await self._say(stls.encode())
        if not self._client.awaits_tls:
            raise ConnectionTrouble(f"the server refused {stls}; nothing was replayed")
        await self._client.start_tls(self._target.tls)

    async def _say(self, line: bytes) -> bool:
        """Send a command that isn't in the transcript; return whether it was accepted."""
        self.judge.expect([None])
        self._client.send(line + _CRLF)
        await self._settle(0)
        return self._marks.accepted

    # ---- turns ----

    async def _play(self, turns: list[Turn], at: int) -> int:
        """Play a turn, and those that were sent with it; return the index of the next."""
        turn = turns[at]
        row = turn.command.row if turn.command else None
        if turn.response:
            await self._respond(turn)
        elif row is commands.STLS:
            await self._begin_tls(turn)
        elif row is commands.AUTH:
            await self._log_in(turn)
        elif not self._rules.allow_delete and may_quit(turn.octets):
            await self._leave(turn)
        else:
            return await self._send_together(turns, at)
        return at + 1

    async def _send_together(self, turns: list[Turn], at: int) -> int:
        """Send a turn together with those for which nothing was waited when recorded."""
        turn = turns[at]
        await self._ready(turn, turn.due)
        octets = self._octets(turn)
        expected: list[Reply | None] = [*turn.replies]
        at += 1
        while at < len(turns) and self._goes_along(turns[at], turn):
            turn = turns[at]
            octets += self._octets(turn)
            expected += turn.replies
            at += 1
        self.judge.expect(expected)
        self._client.send(octets)
        return at

    def _goes_along(self, turn: Turn, before: Turn) -> bool:
        """Whether a turn was sent behind another without waiting, and may be."""
        if turn.due != before.due + len(before.replies) or turn.response:
            return False
        row = turn.command.row if turn.command else None
        return row not in (commands.STLS, commands.AUTH) and not may_quit(turn.octets)

    async def _ready(self, turn: Turn, due: int) -> None:
        """Wait until the turn may be sent. Raises ConnectionTrouble if it never will be."""
        if self._after_auth:
            self._after_auth, due = False, 0
        client = self._client
        if client.dialogue.outstanding > due or client.dialogue.challenged:
            await self._settle(due)
        if not client.closed:
            return
        self._check_whole()
        if client.session.left:
            self.judge.differ(turn.number, "the connection", "open", "closed after QUIT")
            raise _Stopped
        raise ConnectionTrouble(f"line {turn.number}: not sent, {self._how_ended()}")

    def _octets(self, turn: Turn) -> bytes:
        secrets = turn.secrets
        if not secrets:
            return turn.octets
        login = {}
        try:
            if _APOP in secrets and turn.command and turn.command.row is commands.APOP:
                stamp = self._client.session.timestamp
                login[_APOP] = self._found.digest(turn, stamp)
            return self._found.fill(turn, login)
        except TranscriptError as error:
            self._give_up(error)
            raise _Stopped from None

    def _give_up(self, error: TranscriptError) -> None:
        """Something that was done when recorded can't be done now."""
        self.judge.differ(error.number, "the login", "one as recorded", error.sentence)

    async def _leave(self, turn: Turn) -> None:
        """Say QUIT, but let no message be removed."""
        await self._ready(turn, 0)
        replies = turn.replies
        if self._marks.marked:
            if self._client.unended or not await self._say(commands.RSET.verb.encode()):
                self.judge.differ(
                    turn.number, "QUIT", "RSET accepted before it",
                    "a refusal; so QUIT was not sent, and nothing is deleted",
                )  # fmt: skip
                raise _Stopped
            self._outcome.notes.append((turn.number, KEPT))
            replies = [_only_status(reply) for reply in replies]
        self.judge.expect(replies)
        self._client.send(self._octets(turn))

    # ---- TLS ----

    async def _begin_tls(self, turn: Turn) -> None:
        await self._ready(turn, 0)
        client, stls = self._client, commands.STLS.verb
        if client.session.tls:
            self._outcome.notes.append((turn.number, f"{stls} is passed over: TLS holds already"))
            return
        self.judge.expect(turn.replies)
        client.send(self._octets(turn))
        await self._settle(0)
        if client.awaits_tls:
            await client.start_tls(self._target.tls)
        elif self._target.starttls:
            raise ConnectionTrouble(f"line {turn.number}: {stls} was refused; nothing more is sent")
        elif turn.replies[-1].status is Status.OK:
            text = f"{stls} was refused; what was said over TLS is not sent in plaintext"
            self._outcome.notes.append((turn.number, text))
            raise _Stopped

    # ---- SASL ----

    async def _log_in(self, turn: Turn) -> None:
        await self._ready(turn, turn.due)
        self._login = None
        values: dict[str, bytes] = {}
        try:
            if _SASL not in self._found.given and self._is_done_again(turn):
                self._login = SaslLogin(
                    self._script, turn, self._found, self._peer(), self._greets_the_same()
                )
                values = self._login.initial
            octets = self._found.fill(turn, values)
        except TranscriptError as error:
            self._give_up(error)
            raise _Stopped from None
        self.judge.expect(turn.replies)
        self._client.send(octets)
        self._after_auth = True

    def _is_done_again(self, turn: Turn) -> bool:
        """Whether a response to be made belongs to this AUTH."""
        reply = turn.replies[0]
        of_it = (t for t in self._script.turns if t is turn or _responds(t, reply))
        return any(_SASL in t.secrets for t in of_it) and SaslLogin.knows(turn)

    def _peer(self) -> tuple[str, int]:
        return self._target.host, self._target.port

    def _greets_the_same(self) -> bool:
        recorded = self._script.greeting.parts[0]
        greeting = self._client.greeting
        return bool(recorded) and greeting is not None and (
            getattr(recorded[-1], "octets", None) == greeting.raw
        )  # fmt: skip

    async def _respond(self, turn: Turn) -> None:
        client, judge = self._client, self.judge
        await client.settled(0)
        if not client.dialogue.challenged:
            self._outcome.notes.append((turn.number, "not sent: the server asked for no response"))
            return
        try:
            octets = self._response(turn)
        except TranscriptError as error:
            self._give_up(error)
            octets = CANCEL + _CRLF
        judge.challenge = b""
        client.send(octets)

    def _response(self, turn: Turn) -> bytes:
        login, challenge = self._login, self.judge.challenge
        if login is None:
            return self._found.fill(turn, {})
        if turn.secrets:
            return self._found.fill(turn, {_SASL: login.answer(challenge)})
        if turn.octets == _CRLF:
            login.verify(challenge)
        return turn.octets

    # ---- waiting ----

    async def _settle(self, due: int) -> None:
        """Wait for replies; cancel a login that asks for a response which nobody recorded."""
        client = self._client
        await client.settled(due)
        for _ in range(MOST_CANCELLED):
            if client.closed or not client.dialogue.challenged:
                return
            client.send(CANCEL + _CRLF)
            await client.settled(due)
        if client.dialogue.challenged:
            raise ConnectionTrouble("the server goes on to ask for responses after * (RFC 5034)")

    def _check_whole(self) -> None:
        """Raise ConnectionTrouble if the connection ended within a reply that was recorded."""
        if not self._client.closed or not self._client.dialogue.outstanding:
            return
        reply = self.judge.waits_for
        if reply is None or reply.complete:
            where = f"line {reply.number}: " if reply else ""
            text = f"{self._how_ended()} before the reply to it was complete"
            raise ConnectionTrouble(where + text)

    def _how_ended(self) -> str:
        client = self._client
        if client.ending is Ending.SILENT:
            return f"{client.address} was silent for {client.timeout:g} seconds"
        if client.ending is Ending.RESET:
            return "the connection was reset by the server's side"
        if client.ending in (Ending.TRUNCATED, Ending.TLS_FAILED):
            return "the connection was cut off within TLS"
        return "the server closed the connection"


def _begins_tls(script: Script) -> bool:
    """Whether the transcript itself begins TLS, before anything that is worth hiding."""
    for turn in script.turns:
        row = turn.command.row if turn.command else None
        if row is commands.STLS:
            return turn.replies[-1].status is Status.OK
        if row is not commands.CAPA:
            return False
    return False


def _responds(turn: Turn, reply: Reply) -> bool:
    return turn.response and turn.replies[0] is reply


def _only_status(reply: Reply) -> Reply:
    """A reply of which only the status counts: another command went before it."""
    sign = re.escape((reply.status or Status.OK).value)
    expected = Pattern(reply.number, None, re.compile(rf"(?i){sign}.*"))
    return Reply(reply.number, reply.command, [[expected]], reply.status, complete=reply.complete)
