"""``:login``, ``:auth`` and ``:b64``: authentication by machine, or by hand with some help."""

from __future__ import annotations

from pop3shell.protocol.sasl import pop3
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.states import State
from pop3shell.shell.authentication import choose, log_in, way_named
from pop3shell.shell.colon.sending import unescape
from pop3shell.shell.colon.table import Argument, ColonCommand, Kind
from pop3shell.shell.shell import ColonError, Shell

_STEP = "--step"


async def _login(shell: Shell, arguments: str) -> None:
    words = arguments.split()
    if len(words) > 2 or (not words and not shell.login.user):
        raise ColonError("say :login USER, or :login USER MECHANISM; --user names a user for good")
    _check_state(shell)
    user = words[0] if words else shell.login.user
    way = way_named(words[1]) if len(words) == 2 else await choose(shell)
    await log_in(shell, user, way)


async def _auth(shell: Shell, arguments: str) -> None:
    words = arguments.split()
    step = _STEP in words
    names = [word for word in words if word != _STEP]
    if not 1 <= len(names) <= 2:
        raise ColonError(f"say :auth MECHANISM [USER] [{_STEP}]")
    _check_state(shell)
    way = way_named(names[0])
    user = names[1] if len(names) == 2 else shell.login.user or shell.client.session.user
    if not user and (way.mechanism is None or way.mechanism.needs_password):
        raise ColonError(f"say who logs in: :auth {names[0]} USER, or start with --user")
    await log_in(shell, user, way, step=step)


def _check_state(shell: Shell) -> None:
    session = shell.client.session
    if shell.client.closed:
        raise ColonError("not connected; :reconnect connects again")
    if session.state is State.TRANSACTION:
        raise ColonError("you are logged in already; :reconnect begins a new session")
    if session.state is not State.AUTHORIZATION:
        raise ColonError(f"logging in is not possible in the {session.state.value} state")
    if shell.client.dialogue.challenged:
        raise ColonError("an authentication is under way; * cancels it")


async def _b64(shell: Shell, arguments: str) -> None:
    encoded = pop3.encode(unescape(arguments))
    if not shell.client.dialogue.challenged:
        raise ColonError(
            f"no challenge is waiting for an answer; begin with {commands.AUTH.verb} MECHANISM"
        )
    await shell.send(encoded + b"\r\n")


COMMANDS = (
    ColonCommand(
        "login",
        "[USER] [MECHANISM|USER|APOP]",
        "log in, by the strongest way that the server offers if none is named",
        _login,
        takes=(Argument(Kind.USER), Argument(Kind.MECHANISM)),
        state=State.AUTHORIZATION,
    ),
    ColonCommand(
        "auth",
        "MECHANISM [USER] [--step]",
        "log in by that mechanism; --step stops at each challenge",
        _auth,
        takes=(Argument(Kind.MECHANISM), Argument(Kind.USER)),
        options=((_STEP, "stop at each challenge"),),
        state=State.AUTHORIZATION,
    ),
    ColonCommand(
        "b64",
        "TEXT",
        r"answer a challenge with TEXT, encoded as base64; \0 and \xHH stand for octets",
        _b64,
        takes=(Argument(Kind.FREE),),
        secret=True,
        strips=False,
    ),
)
