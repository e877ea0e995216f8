"""Before leaving: what would be removed, and what would be lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pop3shell.protocol.spec import commands
from pop3shell.shell.marks import listed

if TYPE_CHECKING:
    from pop3shell.shell.interactive.asking import Questions
    from pop3shell.shell.shell import Shell

_QUIT, _RSET = commands.QUIT.verb, commands.RSET.verb


async def may_remove(shell: Shell, questions: Questions) -> bool:
    """Ask whether the marked messages are to be removed; say what can be done if not."""
    session = shell.client.session
    noun = "message" if len(session.deleted) == 1 else "messages"
    shell.say(f"{_QUIT} removes {noun} {listed(session)} for good")
    if await questions.confirm("remove? [y/N] "):
        return True
    without = f"Ctrl-D, then n, leaves without {_QUIT}"
    shell.say(f"{_QUIT} was not sent; {_RSET} takes the marks back; {without}")
    return False


async def offer_quit(shell: Shell, questions: Questions) -> bool:
    """Ask how to leave: True by QUIT. Without it, the shell is told to leave.

    Enter alone never removes a message.
    """
    marked = bool(shell.client.session.deleted)
    if marked:
        shell.say(f"marked as deleted: {listed(shell.client.session)}; {_QUIT} removes them")
    choice = "[y]es, [n]o: just leave, [C]ancel" if marked else "[Y]es, [n]o: just leave, [c]ancel"
    answer = await questions.answer(f"say {_QUIT}? {choice} ")
    if answer in ("n", "no"):
        if marked:
            shell.say(f"left without {_QUIT}: nothing was removed")
        shell.leaving = True
    return answer in ("y", "yes") or (not answer and not marked)
