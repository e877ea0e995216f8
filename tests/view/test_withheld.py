"""What a colon command takes elsewhere, or Ctrl-C cut short, is not shown; all else is."""

from __future__ import annotations

from contextlib import suppress

import pytest
from view_dialogues import GREETING, Lines, Screen

MAIL = b"+OK\r\nSubject: a\r\n\r\ntext\r\n.\r\n"
WHOLE = ["+OK", "Subject: a", "", "text", "."]


@pytest.fixture(params=[Screen, Lines])
def screen(request) -> Screen:
    return request.param().run(GREETING)


def test_what_replies_hold_to_what_was_sent_in_the_block_is_left_out(screen):
    with screen.printer.withheld.of_block():
        screen.run("C: RETR 1", MAIL, "C: NOOP", "S: +OK")
    screen.run("C: RETR 2", MAIL)
    assert screen.server_lines == ["+OK ready", "+OK", "+OK", *WHOLE]


def test_a_reply_that_comes_behind_an_interrupted_block_is_left_out_too(screen):
    with suppress(KeyboardInterrupt), screen.printer.withheld.of_block():
        screen.run("C: RETR 1", "C: RETR 2", MAIL[:9])
        raise KeyboardInterrupt
    screen.run(MAIL[9:], MAIL, "C: RETR 3", MAIL)
    assert screen.server_lines == ["+OK ready", "+OK", "+OK", *WHOLE]


def test_a_reply_to_what_was_sent_before_the_block_is_whole(screen):
    screen.run("C: RETR 1")
    with screen.printer.withheld.of_block():
        screen.run("C: RETR 2", MAIL, MAIL)
    assert screen.server_lines == ["+OK ready", *WHOLE, "+OK"]


def test_blocks_within_blocks_end_one_by_one(screen):
    withheld = screen.printer.withheld
    with withheld.of_block():
        with withheld.of_block():
            screen.run("C: RETR 1", MAIL)
        screen.run("C: RETR 2", MAIL)
    screen.run("C: RETR 3", MAIL)
    assert screen.server_lines == ["+OK ready", "+OK", "+OK", *WHOLE]


def test_the_rest_of_what_is_due_is_left_out_and_what_is_asked_next_is_whole(screen):
    screen.run("C: RETR 1", "C: RETR 2", MAIL[:19])
    screen.printer.withheld.rest()
    screen.printer.end_line()
    screen.run(MAIL[19:], MAIL, "C: RETR 3", MAIL)
    assert screen.server_lines == ["+OK ready", "+OK", "Subject: a", "+OK", *WHOLE]


def test_the_rest_of_a_reply_of_unknown_shape_is_left_out_as_well(screen):
    screen.run("C: HULLO", "S: +OK", "S: one")
    screen.printer.withheld.rest()
    screen.run("S: two", "C: NOOP", "S: +OK")
    assert screen.server_lines == ["+OK ready", "+OK", "one", "+OK"]


def test_what_was_cut_off_of_it_is_left_out(screen):
    with screen.printer.withheld.of_block():
        screen.run("C: RETR 1", b"+OK\r\nSubject: a\r\n\r\nhalf a li")
    screen.close()
    assert "half" not in "".join(screen.server_lines)


def test_a_connection_that_ended_meanwhile_leaves_nothing_behind(screen):
    with screen.printer.withheld.of_block():
        screen.run("C: RETR 1", MAIL[:9])
    screen.close()
    assert not screen.printer.withheld.reading
