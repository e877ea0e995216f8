"""What a session knows while it lasts; the handlers read and change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pop3shell.server.maildrop import Maildrop, OpenMaildrop

    Accounts = Mapping[str, tuple[str, Maildrop]]
    """Password and maildrop by account name."""


@dataclass(slots=True)
class Context:
    """Accounts and APOP timestamp, the name that USER gave, the maildrop after login."""

    accounts: Accounts
    timestamp: bytes
    """The greeting's timestamp with its angle brackets; empty: APOP is not offered."""
    name: bytes | None = None
    opened: OpenMaildrop | None = None

    @property
    def maildrop(self) -> OpenMaildrop:
        """The open maildrop; only for commands of the TRANSACTION state."""
        if self.opened is None:
            raise RuntimeError("no maildrop is open")
        return self.opened

    def release(self) -> None:
        """Give the maildrop back, marks and all; harmless when none is open."""
        if self.opened is not None:
            self.opened.release()
            self.opened = None
