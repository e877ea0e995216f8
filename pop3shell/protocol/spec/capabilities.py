"""The capabilities that a server announces by CAPA (RFC 2449 and its extensions)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from pop3shell.protocol.spec.references import Reference, rfc


class Announced(Enum):
    """In which states a capability is listed."""

    BOTH = "in both states"
    AUTHORIZATION = "before login only"
    EITHER = "in both states, or after login only"


@dataclass(frozen=True, slots=True)
class Capability:
    """One capability: its tag, the syntax of its arguments, what it says."""

    tag: str
    arguments: str
    meaning: str
    announced: Announced
    reference: Reference

    @property
    def syntax(self) -> str:
        """The capability line, e.g. ``EXPIRE days|NEVER [USER]``."""
        return f"{self.tag} {self.arguments}".rstrip()


_BOTH = Announced.BOTH

TOP = Capability("TOP", "", "TOP is available", _BOTH, rfc(2449, "6.1"))
USER = Capability(
    "USER", "", "USER and PASS are available, though perhaps not to every user", _BOTH,
    rfc(2449, "6.2"),
)  # fmt: skip
SASL = Capability(
    "SASL", "mechanism...", "AUTH is available with these mechanisms and takes an initial "
    "response", _BOTH, rfc(5034, "3"),
)  # fmt: skip
RESP_CODES = Capability(
    "RESP-CODES", "", "a reply text that begins with [ is a response code", _BOTH,
    rfc(2449, "6.4"),
)  # fmt: skip
LOGIN_DELAY = Capability(
    "LOGIN-DELAY", "seconds [USER]", "so many seconds must pass between two logins; USER: it "
    "differs by user, and this is the most", _BOTH, rfc(2449, "6.5"),
)  # fmt: skip
PIPELINING = Capability(
    "PIPELINING", "", "commands may be sent ahead of the replies", _BOTH, rfc(2449, "6.6")
)  # fmt: skip
EXPIRE = Capability(
    "EXPIRE", "days|NEVER [USER]", "messages are kept at least so many days; 0: a message "
    "retrieved may be removed at QUIT", _BOTH, rfc(2449, "6.7"),
)  # fmt: skip
UIDL = Capability("UIDL", "", "UIDL is available", _BOTH, rfc(2449, "6.8"))
IMPLEMENTATION = Capability(
    "IMPLEMENTATION", "text", "name and version of the server, for people to read",
    Announced.EITHER, rfc(2449, "6.9"),
)  # fmt: skip
STLS = Capability(
    "STLS", "", "TLS may be started now by STLS", Announced.AUTHORIZATION, rfc(2595, "4")
)  # fmt: skip
AUTH_RESP_CODE = Capability(
    "AUTH-RESP-CODE", "", "a login refused for its credentials carries [AUTH]", _BOTH,
    rfc(3206, "6"),
)  # fmt: skip
UTF8 = Capability(
    "UTF8", "[USER]", "UTF8 is available; USER: names and passwords may be UTF-8", _BOTH,
    rfc(6856, "2"),
)  # fmt: skip
LANG = Capability("LANG", "", "LANG is available", _BOTH, rfc(6856, "3.1"))
XOIP = Capability(
    "XOIP", "", "Zimbra's proxy may tell the client's address", _BOTH,
    Reference("Dovecot's documentation"),
)  # fmt: skip
X_GOOGLE_RICO = Capability(
    "X-GOOGLE-RICO", "", "Gmail's own, for a use that is not published", _BOTH,
    Reference("seen on Gmail's server"),
)  # fmt: skip

CAPABILITIES: tuple[Capability, ...] = (
    TOP, USER, SASL, RESP_CODES, LOGIN_DELAY, PIPELINING, EXPIRE, UIDL, IMPLEMENTATION, STLS,
    AUTH_RESP_CODE, UTF8, LANG, XOIP, X_GOOGLE_RICO,
)  # fmt: skip

BY_TAG: dict[str, Capability] = {row.tag: row for row in CAPABILITIES}
