"""The client's side of AUTH: from credentials to the lines that are sent (RFC 5034 section 4)."""

from __future__ import annotations

from dataclasses import dataclass

from pop3shell.protocol.commandline import CANCEL
from pop3shell.protocol.sasl import pop3
from pop3shell.protocol.sasl.mechanism import Credentials, Outcome, SaslError
from pop3shell.protocol.sasl.registry import Mechanism


@dataclass(frozen=True, slots=True)
class Conclusion:
    """How a login ended. ``trusted`` is False too where the server failed to prove itself."""

    trusted: bool
    text: str


class ClientExchange:
    """One AUTH. Raises SaslError at once for credentials that the mechanism can't carry.

    Send ``command()``; answer each challenge by ``answer``; at the status line call
    ``conclude``. ``initial_response`` False keeps the initial response off the command line, as
    a server that doesn't announce SASL wants it (RFC 5034 section 3). ``notes`` collects what was
    odd about the server's lines, one sentence each.
    """

    def __init__(
        self, mechanism: Mechanism, credentials: Credentials, *, initial_response: bool = True
    ) -> None:
        self.mechanism = mechanism
        self.cancelled = ""
        self.notes: list[str] = []
        self._client = mechanism.client(credentials)
        self._due: bytes | None = None
        self._on_line = initial_response and not mechanism.two_lines

    @property
    def nonce(self) -> str:
        """The nonce that the client uses, where the mechanism has one."""
        return str(getattr(self._client, "nonce", ""))

    @property
    def outcome(self) -> Outcome:
        """How far the exchange has come."""
        return Outcome.UNFINISHED if self._due is not None else self._client.outcome

    def command(self) -> bytes:
        """Return the AUTH line, with the initial response if it may and does fit."""
        initial = self._client.initial()
        line = pop3.command(self.mechanism, initial if self._on_line else None)
        if line.count(b" ") < 2:
            self._due = initial
        return line

    def answer(self, challenge: bytes) -> bytes:
        """Return the line that answers the text of a ``+ `` line; ``*`` cancels, see ``cancelled``.

        CRLF is included.
        """
        try:
            return pop3.encode(self._respond(challenge)) + b"\r\n"
        except SaslError as fault:
            self.cancelled = str(fault)
            return CANCEL + b"\r\n"

    def _respond(self, challenge: bytes) -> bytes:
        octets = pop3.decode(challenge)
        if self._due is None:
            return self._client.respond(octets)
        response, self._due = self._due, None
        if octets:
            self.notes.append(
                "the server's first challenge should be empty: the client speaks first "
                "(RFC 5034 section 4)"
            )
        return response

    def conclude(self, accepted: bool, text: bytes = b"") -> Conclusion:
        """Say how it ended: ``accepted`` is whether the status was ``+OK``, ``text`` its text."""
        if self.cancelled:
            end = "; but the server said +OK to that" if accepted else ""
            return Conclusion(False, f"the login was cancelled: {self.cancelled}{end}")
        if not accepted:
            why = self._client.explanation
            return Conclusion(False, f"the server refused: {why}" if why else _REFUSED)
        if self.outcome is Outcome.UNFINISHED and self.mechanism.mutual:
            self._late_proof(text)
        return self._accepted()

    def _accepted(self) -> Conclusion:
        name = self.mechanism.name
        if self.outcome is Outcome.PROVED:
            return Conclusion(True, f"logged in by {name}; the server has proved itself too")
        if self.outcome is Outcome.SENT and not self.mechanism.mutual:
            return Conclusion(True, f"logged in by {name}")
        if self.mechanism.mutual:
            return Conclusion(False, _NO_PROOF)
        return Conclusion(False, f"the server said +OK before {name} was over; do not trust it")

    def _late_proof(self, text: bytes) -> None:
        """Some servers put SCRAM's last message on the ``+OK`` line, where it does not belong."""
        try:
            self._client.respond(pop3.decode(text.split(b" ")[0]))
        except SaslError:
            return
        if self.outcome is Outcome.PROVED:
            self.notes.append(
                "the server sent SASL data with +OK, where none is allowed (RFC 5034 section 4)"
            )


_REFUSED = "the server refused; check name, password and whether the account may use this mechanism"
_NO_PROOF = (
    "the server said +OK without proving that it knows the password; it may be an impostor: "
    "leave, and do not send anything secret"
)
