"""From a host's name to a connected socket: every address tried, IPv6 and IPv4 (RFC 8305)."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import socket
from functools import partial
from typing import Any

from pop3shell.net.background import in_background
from pop3shell.net.errors import ConnectionTrouble

#: Seconds to connect within.
CONNECT_WITHIN = 20.0
#: Seconds between the starts of two attempts (RFC 8305 section 5).
ATTEMPT_DELAY = 0.25

Address = tuple[socket.AddressFamily, tuple[str, int]]


def shown(host: str, port: int) -> str:
    """``host:port`` as people write it, IPv6 addresses in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def port_number(text: str) -> int:
    """Return the number of a port as it was typed. Raises ValueError with a sentence."""
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 5 else 0
    if not 1 <= number <= 65535:
        raise ValueError(f"{text!r} is no port; give a number from 1 to 65535")
    return number


async def resolve(host: str, port: int, family: socket.AddressFamily) -> list[Address]:
    """Look up the addresses of ``host``, families alternating.

    Raises ConnectionTrouble if there are none.
    """
    if literal := _literal(host, port, family):
        return literal
    try:
        found = await _look_up(host, port, family)
    except (socket.gaierror, UnicodeError) as error:
        raise ConnectionTrouble(_unknown_host(host, family, error)) from None
    return _alternate([(info[0], info[4]) for info in found])


def _literal(host: str, port: int, family: socket.AddressFamily) -> list[Address]:
    """An address as it is: no name server, nor the thread in which one is asked, is needed."""
    for kind in (socket.AF_INET, socket.AF_INET6):
        if family in (socket.AF_UNSPEC, kind):
            with contextlib.suppress(OSError, ValueError):
                socket.inet_pton(kind, host)
                return [(kind, (host, port))]
    return []


async def _look_up(host: str, port: int, family: socket.AddressFamily) -> list[Any]:
    """Ask the system, in a thread that nobody has to wait for when a name server is dead."""
    look_up = partial(socket.getaddrinfo, host, port, family=family, type=socket.SOCK_STREAM)
    return await in_background(look_up, "name lookup")


def _unknown_host(host: str, family: socket.AddressFamily, error: Exception) -> str:
    kind = {socket.AF_INET: " with an IPv4 address", socket.AF_INET6: " with an IPv6 address"}
    why = error.strerror if isinstance(error, OSError) and error.strerror else "not a host name"
    wanted = kind.get(family, "")
    if wanted and _literal(host, 0, socket.AF_UNSPEC):
        given, only = ("IPv6", "IPv4") if family is socket.AF_INET else ("IPv4", "IPv6")
        return f"{host} is an {given} address, but {only} only was asked for"
    address, _, interface = host.partition("%")
    if interface and _literal(address, 0, socket.AF_INET6):
        names = " ".join(name for _, name in socket.if_nameindex())
        return f"{host}: there is no interface {interface!r} here; those there are: {names}"
    return f"no host {host!r}{wanted} is known ({why}); check the name and your name server"


def _alternate(addresses: list[Address]) -> list[Address]:
    """First family first, then by turns, so that one dead family costs one attempt only."""
    first = [a for a in addresses if a[0] == addresses[0][0]]
    other = [a for a in addresses if a[0] != addresses[0][0]]
    mixed: list[Address] = []
    for index in range(max(len(first), len(other))):
        mixed += first[index : index + 1] + other[index : index + 1]
    return list(dict.fromkeys(mixed))


async def open_socket(
    host: str, port: int, *, family: socket.AddressFamily, within: float
) -> socket.socket:
    """Connect to the first address of ``host`` that answers, ``within`` so many seconds.

    Raises ConnectionTrouble, naming every address that was tried.
    """
    failures: list[str] = []
    try:
        async with asyncio.timeout(within):
            addresses = await resolve(host, port, family)
            return await _race(addresses, failures)
    except TimeoutError:
        tried = "; ".join(failures)
        raise ConnectionTrouble(
            f"no answer from {shown(host, port)} within {within:g} seconds"
            + (f" ({tried})" if tried else "")
            + "; a firewall may drop the packets, or the host is down"
        ) from None


async def _race(addresses: list[Address], failures: list[str]) -> socket.socket:
    attempts: set[asyncio.Task[socket.socket]] = set()
    waiting = list(addresses)
    try:
        while waiting or attempts:
            if waiting:
                attempts.add(asyncio.create_task(_attempt(waiting.pop(0), failures)))
            delay = ATTEMPT_DELAY if waiting else None
            done, attempts = await asyncio.wait(
                attempts, timeout=delay, return_when=asyncio.FIRST_COMPLETED
            )
            winners = [task.result() for task in done if task.exception() is None]
            for spare in winners[1:]:
                spare.close()
            if winners:
                return winners[0]
    finally:
        for task in attempts:
            task.cancel()
        await asyncio.gather(*attempts, return_exceptions=True)
    raise ConnectionTrouble("could not connect: " + "; ".join(failures))


async def _attempt(address: Address, failures: list[str]) -> socket.socket:
    family, where = address
    sock = None
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, where)
    except BaseException as error:
        if sock is not None:
            sock.close()
        if isinstance(error, OSError):
            failures.append(f"{_address(where)}: {_reason(error)}{_unscoped(where)}")
        raise
    return sock


def _reason(error: OSError) -> str:
    if error.errno == errno.ECONNREFUSED:
        return "connection refused (nothing listens on that port)"
    return os.strerror(error.errno).lower() if error.errno else str(error)


def _address(where: tuple[Any, ...]) -> str:
    """An address that was tried; a link-local one with its interface (RFC 4007 section 11)."""
    host, port, *rest = where
    if rest[1:] and rest[1] and "%" not in host:
        with contextlib.suppress(OSError):
            host += f"%{socket.if_indextoname(rest[1])}"
    return shown(host, port)


def _unscoped(where: tuple[Any, ...]) -> str:
    """What to add to the failure of a link-local address that doesn't name its interface."""
    from ipaddress import AddressValueError, IPv6Address  # rarely needed

    try:
        address = IPv6Address(where[0])
    except AddressValueError:
        return ""
    if not address.is_link_local or address.scope_id or any(where[3:]):
        return ""
    return f"; a link-local address needs the interface that leads to it, as in {address}%eth0"
