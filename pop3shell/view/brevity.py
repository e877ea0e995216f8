"""Of many like exchanges, which are shown to a person, and what is said of the others."""

from __future__ import annotations

from collections.abc import Callable

from pop3shell.protocol import events as ev
from pop3shell.protocol.commandline import CommandLine
from pop3shell.protocol.record import Record
from pop3shell.protocol.replies import Status
from pop3shell.protocol.visible import visible

#: Refusals shown with their commands; more of them are only counted.
REFUSALS_SHOWN = 3


class _Kept(Record):
    """An exchange that is kept back, as far as it came."""

    sent: ev.CommandSent
    status: ev.StatusLine | None = None


class Brevity:
    """Keeps back all exchanges but the first and those in which something is wrong, and counts.

    ``show`` shows an event after all. The reply to a command that was kept back is kept back too,
    even if it comes after ``end``: what was interrupted doesn't flood the screen either.
    """

    def __init__(self, show: Callable[[ev.CommandSent | ev.StatusLine], None]) -> None:
        self._show = show
        self._clear: Callable[[], None] | None = None
        self._first: CommandLine | None = None
        self._first_replied = False
        self._kept: dict[int, _Kept] = {}
        self._verb = b""
        self._sent = self._refused = 0
        self._replied = dict.fromkeys(Status, 0)

    @property
    def on(self) -> bool:
        """Whether more is kept back."""
        return self._clear is not None

    def begin(self, clear: Callable[[], None]) -> None:
        """Be brief from now on; ``clear`` takes away what may stand in the cursor's line."""
        self._clear = clear
        self._first, self._first_replied = None, False
        self._sent = self._refused = 0
        self._replied = dict.fromkeys(Status, 0)

    def end(self) -> str:
        """Be brief no more; return a line on the exchanges that weren't shown, if any."""
        if self._clear is not None:
            self._clear()
        self._clear = None
        return self._summary() if self._sent else ""

    # ---- events ----

    def sent(self, event: ev.CommandSent) -> bool:
        """Take in a command; whether it is kept back."""
        if self._clear is None:
            return False
        if self._first is None:
            self._first = event.command
            return False
        self._sent += 1
        self._verb = event.command.verb
        self._kept[id(event.command)] = _Kept(event)
        return True

    def status(self, event: ev.StatusLine) -> bool:
        """Take in the first line of a reply; whether it is kept back."""
        key = id(event.command)
        kept = self._kept.get(key)
        if kept is None:
            return False
        if event.status is not Status.OK:
            self._refused += 1
            if self._refused <= REFUSALS_SHOWN:
                self._reveal(key)
                return False
        if event.status is not None:
            self._kept[key] = kept._replace(status=event)
            self._replied[event.status] += 1
        return True

    def found(self) -> None:
        """Show the exchange that is being read: something is to be said of it."""
        if self._first_replied and self._kept:
            self._reveal(next(iter(self._kept)))

    def replied(self, event: ev.ReplyEnd) -> None:
        """Take in the end of a reply."""
        self._kept.pop(id(event.command), None)
        self._first_replied = self._first_replied or event.command is self._first

    def closed(self) -> None:
        """Take in that nothing more will come."""
        self._kept.clear()

    # ---- what is shown ----

    def _reveal(self, key: int) -> None:
        if self._clear is not None:
            self._clear()
        kept = self._kept.pop(key)
        self._sent -= 1
        self._show(kept.sent)
        if kept.status is not None and kept.status.status is not None:
            self._replied[kept.status.status] -= 1
            self._show(kept.status)

    def _summary(self) -> str:
        counts = [(count, f"replied {status.value}") for status, count in self._replied.items()]
        counts.append((self._sent - sum(self._replied.values()), "not answered yet"))
        said = ", ".join(f"{count:,} {words}" for count, words in counts if count)
        return f"... {self._sent:,} more {visible(self._verb)}, {said}"
