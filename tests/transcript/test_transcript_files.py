"""The transcripts that people learn from are right: they parse, and break no rule."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from remembering import entries_of

from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.events import Ending, ReplyEnd, Side
from pop3shell.transcript.model import ClientLine, Note, ServerLine, ServerLines, StandIn
from pop3shell.transcript.reader import read_file

FOLDER = Path(__file__).parents[2] / "transcripts"
FILES = sorted(FOLDER.glob("*.txt"))
EXAMPLES = re.findall(r"(?ms)^```\n(.*?)^```", (FOLDER / "README.md").read_text())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_session_that_breaks_no_rule(path) -> None:
    dialogue = Dialogue()
    events = []
    entries = list(read_file(path))
    for entry in entries:
        if isinstance(entry, ClientLine):
            events += dialogue.client(entry.octets)
        elif isinstance(entry, ServerLine | ServerLines | StandIn):
            events += dialogue.server(entry.octets)
    events += dialogue.closed(Side.SERVER, Ending.ORDERLY)
    assert dialogue.findings.counts == {}
    assert dialogue.outstanding == 0
    assert sum(isinstance(event, ReplyEnd) for event in events) >= 7
    assert dialogue.session.user
    assert any(isinstance(entry, Note) for entry in entries)


def test_there_is_one_for_the_rfc_and_each_source() -> None:
    assert {path.stem for path in FILES} == {
        "rfc1939-example",
        "telnet-column",
        "hosting-help-page",
        "command-table",
        "client-and-server",
        "csharp-article",
    }


@pytest.mark.parametrize("text", EXAMPLES, ids=range(len(EXAMPLES)))
def test_the_examples_of_the_specification(text) -> None:
    assert len(entries_of(text)) >= 4


def test_the_specification_has_examples() -> None:
    assert len(EXAMPLES) == 3
