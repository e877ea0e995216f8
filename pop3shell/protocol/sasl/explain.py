"""An exchange told step by step, secrets masked: for people who want to see what goes on."""

from __future__ import annotations

import re
from dataclasses import dataclass

from pop3shell.protocol import replies
from pop3shell.protocol.commandline import CANCEL, parse, strip_end
from pop3shell.protocol.events import Side
from pop3shell.protocol.replies import Status
from pop3shell.protocol.sasl import pop3
from pop3shell.protocol.sasl.mechanism import RESPONSE, SaslError
from pop3shell.protocol.sasl.registry import Mechanism, find
from pop3shell.protocol.spec import commands
from pop3shell.protocol.visible import visible

_CANCELLED = "the client cancelled the login"


@dataclass(frozen=True, slots=True)
class Step:
    """One line in words.

    ``line`` is the line with its secret masked, ``text`` a sentence on it, ``decoded`` what the
    base64 holds, with secrets replaced, ``why`` why the login must fail, where the line tells it;
    all without control characters.
    """

    side: Side
    line: str
    text: str
    decoded: str = ""
    why: str = ""


class Explainer:
    """Tells an exchange as it goes on: feed it every line from the AUTH command on.

    ``left_out`` matches what stands for a secret in lines that were recorded without it; None
    where the lines are whole.
    """

    def __init__(self, left_out: re.Pattern[bytes] | None = None) -> None:
        self._left_out = left_out
        self._mechanism: Mechanism | None = None
        self._sent = 0
        self._received = 0
        self._over = True

    def client(self, raw: bytes) -> Step:
        """Tell a line of the client."""
        if self._over:
            return self._command(raw)
        text = strip_end(raw)
        if text == CANCEL:
            return Step(Side.CLIENT, "*", "the client cancels the login", why=_CANCELLED)
        self._sent += 1
        return self._told(Side.CLIENT, RESPONSE if text else "", text)

    def server(self, raw: bytes) -> Step:
        """Tell a line of the server."""
        text = strip_end(raw)
        status, _, _ = replies.status_of(text)
        if status is not None:
            self._over = True
            good = "the client is logged in" if status is Status.OK else "the login is refused"
            return Step(Side.SERVER, visible(text), good)
        if not text.startswith(b"+"):
            return Step(Side.SERVER, visible(text), "this line is neither a challenge nor a status")
        data = text[2:]
        if not data and not self._sent and self._client_first:
            words = "the server has nothing to say yet: the client speaks first"
            return Step(Side.SERVER, visible(text), words)
        self._received += 1
        return self._told(Side.SERVER, visible(text), data)

    @property
    def _client_first(self) -> bool:
        return self._mechanism is None or self._mechanism.client_first

    def _command(self, raw: bytes) -> Step:
        command = parse(raw)
        if command.row is not commands.AUTH or not command.arguments:
            return Step(Side.CLIENT, "", "this line begins no exchange")
        name = visible(command.arguments[0])
        self._mechanism, self._over = find(name), False
        self._sent = self._received = 0
        head = f"{commands.AUTH.verb} {name}"
        row = self._mechanism
        opening = f"the client asks to log in by {name}" + (f": {row.meaning}" if row else "")
        if len(command.arguments) == 1:
            return Step(Side.CLIENT, head, opening)
        return self._with_initial(head, opening, command.arguments[1])

    def _with_initial(self, head: str, opening: str, initial: bytes) -> Step:
        self._sent += 1
        if initial == pop3.EMPTY:
            told = self._told(Side.CLIENT, f"{head} =", b"")
        else:
            told = self._told(Side.CLIENT, f"{head} {RESPONSE}", initial)
        return Step(Side.CLIENT, told.line, f"{opening}; {told.text}", told.decoded, told.why)

    def _told(self, side: Side, line: str, data: bytes) -> Step:
        client = side is Side.CLIENT
        if self._left_out and self._left_out.search(data):
            return Step(side, line, self._without(client))
        try:
            octets = pop3.decode(data)
        except SaslError as fault:
            return Step(side, line, str(fault), why=f"the response is {fault}" if client else "")
        if self._mechanism is None:
            whose = "the client" if client else "the server"
            text = f"{whose} sends {len(octets)} octets of a mechanism that is not known here"
            return Step(side, line, text)
        number = self._sent if client else self._received
        told = self._mechanism.load().describe(client, number, octets)
        return Step(side, line, told.text, told.decoded, told.why)

    def _without(self, client: bool) -> str:
        """Tell a line whose secret was left out: nothing can be said of what was sent."""
        if not client:
            return "the server repeats a secret, which was left out of the transcript"
        text = "a secret, left out of the transcript"
        row = self._mechanism
        if row is None or self._sent > len(row.sends):
            return text
        return f"{text}; here {row.name} sends {row.sends[self._sent - 1]}"
