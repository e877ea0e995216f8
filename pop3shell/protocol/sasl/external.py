"""EXTERNAL: who the client is was proved by TLS already (RFC 4422 appendix A)."""

from __future__ import annotations

from pop3shell.protocol.sasl.mechanism import (
    Authority,
    Credentials,
    Described,
    OneMessage,
    Refused,
    SaslError,
    Verdict,
    authorized,
    encode,
    malformed,
)
from pop3shell.protocol.sasl.preparation import saslprep
from pop3shell.protocol.visible import visible


class Client(OneMessage):
    """The client's side: the identity to act as, or nothing for the certificate's own."""

    def __init__(self, credentials: Credentials) -> None:
        if "\0" in credentials.authorization:
            raise SaslError("EXTERNAL cannot carry a NUL in a name (RFC 4422 appendix A)")
        super().__init__(encode(credentials.authorization))


class Server:
    """The server's side."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    def step(self, response: bytes | None) -> Verdict:
        """Judge the one message."""
        try:
            wanted = (response or b"").decode("utf-8")
            acting = saslprep(wanted)
        except (UnicodeDecodeError, SaslError):
            return Refused("EXTERNAL wants a name in UTF-8, or nothing", credentials=False)
        if (wanted and not acting) or "\0" in wanted:
            return Refused("EXTERNAL wants a name in UTF-8, or nothing", credentials=False)
        if not self._authority.external:
            return Refused("no client certificate came with TLS, EXTERNAL has nothing to go by")
        return authorized(self._authority, self._authority.external, acting)


def describe(client: bool, number: int, octets: bytes) -> Described:
    """Put a message into words."""
    if not client:
        return Described("the server asks whom to act as", visible(octets))
    if b"\0" in octets:
        return malformed("the client's message is malformed")
    whom = f"to act as {visible(octets)}" if octets else "to act as whom its certificate names"
    return Described(f"the client asks {whom}", visible(octets))
