"""What STLS, UTF8 and LANG do (RFC 2595, RFC 6856)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pop3shell.protocol.spec import commands
from pop3shell.server import languages
from pop3shell.server.replies import Reply, error, listing, ok

if TYPE_CHECKING:
    from pop3shell.server.context import Context

_STLS = commands.STLS.verb
_LANG = commands.LANG.verb


def can_start_tls(context: Context) -> bool:
    """Whether STLS is possible now, so that CAPA may list it (RFC 2595 section 4)."""
    return context.opened is None and not stls_fault(context)


def stls_fault(context: Context) -> str:
    """Say why STLS is not possible before login, or return ""."""
    if not context.policy.stls:
        return f"{_STLS} is not supported by this server, it has no certificate"
    if context.tls:
        return "TLS is active already"
    if context.utf8:
        return f"{_STLS} is not allowed after {commands.UTF8.verb} (RFC 6856 section 2.1)"
    return ""


def stls(context: Context, _arguments: tuple[bytes, ...]) -> Reply:
    """Let the TLS handshake begin."""
    if fault := stls_fault(context):
        return error(fault)
    context.negotiating = True
    return ok("begin TLS negotiation")


def utf8(context: Context, _arguments: tuple[bytes, ...]) -> Reply:
    """Switch to UTF-8 mode: now headers that are not ASCII can be sent, as stored."""
    if not context.policy.utf8:
        return error(f"{commands.UTF8.verb} is not supported by this server")
    context.utf8 = True
    return ok("UTF-8 mode is on")


def lang(context: Context, arguments: tuple[bytes, ...]) -> Reply:
    """List the languages of the texts, or choose one."""
    if not arguments:
        known = [f"{tag} {name}" for tag, name in languages.NAMES.items()]
        return listing("language list follows", known)
    tag = languages.find(arguments[0].decode("ascii"))
    if not tag:
        return error(f"no texts in that language, {_LANG} alone lists those there are")
    context.language = tag
    return ok(f"{tag} {languages.CHOSEN[tag]}")
