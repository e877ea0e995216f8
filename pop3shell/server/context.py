"""What a session knows while it lasts; the handlers read and change it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pop3shell.server.delay import LoginDelay

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pop3shell.protocol.sasl.server import ServerExchange
    from pop3shell.server.maildrops.maildrop import Maildrop, Opening, OpenMaildrop

    Accounts = Mapping[str, tuple[str, Maildrop]]
    """Password and maildrop by account name."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What a server offers, the same to every session.

    `stls`: there is a certificate, so TLS can be started. `cleartext`: AUTH takes mechanisms that
    send a password or token in clear without TLS too. `delay`: the time between two logins.
    `utf8`: UTF8 is offered, so a header that is not ASCII is kept for those who sent it.
    """

    stls: bool = False
    cleartext: bool = True
    delay: LoginDelay = field(default_factory=LoginDelay)
    utf8: bool = True


@dataclass(slots=True)
class Context:
    """Accounts and APOP timestamp, the name that USER gave, the maildrop after login."""

    accounts: Accounts
    timestamp: bytes
    """The greeting's timestamp with its angle brackets; empty: APOP is not offered."""
    policy: Policy = field(default_factory=Policy)
    tls: bool = False
    external: str = ""
    """The common name of the client's certificate, if one was verified."""
    name: bytes | None = None
    exchange: ServerExchange | None = None
    """The AUTH exchange that waits for the client's next line."""
    negotiating: bool = False
    """Whether STLS was accepted, so that the TLS handshake comes next."""
    utf8: bool = False
    language: str = ""
    """The tag that LANG chose; empty before."""
    account: str = ""
    """Who logs in, once the credentials were right."""
    opening: Opening | None = None
    """The maildrop that is to be read before the login has its reply."""
    opened: OpenMaildrop | None = None

    @property
    def maildrop(self) -> OpenMaildrop:
        """The open maildrop; only for commands of the TRANSACTION state."""
        if self.opened is None:
            raise RuntimeError("no maildrop is open")
        return self.opened

    @property
    def utf8_texts(self) -> bool:
        """Whether the client takes UTF-8 in the texts of replies (RFC 6856 sections 2.1, 3.2)."""
        return self.utf8 or bool(self.language)

    def forget(self) -> None:
        """Drop what a line that is no command interrupts: the name, and an AUTH exchange."""
        self.name = self.exchange = None

    def release(self) -> None:
        """Give the maildrop back, marks and all; harmless when none is open."""
        for held in (self.opening, self.opened):
            if held is not None:
                held.release()
        self.opening = self.opened = None
