"""AUTH in a replay: done again with the server's own challenges."""

from __future__ import annotations

from pop3shell.net.replay.link import CRLF, Link
from pop3shell.net.replay.model import Stopped
from pop3shell.net.replay.script import Turn
from pop3shell.net.replay.secrets import SaslLogin, knows_mechanism
from pop3shell.protocol.commandline import CANCEL
from pop3shell.protocol.spec.arguments import INITIAL_RESPONSE
from pop3shell.transcript.errors import TranscriptError

_SASL = INITIAL_RESPONSE.secret


class Logins:
    """Sends AUTH and the responses to its challenges."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._login: SaslLogin | None = None

    async def begin(self, turn: Turn) -> None:
        """Send the command. Raises ConnectionTrouble, Stopped."""
        link = self._link
        await link.ready(turn, turn.due)
        self._login = None
        values: dict[str, bytes] = {}
        try:
            if self._is_done_again(turn):
                peer = link.target.host, link.target.port
                same = self._greets_the_same()
                self._login = SaslLogin(link.script, turn, link.found, peer, same)
                values = self._login.initial
            octets = link.found.fill(turn, values)
        except TranscriptError as error:
            link.give_up(error)
            raise Stopped from None
        if self._login is not None and link.recording is not None:
            link.recording.logs_in(*self._login.told)
        link.judge.expect(turn.replies)
        link.client.send(octets)
        link.after_auth = True

    async def respond(self, turn: Turn) -> None:
        """Answer a challenge, if there is one. Raises ConnectionTrouble."""
        link = self._link
        await link.client.settled(0)
        if not link.client.dialogue.challenged:
            link.note(turn, "not sent: the server asked for no response")
            return
        try:
            octets = self._response(turn)
        except TranscriptError as error:
            link.give_up(error)
            octets = CANCEL + CRLF
        link.client.send(octets)

    def _response(self, turn: Turn) -> bytes:
        login, found, challenge = self._login, self._link.found, self._link.judge.challenge
        if login is None:
            return found.fill(turn, {})
        if turn.secrets:
            return found.fill(turn, {_SASL: login.answer(challenge)})
        if turn.octets == CRLF:
            login.verify(challenge)
        return turn.octets

    def _is_done_again(self, turn: Turn) -> bool:
        """Whether there is a response to be made for this AUTH."""
        if _SASL in self._link.found.given or not knows_mechanism(turn):
            return False
        turns, reply = self._link.script.turns, turn.replies[0]
        return any(
            _SASL in other.secrets
            for other in turns
            if other is turn or (other.response and other.replies[0] is reply)
        )

    def _greets_the_same(self) -> bool:
        recorded = self._link.script.greeting.parts[0]
        greeting = self._link.client.greeting
        said = getattr(recorded[-1], "octets", None) if recorded else None
        return greeting is not None and said == greeting.raw
