"""From a name to a connection: every address is tried, and every failure named."""

from __future__ import annotations

import asyncio
import socket
import threading
from types import SimpleNamespace

import pytest
from support.practice import SECONDS

from pop3shell.net import resolve
from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.resolve import open_socket, shown

IPV4, IPV6, ANY = socket.AF_INET, socket.AF_INET6, socket.AF_UNSPEC


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(SECONDS)
        yield server


@pytest.fixture
def named(monkeypatch):
    """Let every name have these addresses."""

    def name(*addresses: str) -> None:
        def getaddrinfo(host, port, family=0, *_: object, **__: object):
            found = [(IPV6 if ":" in a else IPV4, (a, port)) for a in addresses]
            rows = [(f, 1, 6, "", where) for f, where in found if family in (ANY, f)]
            if not rows:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return rows

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    return name


class Network(asyncio.SelectorEventLoop):
    """A loop on which no IPv6 address can be reached, and attempts at some addresses hang."""

    def __init__(self, hanging: set[str], attempts: list[str]) -> None:
        super().__init__()
        self._hanging, self._attempts = hanging, attempts

    async def sock_connect(self, sock, address) -> None:
        self._attempts.append(address[0])
        if address[0] in self._hanging:
            await self.create_future()
        if ":" in address[0]:
            raise OSError(101, "Network is unreachable")
        await super().sock_connect(sock, address)


def connect(
    host: str, port: int, family=ANY, within: float = SECONDS, loop_factory=None
) -> tuple[str, int]:
    async def attempt() -> tuple[str, int]:
        async with asyncio.timeout(SECONDS):
            sock = await open_socket(host, port, family=family, within=within)
        with sock:
            return sock.getpeername()[:2]

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(attempt())


@pytest.fixture
def dead():
    """Return a set of addresses at which attempts hang, a list of all attempts, and the network."""
    hanging: set[str] = set()
    attempts: list[str] = []
    return hanging, attempts, lambda: Network(hanging, attempts)


def test_a_dead_first_address_costs_a_moment_only(listener, named, dead):
    hanging, attempts, network = dead
    hanging |= {"::1", "127.0.0.2"}
    named("::1", "127.0.0.2", "127.0.0.1")
    port = listener.getsockname()[1]
    assert connect("mail.example.com", port, loop_factory=network) == ("127.0.0.1", port)
    assert attempts == ["::1", "127.0.0.2", "127.0.0.1"]


def test_a_refusing_first_address_costs_nothing(listener, named):
    named("127.0.0.2", "127.0.0.1")
    port = listener.getsockname()[1]
    assert connect("mail.example.com", port) == ("127.0.0.1", port)


def test_families_take_turns_and_no_address_is_tried_twice(named, dead):
    _, attempts, network = dead
    named("::1", "::2", "::3", "127.0.0.1", "::1", "127.0.0.2")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ConnectionTrouble):
        connect("mail.example.com", port, loop_factory=network)
    assert attempts == ["::1", "127.0.0.1", "::2", "127.0.0.2", "::3"]


def test_every_address_that_failed_is_named_with_its_reason(named):
    named("127.0.0.2", "127.0.0.3")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ConnectionTrouble) as trouble:
        connect("mail.example.com", port)
    text = str(trouble.value)
    assert text.startswith("could not connect: ")
    for address in ("127.0.0.2", "127.0.0.3"):
        assert f"{address}:{port}: connection refused (nothing listens on that port)" in text


def test_a_family_that_the_system_lacks_is_a_reason_too(named, monkeypatch):
    def lacking(*_: object) -> None:
        raise OSError(97, "Address family not supported by protocol")

    named("::1")
    monkeypatch.setattr(resolve, "socket", SimpleNamespace(**{**vars(socket), "socket": lacking}))
    with pytest.raises(ConnectionTrouble, match=r"\[::1\]:110: address family not supported"):
        connect("mail.example.com", 110)


def test_who_does_not_answer_is_given_up_and_what_else_failed_is_named(named, dead):
    hanging, _, network = dead
    hanging.add("::1")
    named("::1", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ConnectionTrouble) as trouble:
        connect("mail.example.com", port, within=0.5, loop_factory=network)
    assert f"no answer from mail.example.com:{port} within 0.5 seconds" in str(trouble.value)
    assert f"127.0.0.1:{port}: connection refused" in str(trouble.value)


@pytest.mark.parametrize(
    ("family", "kind"), [(IPV4, " with an IPv4 address"), (IPV6, " with an IPv6 address")]
)
def test_a_family_that_was_demanded_is_kept_to(named, family, kind):
    named("::1" if family is IPV4 else "127.0.0.1")
    with pytest.raises(ConnectionTrouble, match=f"no host 'mail.example.com'{kind} is known"):
        connect("mail.example.com", 110, family)


@pytest.mark.parametrize(("host", "family"), [("::1", IPV4), ("127.0.0.1", IPV6)])
def test_an_address_of_the_other_family_is_no_matter_for_the_name_server(host, family):
    with pytest.raises(ConnectionTrouble, match=r"is an IPv\d address, but IPv\d only") as trouble:
        connect(host, 110, family)
    assert "name server" not in str(trouble.value)


@pytest.mark.parametrize("host", ["a..b", "x" * 64, ".", "caf\u00e9."])
def test_what_is_no_name_is_said_in_words(host):
    with pytest.raises(ConnectionTrouble, match=r"no host .* is known"):
        connect(host, 110)


def test_a_link_local_address_without_its_interface_says_what_is_missing(dead):
    _, _, network = dead
    with pytest.raises(ConnectionTrouble, match=r"\[fe80::1\]:110: .*as in fe80::1%eth0$"):
        connect("fe80::1", 110, loop_factory=network)
    with pytest.raises(ConnectionTrouble) as trouble:
        connect("2001:db8::1", 110, loop_factory=network)
    assert "%" not in str(trouble.value)


def test_a_link_local_address_with_its_interface_is_shown_with_it(dead):
    _, _, network = dead
    name = socket.if_nameindex()[0][1]
    with pytest.raises(ConnectionTrouble) as trouble:
        connect(f"fe80::1%{name}", 110, loop_factory=network)
    assert str(trouble.value) == f"could not connect: [fe80::1%{name}]:110: network is unreachable"


def test_an_interface_that_is_not_there_is_no_matter_for_the_name_server():
    with pytest.raises(ConnectionTrouble, match="there is no interface 'nope' here") as trouble:
        connect("fe80::1%nope", 110)
    assert "name server" not in str(trouble.value)


def test_addresses_are_shown_as_people_write_them():
    assert shown("mail.example.com", 110) == "mail.example.com:110"
    assert shown("::1", 110) == "[::1]:110"


def test_a_dead_name_server_keeps_nobody_waiting(monkeypatch):
    answered = threading.Event()

    def hangs(*_: object, **__: object):
        answered.wait(SECONDS)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hangs)
    with pytest.raises(ConnectionTrouble, match=r"no answer from mail\.example\.com:110 within"):
        connect("mail.example.com", 110, within=0.2)  # which ends though the look-up goes on
    assert not answered.is_set()
    answered.set()
