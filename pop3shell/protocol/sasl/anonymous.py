"""ANONYMOUS: no identity, at most a word to be traced by (RFC 4505)."""

from __future__ import annotations

from pop3shell.protocol.sasl.mechanism import (
    Accepted,
    Authority,
    Credentials,
    Described,
    OneMessage,
    Refused,
    SaslError,
    Verdict,
    encode,
    malformed,
)
from pop3shell.protocol.sasl.preparation import trace
from pop3shell.protocol.visible import visible

_LONGEST = 255


class Client(OneMessage):
    """The client's side: the user's name is sent as trace information, if there is one."""

    def __init__(self, credentials: Credentials) -> None:
        super().__init__(encode(_checked(credentials.user)))


class Server:
    """The server's side."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    def step(self, response: bytes | None) -> Verdict:
        """Judge the one message."""
        try:
            _checked((response or b"").decode("utf-8"))
        except UnicodeDecodeError:
            return Refused("ANONYMOUS wants UTF-8 (RFC 4505 section 2)", credentials=False)
        except SaslError as fault:
            return Refused(str(fault), credentials=False)
        if not self._authority.anonymous:
            return Refused("guests are not allowed here")
        return Accepted(self._authority.anonymous)


def _checked(word: str) -> str:
    """A mail address, or up to 255 characters without an at sign."""
    local, at, domain = word.rpartition("@")
    if (at and not (local and domain)) or (not at and len(word) > _LONGEST):
        raise SaslError(
            "ANONYMOUS takes a mail address, or up to 255 characters without @ (RFC 4505 section 2)"
        )
    return trace(word)


def describe(client: bool, number: int, octets: bytes) -> Described:
    """Put a message into words."""
    if not client:
        return Described("the server asks for a word to trace the guest by", visible(octets))
    if b"\0" in octets:
        return malformed("the client's message is malformed")
    word = (
        f"leaves {visible(octets)} to be traced by" if octets else "leaves nothing to be traced by"
    )
    return Described(f"the client comes as a guest and {word}", visible(octets))
