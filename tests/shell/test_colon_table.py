"""The table of colon commands: what a row says is what is refused, completed and masked."""

from __future__ import annotations

import pytest
from support.scripted import GREETING, ScriptedServer, dialogue

from pop3shell.protocol.dialogue import Dialogue
from pop3shell.shell.colon import colon_commands
from pop3shell.shell.colon.table import Kind
from pop3shell.shell.interactive.colon_completion import _BY_KIND
from pop3shell.shell.interactive.masking import secret_from

ROWS = colon_commands().values()
ALONE = [row.name for row in ROWS if not row.takes]
WORD = "tanstaaf1"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_help_shows_arguments_where_some_are_taken(row):
    assert bool(row.arguments) == bool(row.takes)


def test_what_takes_nothing():
    assert {"quit", "caps", "state", "cert", "explain"} <= set(ALONE)


@pytest.mark.parametrize("name", ALONE)
def test_what_takes_nothing_refuses_what_follows_and_does_nothing(here, name):
    with ScriptedServer(GREETING, *dialogue("C: QUIT", "S: +OK bye")) as server:
        ran = here("connect", server.host, server.port, lines=(f":{name} {WORD}", f":{name} STAT"))
    assert ran.status == 1
    assert ran.errors == [
        f"pop3shell: :{name} takes nothing; say it alone",
        f"pop3shell: :{name} takes nothing; :help STAT explains a word of POP3",
    ]
    assert ran.sent == ["QUIT"]


@pytest.mark.parametrize("name", ALONE)
def test_blanks_behind_it_are_nothing(here, name):
    with ScriptedServer(GREETING, *dialogue("C: CAPA", "S: +OK", "S: TOP", "S: ."), b"") as server:
        ran = here("connect", server.host, server.port, "-c", "CAPA", "-c", f":{name}  ")
    assert "takes nothing" not in ran.err


def test_every_kind_of_argument_is_completed_but_free_text_and_words():
    assert set(_BY_KIND) == set(Kind) - {Kind.FREE, Kind.WORD}


@pytest.mark.parametrize("row", [row for row in ROWS if row.secret], ids=lambda row: row.name)
@pytest.mark.parametrize("head", [":{} ", ": {} ", ":{}\t"])
def test_an_argument_that_is_a_secret_is_starred_however_it_is_set_off(row, head):
    before = head.format(row.name)
    assert secret_from(before + WORD, Dialogue()) == len(before)


@pytest.mark.parametrize("row", [row for row in ROWS if row.line_end], ids=lambda row: row.name)
@pytest.mark.parametrize("head", [":{} PASS ", ": {} PASS ", ":{}\tPASS "])
def test_a_secret_in_lines_for_the_server_is_starred(row, head):
    before = head.format(row.name)
    assert secret_from(before + WORD, Dialogue()) == len(before)


@pytest.mark.parametrize("row", [row for row in ROWS if row.logs_in], ids=lambda row: row.name)
@pytest.mark.parametrize("head", [":{} ", ": {} ", ":{}\t"])
def test_behind_a_login_what_has_no_place_is_starred(row, head):
    words = {Kind.USER: "mrose", Kind.MECHANISM: "PLAIN"}
    before = head.format(row.name) + " ".join(words[a.kind] for a in row.takes) + " "
    assert secret_from(before + WORD, Dialogue()) == len(before)
    assert secret_from(before.rstrip(), Dialogue()) is None
