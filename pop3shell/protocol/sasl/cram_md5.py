"""CRAM-MD5: a keyed digest of the server's challenge (RFC 2195)."""

from __future__ import annotations

import hmac
import re
import secrets

from pop3shell.protocol.sasl.mechanism import (
    RESPONSE,
    WRONG,
    Accepted,
    Ask,
    Authority,
    Credentials,
    Described,
    Outcome,
    Refused,
    SaslError,
    Verdict,
    encode,
    malformed,
)
from pop3shell.protocol.visible import visible

_FORM = re.compile(rb"(.+) ([0-9a-f]{32})", re.DOTALL)
_WANTED = "CRAM-MD5 wants a name, a blank and 32 lower-case hexadecimal digits (RFC 2195 section 2)"
_MESSAGE_ID = re.compile(rb"<[!-;=?A-~]+@[!-;=?A-~]+>")


def digest(password: bytes, challenge: bytes) -> str:
    """Return the keyed MD5 of ``challenge``, 32 lower-case hexadecimal digits."""
    return hmac.new(password, challenge, "md5").hexdigest()


class Client:
    """The client's side."""

    def __init__(self, credentials: Credentials) -> None:
        if not credentials.user:
            raise SaslError("CRAM-MD5 needs a name (RFC 2195 section 2)")
        if credentials.authorization not in ("", credentials.user):
            raise SaslError("CRAM-MD5 cannot act as another user; PLAIN can")
        self._credentials = credentials
        self.outcome = Outcome.UNFINISHED
        self.explanation = ""

    def initial(self) -> bytes | None:
        """Return None: the server speaks first."""
        return None

    def respond(self, challenge: bytes) -> bytes:
        """Return name and digest."""
        if self.outcome is not Outcome.UNFINISHED:
            raise SaslError("the server sent a second challenge; CRAM-MD5 has one")
        if not challenge:
            raise SaslError("the server sent an empty challenge; CRAM-MD5 needs one to digest")
        if not _MESSAGE_ID.fullmatch(challenge):
            self.explanation = "the challenge is not of the form <digits@host> (RFC 2195 section 2)"
        self.outcome = Outcome.SENT
        password = encode(self._credentials.password)
        return encode(self._credentials.user) + b" " + digest(password, challenge).encode()


class Server:
    """The server's side."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        unique = authority.nonce or str(secrets.randbits(63))
        self._challenge = f"<{unique}.{int(authority.now)}@{authority.host}>".encode()

    def step(self, response: bytes | None) -> Verdict:
        """Send the challenge, then judge name and digest."""
        if response is None:
            return Ask(self._challenge)
        found = _FORM.fullmatch(response)
        if not found:
            return Refused(_WANTED, credentials=False)
        user = found[1].decode("utf-8", "surrogateescape")
        password = self._authority.password(user)
        known = secrets.token_hex(16) if password is None else password
        wanted = digest(encode(known), self._challenge)
        right = hmac.compare_digest(found[2], wanted.encode())
        return Accepted(user) if right and password is not None else WRONG


def describe(client: bool, number: int, octets: bytes) -> Described:
    """Put a message into words."""
    if not client:
        return Described("the server sends a challenge to digest", visible(octets))
    found = _FORM.fullmatch(octets)
    if not found:
        text = "the client's message is no name with 32 lower-case hexadecimal digits"
        return malformed(text)
    user = visible(found[1])
    text = f"the client logs in as {user}, with a digest of the challenge and its password"
    return Described(text, f"{user} {RESPONSE}")
