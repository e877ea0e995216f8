"""Less on the screen of what the shell sends by itself, and of what it is replied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from pop3shell.shell.progress import Progress
from pop3shell.shell.shell import Shell

#: Exchanges up to which each is shown.
FEW = 3


def quietly(shell: Shell) -> AbstractContextManager[None]:
    """Leave out what the replies hold to what is sent in the block.

    Those, too, that come when it was interrupted: whoever did that says when all is through.
    """
    return shell.printer.withheld.of_block()


@contextmanager
def briefly(shell: Shell, exchanges: int, progress: Progress) -> Iterator[None]:
    """Show a person only the first of many like exchanges, and count the others, in the block.

    A script's output is the whole dialogue, and so is any recording.
    """
    if shell.screen is None or exchanges <= FEW:
        yield
        return
    shell.screen.begin_brief(progress.end)
    try:
        yield
    finally:
        shell.screen.end_brief()
