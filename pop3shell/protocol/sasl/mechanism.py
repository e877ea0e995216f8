"""What all mechanisms share: credentials, accounts, and the two sides' protocols (RFC 4422)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol


class SaslError(Exception):
    """An exchange cannot go on; the text says why, in one sentence for the user."""


class Outcome(Enum):
    """How far the client's side of an exchange has come."""

    UNFINISHED = "the exchange is not over"
    SENT = "the client has sent everything"
    PROVED = "the server has proved that it knows the password too"
    REFUSED = "the server has told why it will refuse"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who logs in, and by what.

    ``authorization`` is the identity to act as, empty for the user's own. ``token`` is an OAuth
    2.0 access token. ``host`` and ``port`` are those connected to. ``now`` is the time in seconds
    since 1970, 0 if unknown: with it an expired token can be told. ``nonce`` is the client's
    nonce for SCRAM; empty for a random one. Octets that are no UTF-8 are kept by surrogateescape.
    """

    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    authorization: str = ""
    host: str = ""
    port: int = 0
    now: float = 0.0
    nonce: str = ""


class ClientMechanism(Protocol):
    """The client's side of one exchange.

    ``explanation`` is one sentence on what the server's messages told, or empty.
    """

    @property
    def outcome(self) -> Outcome:
        """How far the exchange has come."""

    @property
    def explanation(self) -> str:
        """One sentence on what the server's messages told, or empty."""

    def initial(self) -> bytes | None:
        """Return the first message; None where the server speaks first. Raises SaslError."""

    def respond(self, challenge: bytes) -> bytes:
        """Return the response to ``challenge``. Raises SaslError: cancel the exchange."""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token that a server knows: whose it is, and when it expires (since 1970)."""

    user: str
    expires: float | None = None


def _nobody(name: str) -> None:
    return None


def _only_oneself(user: str, authorization: str) -> bool:
    return user == authorization


@dataclass(frozen=True, slots=True)
class Authority:
    """What the server's side of an exchange judges by.

    ``password`` gives an account's password, None for no such account. ``token`` gives what is
    known of an access token. ``acts_as(user, other)`` allows to act as another. ``external`` is
    the identity that TLS has proved, ``anonymous`` the account of guests; empty: refused.
    ``host`` and ``port`` stand in challenges and are compared with what an OAuth client names
    (port 0: not compared). ``nonce`` is the server's part of the nonce, empty for a random one.
    ``now`` is in seconds since 1970.
    """

    password: Callable[[str], str | None] = field(default=_nobody, repr=False)
    token: Callable[[str], Token | None] | None = field(default=None, repr=False)
    acts_as: Callable[[str, str], bool] = _only_oneself
    external: str = ""
    anonymous: str = ""
    host: str = "localhost"
    port: int = 0
    nonce: str = ""
    now: float = 0.0


@dataclass(frozen=True, slots=True)
class Ask:
    """The server sends a challenge; ``octets`` may be empty."""

    octets: bytes


@dataclass(frozen=True, slots=True)
class Accepted:
    """The client is authenticated and acts as ``user``."""

    user: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The client is not authenticated; ``text`` is for the ``-ERR``.

    ``credentials`` tells wrong credentials from a message that makes no sense.
    """

    text: str
    credentials: bool = True


Verdict = Ask | Accepted | Refused

#: The same for an unknown name and a wrong password: nobody learns which accounts there are.
WRONG = Refused("wrong name or password")


class ServerMechanism(Protocol):
    """The server's side of one exchange."""

    def step(self, response: bytes | None) -> Verdict:
        """Judge ``response``; None opens the exchange where the server speaks first."""


@dataclass(frozen=True, slots=True)
class Described:
    """A message in words. ``decoded`` is the message itself with its secrets replaced.

    ``why`` is why the login must fail, where the message tells it, or empty.
    """

    text: str
    decoded: str
    why: str = ""


#: What stands for a password that was decoded.
HIDDEN = "${password}"
#: What stands for a response, or for what else of one is secret.
RESPONSE = "${sasl}"


def malformed(text: str, hidden: str = RESPONSE) -> Described:
    """Describe a message of the client that no server can take; ``hidden`` stands for it."""
    return Described(text, hidden, text)


#: Describes message ``number`` (from 1) of the client (True) or the server.
Describe = Callable[[bool, int, bytes], Described]


class OneMessage:
    """Client of a mechanism that is one message, after which the server decides."""

    def __init__(self, message: bytes) -> None:
        self._message = message
        self._sent = False
        self.explanation = ""

    @property
    def outcome(self) -> Outcome:
        """How far the exchange has come."""
        return Outcome.SENT if self._sent else Outcome.UNFINISHED

    def initial(self) -> bytes | None:
        """Return the one message."""
        self._sent = True
        return self._message

    def respond(self, challenge: bytes) -> bytes:
        """Refuse: there is nothing more to say."""
        raise SaslError("the server asks for more than this mechanism has to say")


def encode(text: str) -> bytes:
    """Return UTF-8; octets that were no UTF-8 come back as they were."""
    return text.encode("utf-8", "surrogateescape")


def authorized(authority: Authority, user: str, authorization: str) -> Verdict:
    """Decide whether ``user`` may act as ``authorization`` (empty: as oneself)."""
    if not authorization or authorization == user:
        return Accepted(user)
    if authority.acts_as(user, authorization):
        return Accepted(authorization)
    return Refused(f"{user} may not act as {authorization}")
