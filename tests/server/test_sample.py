"""The sample maildrop: the same on every run, and with something for every program to trip over."""

from __future__ import annotations

import email
import email.policy
import tracemalloc
from email.utils import format_datetime, parsedate_to_datetime

import pytest

from pop3shell.server.maildrops import unique_ids
from pop3shell.server.maildrops.sample import BIG_OCTETS, SampleSource

MESSAGES = SampleSource().messages()
BY_ID = {message.unique_id: message for message in MESSAGES}
SMALL = [message for message in MESSAGES if message.octets < 10_000]


def test_there_is_enough_to_learn_from_and_the_first_message_is_small() -> None:
    assert len(MESSAGES) >= 12
    assert MESSAGES[0].octets < 1000
    assert b"Welcome" in MESSAGES[0].content()


def test_it_is_the_same_on_every_run() -> None:
    again = SampleSource().messages()
    assert [(m.unique_id, m.octets) for m in again] == [(m.unique_id, m.octets) for m in MESSAGES]
    assert [m.content() for m in again] == [m.content() for m in MESSAGES]


def test_unique_ids_are_legal_and_distinct() -> None:
    assert all(unique_ids.is_legal(uid) for uid in BY_ID)
    assert len(BY_ID) == len(MESSAGES)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: m.unique_id)
def test_sizes_are_those_of_the_content_in_whole_crlf_lines(message) -> None:
    content = message.content()
    assert len(content) == message.octets
    assert content.endswith(b"\r\n")
    assert content.count(b"\n") == content.count(b"\r\n")


@pytest.mark.parametrize("message", SMALL, ids=lambda m: m.unique_id)
def test_dates_name_the_right_day_of_the_week(message) -> None:
    date = email.message_from_bytes(message.content())["Date"]
    if "malformed" not in message.unique_id:
        assert format_datetime(parsedate_to_datetime(date)).replace(" 0", " ") == date.replace(
            " 0", " "
        )


def test_the_big_message_is_made_when_asked_for_and_then_forgotten() -> None:
    big = BY_ID["odd.five-million-octets"]
    tracemalloc.start()
    try:
        SampleSource().messages()
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()
    assert big.octets == BIG_OCTETS == len(big.content())


def test_one_message_is_there_twice() -> None:
    assert BY_ID["letter.lunch"].content() == BY_ID["letter.lunch-2"].content()


def test_there_are_lines_of_dots() -> None:
    lines = BY_ID["odd.dots"].content().split(b"\r\n")
    assert {b".", b"..", b"..."} & set(lines) == {b".", b"..."}
    assert any(line.startswith(b"..i") for line in lines)
    assert any(line.startswith(b".p") for line in lines)


@pytest.mark.parametrize(
    ("unique_id", "octets"),
    [
        ("odd.long-line", b"0123456789" * 100),
        ("odd.latin-1", b"abonn\xe9"),
        ("odd.escape-sequences", b"\x1b]0;"),
        ("odd.escape-sequences", b"\x1b[2J"),
        ("odd.escape-sequences", b"\x07"),
        ("odd.escape-sequences", "\N{RIGHT-TO-LEFT OVERRIDE}".encode()),
        ("odd.looks-like-replies", b"\r\n-ERR "),
        ("odd.nul-and-bare-cr", b"\x00"),
        ("letter.newsletter", b"text/html"),
        ("letter.utf8-header", "Subject: Żółć".encode()),
        ("letter.encoded-header", b"=?ISO-8859-1?Q?"),
    ],
)
def test_what_a_message_is_there_for_is_in_it(unique_id: str, octets: bytes) -> None:
    assert octets in BY_ID[unique_id].content()


def test_an_empty_body_and_none_at_all() -> None:
    assert BY_ID["odd.empty-body"].content().endswith(b"\r\n\r\n")
    assert b"\r\n\r\n" not in BY_ID["odd.no-body"].content()


def test_the_attachment_and_the_encoded_header_decode() -> None:
    parse = email.message_from_bytes
    mime = parse(BY_ID["letter.minutes"].content(), policy=email.policy.default)
    (attachment,) = mime.iter_attachments()
    assert attachment.get_filename() == "sizes.csv"
    assert "mrose,17," in attachment.get_content()
    letter = parse(BY_ID["letter.encoded-header"].content(), policy=email.policy.default)
    assert letter["Subject"] == "Grüße aus Köln \N{EN DASH} und eine Frage zur Kodierung"
    assert "greetings from Köln" in letter.get_content()
