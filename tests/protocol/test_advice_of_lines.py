"""Advice on what the server announces, and on the form of a line as a whole."""

from __future__ import annotations

import pytest
from advising import assert_advised, marked, only, session
from hearing import Heard

from pop3shell.protocol.advice import advise

# ---- what the server announces ----


@pytest.mark.parametrize(
    ("line", "tag"),
    [
        (b"STLS", "STLS"),
        (b"USER mrose", "USER"),
        (b"AUTH PLAIN", "SASL"),
        (b"UTF8", "UTF8"),
        (b"LANG", "LANG"),
    ],
)
def test_what_the_server_does_not_announce_is_a_warning_only(line, tag):
    where = session(("CAPA", "+OK", "TOP", "."))
    advice = assert_advised(line, where, line.split()[0], tag, "RFC 2449")
    assert not advice.stops


def test_what_is_not_known_to_be_missing_is_not_warned_of():
    assert advise(b"STLS", session()) == []
    assert advise(b"STLS", session(("CAPA", "-ERR"))) == []
    assert advise(b"STLS", session(("CAPA", "+OK", "stls", "."))) == []


def test_apop_without_a_timestamp_is_a_warning():
    where = Heard(b"+OK ready\r\n").session
    line = b"APOP mrose c4c9334bac560ecc979e58001b3e22fb"
    advice = assert_advised(line, where, b"APOP", "timestamp")
    assert not advice.stops


# ---- the line as a whole ----


@pytest.mark.parametrize(
    ("line", "octets", "words"),
    [
        (b"STAT ", b" ", ["blank at the end"]),
        (b"LIST ", b" ", ["blank at the end"]),
        (b"LIST 1 ", b" ", ["blank at the end"]),
        (b"LIST  ", b" ", ["blank at the end"]),
        (b"LIST 1\r", b"1\r", ["message number"]),
    ],
)
def test_the_form_of_a_line(line, octets, words, logged_in):
    advice = advise(line, logged_in)[0]
    assert marked(line, advice) == octets
    for word in words:
        assert word in str(advice)


@pytest.mark.parametrize(
    ("line", "octets", "word"),
    [
        (b"LIST\t1", b"\t", "TAB"),
        (b"\tSTAT", b"\t", "TAB"),
        (b"TOP 1\t0", b"\t", "TAB"),
        (b"NO\0OP", b"\0", "NUL"),
        (b"NOOP\0", b"\0", "NUL"),
        (b"STAT\r", b"\r", "CR"),
        (b"PASS tan\0staaf", b"\0", "NUL"),
    ],
)
def test_octets_that_break_a_line_are_marked(line, octets, word, logged_in, named):
    found = advise(line, named if line.startswith(b"PASS") else logged_in)
    advice = only([advice for advice in found if word in advice.text.split()])
    assert marked(line, advice) == octets
    assert advice.stops


def test_a_password_may_hold_blanks_and_tabs(named):
    for line in (b"PASS two words", b"PASS  leading", b"PASS trailing ", b"PASS a\tb"):
        assert advise(line, named) == []


def test_a_missing_password_and_its_blank_are_told(named):
    assert "the password is missing" in str(advise(b"PASS", named)[0])
    assert "the password is missing" in str(advise(b"PASS ", named)[0])


@pytest.mark.parametrize(("octets", "told"), [(255, False), (256, True)])
def test_a_line_may_have_255_octets(octets, told, before_login):
    line = b"USER " + b"x" * (octets - 7)
    found = advise(line, before_login)
    assert bool(found) == told
    if told:
        advice = only(found)
        assert not advice.stops
        assert (advice.start, advice.stop) == (253, 254)
        assert "256" in advice.text


# ---- not ASCII (RFC 6856 section 2.2) ----

CAFE = "café".encode()


@pytest.mark.parametrize("line", [b"USER " + CAFE, b"APOP " + CAFE + b" " + b"0" * 32])
def test_a_name_that_is_not_ascii_needs_utf8_user(line, before_login):
    advice = assert_advised(line, before_login, "é".encode(), "UTF8 USER", "RFC 6856 section 2.2")
    assert not advice.stops


def test_a_password_that_is_not_ascii_needs_utf8_user(named):
    advice = assert_advised(b"PASS " + CAFE, named, "é".encode(), "UTF8 USER")
    assert "café" not in str(advice)


@pytest.mark.parametrize(
    ("capability", "told"), [("UTF8 USER", False), ("utf8 user", False), ("UTF8", True)]
)
def test_a_server_that_takes_utf8_names_is_believed(capability, told):
    where = session(("CAPA", "+OK", "USER", capability, "."))
    assert bool(advise(b"USER " + CAFE, where)) == told


def test_names_that_are_no_utf8_are_told():
    where = session(("CAPA", "+OK", "USER", "UTF8 USER", "."))
    assert_advised(b"USER caf\xe9", where, b"\xe9", "not UTF-8")


@pytest.mark.parametrize("line", ["XCLIENT ADDR=é".encode(), "Ünknown".encode()])
def test_all_other_commands_are_ascii(line, before_login):
    found = [advice for advice in advise(line, before_login) if "ASCII" in advice.text]
    assert not only(found).stops
