"""The TAB key in bash, zsh and fish, by the lines that README.md gives."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.practice import SECONDS
from support.program import environment

_PROGRAM = "import sys; sys.argv[0] = 'pop3shell'; from pop3shell.cli.main import main; main()"


def asked(instruction: str, **env: str) -> str:
    """Return what the program answers to a shell."""
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        env=environment(_POP3SHELL_COMPLETE=instruction, **env),
        timeout=SECONDS, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert not done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("line", "candidates"),
    [
        ("pop3shell de", ["plain,demo"]),
        ("pop3shell connect --tls ", ["plain,none", "plain,starttls", "plain,implicit"]),
        ("pop3shell mail.example.org --time", ["plain,--timeout"]),
        ("pop3shell explain in-", ["plain,IN-USE"]),
        ("pop3shell explain UID", ["plain,UIDL"]),
        ("pop3shell play tr", ["file,tr"]),
        ("pop3shell mock tr", ["file,tr"]),
        ("pop3shell replay tr", ["file,tr"]),
        ("pop3shell replay one.pop3 tr", ["file,tr"]),
        ("pop3shell serve Mail", ["file,Mail"]),
        ("pop3shell demo --record tr", ["file,tr"]),
    ],
)
def test_commands_options_topics_and_files_complete(line, candidates):
    last = str(line.count(" "))
    assert asked("bash_complete", COMP_WORDS=line, COMP_CWORD=last).splitlines() == candidates


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_told_how_to_ask(shell):
    assert f"_POP3SHELL_COMPLETE={shell}_complete" in asked(f"{shell}_source")
