"""Logging in by machine: the way is chosen, the exchange held, the outcome said."""

from __future__ import annotations

import time
from dataclasses import dataclass

from pop3shell.net.errors import ConnectionTrouble
from pop3shell.protocol import apop
from pop3shell.protocol import events as ev
from pop3shell.protocol.events import Event
from pop3shell.protocol.replies import Status
from pop3shell.protocol.sasl.client import ClientExchange
from pop3shell.protocol.sasl.mechanism import Credentials, SaslError
from pop3shell.protocol.sasl.registry import MECHANISMS, Mechanism, find
from pop3shell.protocol.spec import commands
from pop3shell.shell.credentials import NoPassword, find_password
from pop3shell.shell.endings import cut_off
from pop3shell.shell.security import is_private
from pop3shell.shell.shell import ColonError, Shell

#: Ways to log in that are commands of their own, beside the SASL mechanisms.
USER, APOP = commands.USER.verb, commands.APOP.verb
#: APOP proves the password by MD5, as CRAM-MD5 does: it stands behind that, before plain text.
_APOP_STRENGTH = 35
#: The one colon command that a question about a challenge takes.
_EXPLAIN = ":explain"


@dataclass(frozen=True, slots=True)
class Way:
    """A way to log in: a SASL mechanism, or None for the command named."""

    name: str
    mechanism: Mechanism | None = None

    @property
    def in_clear(self) -> bool:
        """Whether a listener learns what lets him log in."""
        return self.mechanism.in_clear if self.mechanism else self.name == USER

    @property
    def strength(self) -> int:
        """The higher, the less a listener or a false server learns."""
        if self.mechanism:
            return self.mechanism.strength
        return _APOP_STRENGTH if self.name == APOP else 0


def way_named(name: str) -> Way:
    """Return the way of that name. Raises ColonError."""
    upper = name.upper()
    if upper in (USER, APOP):
        return Way(upper)
    mechanism = find(upper)
    if mechanism is None:
        known = ", ".join([USER, APOP, *(row.name for row in MECHANISMS)])
        # The word isn't repeated: it may be a password, typed where it doesn't belong.
        raise ColonError(f"unknown way to log in; use one of {known}")
    return Way(mechanism.name, mechanism)


async def choose(shell: Shell) -> Way:
    """Choose the strongest way that the server offers and a password serves."""
    session = shell.client.session
    if session.capabilities is None:
        await shell.exchange(commands.CAPA.verb.encode())
    capabilities = session.capabilities or {}
    offered = [find(name) for name in session.mechanisms]
    ways = [Way(row.name, row) for row in offered if row and row.needs_password]
    layer = shell.client.tls
    if session.tls and layer is not None and shell.security.tls.certificate:
        ways += [Way(row.name, row) for row in offered if row and row.needs_certificate]
    if session.timestamp:
        ways.append(Way(APOP))
    if not capabilities or USER in capabilities or not ways:
        ways.append(Way(USER))
    return max(ways, key=lambda way: way.strength)


async def log_in(shell: Shell, user: str, way: Way, *, step: bool = False) -> None:
    """Log in as ``user``. Raises ColonError, ConnectionTrouble."""
    if any(character in user for character in "\r\n\0"):
        # A URL may hold one; what stands behind it would be a command of its own.
        raise ColonError("the name holds a line end or a NUL, which POP3 cannot carry")
    if way.in_clear and not is_private(shell.client):
        await _allow_cleartext(shell, way)
    if way.mechanism is not None and not way.mechanism.needs_token:
        needs = way.mechanism.needs_password
    else:
        needs = True
    what = "token" if way.mechanism and way.mechanism.needs_token else "password"
    secret = ""
    if needs:
        try:
            secret = await find_password(shell.login, f"{what} of {user}: ", shell.ask_secret)
        except NoPassword as error:
            raise ColonError(str(error)) from None
    if way.mechanism is not None:
        await _by_sasl(shell, user, way.mechanism, secret, step)
    elif way.name == APOP:
        await _by_digest(shell, user, secret)
    else:
        await _by_password(shell, user, secret)
    shell.client.session.logged_in_as(user)


async def _allow_cleartext(shell: Shell, way: Way) -> None:
    """Let no secret go in plaintext over a network unless that was confirmed."""
    if shell.settings.cleartext:
        return
    shell.say(
        f"{way.name} sends the secret in a form that anybody on the way can use, and this "
        "connection has no TLS"
    )
    if not await shell.confirm("send it all the same? [y/N] "):
        raise ColonError(
            f"not sent; begin TLS first ({commands.STLS.verb}, --tls starttls or --tls implicit), "
            "or allow it by :set cleartext on"
        )


# ---- USER and PASS, APOP ----


async def _by_password(shell: Shell, user: str, password: str) -> None:
    if not (await shell.exchange(_line(USER, user))).ok:
        raise ColonError(f"the server refused the name {user}")
    if not (await shell.exchange(_line(commands.PASS.verb, password))).ok:
        raise ColonError(f"the login of {user} was refused")


async def _by_digest(shell: Shell, user: str, password: str) -> None:
    stamp = shell.client.session.timestamp
    if not stamp:
        raise ColonError(
            f"the greeting holds no timestamp, which {APOP} needs; log in with :login {user} {USER}"
        )
    digest = apop.digest(stamp, password.encode("utf-8", "surrogateescape")).decode()
    if not (await shell.exchange(_line(APOP, f"{user} {digest}"))).ok:
        raise ColonError(
            f"the login of {user} by {APOP} was refused; the password may be wrong, or the server "
            f"may know it only as a hash: then try :login {user} {USER}"
        )


def _line(verb: str, rest: str) -> bytes:
    return f"{verb} {rest}".encode("utf-8", "surrogateescape")


# ---- SASL ----


async def _by_sasl(shell: Shell, user: str, mechanism: Mechanism, secret: str, step: bool) -> None:
    client = shell.client
    host, _, port = client.address.rpartition(":")
    credentials = Credentials(
        user=user,
        password="" if mechanism.needs_token else secret,
        token=secret if mechanism.needs_token else "",
        host=client.host or host,
        port=int(port or 0),
        now=time.time(),
    )
    try:
        exchange = ClientExchange(
            mechanism,
            credentials,
            initial_response=bool(client.session.announces(commands.AUTH.capability)),
        )
        if shell.recording is not None:
            shell.recording.logs_in(mechanism.name, user, exchange.nonce)
        await _converse(shell, exchange, step)
    except SaslError as error:
        raise ColonError(str(error)) from None


async def _converse(shell: Shell, exchange: ClientExchange, step: bool) -> None:
    """Hold the exchange; each challenge is answered as the mechanism has it."""
    challenges: list[bytes] = []
    status: list[ev.StatusLine] = []
    stopped = False

    def observe(event: Event) -> None:
        if isinstance(event, ev.Challenge):
            challenges.append(event.data)
        elif isinstance(event, ev.StatusLine):
            status.append(event)

    dialogue = shell.client.dialogue
    shell.client.observers.append(observe)
    try:
        await shell.send(exchange.command())
        while dialogue.challenged and not shell.client.closed:
            if exchange.cancelled:
                raise ColonError(_endless(exchange.cancelled))
            if step and not await _wanted(shell):
                await shell.send(b"*\r\n")
                stopped = True
                continue
            await shell.send(exchange.answer(challenges[-1]))
    finally:
        shell.client.observers.remove(observe)
    if sentence := cut_off(shell.client):
        raise ConnectionTrouble(sentence)
    if stopped and status and status[-1].status is Status.ERR:
        raise ColonError("the login was cancelled")
    _conclude(shell, exchange, status[-1] if status else None)


async def _wanted(shell: Shell) -> bool:
    """Ask whether to answer a challenge."""

    async def otherwise(answer: str) -> None:
        if answer == _EXPLAIN:
            await shell.perform(_EXPLAIN.encode())
        else:
            shell.say(f"y answers it, n cancels the login, {_EXPLAIN} tells what was said so far")

    return await shell.confirm("answer this challenge? [Y/n] ", True, otherwise)


def _endless(why: str) -> str:
    return (
        f"the login was cancelled: {why}; but the server goes on with challenges where only -ERR "
        "may follow (RFC 5034 section 4); * tries again to end it, :quit leaves"
    )


def _conclude(shell: Shell, exchange: ClientExchange, end: ev.StatusLine | None) -> None:
    for note in exchange.notes:
        shell.say(note)
    accepted = end is not None and end.status is Status.OK
    conclusion = exchange.conclude(accepted, end.text if end is not None else b"")
    if not accepted or not conclusion.trusted:
        raise ColonError(conclusion.text)
    shell.say(conclusion.text)
