"""``:explain``: the last exchange in words."""

from __future__ import annotations

from pop3shell.shell.colon.table import ColonCommand
from pop3shell.shell.shell import ColonError, Shell


async def _explain(shell: Shell, arguments: str) -> None:
    from pop3shell.view.narrate import narrate, narrate_greeting

    exchange, greeting = shell.recorder.last, shell.client.greeting
    if exchange is not None:
        shell.say(narrate(exchange, shell.client.session, shell.width))
    elif greeting is not None:
        shell.say(narrate_greeting(greeting, shell.width))
    else:
        raise ColonError("nothing was said yet that could be explained")


COMMANDS = (
    ColonCommand("explain", "", "explain the last command and its reply, with the RFC", _explain),
)
