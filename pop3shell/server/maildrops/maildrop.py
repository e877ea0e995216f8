"""The maildrop: what a session sees of it, its exclusive lock, and the deletions.

RFC 1939 sections 4 to 6. Message numbers are fixed when a session opens the maildrop, a message
marked as deleted keeps its number, and only `OpenMaildrop.commit` (QUIT in the TRANSACTION state)
removes anything. Removed means: for as long as this server runs. No stored mail is ever touched.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class SourceError(Exception):
    """A maildrop cannot be read. Its text is one sentence: what is wrong, and where."""


class Message(Protocol):
    """One stored message, in the form in which it crosses the wire."""

    @property
    def unique_id(self) -> str:
        """1 to 70 octets from 0x21 to 0x7E, the same in every session (RFC 1939 section 7)."""

    @property
    def octets(self) -> int:
        """Size in octets, every line end counted as CRLF, before dot-stuffing."""

    def content(self) -> bytes:
        """Return the message with CRLF line ends, `octets` octets, not dot-stuffed.

        Raises SourceError when it can no longer be read, or is no longer what it was.
        """


@runtime_checkable
class InParts(Protocol):
    """A message that need not be held whole to be sent."""

    def parts(self) -> Iterator[bytes]:
        """Return the octets of `content` in parts, cut anywhere.

        Raises SourceError as `content` does: at once where that is known, else in the end, when
        what was yielded proves to be no longer the message.
        """


def parts_of(message: Message) -> Iterator[bytes]:
    """Return a message in parts, or as one. Raises SourceError, see `InParts`."""
    return message.parts() if isinstance(message, InParts) else iter((message.content(),))


class Source(Protocol):
    """Where the messages of a maildrop come from."""

    def messages(self) -> Sequence[Message]:
        """Return the messages in their order, with distinct unique-ids; called at each login.

        Raises SourceError when the source cannot be read.
        """


class OpenMaildrop:
    """The maildrop as one session sees it: a snapshot with its own deleted marks.

    Message numbers run from 1 to `len()`, and never change in a session (RFC 1939 section 4).
    """

    def __init__(
        self, maildrop: Maildrop, messages: Sequence[Message], *, locked: bool = True
    ) -> None:
        self._maildrop = maildrop
        self._messages = messages
        self._marked: set[int] = set()
        self._released = not locked

    def __len__(self) -> int:
        """Return the number of messages at login, those marked since included."""
        return len(self._messages)

    def __getitem__(self, number: int) -> Message:
        """Return a message by its number, marked or not; IndexError outside 1..len()."""
        if not 1 <= number <= len(self._messages):
            raise IndexError(number)
        return self._messages[number - 1]

    def is_marked(self, number: int) -> bool:
        """Whether this message is marked as deleted."""
        return number in self._marked

    def scan(self) -> Iterator[tuple[int, Message]]:
        """Yield number and message of those that are not marked, in ascending order."""
        for number, message in enumerate(self._messages, start=1):
            if number not in self._marked:
                yield number, message

    def stat(self) -> tuple[int, int]:
        """Return how many messages are not marked, and their octets (RFC 1939 section 5, STAT)."""
        sizes = [message.octets for _, message in self.scan()]
        return len(sizes), sum(sizes)

    def mark(self, number: int) -> None:
        """Mark a message as deleted; IndexError outside 1..len()."""
        self[number]
        self._marked.add(number)

    def reset(self) -> None:
        """Take all marks back (RSET)."""
        self._marked.clear()

    def commit(self) -> int:
        """Remove the marked messages for the server's life, and return how many they were."""
        removed = {self[number].unique_id for number in self._marked}
        self._maildrop.remove(removed)
        return len(removed)

    def release(self) -> None:
        """Give the lock back. Marks that were not committed are lost. Harmless when repeated."""
        if not self._released:
            self._released = True
            self._maildrop.unlock()


class Opening:
    """A maildrop that is locked for a session, and whose messages are still to be read.

    Reading may take long: a server has `read` run in another thread, and serves others meanwhile.
    """

    def __init__(self, maildrop: Maildrop) -> None:
        self._maildrop = maildrop
        self._found: Sequence[Message] | Exception | None = None
        self._over = False

    def read(self) -> None:
        """Read the messages, in any thread; what goes wrong is raised by `opened`."""
        try:
            self._found = self._maildrop.messages()
        except Exception as fault:
            self._found = fault

    def opened(self) -> OpenMaildrop:
        """Return the maildrop with what was read, or with what is read now if nothing was.

        After `release` it is not locked, and good for nothing but to be described. Raises
        SourceError when the source cannot be read; the maildrop is then not locked either.
        """
        if self._found is None:
            self.read()
        assert self._found is not None
        if isinstance(self._found, Exception):
            self.release()
            raise self._found
        locked, self._over = not self._over, True
        return OpenMaildrop(self._maildrop, self._found, locked=locked)

    def release(self) -> None:
        """Give the lock back, whatever a thread still reads. Harmless when repeated or opened."""
        if not self._over:
            self._over = True
            self._maildrop.unlock()


class Maildrop:
    """A source of messages with the exclusive lock that RFC 1939 section 4 asks for."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._lock = threading.Lock()
        self._removed: set[str] = set()

    def acquire(self) -> Opening | None:
        """Lock the maildrop, to read its source again; None while another session holds it."""
        return Opening(self) if self._lock.acquire(blocking=False) else None

    def messages(self) -> Sequence[Message]:
        """Return the messages that no session has removed; for `Opening`."""
        return [m for m in self._source.messages() if m.unique_id not in self._removed]

    def remove(self, unique_ids: set[str]) -> None:
        """Keep messages out of every later session; for `OpenMaildrop`."""
        self._removed |= unique_ids

    def unlock(self) -> None:
        """Let the next session in; for `Opening` and `OpenMaildrop`."""
        self._lock.release()
