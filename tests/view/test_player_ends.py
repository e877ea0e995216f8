"""What a transcript ends with, in whole or in part, stands on lines of its own."""

from __future__ import annotations

import io

import pytest

from pop3shell.transcript.reader import read
from pop3shell.view.play import Player

HEAD = "%POP3-TRANSCRIPT 1\nS: +OK\nC: USER mrose\nS: +OK\nC: PASS ${password}\nS: +OK\n"


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize(
    "last",
    [
        "S: half\\\n",
        "S: .\\\n",
        "S: one\\n\nS: two\\\n",
        "S:\\x20\\\n",
        "S: one\n",
        "S: one\nS: .\n",
    ],
)
def test_the_prompt_behind_it_is_not_in_its_line(last, colour):
    player = Player(colour=colour)
    text = f"{HEAD}C: RETR 1\nS: +OK\n{last}".encode()
    shown = b"".join(player.show(entry) for entry in read(io.BytesIO(text))) + player.end()
    assert shown.endswith(b"\n")
    assert not shown.endswith(b"\n\n")


def test_a_note_behind_a_line_that_was_cut_off_is_not_in_its_line():
    player = Player(colour=False)
    text = f"{HEAD}C: RETR 1\nS: +OK\nS: half\\\n# it hangs here\n".encode()
    shown = b"".join(player.show(entry) for entry in read(io.BytesIO(text))) + player.end()
    assert shown.endswith(b"S: half\n# it hangs here\n")


def shown_of(text: str) -> str:
    player = Player(colour=False)
    entries = read(io.BytesIO(b"%POP3-TRANSCRIPT 1\n" + text.encode()))
    return (b"".join(map(player.show, entries)) + player.end()).decode()


def test_a_greeting_that_was_cut_off_is_shown():
    assert shown_of("S: +OK half\\\n") == "S: +OK half  (cut off)\n"


@pytest.mark.parametrize("ending", ["", "*: closed by client\n"])
def test_a_command_that_was_cut_off_is_shown_without_its_secret(ending):
    shown = shown_of("S: +OK\nC: NOO\\\n" + ending)
    assert "\nC: NOO  (cut off)\n" in shown
    shown = shown_of("S: +OK\nC: USER mrose\nS: +OK\nC: PASS wonder\\\n" + ending)
    assert "\nC: PASS " in shown
    assert "wonder" not in shown


def test_of_a_reply_that_was_cut_off_no_fault_of_the_server_is_told():
    shown = shown_of("S: +OK\nC: CAPA\nS: +OK\nS: TOP\nS: UI\\\n")
    assert shown.endswith("S: TOP\nS: UI\n")


def test_a_client_that_spoke_first_was_greeted_all_the_same():
    shown = shown_of("*: connected 192.0.2.1:110\nC: NOOP\nS: +OK ready\nS: -ERR not yet\n")
    assert "C: NOOP\nS: +OK ready\n-- AUTHORIZATION state\nS: -ERR not yet\n" in shown
