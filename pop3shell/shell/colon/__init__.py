"""The shell's own commands, which begin with a colon: one table, one module for each purpose."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from pop3shell.protocol.spec.states import State
from pop3shell.shell.colon.table import ColonCommand

if TYPE_CHECKING:
    from pop3shell.shell.shell import Shell


@cache
def colon_commands() -> dict[str, ColonCommand]:
    """Return the colon commands by name."""
    from pop3shell.shell.colon import (
        explaining,
        login,
        looking,
        messages,
        recording,
        saving,
        sending,
        settings,
        tls,
        viewing,
    )

    modules = (
        explaining,
        login,
        looking,
        messages,
        recording,
        saving,
        sending,
        settings,
        tls,
        viewing,
    )
    rows = [row for module in modules for row in module.COMMANDS]
    return {row.name: row for row in sorted(rows, key=lambda row: row.name)}


async def perform(shell: Shell, line: str) -> None:
    """Perform a colon command, given without its colon.

    Raises ColonError and ConnectionTrouble.
    """
    from pop3shell.shell.shell import ColonError

    line = line.lstrip()
    name = line.split(maxsplit=1)[0] if line else ""
    arguments = line[len(name) + 1 :]
    rows = colon_commands()
    row = rows.get(name or "help")
    if row is None:
        raise ColonError(_unknown(name))
    if arguments.strip() and not row.takes:
        raise ColonError(_takes_nothing(row, arguments.strip()))
    if row.state is State.TRANSACTION and shell.settings.validate == "strict":
        _check_login(shell, row)
    await row.run(shell, arguments.strip() if row.strips else arguments)


def _check_login(shell: Shell, row: ColonCommand) -> None:
    """Ask nothing of the server that it is bound to refuse. Raises ColonError.

    As for a line typed for it, that holds where validation is strict.
    """
    from pop3shell.protocol.spec import commands
    from pop3shell.shell.shell import ColonError

    client = shell.client
    if client.closed or client.session.state is State.TRANSACTION:
        return
    user, secret = commands.USER.verb, commands.PASS.verb
    raise ColonError(
        f":{row.name} needs a login, and the session is in the {client.session.state.value} state; "
        f"log in first with {user} and {secret}, or :login (:set validate off asks all the same)"
    )


def _unknown(name: str) -> str:
    """Say that there is no such command, and what may be meant; a secret in it isn't repeated."""
    import difflib

    from pop3shell.protocol import secrets
    from pop3shell.protocol.commandline import parse

    line = parse(name.encode("utf-8", "replace"))
    if line.row is not None:
        verb = line.row.verb
        return f"there is no command :{name}; {verb} is the server's, and has no colon before it"
    if secrets.in_command(line):
        return "there is no such command of the shell; :help lists them"
    rows = colon_commands()
    begun = [known for known in rows if known.startswith(name)]
    near = difflib.get_close_matches(name, rows, n=1) or begun
    hint = f"did you mean :{near[0]}?" if near else ":help lists them"
    return f"there is no command :{name}; {hint}"


def _takes_nothing(row: ColonCommand, said: str) -> str:
    """Say so; what was said is only repeated if it is a word of POP3, for it may be a secret."""
    from pop3shell.view.explain import topics

    known = said.upper() in topics()
    hint = f":help {said} explains a word of POP3" if known else "say it alone"
    return f":{row.name} takes nothing; {hint}"
