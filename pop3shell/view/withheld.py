"""Replies of which it is left out what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pop3shell.protocol import events as ev
from pop3shell.protocol.commandline import CommandLine


class Withheld:
    """The replies that are shown without what they hold: a colon command takes it elsewhere.

    Whether one is among them is settled for its command, not for a time. So nothing has to be put
    back, wherever Ctrl-C comes in between, and of a reply that is still due then nothing is shown.
    """

    def __init__(self) -> None:
        self._blocks = 0
        self._due: dict[int, CommandLine] = {}
        self._withheld: set[int] = set()

    @contextmanager
    def of_block(self) -> Iterator[None]:
        """Withhold what the replies hold to all that is sent while the block runs."""
        self._blocks += 1
        try:
            yield
        finally:
            self._blocks -= 1

    def rest(self) -> None:
        """Withhold what is still to come of the replies that are due."""
        self._withheld.update(self._due)

    def __contains__(self, command: CommandLine) -> bool:
        return id(command) in self._withheld

    @property
    def reading(self) -> bool:
        """Whether the reply that is due next, or is being read, is withheld."""
        return next(iter(self._due), None) in self._withheld

    # ---- events ----

    def sent(self, event: ev.CommandSent) -> None:
        """Take in a command."""
        key = id(event.command)
        self._due[key] = event.command  # while it is held, no other has its id
        if self._blocks:
            self._withheld.add(key)

    def replied(self, event: ev.ReplyEnd) -> None:
        """Take in the end of a reply."""
        key = id(event.command)
        self._due.pop(key, None)
        self._withheld.discard(key)

    def closed(self) -> None:
        """Take in that nothing more will come."""
        self._due.clear()
        self._withheld.clear()
