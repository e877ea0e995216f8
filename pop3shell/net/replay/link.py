"""The connection that a replay goes over: opened, waited on, and how it ended."""

from __future__ import annotations

from collections.abc import Callable

from pop3shell.net.client import Client
from pop3shell.net.endings import how_ended
from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.greeting import WITHIN
from pop3shell.net.recording import ClientRecording
from pop3shell.net.replay.bounds import Bounds
from pop3shell.net.replay.judge import Judge
from pop3shell.net.replay.marks import Marks
from pop3shell.net.replay.model import Outcome, Rules, Stopped, Target
from pop3shell.net.replay.plaintext import SENT, in_plaintext
from pop3shell.net.replay.script import Script, Turn
from pop3shell.net.replay.secrets import Secrets, mask
from pop3shell.protocol.commandline import CANCEL
from pop3shell.protocol.replies import Status
from pop3shell.protocol.secrets import Redactor
from pop3shell.protocol.spec import commands
from pop3shell.transcript.errors import TranscriptError
from pop3shell.transcript.escapes import visible

CRLF = b"\r\n"
#: Challenges that are cancelled, one after the other, where the transcript has no response.
MOST_CANCELLED = 10
#: Octets that are shown of what is no greeting.
SHOWN = 80

#: Begins to record what a client says and hears; None where that can't be done.
BeginRecording = Callable[[Client, Redactor], ClientRecording | None]


class Link:
    """A client with the observers of a replay on it.

    ``after_auth`` says that AUTH was sent last: its end is waited for, whatever was recorded.
    ``recording`` is that of the replay itself.
    """

    def __init__(
        self,
        target: Target,
        rules: Rules,
        script: Script,
        found: Secrets,
        record: BeginRecording | None = None,
    ) -> None:
        self.client = Client(target.timeout)
        self.target = target
        self.script = script
        self.found = found
        self.outcome = Outcome(notes=list(script.notes))
        if in_plaintext(script, target):
            self.outcome.notes.append((script.secured, SENT))
        self.mask = mask(found)
        self.judge = Judge(rules.level, self.mask, script.greeting)
        self.marks = Marks()
        self.after_auth = False
        self.recording = record(self.client, self.mask) if record else None
        bounds = Bounds(self.judge, rules.most_reply, script.unasked)
        for observer in (self.recording, self.judge, self.marks, bounds):
            if observer is not None:
                self.client.observers.append(observer)

    async def open(self) -> None:
        """Connect, and wait for a greeting. Raises ConnectionTrouble."""
        client, target = self.client, self.target
        await client.connect(
            target.host,
            target.port,
            family=target.family,
            tls=target.tls if target.implicit else None,
        )
        self.outcome.connected = not target.starttls
        greeting = await client.greeted()
        if greeting is None:
            raise ConnectionTrouble(f"{client.address} sent no POP3 greeting: {_instead(client)}")
        if greeting.status is Status.ERR and self.script.greeting.status is not Status.ERR:
            raise ConnectionTrouble(f"{client.address} refused the connection in its greeting")

    async def ask_for_tls(self) -> None:
        """Begin TLS where the transcript doesn't. Raises ConnectionTrouble."""
        await self.say(commands.CAPA.verb.encode())
        stls = commands.STLS.verb
        if not self.client.session.announces(commands.STLS.capability):
            raise ConnectionTrouble(f"the server does not announce {stls}; nothing was replayed")
        await self.say(stls.encode())
        if not self.client.awaits_tls:
            raise ConnectionTrouble(f"the server refused {stls}; nothing was replayed")
        await self.start_tls()

    async def start_tls(self) -> None:
        """Negotiate TLS after STLS was accepted. Raises ConnectionTrouble."""
        await self.client.start_tls(self.target.tls)
        self.outcome.connected = True

    async def say(self, line: bytes) -> bool:
        """Send a command that isn't in the transcript; return whether it was accepted."""
        self.judge.expect([None])
        self.client.send(line + CRLF)
        await self.settle(0)
        self.check_whole()
        return self.marks.accepted

    async def settle(self, due: int) -> None:
        """Wait for replies; cancel a login that asks for a response which nobody recorded."""
        client = self.client
        await client.settled(due)
        for _ in range(MOST_CANCELLED):
            if client.closed or not client.dialogue.challenged:
                return
            client.send(CANCEL + CRLF)
            await client.settled(due)
        if client.dialogue.challenged:
            raise ConnectionTrouble("the server goes on to ask for responses after * (RFC 5034)")

    async def ready(self, turn: Turn, due: int) -> None:
        """Wait until a turn may be sent. Raises ConnectionTrouble, Stopped if it never will be."""
        if self.after_auth:
            self.after_auth, due = False, 0
        client = self.client
        if client.dialogue.outstanding > due or client.dialogue.challenged:
            await self.settle(due)
        if not client.closed:
            return
        self.check_whole()
        self._check_left(turn.number)
        raise ConnectionTrouble(f"line {turn.number}: not sent, {how_ended(client, due=False)}")

    def check_whole(self) -> None:
        """Raise ConnectionTrouble if the connection ended within a reply that was recorded."""
        if not self.client.closed or not self.client.dialogue.outstanding:
            return
        reply = self.judge.waits_for
        if reply is None or reply.complete:
            self._check_left(reply.number if reply else 0)
            where = f"line {reply.number}: " if reply else ""
            raise ConnectionTrouble(where + how_ended(self.client))

    def _check_left(self, number: int) -> None:
        """Raise Stopped if it was QUIT that ended the connection, here but not when recorded."""
        if self.client.session.left:
            self.judge.differ(number, "the connection", "open", "closed after QUIT")
            raise Stopped

    def note(self, turn: Turn, text: str) -> None:
        """Remark on a line."""
        self.outcome.notes.append((turn.number, text))

    def give_up(self, error: TranscriptError) -> None:
        """Take in that a login as it was recorded can't be done here."""
        self.judge.differ(error.number, "the login", "one as recorded", error.sentence)


def _instead(client: Client) -> str:
    """Say what came where a greeting was due."""
    opening = client.opening
    if opening.begun and opening.endless:
        return f"it began one, and that has over {WITHIN:,} octets"
    said = visible(opening.received[:SHOWN]).decode()
    return f'it said "{said}"' if said else how_ended(client)
