"""The mechanisms that POP3 servers offer, each as one row; data only until one is used."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial
from typing import NamedTuple

from pop3shell.protocol.sasl.mechanism import (
    Authority,
    ClientMechanism,
    Credentials,
    Describe,
    ServerMechanism,
)
from pop3shell.protocol.spec.references import Reference, rfc


class Credential(Enum):
    """What a client must have to log in."""

    PASSWORD = "a password"
    TOKEN = "an OAuth access token"
    CERTIFICATE = "a TLS certificate"
    NONE = "nothing"


class Sides(NamedTuple):
    """How a mechanism is spoken on either side, and its messages put into words."""

    client: Callable[[Credentials], ClientMechanism]
    server: Callable[[Authority], ServerMechanism]
    describe: Describe


@dataclass(frozen=True, slots=True, eq=False)
class Mechanism:
    """One row.

    ``strength`` orders: the higher, the less a listener, or a false server, learns. ``in_clear``:
    what it sends lets whoever reads it log in, so that it needs TLS. ``client_first``: the client
    speaks first, an initial response may go with the command. ``credential``: what a client needs.
    ``sends``: what the client's messages hold, in order.
    ``two_lines``: servers want the initial response on a line of its own. ``mutual``: the server
    must prove itself too. ``load`` imports and returns its sides.
    """

    name: str
    strength: int
    in_clear: bool
    client_first: bool
    credential: Credential
    meaning: str
    reference: Reference
    load: Callable[[], Sides]
    sends: tuple[str, ...] = ()
    two_lines: bool = False
    mutual: bool = False

    @property
    def needs_password(self) -> bool:
        """Whether a password is needed."""
        return self.credential is Credential.PASSWORD

    @property
    def needs_token(self) -> bool:
        """Whether an OAuth access token is needed instead of a password."""
        return self.credential is Credential.TOKEN

    @property
    def needs_certificate(self) -> bool:
        """Whether a client's TLS certificate is needed."""
        return self.credential is Credential.CERTIFICATE

    def client(self, credentials: Credentials) -> ClientMechanism:
        """Begin the client's side. Raises SaslError for credentials it can't carry."""
        return self.load().client(credentials)

    def server(self, authority: Authority) -> ServerMechanism:
        """Begin the server's side."""
        return self.load().server(authority)


def _scram(name: str) -> Sides:
    from pop3shell.protocol.sasl import scram

    return Sides(partial(scram.Client, name), partial(scram.Server, name), scram.describe)


def _external() -> Sides:
    from pop3shell.protocol.sasl import external

    return Sides(external.Client, external.Server, external.describe)


def _oauthbearer() -> Sides:
    from pop3shell.protocol.sasl import oauth

    return Sides(oauth.bearer_client, partial(oauth.Server, b"\x01"), oauth.describe)


def _xoauth2() -> Sides:
    from pop3shell.protocol.sasl import oauth

    return Sides(oauth.xoauth2_client, partial(oauth.Server, b""), oauth.describe)


def _cram_md5() -> Sides:
    from pop3shell.protocol.sasl import cram_md5

    return Sides(cram_md5.Client, cram_md5.Server, cram_md5.describe)


def _plain() -> Sides:
    from pop3shell.protocol.sasl import plain

    return Sides(plain.Client, plain.Server, plain.describe)


def _login() -> Sides:
    from pop3shell.protocol.sasl import login

    return Sides(login.Client, login.Server, login.describe)


def _anonymous() -> Sides:
    from pop3shell.protocol.sasl import anonymous

    return Sides(anonymous.Client, anonymous.Server, anonymous.describe)


_SCRAM = ("the name and a nonce", "both nonces, and a proof of the password")

#: Strongest first.
MECHANISMS: tuple[Mechanism, ...] = (
    Mechanism("EXTERNAL", 90, False, True, Credential.CERTIFICATE,
              "the client's TLS certificate tells who it is", rfc(4422, "A"), _external,
              ("whom to act as",)),
    Mechanism("SCRAM-SHA-256", 80, False, True, Credential.PASSWORD,
              "both sides prove that they know the password; neither sends it", rfc(7677),
              partial(_scram, "SCRAM-SHA-256"), _SCRAM, mutual=True),
    Mechanism("SCRAM-SHA-1", 70, False, True, Credential.PASSWORD,
              "as SCRAM-SHA-256, with an older hash", rfc(5802),
              partial(_scram, "SCRAM-SHA-1"), _SCRAM, mutual=True),
    Mechanism("OAUTHBEARER", 60, True, True, Credential.TOKEN,
              "an OAuth 2.0 access token instead of a password", rfc(7628), _oauthbearer,
              ("name and access token", "one octet 0x01, which lets the server refuse")),
    Mechanism("XOAUTH2", 50, True, True, Credential.TOKEN,
              "an OAuth 2.0 access token, as Google and Microsoft first did it",
              Reference("Google XOAUTH2 protocol"), _xoauth2,
              ("name and access token",), two_lines=True),
    Mechanism("CRAM-MD5", 40, False, False, Credential.PASSWORD,
              "a keyed MD5 digest of the server's challenge", rfc(2195, "2"), _cram_md5,
              ("the name, and a digest of challenge and password",)),
    Mechanism("PLAIN", 30, True, True, Credential.PASSWORD,
              "name and password as they are, in one message", rfc(4616, "2"), _plain,
              ("name and password",)),
    Mechanism("LOGIN", 20, True, False, Credential.PASSWORD,
              "name and password as they are, each when asked; obsolete",
              Reference("draft-murchison-sasl-login", "2"), _login, ("the name", "the password")),
    Mechanism("ANONYMOUS", 10, False, True, Credential.NONE,
              "no identity at all", rfc(4505, "2"), _anonymous, ("a word to be traced by",)),
)  # fmt: skip

_BY_NAME = {row.name: row for row in MECHANISMS}


def find(name: str) -> Mechanism | None:
    """Return the row of a mechanism in any case, or None (RFC 5034 section 5)."""
    return _BY_NAME.get(name.upper())


def offered(authority: Authority, *, tls: bool) -> list[Mechanism]:
    """Return what a server should announce, strongest first: nothing in clear without TLS."""
    return [row for row in MECHANISMS if (tls or not row.in_clear) and _has(row, authority)]


def _has(row: Mechanism, authority: Authority) -> bool:
    match row.credential:
        case Credential.TOKEN:
            return authority.token is not None
        case Credential.CERTIFICATE:
            return bool(authority.external)
        case Credential.NONE:
            return bool(authority.anonymous)
        case _:
            return True
