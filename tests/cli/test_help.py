"""Help, versions and wrong usage: quick, complete, and a way out in every sentence."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support.practice import SECONDS
from support.program import environment

import pop3shell
from pop3shell.cli.group import COMMANDS

HEAVY = {"asyncio", "prompt_toolkit", "pygments", "ssl", "importlib.metadata"}


@pytest.mark.parametrize("argument", ["--version", "--help", "-h"])
def test_help_and_version_import_nothing_heavy(argument):
    program = (
        "import sys; sys.argv = ['pop3shell', sys.argv[1]]\n"
        "from pop3shell.cli.main import main\n"
        "try: main()\n"
        "finally: print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, argument],
        env=environment(), timeout=SECONDS, check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert not HEAVY & set(done.stderr.split())
    assert "pop3shell" in done.stdout


def test_the_version(here):
    ran = here("--version")
    assert (ran.status, ran.out, ran.err) == (0, f"pop3shell {pop3shell.__version__}\n", "")


@pytest.mark.parametrize("arguments", [["--help"], ["-h"]])
def test_the_help_names_every_command_and_fits_80_columns(here, arguments):
    ran = here(*arguments)
    assert ran.status == 0
    assert all(f"  {name} " in ran.out for name in COMMANDS)
    assert max(map(len, ran.lines)) <= 80


def test_without_arguments_there_is_help(here):
    ran = here()
    assert "Usage:" in ran.out + ran.err
    assert "demo" in ran.out + ran.err


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_every_command_has_help_that_fits_80_columns(here, name, option):
    ran = here(name, option)
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith("Usage: ")
    assert max(map(len, ran.lines)) <= 80
    options = [line for line in ran.lines if line.startswith("  -")]
    assert options


WRONG = {
    ("--nosuch",): "--nosuch",
    ("connect",): "Missing argument 'HOST'",
    ("connect", "--nosuch", "host"): "--nosuch",
    ("connect", "host", "0"): "'0' is no port; give a number from 1 to 65535",
    ("connect", "host", "65536"): "'65536' is no port",
    ("connect", "host", "pop3"): "'pop3' is no port",
    ("connect", "host", "\u00b2"): "is no port",
    ("connect", "host", "9" * 5000): "is no port",
    ("connect", "host", "-1"): "-1",
    ("connect", ""): "'' is no host name",
    ("connect", "two words"): "'two words' is no host name",
    ("connect", "host", "110", "more"): "unexpected extra argument (more)",
    ("connect", "-4", "-6", "host"): "-4 and -6 exclude each other",
    ("connect", "--validate", "maybe", "host"): "'maybe' is not one of",
    ("connect", "--timeout", "-1", "host"): "-1",
    ("connect", "--timeout", "soon", "host"): "'soon' is not a valid float",
    ("connect", "--timeout", "nan", "host"): "nan",
    ("connect", "-c"): "-c",
    ("connect", "--max-body", "some", "host"): "'some' is no number of octets, such as 10000,",
    ("serve", "--max-body", "1k"): "--max-body says how to record: give --record or --record-dir",
    ("serve", "--record", "a", "--record-dir", "b"): "--record and --record-dir exclude each other",
    ("serve", "--record", "/"): "/ is a folder; name a file in it",
    ("replay", "x", "y", "host", "--record", "a"): "for several give --record-dir",
    ("replay", "/", "host", "--record", "a"): "for several give --record-dir",
    ("replay", "", "host"): "a name is empty: FILE... HOST [PORT]",
    ("replay", "x", ""): "a name is empty: FILE... HOST [PORT]",
    ("replay", "x", "110"): "a transcript and a server are needed: FILE... HOST [PORT]",
    ("replay", "x", "host", "--max-body", "1k"): "--max-body says how to record",
    ("demo", "host"): "unexpected extra argument (host)",
    ("serve", "--port", "65536"): "65536",
    ("serve", "--port", "x"): "'x' is not a valid integer",
    ("serve", "--host", ""): "--host is empty",
    ("serve", "--account", "mrose"): "an account is NAME:PASSWORD",
    ("serve", "--account", ":x"): "an account is NAME:PASSWORD",
    ("serve", "--account", "x:"): "an account is NAME:PASSWORD",
    ("serve", "--account", "a b:c"): "an account's name holds no blanks",
    ("serve", "--account", "a:b\rc"): "an account's password holds no NUL, CR or LF",
    ("serve", "--account", "a:b\n"): "an account's password holds no NUL, CR or LF",
    ("serve", "--account", "a:b\0"): "an account's password holds no NUL, CR or LF",
    ("serve", "--account", "a\0:b"): "an account's name holds no NUL, CR or LF",
    ("serve", "--account", "a:" + "x" * 249): "has 248 octets at most, this one 249",
    ("serve", "--account", "é" * 125 + ":b"): "has 248 octets at most, this one 250",
    ("serve", "--account", "a:\u00ad"): "an account's password is refused by SASLprep",
    ("serve", "--account", "a:\udcff"): "an account's password is refused by SASLprep",
    ("serve", "--account", "a:b", "--account", "a:c"): "an account is given twice",
}


@pytest.mark.parametrize("arguments", WRONG, ids=lambda words: " ".join(words)[:40])
def test_wrong_usage_gives_2_and_a_sentence(here, arguments):
    ran = here(*arguments)
    assert (ran.status, ran.out) == (2, "")
    assert WRONG[arguments] in " ".join(ran.err.split())
