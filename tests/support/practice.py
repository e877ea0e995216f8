"""The practice server in a thread of its own, for tests that are not asynchronous themselves."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any, Self

from pop3shell.server.listener import PracticeServer
from pop3shell.server.maildrops.maildrop import Maildrop
from pop3shell.server.maildrops.sample import SAMPLE_PASSWORD, SAMPLE_USER, SampleSource

SECONDS = 20.0
"""No wait of a test is longer."""


class RunningServer:
    """A practice server that listens on a free port of the loopback interface until stopped."""

    def __init__(self, accounts: dict[str, tuple[str, Maildrop]] | None = None, **options: Any):
        sample = {SAMPLE_USER: (SAMPLE_PASSWORD, Maildrop(SampleSource()))}
        self.accounts = sample if accounts is None else accounts
        self._server = PracticeServer(self.accounts, **options)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.host, self.port = self._call(self._server.start())

    def stop(self) -> None:
        """End all sessions and the thread; harmless when repeated."""
        if self._loop.is_closed():
            return
        self._call(self._server.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(SECONDS)
        self._loop.close()

    def start_tls_port(self) -> int:
        """Listen for TLS from the first octet on a second port, and return it."""
        return self._call(self._server.start_tls_port())[1]

    def dial(self) -> Dialogue:
        """Connect and return the client's side, before the greeting."""
        return Dialogue(self.host, self.port)

    def _call(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(SECONDS)


class Dialogue:
    """A bare client: sends octets, reads lines, every wait bounded."""

    def __init__(self, host: str, port: int) -> None:
        self.socket = socket.create_connection((host, port), timeout=SECONDS)
        self._file = self.socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, octets: bytes) -> None:
        self.socket.sendall(octets)

    def line(self) -> bytes:
        """Return the next line with its end; b"" when the server has closed."""
        return self._file.readline()

    def body(self) -> bytes:
        """Return a multi-line body as sent, up to and without the lone dot."""
        lines = []
        while (line := self.line()) != b".\r\n":
            assert line.endswith(b"\r\n"), f"cut off: {line!r}"
            lines.append(line)
        return b"".join(lines)

    def ask(self, command: str) -> str:
        """Send a command and return the status line of its reply."""
        self.send(command.encode() + b"\r\n")
        return self.line().decode("ascii").removesuffix("\r\n")

    def ask_lines(self, command: str) -> tuple[str, list[str]]:
        """Send a command and return the status line and the body's lines, dots unstuffed."""
        status = self.ask(command)
        assert status.startswith("+OK"), status
        lines = self.body().decode("latin-1").split("\r\n")[:-1]
        return status, [line.removeprefix(".") for line in lines]

    def log_in(self, user: str = SAMPLE_USER, password: str = SAMPLE_PASSWORD) -> str:
        """Read the greeting, log in, and return the reply to the password."""
        assert self.line().startswith(b"+OK")
        assert self.ask(f"USER {user}").startswith("+OK")
        return self.ask(f"PASS {password}")

    def rest(self) -> bytes:
        """Return all that still comes until the server closes."""
        return self._file.read()

    def hang_up(self) -> None:
        """End the client's side without QUIT, and wait until the server has closed its own."""
        self.socket.shutdown(socket.SHUT_WR)
        self.rest()
        self.close()

    def close(self) -> None:
        self._file.close()
        self.socket.close()
