"""`:reconnect`: what it costs is said before it is lost."""

from __future__ import annotations

import pytest
from support.program import LOGIN

LOST = "# the old connection is closed without QUIT: its deletion marks are lost"


def test_deletion_marks_that_a_reconnection_drops_are_told_and_nothing_is_removed(
    here, practice_server
):
    server = practice_server()
    script = (*LOGIN, "DELE 1", ":reconnect", *LOGIN, "STAT", "QUIT")
    ran = here("connect", server.host, server.port, lines=script)
    assert (ran.status, ran.err) == (0, "")
    assert ran.lines.count(LOST) == 1
    assert ran.lines.index(LOST) == ran.lines.index("C: DELE 1") + 2
    assert ran.sent.count("QUIT") == 1
    assert any(line.startswith("S: +OK 17 ") for line in ran.lines)


@pytest.mark.parametrize("last", ["NOOP", "RSET"])
def test_where_nothing_is_marked_nothing_is_lost(here, practice_server, last):
    server = practice_server()
    marks = ("DELE 1",) if last == "RSET" else ()
    ran = here(
        "connect", server.host, server.port, lines=(*LOGIN, *marks, last, ":reconnect", "QUIT")
    )
    assert (ran.status, ran.err) == (0, "")
    assert LOST not in ran.lines
