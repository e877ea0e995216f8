"""A terminal that does not understand UTF-8 is not steered by the letters of a mail."""

from __future__ import annotations

import re

import pytest
from support.practice import RunningServer

C1 = re.compile(rb"[\x80-\x9f]")
LATIN_1 = {"PYTHONIOENCODING": "latin-1"}


def assert_unharmed(raw: bytes) -> None:
    assert "Zoë".encode("latin-1") in raw
    assert rb"\xc5\x81ukasiewicz" in raw
    assert not C1.search(raw)


@pytest.mark.parametrize("options", [(), ("--plain",)])
def test_in_the_shell(open_terminal, sample: RunningServer, options):
    terminal = open_terminal("127.0.0.1", sample.port, *options, **LATIN_1)
    logging_in = (("UTF8", "+OK"), ("USER mrose", "send PASS"), ("PASS tanstaaf", "17 messages"))
    for line, reply in logging_in:
        terminal.ask(line, reply)
    terminal.ask("RETR 5", "Smacznego")
    assert_unharmed(terminal.raw)


def test_in_a_script(open_terminal, sample: RunningServer):
    lines = ("UTF8", "USER mrose", "PASS tanstaaf", "RETR 5", "QUIT")
    options = [word for line in lines for word in ("-c", line)]
    terminal = open_terminal("127.0.0.1", sample.port, *options, **LATIN_1)
    terminal.wait_for("signing off")
    assert_unharmed(terminal.raw)
