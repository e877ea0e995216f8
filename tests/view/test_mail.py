"""A header for people: decoded as its sender meant it, and never able to break a listing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop3shell.protocol.visible import visible_text
from pop3shell.view.mail import (
    HEADER_LIMIT,
    KEPT,
    decode_text,
    decoded,
    fields,
    header_of,
    name_of,
    summarise,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"plain", "plain"),
        (b"  two \t words ", "two words"),
        (b"=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        (b"=?ISO-8859-1?Q?J=FCrgen_Gro=DF?= <j@example.net>", "Jürgen Groß <j@example.net>"),
        (b"=?utf-8?B?R3LDvMOfZQ==?=", "Grüße"),
        (b"=?utf-8?B?R3LDvMOfZQ?=", "Grüße"),  # padding forgotten
        (b"=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        (b"=?utf-8?q?a?= b =?utf-8?q?c?=", "a b c"),
        (b"=?utf-8?q?a?==?utf-8?q?b?=", "ab"),
        (b"=?utf-8?q?=C3?= =?utf-8?q?=BC?=", "ü"),  # a character cut in two
        (b"=?utf-8*en?q?=C3=BC?=", "ü"),  # RFC 2231 language
        (b"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("Żółć 日本語".encode(), "Żółć 日本語"),
        (b"=?nonsense?q?a=20b?=", "a b"),
        (b"=?utf-8?B?!!!!!?=", "=?utf-8?B?!!!!!?="),
        (b"=?utf-8?x?a?=", "=?utf-8?x?a?="),
        (b"=?utf-8?q?", "=?utf-8?q?"),
        (b"", ""),
    ],
)
def test_encoded_words(value, text):
    assert decoded(value) == text


def test_octets_that_are_no_utf8_are_shown_as_octets():
    assert visible_text(decoded(b"caf\xe9")) == "caf\\xe9"


def test_a_control_hidden_in_an_encoded_word_stays_harmless():
    summary = summarise(b"Subject: =?utf-8?q?=1B]0;owned=07=0D=0ASTAT?=\r\nFrom: a\x9b\r\n")
    assert summary.subject == "\\x1b]0;owned\\x07\\x0d\\x0aSTAT"
    assert summary.sender == "a\\x9b"


def test_fields_are_unfolded_and_other_lines_passed_over():
    header = b"no field\r\n folded\r\nSubject:a\r\n\tb\r\n  c\r\nX :y\r\n: z\r\n\r\nTo: body\r\n"
    assert list(fields(header)) == [("subject", b"a b c"), ("x", b"y")]


@pytest.mark.parametrize(
    ("message", "header"),
    [
        (b"A: b\r\n\r\nbody", b"A: b\r\n"),
        (b"A: b\n\nbody", b"A: b\n"),
        (b"A: b\r\n", b"A: b\r\n"),
        (b"\r\nbody", b""),
        (b"", b""),
    ],
)
def test_the_header_ends_at_the_blank_line(message, header):
    assert header_of(message) == header


def test_an_endless_header_is_looked_at_up_to_a_limit():
    assert len(header_of(b"A: " + b"x" * 10 * HEADER_LIMIT)) == HEADER_LIMIT


def test_a_summary():
    header = (
        b"Date: Sun, 8 Nov 2026 12:34:56 -0500\r\nSubject: one\r\nSubject: two\r\n"
        b'From: "Reyes, Ana" <ana@example.org>\r\n'
    )
    summary = summarise(header)
    assert (summary.date, summary.sender) == ("2026-11-08 12:34", "Reyes, Ana")
    assert (summary.subject, summary.trouble) == ("one", "")
    assert str(summary) == "Reyes, Ana: one"


def test_the_sender_field_stands_in_for_from():
    assert summarise(b"Sender: a@example.org\r\n").sender == "a@example.org"


@pytest.mark.parametrize("date", [b"Smarch 32, 2026", b"Mon, 99 Nov 2026 99:99:99 +9999", b"1"])
def test_a_date_that_is_none_is_shown_as_it_came(date):
    assert summarise(b"Date: " + date + b"\r\n").date == date.decode()


@pytest.mark.parametrize("header", [b"", b"\r\n", b"not a header at all\r\n", b"\0\xff\r\n"])
def test_a_header_without_a_field_is_told(header):
    assert summarise(header).trouble == "no header field could be read"


@pytest.mark.parametrize(
    "header",
    [
        b"Subject: " + b" " * 65000 + b"x",
        b"\t" * 65000 + b"x",
        b'From: "' + b"\x0c" * 65000 + b"x",
        b"From: =?utf-8?q?x" + b"=0B" * 21000 + b"?=x",
    ],
)
def test_a_long_row_of_blanks_does_not_hold_up_the_listing(header):
    """All of these took the square of their length: a listing of 50 took minutes."""
    assert summarise(header + b"\r\nDate: Sat, 21 Nov 2026 10:00:00 +0000\r\n").date[:4] == "2026"


def test_a_summary_is_bounded():
    assert len(summarise(b"Subject: " + b"\x1b" * 60000 + b"\r\n").subject) <= KEPT


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ("Ana <a@b.example>", "Ana"),
        ('"Reyes, Ana" <a@b.example>', "Reyes, Ana"),
        ("<a@b.example>", "a@b.example"),
        ("a@b.example (Ana)", "a@b.example (Ana)"),
        ('"Ana <a@b.example>', "Ana"),
        ('"" <a@b.example>', "a@b.example"),
        ('An"a <a@b.example>', 'An"a <a@b.example>'),
        ("Ana <a@b.example", "Ana <a@b.example"),
        ("Ana <<a@b.example>", "Ana <<a@b.example>"),
        ("Ana <>", "Ana <>"),
        ("", ""),
    ],
)
def test_a_name_before_an_address(sender, name):
    assert name_of(sender) == name


@pytest.mark.parametrize(
    ("octets", "charset", "text", "note"),
    [
        (b"abc", "us-ascii", "abc", ""),
        (b"abc", "", "abc", ""),
        ("ü".encode(), "UTF-8", "ü", ""),
        (b"\xfc", "iso-8859-1", "ü", ""),
        ("ü".encode(), "", "ü", "octets above 127 in what should be US-ASCII; read as UTF-8"),
        (b"a\xfc", "utf-8", "a\\xfc", "octets that are no UTF-8 are shown as \\xHH"),
        (b"a", "klingon", "a", "the charset KLINGON is not known; read as UTF-8"),
        (b"a", "base64", "a", "the charset BASE64 is not known; read as UTF-8"),
        (b"\\x41", "unicode_escape", "\\x41", "the charset UNICODE_ESCAPE is not known; read as"),
        (b"a", "a\0b", "a", "the charset A\\X00B is not known; read as UTF-8"),
        (b"a", "\udce9", "a", "the charset"),
    ],
)
def test_a_wrong_charset_is_told(octets, charset, text, note):
    shown, why = decode_text(octets, charset)
    assert shown == text
    assert why.startswith(note)
    assert bool(why) == bool(note)


@given(st.binary(max_size=300), st.sampled_from(["", "utf-8", "utf-7", "utf-16", "idna", "big5"]))
def test_no_octets_and_no_charset_break_the_listing(octets, charset):
    text, _ = decode_text(octets, charset)
    assert "\x1b" not in visible_text(text)
    header = b"From: " + octets + b"\r\nDate: " + octets + b"\r\nSubject: =?" + octets + b"?=\r\n"
    summary = summarise(header)
    assert "\x1b" not in summary.subject + summary.sender + summary.date
    word = b"Subject: =?" + (charset or "x").encode() + b"?q?" + octets + b"?=\r\n"
    assert "\n" not in summarise(word).subject
