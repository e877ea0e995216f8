"""SCRAM: both sides prove that they know the password, neither sends it (RFC 5802, RFC 7677).

The cryptography is that of the ``scramp`` library, imported when first needed. Channel binding
(the ``-PLUS`` names) is not offered: with TLS 1.3 it needs the tls-exporter type (RFC 9266), which
Python's ssl module does not give.
"""

from __future__ import annotations

import functools
import hmac
import re
import secrets
from typing import Any

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
    malformed,
)
from pop3shell.protocol.visible import visible

#: Rounds of hashing that a server may ask for: more would only freeze the client.
MOST_ITERATIONS = 1_000_000
ITERATIONS = 4096
#: Keeps an account's salt the same from one exchange to the next.
_SALT_KEY = b"pop3shell"

_ERRORS = {
    "invalid-proof": "wrong name or password",
    "unknown-user": "the server knows no such user",
    "invalid-username-encoding": "the server cannot read the name",
    "server-does-support-channel-binding": "somebody may have tampered with the mechanism list",
}
_NAME = re.compile(r"[ny],(?:a=[^,]*)?,n=([^,]+)")
_CLIENT = re.compile(r"[ny],[^,\0]*,n=[^,\0]+,r=[^,\0]+|c=[^,\0]+,r=[^,\0]+,p=[^,\0]+")
_ITERATIONS = re.compile(r"(?:^|,)i=([0-9]+)")


class Client:
    """The client's side; ``nonce`` is the one it uses."""

    def __init__(self, mechanism: str, credentials: Credentials) -> None:
        if credentials.authorization not in ("", credentials.user):
            raise SaslError(f"{mechanism} is offered here for one's own account only; PLAIN can")
        self._scram = _told(
            _scramp().ScramClient,
            [mechanism],
            credentials.user,
            credentials.password,
            c_nonce=credentials.nonce or None,
        )
        self.nonce = str(self._scram.c_nonce)
        self.outcome = Outcome.UNFINISHED
        self.explanation = ""
        self._received = 0

    def initial(self) -> bytes | None:
        """Return name and nonce."""
        return _utf8(_told(self._scram.get_client_first))

    def respond(self, challenge: bytes) -> bytes:
        """Return the proof; then check the server's."""
        if self.outcome is not Outcome.UNFINISHED:
            raise SaslError("the server sent more than SCRAM's two messages")
        self._received += 1
        text = _text(challenge)
        if text.startswith("e="):
            self.outcome = Outcome.REFUSED
            self.explanation = _server_error(text)
            return b""
        if self._received == 1:
            return self._prove(text)
        self._verify(text)
        return b""

    def _prove(self, text: str) -> bytes:
        asked = _ITERATIONS.search(text)
        if asked and (len(asked[1]) > 9 or int(asked[1]) > MOST_ITERATIONS):
            raise SaslError(
                f"the server asks for {asked[1][:20]} rounds of hashing; more than "
                f"{MOST_ITERATIONS} are not done"
            )
        _told(self._scram.set_server_first, text)
        return _utf8(_told(self._scram.get_client_final))

    def _verify(self, text: str) -> None:
        try:
            _told(self._scram.set_server_final, text)
        except SaslError:
            raise SaslError(
                "the server did not prove that it knows the password; it may be an impostor "
                "(RFC 5802 section 5)"
            ) from None
        self.outcome = Outcome.PROVED


class Server:
    """The server's side."""

    def __init__(self, mechanism: str, authority: Authority) -> None:
        self._authority = authority
        self._mechanism = _scramp().ScramMechanism(mechanism)
        self._server = self._mechanism.make_server(
            self._account, s_nonce=authority.nonce or secrets.token_hex(12)
        )
        self._user = ""
        self._known = False
        self._steps = 0

    def step(self, response: bytes | None) -> Verdict:
        """Judge name and nonce, then the proof, then the empty last message."""
        self._steps += 1
        try:
            text = _text(response or b"")
            if self._steps == 1:
                _told(self._server.set_client_first, text)
                return Ask(_utf8(_told(self._server.get_server_first)))
        except SaslError as fault:
            return Refused(str(fault), credentials=False)
        if self._steps == 2:
            return self._judge(text)
        if text:
            return Refused("SCRAM's last message must be empty", credentials=False)
        return Accepted(self._user)

    def _judge(self, text: str) -> Verdict:
        try:
            self._server.set_client_final(text)
            last = _utf8(self._server.get_server_final())
        except _scramp().ScramException as fault:
            if getattr(fault.server_error, "value", "") == "invalid-proof":
                return WRONG
            return Refused(_sentence(fault), credentials=False)
        return Ask(last) if self._known else WRONG

    def _account(self, name: str) -> tuple[bytes, bytes, bytes, int]:
        """Return salt, keys and rounds; for an unknown name of the same look and cost."""
        self._user = name
        password = self._authority.password(name)
        self._known = password is not None
        salt = hmac.new(_SALT_KEY, name.encode(), "sha256").digest()[:16]
        if password is not None:
            try:
                return _keys(self._mechanism, password, salt)
            except SaslError:  # a password that cannot be prepared fits nobody
                self._known = False
        return _keys(self._mechanism, secrets.token_hex(), salt)


def _keys(mechanism: Any, password: str, salt: bytes) -> tuple[bytes, bytes, bytes, int]:
    made: tuple[bytes, bytes, bytes, int]
    made = _told(mechanism.make_auth_info, password, ITERATIONS, salt)
    return made


def describe(client: bool, number: int, octets: bytes) -> Described:
    """Put a message into words; the proof, from which a weak password can be guessed, is hidden."""
    text = octets.decode("utf-8", "backslashreplace")
    if not client:
        return Described(_server_words(number, text), visible(octets), _server_error(text))
    if octets and not _CLIENT.fullmatch(text):
        return malformed("the client's message is malformed")
    decoded = re.sub(r",p=[^,]*$", f",p={RESPONSE}", visible(octets))
    return Described(_client_words(number, text), decoded)


def _client_words(number: int, text: str) -> str:
    if number == 1:
        found = _NAME.match(text)
        name = found[1].replace("=2C", ",").replace("=3D", "=") if found else "?"
        return f"the client gives its name, {visible(name.encode())}, and a random nonce"
    if number == 2:
        return "the client repeats both nonces and proves that it knows the password"
    return "the client has checked the server's proof and has nothing to add"


def _server_error(text: str) -> str:
    """Why the server refuses, where its message tells it (RFC 5802 section 7), or nothing."""
    if not text.startswith("e="):
        return ""
    return _ERRORS.get(text[2:], f"the server says {visible(text[2:].encode())}")


def _server_words(number: int, text: str) -> str:
    if error := _server_error(text):
        return f"the server refuses: {error}"
    if number == 1:
        asked = _ITERATIONS.search(text)
        rounds = asked[1][:9] if asked else "?"
        return f"the server adds its nonce and asks for {rounds} rounds of hashing with its salt"
    return "the server proves that it knows the password too"


# ---- the library ----


@functools.cache
def _scramp() -> Any:
    import scramp  # type: ignore[import-untyped]  # here: it takes a while

    return scramp


def _told(call: Any, *arguments: Any, **options: Any) -> Any:
    """Call the library; its complaints become sentences."""
    try:
        return call(*arguments, **options)
    except _scramp().ScramException as fault:
        raise SaslError(_sentence(fault)) from None


def _sentence(fault: Exception) -> str:
    text = str(fault.args[0]).rstrip(".")
    return f"SCRAM cannot go on: {visible(text.encode('utf-8', 'replace'))}"


def _text(octets: bytes) -> str:
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        raise SaslError("the message is not UTF-8 (RFC 5802 section 5.1)") from None


def _utf8(text: str) -> bytes:
    return text.encode("utf-8")
