"""A server that does what a test tells it to, faults and all, one step after the other.

    with ScriptedServer(GREETING, expect("STAT"), b"+OK 2 320\r\n", reset) as server:
        ...

Octets are sent; the other steps are functions of this module. Behind the last step the server
closes its side and reads to the end, so `received` holds whatever the client sent. A step that
does not come about fails the test when the block is left.
"""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Self

from pop3shell.net.resolve import shown
from support.practice import SECONDS

GREETING = b"+OK ready\r\n"

Step = Callable[["ScriptedServer", socket.socket], None]


class ScriptedServer:
    """Serves one client on a free port of the loopback interface."""

    def __init__(self, *steps: bytes | Step, family: int = socket.AF_INET) -> None:
        self._steps = steps
        self._listener = socket.create_server(
            ("127.0.0.1" if family == socket.AF_INET else "::1", 0), family=family
        )
        self._listener.settimeout(SECONDS)
        self.host, self.port = self._listener.getsockname()[:2]
        self.address = shown(self.host, self.port)
        self.received = b""
        self.release = threading.Event()
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.release.set()
        if kind is not None:
            with suppress(OSError):  # nobody else will call; wake whoever waits for it
                self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join(SECONDS if kind is None else 1.0)
        self._listener.close()
        if kind is None:
            assert not self._thread.is_alive(), "the scripted server did not come to its end"
            if self._failure is not None:
                raise self._failure

    def read(self, client: socket.socket) -> bytes:
        """Return what the client sends next, b"" at its end."""
        try:
            data = client.recv(1 << 16)
        except ConnectionError:
            data = b""
        self.received += data
        return data

    def _serve(self) -> None:
        try:
            client, _ = self._listener.accept()
        except OSError as error:
            self._failure = error
            return
        client.settimeout(SECONDS)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with client:
            try:
                for step in self._steps:
                    if isinstance(step, bytes):
                        _send(client, step)
                    else:
                        step(self, client)
                if client.fileno() >= 0:
                    close(self, client)
            except (AssertionError, OSError) as failure:
                self._failure = failure


def _send(client: socket.socket, octets: bytes) -> None:
    with suppress(ConnectionError):  # the client has gone away, as it may
        client.sendall(octets)


def expect(line: str | bytes) -> Step:
    """Read this line, whose CRLF is understood for text, and nothing more."""
    octets = line if isinstance(line, bytes) else line.encode() + b"\r\n"

    def step(server: ScriptedServer, client: socket.socket) -> None:
        start = len(server.received)
        while len(server.received) - start < len(octets) and server.read(client):
            pass
        got = server.received[start:]
        assert got == octets, f"expected {octets!r}, got {got!r}"

    return step


def segments(octets: bytes) -> Step:
    """Send every octet in a segment of its own."""

    def step(_server: ScriptedServer, client: socket.socket) -> None:
        for index in range(len(octets)):
            client.sendall(octets[index : index + 1])

    return step


def close(server: ScriptedServer, client: socket.socket) -> None:
    """Close this side in an orderly way, and read to the client's end."""
    try:
        client.shutdown(socket.SHUT_WR)
    except OSError:
        return  # the client has reset
    while server.read(client):
        pass
    client.close()


def stall(server: ScriptedServer, client: socket.socket) -> None:
    """Say nothing more, and read to the client's end."""
    while server.read(client):
        pass


def reset(_server: ScriptedServer, client: socket.socket) -> None:
    """Drop the connection with a reset."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def hold(server: ScriptedServer, _client: socket.socket) -> None:
    """Wait until the test calls `server.release.set()`, or leaves the block."""
    assert server.release.wait(SECONDS), "nobody released the server"


def dialogue(*exchanges: str | bytes | Step) -> tuple[bytes | Step, ...]:
    """Turn `"C: ..."` and `"S: ..."` lines into steps; other steps stay.

    Lines of the server in a row go out in one segment: sent one by one, the client could answer
    the first before the second has come.
    """
    steps: list[bytes | Step] = []
    said = b""
    for line in (*exchanges, b""):
        if isinstance(line, str) and line.startswith("S: "):
            said += line[3:].encode() + b"\r\n"
            continue
        if said:
            steps.append(said)
            said = b""
        if isinstance(line, str):
            assert line.startswith("C: "), line
            steps.append(expect(line[3:]))
        elif line:
            steps.append(line)
    return tuple(steps)
