"""AUTH: logging in by a SASL mechanism (RFC 5034).

The password of an account serves as its OAuth access token too, so that OAUTHBEARER and XOAUTH2
can be practised without an authorization server. An account called `anonymous` lets guests in.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from pop3shell.protocol.commandline import strip_end
from pop3shell.protocol.sasl import registry
from pop3shell.protocol.sasl.mechanism import Ask, Authority, Refused, Token, Verdict
from pop3shell.protocol.sasl.server import ServerExchange
from pop3shell.protocol.spec import commands
from pop3shell.server import login
from pop3shell.server.limits import MAX_RESPONSE_OCTETS
from pop3shell.server.replies import AUTH_FAILED, Reply, challenge, error, listing

if TYPE_CHECKING:
    from pop3shell.protocol.sasl.registry import Mechanism
    from pop3shell.server.context import Context

GUEST = "anonymous"
"""The account that ANONYMOUS opens, where there is one."""

_AUTH = commands.AUTH.verb


def offered(context: Context) -> list[Mechanism]:
    """Return the mechanisms that the session takes now, strongest first."""
    clear = context.policy.cleartext
    return registry.offered(_authority(context), tls=context.tls or clear)


def auth(context: Context, arguments: tuple[bytes, ...]) -> Reply | None:
    """Begin an exchange; without an argument list the mechanisms, as several servers do."""
    rows = offered(context)
    if not arguments:
        return listing("mechanisms follow", [row.name for row in rows])
    row = registry.find(arguments[0].decode("ascii"))
    if row is None or row not in rows:
        return error(_unavailable(context, row))
    initial = arguments[1] if len(arguments) > 1 else None
    exchange = ServerExchange(row, _authority(context, row))
    return _judge(context, exchange, exchange.begin(initial))


def respond(context: Context, line: bytes | None) -> Reply | None:
    """Take the client's line inside an exchange; None for one that was too long."""
    exchange, context.exchange = context.exchange, None
    if exchange is None:
        raise RuntimeError(f"no {_AUTH} exchange is under way")
    if line is None:
        return error(f"response too long, at most {MAX_RESPONSE_OCTETS} octets with CRLF")
    return _judge(context, exchange, exchange.receive(strip_end(line)))


def _judge(context: Context, exchange: ServerExchange, verdict: Verdict) -> Reply | None:
    if isinstance(verdict, Ask):
        context.exchange = exchange
        return challenge(verdict.octets)
    if isinstance(verdict, Refused):
        return error(verdict.text, AUTH_FAILED if verdict.credentials else "")
    return login.enter(context, login.account_name(context.accounts, verdict.user))


def _unavailable(context: Context, row: Mechanism | None) -> str:
    if row is None:
        return f"unknown mechanism, {_AUTH} alone lists those of this server"
    if row.in_clear and not context.tls:
        return f"{row.name} sends a secret in clear, begin TLS with {commands.STLS.verb} first"
    if row.needs_certificate:
        return "EXTERNAL needs TLS with a client certificate that this server trusts"
    return f"there is no account {GUEST}, so no guest can be let in"


def _authority(context: Context, row: Mechanism | None = None) -> Authority:
    """Return what a mechanism judges by."""
    accounts = context.accounts

    def password(name: str) -> str | None:
        known = login.account_name(accounts, name)
        return accounts[known][0] if known else None

    def token(text: str) -> Token | None:
        owners = (name for name, (secret, _) in accounts.items() if secret == text)
        return next(map(Token, owners), None)

    def same_token(user: str, other: str) -> bool:  # two accounts may have one password
        return password(user) == password(other)

    by_token = row is not None and row.needs_token
    return Authority(
        password=password,
        token=token,
        acts_as=same_token if by_token else str.__eq__,
        external=context.external,
        anonymous=GUEST if GUEST in accounts else "",
        now=time.time(),
    )
