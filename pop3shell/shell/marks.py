"""The messages that are marked as deleted, as the user is told of them."""

from __future__ import annotations

from pop3shell.protocol.session import Session

#: Message numbers that are listed; a maildrop may have any number of them.
LISTED = 20


def listed(session: Session) -> str:
    """The numbers of the marked messages, in order; of many only the first."""
    marked = sorted(session.deleted)
    return ", ".join(map(str, marked[:LISTED])) + (", ..." if len(marked) > LISTED else "")
