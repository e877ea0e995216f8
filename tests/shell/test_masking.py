"""What is typed is starred, and kept out of the history, wherever a password may stand in it."""

from __future__ import annotations

import pytest

from pop3shell.protocol.dialogue import Dialogue
from pop3shell.shell.interactive.masking import Mask, secret_from

WORD = "tanstaaf1"
RESPONSE = "AG1yb3NlAHRhbnN0YWFm"


def heard(*lines: str) -> Dialogue:
    """A session that said so: what begins with ``+`` or ``-`` is the server's."""
    dialogue = Dialogue()
    for line in ("+OK ready", *lines):
        said_by_server = line.startswith(("+", "-"))
        (dialogue.server if said_by_server else dialogue.client)(line.encode() + b"\r\n")
    return dialogue


def open_part(text: str, *said: str) -> str:
    """What of ``text`` can be read while it is typed."""
    start = secret_from(text, heard(*said))
    return text if start is None else text[:start]


@pytest.mark.parametrize(
    "said",
    [
        ("USER mrose", "+OK"),
        ("USER mrose", "-ERR no such user"),
        ("USER mrose", "+OK", "PASS x", "-ERR"),
        ("PASS x", "-ERR"),
        ("APOP mrose x", "-ERR"),
        ("AUTH PLAIN", "-ERR not without TLS"),
        ("AUTH PLAIN", "+OK"),
    ],
    ids=" ".join,
)
def test_where_the_transcript_leaves_out_a_line_the_screen_and_the_history_do_too(said):
    assert open_part(WORD, *said) == ""
    assert open_part("!" + WORD, *said) == "!"
    assert open_part("STAT", *said) == "STAT"
    assert open_part("QUI", *said) == "QUI"
    for phrase in (f"my bypass {WORD}", f"my pass {WORD}", f"LISTPASS {WORD}"):
        assert open_part(phrase, *said) == ""


@pytest.mark.parametrize("said", [(), ("USER mrose", "+OK", "CAPA", "-ERR", "PASS x", "+OK")])
def test_no_login_no_stars(said):
    assert open_part(WORD, *said) == WORD


def test_a_response_is_starred_however_it_is_sent():
    challenge = ("AUTH PLAIN", "+ ")
    assert open_part(RESPONSE, *challenge) == ""
    assert open_part(f":send {RESPONSE}\\r\\n", *challenge) == ":send "
    assert open_part(f":pipeline {RESPONSE}; CAPA", *challenge) == ":pipeline "
    assert open_part(f":b64 {WORD}", *challenge) == ":b64 "
    for cancel in ("*", ":send *\\r\\n", ":pipeline *"):
        assert open_part(cancel, *challenge) == cancel


@pytest.mark.parametrize(
    "before",
    [
        ":send PASS ",
        ":send USER mrose\\r\\nPASS ",
        ":send NOOP\\nNOOP\\nNOOP\\nPASS ",
        ":send USER mrose\\x0D\\x0aPASS ",
        ":send USER mrose\\r\\n",
        ":pipeline USER mrose; PASS ",
        ":pipeline CAPA; USER mrose; STAT;!PASS ",
        ":pipeline USER mrose; ",
        ":pipeline AUTH PLAIN; ",
        ":pipeline AUTH PLAIN ",
    ],
)
def test_not_one_character_in_lines_sent_together(before):
    assert open_part(before + WORD) == before
    assert open_part(f"{before}{WORD}\\r\\n; STAT") == before


def test_the_second_half_of_a_line_is_judged_with_the_first():
    dialogue = heard("USER mrose", "+OK")
    dialogue.client(b"PA")
    assert secret_from(f":send SS {WORD}", dialogue) == len(":send SS ")
    dialogue.client(b"SS tan")
    assert secret_from(":send staaf\\r\\n", dialogue) == len(":send ")


@pytest.mark.parametrize(
    "before",
    [
        ":login mrose ",
        ":login mrose PLAIN ",
        ":auth PLAIN mrose ",
        ":auth --step PLAIN mrose ",
        ":PASS ",
        ": pass ",
        ":send\tPASS ",
        ":help PASS ",
        ":quit PASS ",
        ": last pass ",
        ":record note PASS ",
        ":view 1 pass ",
    ],
)
def test_typed_where_no_password_belongs_it_is_starred_all_the_same(before):
    assert open_part(before + WORD) == before


@pytest.mark.parametrize(
    "before",
    ["STATPASS ", "LISTUSER mrosepass ", "!FOOPASS  ", "RETR 1PASS ", "!STAT pass ", ":STATPASS "],
)
def test_typed_behind_a_line_that_was_held_back_it_is_starred(before):
    assert open_part(before + WORD) == before


@pytest.mark.parametrize(
    "text",
    [
        ":login",
        ":login mrose",
        ":login mrose SCRAM-SHA-2",
        ":login mrose apop",
        ":auth PLAIN mrose --step",
        ":auth --step EXTERNAL",
        ":pipeline STAT; LIST; UIDL",
        ":send NOOP\\r\\nSTAT\\r\\n",
        ":help PASS",
        ":set hex on",
        ":record note bypass the server",
        ":record note two passes with PASSWORD set",
        ":record note the pass phrase was refused",
        ":view 1 bypass it",
    ],
)
def test_what_holds_no_password_stays_readable(text):
    assert open_part(text) == text


def test_stars_stay_until_the_line_is_empty():
    mask, dialogue = Mask(), heard()
    assert mask.start(f"PASS {WORD}", dialogue) == 5
    assert mask.start(WORD, dialogue) == 0
    assert mask.start("", dialogue) is None
    assert mask.start("x", dialogue) is None
