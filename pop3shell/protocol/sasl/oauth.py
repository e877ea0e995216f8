"""OAUTHBEARER and XOAUTH2: an OAuth 2.0 access token instead of a password (RFC 7628)."""

from __future__ import annotations

import re

from pop3shell.protocol.sasl.mechanism import (
    Accepted,
    Ask,
    Authority,
    Credentials,
    Described,
    Outcome,
    Refused,
    SaslError,
    Token,
    Verdict,
    authorized,
    encode,
    malformed,
)
from pop3shell.protocol.sasl.tokens import REPORT, expired_since, explain_error, meaning_of_error
from pop3shell.protocol.visible import visible

#: What a bearer token is made of (RFC 6750 section 2.1).
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")
_BEARER = re.compile(rb"bearer +([!-~]+)", re.IGNORECASE)
_FIELD = re.compile(rb"([A-Za-z]+)=([\t\n\r -~]*)")
_HEADER = re.compile(rb"[ny],(?:a=([^,]*))?,")
_OVER = b"\x01"


class Client:
    """The client's side. After an error it answers as the mechanism wants: that is ``dummy``."""

    def __init__(self, message: bytes, dummy: bytes, credentials: Credentials) -> None:
        if not _TOKEN.fullmatch(credentials.token):
            raise SaslError(
                "the access token is missing, or holds characters that no token has "
                "(RFC 6750 section 2.1)"
            )
        self._message = message
        self._dummy = dummy
        self.outcome = Outcome.UNFINISHED
        since = expired_since(credentials.token, credentials.now)
        self.explanation = f"the access token expired {since}; get a new one" if since else ""

    def initial(self) -> bytes | None:
        """Return name and token."""
        self.outcome = Outcome.SENT
        return self._message

    def respond(self, challenge: bytes) -> bytes:
        """Take the server's error in and let it finish (RFC 7628 section 3.2.3)."""
        if self.outcome is not Outcome.SENT:
            raise SaslError("the server asks for more than this mechanism has to say")
        self.outcome = Outcome.REFUSED
        told = explain_error(challenge)
        self.explanation = f"{self.explanation} ({told})" if self.explanation else told
        return self._dummy


def bearer_client(credentials: Credentials) -> Client:
    """Return the client's side of OAUTHBEARER (RFC 7628 section 3.1)."""
    name = credentials.authorization or credentials.user
    if "\0" in name or "\x01" in name:
        raise SaslError("OAUTHBEARER cannot carry NUL or ^A in a name")
    name = name.replace("=", "=3D").replace(",", "=2C")
    parts = [f"n,a={name}," if name else "n,,"]
    parts += [f"host={credentials.host}"] if credentials.host else []
    parts += [f"port={credentials.port}"] if credentials.port else []
    parts += [f"auth=Bearer {credentials.token}", "", ""]
    return Client(encode("\x01".join(parts)), _OVER, credentials)


def xoauth2_client(credentials: Credentials) -> Client:
    """Return the client's side of XOAUTH2."""
    name = credentials.authorization or credentials.user
    if not name or "\0" in name or "\x01" in name:
        raise SaslError("XOAUTH2 needs a name, without NUL or ^A")
    message = f"user={name}\x01auth=Bearer {credentials.token}\x01\x01"
    return Client(encode(message), b"", credentials)


class Server:
    """The server's side of both; ``dummy`` is what must answer the error."""

    def __init__(self, dummy: bytes, authority: Authority) -> None:
        self._dummy = dummy
        self._authority = authority
        self._refusal: Refused | None = None

    def step(self, response: bytes | None) -> Verdict:
        """Judge the token; tell why not, wait for the answer to that, then refuse."""
        response = response or b""
        if self._refusal is not None:
            if response == self._dummy:
                return self._refusal
            return Refused("the error must be answered as the mechanism wants", credentials=False)
        fields = self._read(response)
        if fields is None:
            return Refused("the message is malformed (RFC 7628 section 3.1)", credentials=False)
        self._refusal = self._complaint(fields)
        if self._refusal is not None:
            return Ask(REPORT)
        return self._verdict(fields)

    def _read(self, response: bytes) -> dict[str, str] | None:
        return read_bearer(response) if self._dummy else read_xoauth2(response)

    def _known(self, fields: dict[str, str]) -> Token | None:
        token = self._authority.token
        return token(fields["token"]) if token is not None else None

    def _complaint(self, fields: dict[str, str]) -> Refused | None:
        authority, known = self._authority, self._known(fields)
        if known is None:
            return Refused("the access token is not valid here")
        if known.expires is not None and known.expires <= authority.now:
            return Refused("the access token has expired, get a new one")
        if authority.port and fields.get("port", str(authority.port)) != str(authority.port):
            return Refused("the client meant another port (RFC 7628 section 3.2)")
        if authority.port and fields.get("host", authority.host) != authority.host:
            return Refused("the client meant another host (RFC 7628 section 3.2)")
        verdict = self._verdict(fields)
        return verdict if isinstance(verdict, Refused) else None

    def _verdict(self, fields: dict[str, str]) -> Verdict:
        known = self._known(fields)
        assert known is not None
        verdict = authorized(self._authority, known.user, fields["user"])
        assert isinstance(verdict, Accepted | Refused)
        return verdict


def read_bearer(message: bytes) -> dict[str, str] | None:
    """Read OAUTHBEARER's message: ``user``, ``token``, ``host``, ``port``; None if malformed."""
    header, _, rest = message.partition(b"\x01")
    found = _HEADER.fullmatch(header)
    if not found or not rest.endswith(b"\x01\x01"):
        return None
    fields = _fields(rest[:-2])
    name = (found[1] or b"").replace(b"=2C", b",").replace(b"=3D", b"=")
    return None if fields is None else _with_user(fields, name)


def read_xoauth2(message: bytes) -> dict[str, str] | None:
    """Read XOAUTH2's message: ``user`` and ``token``; None if malformed."""
    user, _, rest = message.partition(b"\x01")
    if not user.startswith(b"user=") or not rest.endswith(b"\x01\x01"):
        return None
    fields = _fields(rest[:-2])
    return None if fields is None or user == b"user=" else _with_user(fields, user[5:])


def _fields(octets: bytes) -> dict[str, str] | None:
    fields: dict[str, str] = {}
    for part in octets.split(b"\x01"):
        found = _FIELD.fullmatch(part)
        if not found:
            return None
        fields[found[1].decode()] = found[2].decode()
    bearer = _BEARER.fullmatch(fields.get("auth", "").encode())
    if not bearer:
        return None
    fields["token"] = bearer[1].decode()
    return fields


def _with_user(fields: dict[str, str], name: bytes) -> dict[str, str] | None:
    try:
        return fields | {"user": name.decode("utf-8")}
    except UnicodeDecodeError:
        return None


def describe(client: bool, number: int, octets: bytes) -> Described:
    """Put a message into words."""
    if not client and octets:
        text = f"the server tells why it refuses: {explain_error(octets)}"
        return Described(text, visible(octets), meaning_of_error(octets))
    if not client:
        return Described("the server asks for the client's message", "")
    if number > 1 and octets in (b"", _OVER):
        return Described(
            "the client has read the error and lets the server refuse", visible(octets)
        )
    decoded = re.sub(rb"(?i)(auth=\s*bearer\s+)[^\x01]*", rb"\1${token}", octets)
    fields = read_bearer(octets) or read_xoauth2(octets)
    if fields is None:
        return malformed("the client's message is malformed")
    whom = f"as {visible(fields['user'].encode())} " if fields["user"] else ""
    return Described(f"the client logs in {whom}with an access token", visible(decoded))
