"""The client's connection: what is told apart, what is bounded, and who is told."""

from __future__ import annotations

import asyncio
import select
import socket
import threading

import pytest
from support.passing import passes, run, running_loop
from support.practice import SECONDS
from support.scripted import (
    GREETING,
    ScriptedServer,
    close,
    dialogue,
    expect,
    hold,
    reset,
    segments,
    stall,
)

from pop3shell.net.client import Client
from pop3shell.net.errors import ConnectionTrouble
from pop3shell.protocol import events as ev
from pop3shell.protocol.events import Ending
from pop3shell.protocol.spec.states import State

TIMEOUT = 5.0
"""Seconds of silence that are too many; none of them is really waited for."""


def ipv6() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def talk(server, conversation, timeout: float = SECONDS, **options):
    """Connect to the server and hold a conversation, an async function of the client."""

    async def session():
        client = Client(timeout)
        heard: list[object] = []
        client.observers.append(heard.append)
        async with running_loop().bounded():
            await client.connect(server.host, server.port, **options)
            try:
                await client.greeted()
                await conversation(client)
            finally:
                await client.close()
        return client, heard

    return run(session())


async def nothing(client: Client) -> None:
    pass


async def ask(client: Client) -> None:
    client.send(b"STAT\r\n")
    await client.settled()


@pytest.mark.parametrize(
    ("last", "ending"),
    [(close, Ending.ORDERLY), (reset, Ending.RESET), (stall, Ending.SILENT)],
    ids=["close", "reset", "silence"],
)
def test_a_close_a_reset_and_silence_are_told_apart(last, ending):
    async def conversation(client: Client) -> None:
        client.send(b"STAT\r\n")
        if last is stall:
            await passes(TIMEOUT - 0.1)
            assert not client.closed
            await passes(0.1)
        await client.settled()

    with ScriptedServer(GREETING, expect("STAT"), last) as server:
        client, heard = talk(server, conversation, timeout=TIMEOUT)
    assert client.ending is ending
    assert isinstance(heard[-1], ev.Closed)
    assert (heard[-1].ending, heard[-1].outstanding) == (ending, 1)


def test_octets_that_come_one_by_one_make_the_same_replies():
    reply = b"+OK\r\n1 120\r\n2 200\r\n.\r\n"

    async def conversation(client: Client) -> None:
        client.send(b"LIST\r\n")
        await client.settled()
        assert client.session.sizes == {1: 120, 2: 200}

    with ScriptedServer(segments(GREETING), expect("LIST"), segments(reply)) as server:
        talk(server, conversation)


def test_an_octet_now_and_then_is_not_silence():
    octets = [bytes([octet]) for octet in b"a long reply"]
    wanted = threading.Semaphore(0)

    def slowly(_server, client) -> None:
        for octet in octets:
            assert wanted.acquire(timeout=SECONDS)
            client.sendall(octet)

    def on(event: object) -> None:
        if isinstance(event, ev.StatusLine | ev.BodyData):
            running_loop().leap(TIMEOUT - 0.1)
            wanted.release()

    async def conversation(client: Client) -> None:
        client.observers.append(on)
        client.send(b"RETR 1\r\n")
        await client.settled()

    steps = (expect("RETR 1"), b"+OK\r\n", slowly, b"\r\n.\r\n")
    with ScriptedServer(GREETING, *steps) as server:
        client, heard = talk(server, conversation, timeout=TIMEOUT)
    assert client.ending is Ending.ORDERLY
    assert sum(isinstance(event, ev.BodyData) for event in heard) >= len(octets)


def test_nothing_to_wait_for_is_not_silence():
    async def conversation(client: Client) -> None:
        for _ in range(3):
            await passes(TIMEOUT)
        await ask(client)

    with ScriptedServer(GREETING, *dialogue("C: STAT", "S: +OK 2 320")) as server:
        client, _ = talk(server, conversation, timeout=TIMEOUT)
    assert client.session.messages == 2


def test_a_person_may_take_time_over_a_challenge_and_the_server_has_its_own_again():
    async def conversation(client: Client) -> None:
        client.send(b"AUTH X\r\n")
        await client.settled()
        await passes(2 * TIMEOUT)
        await passes(TIMEOUT - 0.1)
        client.send(b"\r\n")
        await passes(TIMEOUT - 0.1)
        assert not client.closed
        server.release.set()
        await client.settled()

    steps = (*dialogue("C: AUTH X", "S: + "), expect(""), hold, b"+OK\r\n")
    with ScriptedServer(GREETING, *steps) as server:
        client, heard = talk(server, conversation, timeout=TIMEOUT)
    assert client.ending is Ending.ORDERLY
    assert any(isinstance(e, ev.StateChanged) and e.after is State.TRANSACTION for e in heard)


@pytest.mark.parametrize("waits", [0.1, 3600.0])
def test_a_timeout_of_zero_waits(waits):
    async def conversation(client: Client) -> None:
        client.send(b"STAT\r\n")
        await passes(waits)
        assert not client.closed
        server.release.set()
        await client.settled()

    with ScriptedServer(GREETING, expect("STAT"), hold, b"+OK 1 1\r\n") as server:
        assert talk(server, conversation, timeout=0)[0].session.messages == 1


def test_dead_connections_are_noticed_and_small_lines_sent_at_once(monkeypatch):
    made: list[socket.socket] = []

    class Noted(socket.socket):
        def connect(self, address):
            made.append(self)
            return super().connect(address)

    async def conversation(_client: Client) -> None:
        (sock,) = made
        assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        if hasattr(socket, "TCP_KEEPIDLE"):
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) <= 60

    with ScriptedServer(GREETING) as server:
        monkeypatch.setattr(socket, "socket", Noted)
        talk(server, conversation)


def test_the_address_is_that_which_answered():
    with ScriptedServer(GREETING) as server:
        server.host = "localhost"
        client, _ = talk(server, nothing, family=socket.AF_INET)
    assert client.address == f"127.0.0.1:{server.port}"


def test_who_resets_at_once_is_named_all_the_same(monkeypatch):
    async def after_the_reset(host: str, port: int, **_options: object) -> socket.socket:
        sock = socket.create_connection((host, port))
        assert select.select([sock], [], [], SECONDS)[0]
        sock.setblocking(False)
        return sock

    monkeypatch.setattr("pop3shell.net.client.open_socket", after_the_reset)
    with ScriptedServer(reset) as server:
        client, _ = talk(server, nothing)
    assert client.ending is Ending.RESET
    assert client.address == f"127.0.0.1:{server.port}"


@pytest.mark.skipif(not ipv6(), reason="this machine has no IPv6 loopback")
def test_ipv6_addresses_are_shown_in_brackets():
    with ScriptedServer(GREETING, family=socket.AF_INET6) as server:
        client, _ = talk(server, nothing)
    assert client.address == f"[::1]:{server.port}"


def test_what_is_sent_after_the_end_is_refused_in_words():
    async def conversation(client: Client) -> None:
        assert await client.until_closed(SECONDS)
        with pytest.raises(ConnectionTrouble, match="the connection is closed; nothing was sent"):
            client.send(b"STAT\r\n")

    with ScriptedServer(GREETING, close) as server:
        talk(server, conversation)


def test_two_may_wait_at_the_same_time():
    async def conversation(client: Client) -> None:
        closed = asyncio.ensure_future(client.until_closed(SECONDS))
        gives_up = asyncio.ensure_future(client.until_closed(SECONDS))
        await asyncio.sleep(0)
        gives_up.cancel()
        await ask(client)
        assert not closed.done()
        client.send(b"QUIT\r\n")
        await client.settled()
        assert await closed

    steps = dialogue("C: STAT", "S: +OK 2 320", "C: QUIT", "S: +OK")
    with ScriptedServer(GREETING, *steps) as server:
        talk(server, conversation)


def test_an_observer_that_fails_ends_no_session_but_is_heard_of():
    def fails(event: object) -> None:
        if isinstance(event, ev.StatusLine):
            raise OSError(28, "No space left on device")

    async def conversation(client: Client) -> None:
        client.observers.append(fails)
        with pytest.raises(OSError, match="No space left"):
            await ask(client)
        client.observers.remove(fails)
        await client.settled()
        await ask(client)

    steps = dialogue("C: STAT", "S: +OK 2 320", "C: STAT", "S: +OK 3 330")
    with ScriptedServer(GREETING, *steps) as server:
        client, heard = talk(server, conversation)
    assert client.session.messages == 3
    assert client.ending is Ending.ORDERLY
    assert sum(isinstance(event, ev.StatusLine) for event in heard) == 2


def test_a_server_that_takes_nothing_does_not_keep_close_waiting():
    async def conversation(client: Client) -> None:
        client.send(b"x" * 50_000_000)
        closing = asyncio.ensure_future(client.close())
        await passes(0.0)
        assert not closing.done()
        await passes(1.0)
        await closing

    def deaf(server, client) -> None:
        assert server.release.wait(SECONDS)
        reset(server, client)

    with ScriptedServer(GREETING, deaf) as server:
        client, _ = talk(server, conversation)
        assert client.ending is Ending.ORDERLY
