"""``:login``: log in by the shell's own steps."""

from __future__ import annotations

import hashlib
import os

from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.states import State
from pop3shell.shell.colon.table import ColonCommand
from pop3shell.shell.shell import ColonError, Shell

PASSWORD_VARIABLE = "POP3SHELL_PASSWORD"


async def _login(shell: Shell, arguments: str) -> None:
    user, way = _parse(arguments)
    session = shell.client.session
    if session.state is not State.AUTHORIZATION:
        raise ColonError(f"logging in is not possible in the {session.state.value} state")
    if not way:
        way = commands.APOP.verb if session.timestamp else commands.USER.verb
    password = await _password(shell, user)
    if way == commands.APOP.verb:
        await _by_digest(shell, user, password)
    else:
        await _by_password(shell, user, password)


def _parse(arguments: str) -> tuple[str, str]:
    user, _, way = arguments.partition(" ")
    ways = (commands.USER.verb, commands.APOP.verb)
    way = way.strip().upper()
    if not user or way not in ("", *ways):
        raise ColonError(f"say :login USER, or :login USER {ways[0]}|{ways[1]}")
    return user, way


async def _password(shell: Shell, user: str) -> bytes:
    password = os.environ.get(PASSWORD_VARIABLE)
    if password is None:
        password = await shell.ask_secret(f"password of {user}: ")
    if not password:
        raise ColonError(f"no password was given; set {PASSWORD_VARIABLE} or type one")
    octets = password.encode("utf-8", "surrogateescape")
    if any(octet in octets for octet in (b"\r", b"\n", b"\0")):
        raise ColonError("the password holds a line end or a NUL, which POP3 cannot carry")
    return octets


async def _by_password(shell: Shell, user: str, password: bytes) -> None:
    name = commands.USER.verb.encode()
    if not (await shell.exchange(name + b" " + _octets(user))).ok:
        raise ColonError(f"the server refused the name {user}")
    if not (await shell.exchange(commands.PASS.verb.encode() + b" " + password)).ok:
        raise ColonError(f"the login of {user} was refused")


async def _by_digest(shell: Shell, user: str, password: bytes) -> None:
    stamp = shell.client.session.timestamp
    if not stamp:
        raise ColonError(
            "the greeting holds no timestamp, which APOP needs; log in with "
            f":login {user} {commands.USER.verb}"
        )
    digest = hashlib.md5(stamp + password, usedforsecurity=False).hexdigest()
    line = commands.APOP.verb.encode() + b" " + _octets(user) + b" " + digest.encode()
    if not (await shell.exchange(line)).ok:
        raise ColonError(
            f"the login of {user} by APOP was refused; the password may be wrong, or the server "
            f"may know it only as a hash: then try :login {user} {commands.USER.verb}"
        )


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


COMMANDS = (
    ColonCommand(
        "login",
        "USER [USER|APOP]",
        "log in; APOP where the greeting has a timestamp",
        _login,
    ),
)
