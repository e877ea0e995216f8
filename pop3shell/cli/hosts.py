"""What can stand for a server on the command line: a host and port, or a POP URL (RFC 2384)."""

from __future__ import annotations

import click

from pop3shell.protocol.record import Record

POP3_PORT, POP3S_PORT = 110, 995

_NO_URL = "that is no POP URL; one looks like pop://user@host:110"


class Server(Record):
    """A host, a port, and the user that a URL names, or "".

    ``tls`` says that TLS is expected from the first octet: by the URL's scheme, or on port 995
    (RFC 8314 section 3.1).
    """

    host: str
    port: int
    user: str = ""
    tls: bool = False


def parse_server(host: str, port: str | None) -> Server:
    """Read HOST [PORT] or ``pop://user@host:port``. Raises click.UsageError."""
    if "://" in host:
        if port is not None:
            raise click.UsageError("a URL holds its port itself; write pop://HOST:PORT")
        return _parse_url(host)
    if host.startswith("["):
        host, bracket, digits = host[1:].rpartition("]")
        if not bracket:
            raise click.UsageError(f"[{digits} lacks its closing bracket")
        if digits.startswith(":"):
            raise click.UsageError(f"the port is a word of its own: {host} {port or digits[1:]}")
    if not host or any(blank in host for blank in " \t"):
        raise click.UsageError(f"{host!r} is no host name")
    name, _, digits = host.rpartition(":")
    if name and ":" not in name and digits.isdigit():
        raise click.UsageError(f"the port is a word of its own: {name} {port or digits}")
    number = _port(port) if port is not None else POP3_PORT
    return Server(host, number, tls=number == POP3S_PORT)


def _parse_url(url: str) -> Server:
    from urllib.parse import unquote, urlsplit

    # What was given is not repeated: a password may be in it.
    try:
        parts = urlsplit(url)
        secure = parts.scheme == "pops"
        port = (POP3S_PORT if secure else POP3_PORT) if parts.port is None else parts.port
    except ValueError:
        raise click.UsageError(_NO_URL) from None
    if parts.password is not None:
        raise click.UsageError("a password doesn't belong in a URL (RFC 2384 section 4)")
    if parts.scheme not in ("pop", "pops") or not parts.hostname or not port:
        raise click.UsageError(_NO_URL)
    user = (parts.username or "").partition(";")[0]
    host = parts.hostname.replace("%25", "%")  # before a zone (RFC 6874 section 2)
    return Server(host, port, unquote(user), secure or port == POP3S_PORT)


def _port(text: str) -> int:
    from pop3shell.net.resolve import port_number

    try:
        return port_number(text)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
