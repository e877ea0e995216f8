"""The server's side of AUTH: from the client's lines to challenges and a verdict (RFC 5034)."""

from __future__ import annotations

from pop3shell.protocol.commandline import CANCEL
from pop3shell.protocol.sasl import pop3
from pop3shell.protocol.sasl.mechanism import Ask, Authority, Refused, SaslError, Verdict
from pop3shell.protocol.sasl.registry import Mechanism

_CANCELLED = Refused("cancelled by the client", credentials=False)


class ServerExchange:
    """One AUTH. ``begin`` once, then ``receive`` each line until the verdict is no Ask."""

    def __init__(self, mechanism: Mechanism, authority: Authority) -> None:
        self.mechanism = mechanism
        self._server = mechanism.server(authority)

    def begin(self, initial: bytes | None) -> Verdict:
        """Take in the AUTH command; ``initial`` is the text behind the mechanism, None if none."""
        if self.mechanism.client_first:
            return Ask(b"") if initial is None else self._judge(initial, first=True)
        if initial is not None:
            return Refused(
                f"{self.mechanism.name} takes no initial response (RFC 5034 section 4)",
                credentials=False,
            )
        return self._server.step(None)

    def receive(self, text: bytes) -> Verdict:
        """Take in a line that answers a challenge, without its end."""
        return _CANCELLED if text == CANCEL else self._judge(text)

    def _judge(self, text: bytes, first: bool = False) -> Verdict:
        try:
            octets = pop3.decode_initial(text) if first else pop3.decode(text)
        except SaslError as fault:
            return Refused(str(fault), credentials=False)
        return self._server.step(octets)


def line(verdict: Ask) -> bytes:
    """Return the line of a challenge, CRLF included; an empty one keeps its blank."""
    return b"+ " + pop3.encode(verdict.octets) + b"\r\n"
