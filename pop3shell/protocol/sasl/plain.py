"""PLAIN: name and password in one message (RFC 4616)."""

from __future__ import annotations

import hmac

from pop3shell.protocol.sasl.mechanism import (
    HIDDEN,
    WRONG,
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

_FORM = "PLAIN wants [authorization identity] NUL name NUL password (RFC 4616 section 2)"


class Client(OneMessage):
    """The client's side."""

    def __init__(self, credentials: Credentials) -> None:
        parts = (credentials.authorization, credentials.user, credentials.password)
        if any("\0" in part for part in parts):
            raise SaslError("PLAIN cannot carry a NUL in a name or password (RFC 4616 section 2)")
        if not credentials.user or not credentials.password:
            raise SaslError("PLAIN needs a name and a password (RFC 4616 section 2)")
        super().__init__(b"\0".join(map(encode, parts)))


class Server:
    """The server's side."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    def step(self, response: bytes | None) -> Verdict:
        """Judge the one message."""
        parts = (response or b"").split(b"\0")
        if len(parts) != 3:
            return Refused(_FORM, credentials=False)
        try:
            authorization, user, password = (part.decode("utf-8") for part in parts)
        except UnicodeDecodeError:
            return Refused("PLAIN wants UTF-8 (RFC 4616 section 2)", credentials=False)
        if not user or not password:
            return Refused(_FORM, credentials=False)
        return login(self._authority, user, password, authorization)


def login(authority: Authority, user: str, password: str, authorization: str = "") -> Verdict:
    """Compare the prepared password with the account's (RFC 4616 section 2)."""
    try:
        user, given = saslprep(user), saslprep(password)
        account = authority.password(user)
        wanted = saslprep("no such account" if account is None else account, stored=True)
        acting = saslprep(authorization)
    except SaslError:
        return WRONG
    right = hmac.compare_digest(encode(given), encode(wanted))
    if not right or account is None or not given or (authorization and not acting):
        return WRONG
    return authorized(authority, user, acting)


def describe(client: bool, number: int, octets: bytes) -> Described:
    """Put a message into words."""
    if not client:
        return Described("the server asks for the client's message", visible(octets))
    parts = octets.split(b"\0")
    if len(parts) != 3:
        return malformed(f"the client's message is malformed: {_FORM}", HIDDEN)
    authorization, user, password = parts
    acting = f", to act as {visible(authorization)}" if authorization else ""
    text = (
        f"the client logs in as {visible(user)}{acting}, with a password of {len(password)} octets"
    )
    return Described(text, rf"{visible(authorization)}\x00{visible(user)}\x00{HIDDEN}")
