"""Less on the screen of what the shell sends by itself, and of what it is replied."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from pop3shell.shell.progress import Progress
from pop3shell.shell.shell import Shell

#: Exchanges up to which each is shown.
FEW = 3


@contextmanager
def quietly(shell: Shell) -> Iterator[None]:
    """Leave out what multi-line replies hold while the block runs.

    And after it, if it was interrupted: what is due still comes, and whoever interrupted it says
    when that is over.
    """
    shell.printer.bodies = interrupted = False
    try:
        yield
    except asyncio.CancelledError:
        interrupted = True
        raise
    finally:
        shell.printer.bodies = not interrupted


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
