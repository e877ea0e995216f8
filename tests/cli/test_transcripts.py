"""A file that is no transcript: whoever reads it says the same, with the same exit status."""

from __future__ import annotations

import pytest

COMMANDS = {"play": (), "mock": (), "replay": ("127.0.0.1", 1)}


def said_of(here, path) -> dict[str, tuple[int, str]]:
    """Return status and standard error of each command that reads a transcript."""
    rans = {name: here(name, path, *more) for name, more in COMMANDS.items()}
    return {name: (ran.status, ran.err) for name, ran in rans.items()}


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("%POP3-TRANSCRIPT 7\n", "line 1: this is a transcript of version 7"),
        ("%POP3-TRANSCRIPT 1\nS: \\q\n", "line 2: \\q is no escape"),
        ("%POP3-TRANSCRIPT 1\nS: +OK\nhello\n", "line 3: this begins with none of"),
        ("a\0b\n", "line 1: "),
    ],
)
def test_no_transcript(here, tmp_path, text, why):
    path = tmp_path / "x.txt"
    path.write_text(text)
    said = said_of(here, path)
    assert len(set(said.values())) == 1, said
    status, told = said["play"]
    assert (status, told.count("\n")) == (2, 1)
    assert told.startswith(f"pop3shell: {path}: {why}")


@pytest.mark.parametrize("name", ["missing.pop3", "file/inside.pop3", "x" * 300])
def test_no_file(here, tmp_path, name):
    (tmp_path / "file").write_text("")
    said = said_of(here, tmp_path / name)
    assert len(set(said.values())) == 1, said
    status, told = said["play"]
    assert (status, told.count("\n")) == (2, 1)
    assert told.startswith(f"pop3shell: cannot read {tmp_path / name}: ")


@pytest.mark.parametrize("name", list(COMMANDS))
@pytest.mark.parametrize("text", ["", "Dear reader,\n"])
def test_nobody_speaks_in_it(here, tmp_path, name, text):
    path = tmp_path / "x.txt"
    path.write_text(text)
    status, told = said_of(here, path)[name]
    assert (status, told.count("\n")) == (2, 1)
    assert told.startswith(f"pop3shell: {path}: ")


@pytest.mark.parametrize("name", list(COMMANDS))
def test_its_name_cannot_write_to_the_terminal(here, tmp_path, name):
    status, told = said_of(here, tmp_path / "a\x1b]0;b\x07")[name]
    assert status == 2
    assert "\x1b" not in told
