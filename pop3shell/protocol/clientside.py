"""The client's side of a dialogue: which of its lines are commands, and which responses."""

from __future__ import annotations

from pop3shell.protocol import limits
from pop3shell.protocol.commandline import CommandLine, parse, strip_end
from pop3shell.protocol.events import CommandSent, Incomplete, LongLine, ResponseSent, Side
from pop3shell.protocol.exchange import Exchange, is_irregular
from pop3shell.protocol.ledger import Ledger
from pop3shell.protocol.lines import CutLine, LineReader
from pop3shell.protocol.rules import reading, wording
from pop3shell.protocol.secrets import Secret, in_response


class ClientSide:
    """Takes in the client's octets. Each command waits in the ledger for its reply."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lines = LineReader(limits.CLIENT_LINE)
        self._cut: CutLine | None = None

    @property
    def held(self) -> bytes:
        """The beginning of a line whose end wasn't sent yet."""
        return self._lines.held

    def feed(self, data: bytes, now: float) -> None:
        """Take in octets, cut anywhere."""
        at = 0
        while at < len(data):
            octets, at, whole = self._lines.next(data, at)
            if whole and self._cut is None:
                self._line(octets, now)
            elif octets:
                self._part(octets, whole, now)

    def end(self) -> None:
        """Take in that no more will come: a line that was begun has no end."""
        if held := self.held:
            self._ledger.events.append(Incomplete(held, Side.CLIENT, self._secret_in(held)))

    def _line(self, raw: bytes, now: float) -> None:
        ledger = self._ledger
        ledger.spoken = True
        if ledger.unexplained:
            self._explain()
        if ledger.challenged:
            self._respond(raw, in_response(raw))
        else:
            command = parse(raw)
            self._append(raw, command, ledger.logins.find(command, ledger.session), now)

    def _part(self, octets: bytes, whole: bool, now: float) -> None:
        """Part of a line too long to be held."""
        ledger = self._ledger
        cut = self._cut
        if cut is None:
            secret = self._secret_in(octets)
            self._cut = CutLine(octets, secret is not None)
            ledger.events.append(LongLine(octets, Side.CLIENT, secret))
            return
        secret = self._secret_in(octets)
        cut.add(octets)
        if not whole:
            ledger.events.append(LongLine(octets, Side.CLIENT, secret))
            return
        self._cut = None
        ledger.spoken = True
        self._explain()
        if ledger.challenged:
            self._respond(octets, secret)
        else:
            self._append(octets, parse(cut.shortened()), secret, now)

    def _secret_in(self, octets: bytes) -> Secret | None:
        """The secret in a line of the client that isn't whole."""
        ledger = self._ledger
        if self._cut is not None:
            return Secret(0, len(strip_end(octets)), "") if self._cut.secret else None
        if ledger.challenged:
            return in_response(octets)
        return ledger.logins.find(parse(octets), ledger.session)

    def _respond(self, raw: bytes, secret: Secret | None) -> None:
        ledger = self._ledger
        oldest = ledger.pending[0]
        oldest.awaits_response = False
        ledger.logins.respond(raw)
        ledger.events.append(ResponseSent(raw, oldest.command, secret))

    def _append(self, raw: bytes, command: CommandLine, secret: Secret | None, now: float) -> None:
        ledger = self._ledger
        pending = ledger.pending
        if pending and pending[0].status and ledger.body is None:
            ledger.finish(now)  # its reply was open until the client spoke again
        ledger.events.append(CommandSent(raw, command, secret))
        behind = bool(pending) and pending[-1].doubtful
        pending.append(Exchange(command, now, behind or is_irregular(command.raw)))

    def _explain(self) -> None:
        """The client goes on: what the server said unasked was no last word before a close."""
        ledger = self._ledger
        if ledger.unexplained:
            ledger.note(reading.UNSOLICITED, wording.UNSOLICITED, ledger.unexplained)
            ledger.unexplained = b""
