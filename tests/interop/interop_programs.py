"""Finding and running the programs of the interoperability tests, ours among them."""

import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import pytest

REQUIRED = os.environ.get("POP3SHELL_INTEROP") == "required"
SYSTEM_FOLDERS = "/usr/sbin:/usr/local/sbin"  # where servers live, often not in a user's PATH
SECONDS = 30.0


def program(name: str) -> str:
    """The program's path; without it the test is skipped, or fails where it is required."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:{SYSTEM_FOLDERS}")
    if found:
        return found
    why = f"{name} is not installed"
    if REQUIRED:
        pytest.fail(f"{why}, and POP3SHELL_INTEROP=required", pytrace=False)
    pytest.skip(f"{why} (POP3SHELL_INTEROP=required would make this a failure)")


@dataclass(frozen=True)
class Finished:
    """A program that has ended."""

    status: int
    out: bytes
    err: bytes

    @property
    def lines(self) -> list[str]:
        """Its output, line by line."""
        return self.out.decode(errors="replace").splitlines()

    def said(self, prefix: str) -> list[str]:
        """The lines that begin with the prefix, without it."""
        return [line.removeprefix(prefix) for line in self.lines if line.startswith(prefix)]


def run(argv: list[str], given: bytes = b"", env: dict[str, str] | None = None) -> Finished:
    """Run a program to its end, bounded; what it printed is shown when the test fails."""
    done = subprocess.run(
        argv,
        check=False,
        input=given,
        env={**os.environ, **(env or {})},
        capture_output=True,
        timeout=SECONDS,
    )
    print(f"$ {argv}\n{done.stdout[:4000]!r}\n{done.stderr[:4000]!r}\nstatus {done.returncode}")
    return Finished(done.returncode, done.stdout, done.stderr)


def home(folder: Path) -> dict[str, str]:
    """An environment in which no program meets the user's own settings and history."""
    return {
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_STATE_HOME": str(folder / "state"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }


@dataclass(frozen=True)
class Shell:
    """pop3shell, speaking to one server by the lines it is given."""

    host: str
    port: int
    folder: Path
    password: str

    def __call__(self, *lines: str, options: tuple[str, ...] = ()) -> Finished:
        """The lines come by standard input, as from a file or a pipe."""
        given = "".join(f"{line}\n" for line in lines).encode()
        return self._run([*options], given)

    def by_option(self, *lines: str) -> Finished:
        """The lines come one by one as `-c LINE`."""
        return self._run([part for line in lines for part in ("-c", line)], b"")

    def _run(self, options: list[str], given: bytes) -> Finished:
        command = [sys.executable, "-m", "pop3shell", "connect", self.host, str(self.port)]
        env = {**home(self.folder), "POP3SHELL_PASSWORD": self.password}
        return run([*command, *options], given, env)


class Listening:
    """A command of pop3shell that listens, in a process of its own; use it as a context manager.

    Once it has ended, `status` and `err` tell how.
    """

    def __init__(self, folder: Path, *words: str) -> None:
        self.words = words
        self.command = [sys.executable, "-m", "pop3shell", *words]
        self.env = {**os.environ, **home(folder)}
        self.port = self.tls_port = 0

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=self.env,
        )
        self.host, self.port = self._address("listening on ")
        if "--tls-port" in self.words:
            _, self.tls_port = self._address("listening with TLS on ")
        return self

    def _address(self, words: str) -> tuple[str, int]:
        """Host and port in the next line it prints."""
        line = self._line()
        if not line.startswith(words):
            self._process.kill()
            _, errors = self._process.communicate(timeout=SECONDS)
            raise RuntimeError(f"{self.words} said {line!r}; errors: {errors.decode()}")
        host, _, port = line.removeprefix(words).rpartition(":")
        return host, int(port)

    def __exit__(self, *exc: object) -> None:
        self._process.send_signal(signal.SIGTERM)
        out = self.err = b""
        try:
            out, self.err = self._process.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            out, self.err = self._process.communicate(timeout=SECONDS)
            raise
        finally:
            self.status = self._process.returncode
            print(f"{self.words}: status {self.status}\n{out!r}\n{self.err!r}")

    def _line(self) -> str:
        """The next line it prints, waited for no longer than SECONDS."""
        lines: queue.Queue[bytes] = queue.Queue()
        stream = self._process.stdout
        assert stream is not None
        threading.Thread(target=lambda: lines.put(stream.readline()), daemon=True).start()
        try:
            return lines.get(timeout=SECONDS).decode().rstrip()
        except queue.Empty:
            return f"nothing within {SECONDS:g} s"


class Serving(Listening):
    """`pop3shell serve`: the practice server."""

    def __init__(self, path: Path, *options: str) -> None:
        super().__init__(path.parent, "serve", str(path), *options)


class Mocked(Listening):
    """`pop3shell mock --strict`: the server's side of a transcript."""

    def __init__(self, transcript: Path, *options: str) -> None:
        super().__init__(transcript.parent, "mock", "--strict", str(transcript), *options)
