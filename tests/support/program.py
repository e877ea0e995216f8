"""The program as a user runs it: in a process of its own, or, where that makes no difference, here.

Both ways end with what a user sees: an exit status, standard output, standard error.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from support.practice import SECONDS

ROOT = Path(__file__).parents[2]

#: The sample account of the practice server.
LOGIN = ("USER mrose", "PASS tanstaaf")
#: What LOGIN, STAT and QUIT make at the practice server, behind the greeting.
SHORT_SESSION = (
    "C: USER mrose",
    "S: +OK now send PASS",
    "C: PASS ${password}",
    "S: +OK mrose's maildrop has 17 messages (5011173 octets)",
    "C: STAT",
    "S: +OK 17 5011173",
    "C: QUIT",
    "S: +OK pop3shell practice server signing off",
)


@dataclass(frozen=True)
class Ran:
    """How a run of the program ended."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.split("\n")[:-1]

    @property
    def errors(self) -> list[str]:
        return self.err.split("\n")[:-1]

    @property
    def sent(self) -> list[str]:
        """What the client said, as shown."""
        return [line.removeprefix("C: ") for line in self.lines if line.startswith("C:")]

    def checked(self) -> Ran:
        """Nothing a user must never see is in it."""
        for text in (self.out, self.err):
            assert "Traceback" not in text, text
            assert "Exception ignored" not in text, text
        return self


def environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("POP3SHELL", "PYTHON"))}
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "80", **more}


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "pop3shell", *map(str, arguments)]


def octets(lines: bytes | str | tuple[str, ...]) -> bytes:
    """Return lines as standard input has them."""
    if isinstance(lines, bytes):
        return lines
    return (lines if isinstance(lines, str) else "".join(f"{line}\n" for line in lines)).encode()


def run(
    *arguments: object,
    lines: bytes | str | tuple[str, ...] = b"",
    env: dict[str, str] | None = None,
    **options: Any,
) -> Ran:
    """Run the program in a process of its own, with these lines on standard input."""
    if "stdin" not in options:
        options["input"] = octets(lines)
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    done = subprocess.run(
        command(*arguments), env=environment(**env or {}), timeout=SECONDS, check=False, **options
    )
    return Ran(done.returncode, _text(done.stdout), _text(done.stderr)).checked()


def _text(captured: bytes | None) -> str:
    return (captured or b"").decode("utf-8", "surrogateescape")


def shell_line(line: str, **env: str) -> Ran:
    """Run a line of sh, in which `$pop3shell` is the program."""
    program = " ".join(f"'{word}'" for word in command())
    done = subprocess.run(
        ["/bin/sh", "-c", line.replace("$pop3shell", program)],
        env=environment(**env), timeout=SECONDS, check=False, capture_output=True,
    )  # fmt: skip
    return Ran(done.returncode, _text(done.stdout), _text(done.stderr)).checked()


@pytest.fixture
def here(monkeypatch, capfdbinary, tmp_path) -> Callable[..., Ran]:
    """Return a function that runs the whole program in this process: `here("demo", lines=...)`."""
    from pop3shell.cli.main import main

    def run_here(*arguments: object, lines: bytes | str | tuple[str, ...] = b"") -> Ran:
        script = tmp_path / "standard-input"
        script.write_bytes(octets(lines))
        with script.open() as standard_input:
            monkeypatch.setattr(sys, "stdin", standard_input)
            monkeypatch.setattr(sys, "argv", ["pop3shell", *map(str, arguments)])
            with pytest.raises(SystemExit) as exits:
                main()
        out, err = capfdbinary.readouterr()
        return Ran(exits.value.code, _text(out), _text(err)).checked()

    return run_here
