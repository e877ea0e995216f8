"""LOGIN: name, then password, each when asked (draft-murchison-sasl-login, obsolete)."""

from __future__ import annotations

from pop3shell.protocol.sasl.mechanism import (
    HIDDEN,
    Ask,
    Authority,
    Credentials,
    Described,
    Outcome,
    Refused,
    SaslError,
    Verdict,
    encode,
)
from pop3shell.protocol.sasl.plain import login
from pop3shell.protocol.visible import visible


class Client:
    """The client's side; the texts of the challenges don't matter (section 2.1)."""

    def __init__(self, credentials: Credentials) -> None:
        if not credentials.user or not credentials.password:
            raise SaslError("LOGIN needs a name and a password")
        if credentials.authorization not in ("", credentials.user):
            raise SaslError("LOGIN cannot act as another user; PLAIN can")
        self._left = [credentials.password, credentials.user]
        if any(set(part) & set("\0\r\n") for part in self._left):
            raise SaslError("LOGIN cannot carry NUL, CR or LF in a name or password")
        self.explanation = ""

    @property
    def outcome(self) -> Outcome:
        """How far the exchange has come."""
        return Outcome.UNFINISHED if self._left else Outcome.SENT

    def initial(self) -> bytes | None:
        """Return None: the server speaks first."""
        return None

    def respond(self, challenge: bytes) -> bytes:
        """Return the name, then the password."""
        if not self._left:
            raise SaslError("the server asks a third question; LOGIN has two")
        return encode(self._left.pop())


class Server:
    """The server's side."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority
        self._asked = 0
        self._user = b""

    def step(self, response: bytes | None) -> Verdict:
        """Ask for the name, then for the password, then decide."""
        if response is None:
            return Ask(b"Username:")  # a widely used client insists on these words
        if not self._asked:
            self._asked, self._user = 1, response
            return Ask(b"Password:")
        try:
            user, password = self._user.decode("utf-8"), response.decode("utf-8")
        except UnicodeDecodeError:
            return Refused("LOGIN wants UTF-8", credentials=False)
        if not user or not password:
            return Refused("LOGIN wants a name and a password", credentials=False)
        return login(self._authority, user, password)


def describe(client: bool, number: int, octets: bytes) -> Described:
    """Put a message into words."""
    if not client:
        wanted = "name" if number == 1 else "password"
        return Described(f"the server asks for the {wanted}", visible(octets))
    if number == 1:
        return Described(f"the client logs in as {visible(octets)}", visible(octets))
    return Described(f"the client sends a password of {len(octets)} octets", HIDDEN)
