"""Messages and maildrops made for a test."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pop3shell.server.maildrops.maildrop import Maildrop, OpenMaildrop


@dataclass(frozen=True)
class TextMessage:
    unique_id: str
    octets_of: bytes

    @property
    def octets(self) -> int:
        return len(self.octets_of)

    def content(self) -> bytes:
        return self.octets_of


@dataclass
class TextSource:
    held: Sequence[TextMessage]

    def messages(self) -> Sequence[TextMessage]:
        return self.held


def opened(maildrop: Maildrop) -> OpenMaildrop:
    """Return the maildrop locked and read, as a login leaves it."""
    opening = maildrop.acquire()
    assert opening is not None, "it is locked"
    return opening.opened()


def message_of(octets: int, number: int = 1) -> bytes:
    """Return a message of exactly so many octets."""
    head = f"From: sender{number}@example.org\r\nSubject: Column\r\n\r\n".encode()
    body = b"x" * (octets - len(head) - 2) + b"\r\n"
    assert len(head + body) == octets
    return head + body


def maildrop_of(*contents: bytes) -> Maildrop:
    """Return a maildrop with these messages."""
    return Maildrop(TextSource([TextMessage(f"uid{n}", c) for n, c in enumerate(contents, 1)]))


def maildrop_of_sizes(*sizes: int) -> Maildrop:
    """Return a maildrop with messages of these sizes in octets."""
    return maildrop_of(*(message_of(size, n) for n, size in enumerate(sizes, 1)))
