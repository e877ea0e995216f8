"""What the tables and the lengths of POP3 say is said once: elsewhere it is asked of them.

A tag or code that is spelled out again is one that a correction misses; a limit, too.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import pop3shell
from pop3shell.protocol import commandline
from pop3shell.protocol.spec import capabilities, codes, lengths
from pop3shell.protocol.spec.commands import COMMANDS
from pop3shell.server import limits, replies
from pop3shell.server.maildrops import unique_ids

PACKAGE = Path(pop3shell.__file__).parent
VERBS = {row.verb for row in COMMANDS}
#: Names that mean nothing else; SYS and REFERRAL are ordinary words as well.
NAMES = {row.tag for row in capabilities.CAPABILITIES} | {row.name for row in codes.CODES}
NAMES -= VERBS | {"SASL", "SYS", "REFERRAL"}
#: 255 octets are also the most that ANONYMOUS takes (RFC 4505 section 2).
ANOTHER_LENGTH = "protocol/sasl/anonymous.py"


def constants(source: str) -> list[object]:
    return [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]


def found_in(source: str, path: str = "shell/x.py") -> list[object]:
    """What is spelled out in a module that stands at ``path``."""
    said = constants(source)
    found: list[object] = [value for value in said if isinstance(value, str) and value in NAMES]
    if path != ANOTHER_LENGTH:
        found += [value for value in said if value == lengths.COMMAND_LINE]
    if path != "protocol/commandline.py":
        found += [value for value in said if value == commandline.CANCEL]
    return found


def test_no_tag_code_or_length_is_spelled_out():
    found = {
        name: spelled
        for path in sorted(PACKAGE.rglob("*.py"))
        if not (name := path.relative_to(PACKAGE).as_posix()).startswith("protocol/spec/")
        and (spelled := found_in(path.read_text(encoding="utf-8"), name))
    }
    assert not found, "take these from protocol.spec, CANCEL from protocol.commandline"


@pytest.mark.parametrize(
    "source",
    ['session.announces("PIPELINING")', 'IN_USE = "IN-USE"', "LIMIT = 255", 'line == b"*"'],
)
def test_the_guard_sees_what_is_spelled_out(source):
    assert found_in(source)


@pytest.mark.parametrize("source", ['"PIPELINING is announced"', "SHOWN = 256", 'glob("*")'])
def test_the_guard_leaves_other_words_alone(source):
    assert not found_in(source)


def test_the_practice_server_keeps_to_the_lengths_of_the_rfcs():
    assert (lengths.COMMAND_LINE, lengths.STATUS_LINE, lengths.UNIQUE_ID) == (255, 512, 70)
    assert limits.MAX_COMMAND_OCTETS == lengths.COMMAND_LINE
    assert limits.MAX_STATUS_OCTETS == lengths.STATUS_LINE
    assert unique_ids.MAX_OCTETS == lengths.UNIQUE_ID


def test_each_row_can_be_named():
    for row in codes.CODES:
        assert getattr(codes, row.name.replace("/", "_").replace("-", "_")) is row
    for tag in capabilities.CAPABILITIES:
        assert getattr(capabilities, tag.tag.replace("-", "_")) is tag
    assert codes.IN_USE.name == replies.IN_USE
