"""What stands in a replay where the transcript has placeholders: values, digests, responses."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field

from pop3shell.net.replay.script import Reply, Script, Turn
from pop3shell.protocol import apop
from pop3shell.protocol.sasl import pop3
from pop3shell.protocol.sasl.client import ClientExchange
from pop3shell.protocol.sasl.mechanism import Credentials, SaslError
from pop3shell.protocol.sasl.registry import Mechanism, find
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.arguments import DIGEST, INITIAL_RESPONSE, PASSWORD
from pop3shell.transcript import secrets
from pop3shell.transcript.errors import MissingSecret, TranscriptError
from pop3shell.transcript.masking import KnownSecrets

#: What is sent for a secret without a value that was refused when it was recorded.
WRONG_WORD = b"no-such-password"

_PASSWORD, _APOP, _SASL = PASSWORD.secret, DIGEST.secret, INITIAL_RESPONSE.secret
_NAME = re.compile(rf"{_PASSWORD}(?:[2-9]|[1-9][0-9]{{1,8}})?|{_APOP}|{_SASL}")

#: Gives the value of a secret by its name, or None; ``account`` says that it is the password (or
#: token) of the account, whatever its number.
Ask = Callable[[str, bool], Awaitable[str | None]]


def is_name(name: str) -> bool:
    """Whether a transcript can have a placeholder of that name."""
    return _NAME.fullmatch(name) is not None


@dataclass(slots=True)
class Secrets:
    """The values for one transcript. ``given`` are by name, ``account`` is the password.

    ``user`` logs in by AUTH where the transcript doesn't tell who does.
    """

    given: dict[str, bytes] = field(default_factory=dict, repr=False)
    account: bytes | None = field(default=None, repr=False)
    user: str = ""

    def fill(self, turn: Turn, login: Mapping[str, bytes]) -> bytes:
        """Return the line to send; ``login`` are the values of this login. Raises MissingSecret."""
        refused = bool(turn.replies) and turn.replies[-1].refused
        values = {**login, **self.given}
        for name in turn.secrets if refused else ():
            values.setdefault(name, pop3.encode(WRONG_WORD) if name == _SASL else WRONG_WORD)
        return b"".join(secrets.fill(line, values) for line in turn.lines)

    def password(self, reply: Reply, number: int, name: str) -> bytes:
        """Return the password that a digest is made of. Raises MissingSecret."""
        if reply.refused:
            return WRONG_WORD
        if self.account is None:
            raise MissingSecret(number, name)
        return self.account

    def digest(self, turn: Turn, timestamp: bytes) -> bytes:
        """Return the digest of APOP (RFC 1939 section 7). Raises TranscriptError."""
        if not timestamp and not turn.replies[0].refused:
            text = "the server's greeting has no timestamp, which this login needs"
            raise TranscriptError(turn.number, f"{text}; nothing more was sent")
        return apop.digest(timestamp, self.password(turn.replies[0], turn.number, _APOP))


async def find_secrets(script: Script, given: Mapping[str, bytes], user: str, ask: Ask) -> Secrets:
    """Find the values of all secrets before anything is sent. Raises MissingSecret.

    What was refused each time it was recorded isn't asked for. Of the other passwords the first
    is the account's, of which digests and SASL responses are made, too.
    """
    found = Secrets(dict(given), given.get(_PASSWORD), user)
    account = ""
    for number, name, refused in _uses(script):
        if name in found.given or refused:
            continue
        made = name in (_APOP, _SASL)
        account = account or (_PASSWORD if made else name)
        if (made or name == account) and found.account is not None:
            value: bytes | None = found.account
        else:
            answer = await ask(name, made or name == account)
            value = None if answer is None else answer.encode("utf-8", "surrogateescape")
        if value is None:
            raise MissingSecret(number, name)
        if made or name == account:
            found.account = value
        if not made:
            found.given[name] = value
    return found


def _uses(script: Script) -> Iterator[tuple[int, str, bool]]:
    """Each place of a secret: line, name, and whether it was refused wherever it was used."""
    refused: dict[str, bool] = {}
    places: list[tuple[int, str, Turn]] = []
    for turn in script.turns:
        mechanism = _mechanism(turn)
        for name in turn.secrets:
            if name == _SASL and mechanism and not _has_secret(mechanism):
                continue
            places.append((turn.number, name, turn))
            here = bool(turn.replies) and turn.replies[-1].refused
            refused[name] = refused.get(name, True) and here
    for number, name, turn in places:
        made = name in (_APOP, _SASL)
        here = bool(turn.replies) and turn.replies[-1].refused
        yield number, name, here if made else refused[name]


def _has_secret(mechanism: Mechanism) -> bool:
    return mechanism.needs_password or mechanism.needs_token


def _mechanism(turn: Turn) -> Mechanism | None:
    command = turn.command
    words = command.arguments if command and command.row is commands.AUTH else ()
    return find(words[0].decode("latin-1").upper()) if words else None


def knows_mechanism(turn: Turn) -> bool:
    """Whether the mechanism of an AUTH is known."""
    return _mechanism(turn) is not None


def check_logins(script: Script, found: Secrets) -> None:
    """See to it that every SASL login can be done again. Raises TranscriptError."""
    if _SASL in found.given:
        return
    for turn in script.turns:
        if _SASL not in turn.secrets:
            continue
        mechanism = _mechanism(turn)
        if mechanism is None and turn.replies and turn.replies[0].refused:
            continue
        if mechanism is None:
            text = "its mechanism isn't known here, or isn't named; give the response itself"
            raise TranscriptError(turn.number, f"{text} by --var {_SASL}=BASE64")
        login = script.login(turn.replies[0])
        if not (login and login.user) and not found.user and _has_secret(mechanism):
            text = f"who logs in by {mechanism.name} wasn't recorded; name the user by --user"
            raise TranscriptError(turn.number, text)


class SaslLogin:
    """One AUTH that is done again: the same mechanism and user, another server's challenges."""

    def __init__(
        self, script: Script, turn: Turn, found: Secrets, peer: tuple[str, int], same: bool
    ) -> None:
        """``same`` says that the server greets as the recorded one did: the nonce holds then.

        Raises TranscriptError.
        """
        mechanism = _mechanism(turn)
        assert mechanism is not None
        reply = turn.replies[0]
        login = script.login(reply)
        secret = ""
        if _has_secret(mechanism):
            value = found.password(reply, turn.number, _SASL)
            secret = value.decode("utf-8", "surrogateescape")
        credentials = Credentials(
            user=login.user if login else found.user,
            password="" if mechanism.needs_token else secret,
            token=secret if mechanism.needs_token else "",
            host=peer[0],
            port=peer[1],
            nonce=login.nonce if login and same else "",
        )
        self._user = credentials.user
        self._number = turn.number
        self._mutual = mechanism.mutual
        initial = any(place == _SASL for place in turn.secrets)
        try:
            self._exchange = ClientExchange(mechanism, credentials, initial_response=initial)
            self._command = self._exchange.command()
        except SaslError as error:
            raise TranscriptError(turn.number, str(error)) from None

    @property
    def told(self) -> tuple[str, str, str]:
        """Mechanism, user and nonce: what a recording has to tell of this login."""
        return self._exchange.mechanism.name, self._user, self._exchange.nonce

    @property
    def initial(self) -> dict[str, bytes]:
        """The initial response as a value; empty if it isn't sent with the command."""
        words = self._command.rstrip(b"\r\n").split(b" ", 2)
        return {_SASL: words[2]} if len(words) > 2 else {}

    def answer(self, challenge: bytes) -> bytes:
        """Return the response to a challenge, without its line end. Raises TranscriptError."""
        line = self._exchange.answer(challenge).rstrip(b"\r\n")
        if self._exchange.cancelled:
            raise TranscriptError(self._number, f"the login stopped: {self._exchange.cancelled}")
        return line

    def verify(self, challenge: bytes) -> None:
        """Check the server's proof where a recorded response holds no secret.

        Raises TranscriptError.
        """
        if self._mutual:
            self.answer(challenge)


def mask(found: Secrets) -> KnownSecrets:
    """Return what masks the values wherever a server repeats them, known to the table or not."""
    values = dict(found.given)
    if found.account is not None and found.account not in values.values():
        values.setdefault(_PASSWORD, found.account)
    return KnownSecrets(values)
