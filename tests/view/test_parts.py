"""Each part of a line is told from the others, and none of the line is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop3shell.protocol.commandline import parse
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.commands import COMMANDS, Shape
from pop3shell.view import parts
from pop3shell.view.parts import ROWS, Rows
from pop3shell.view.style import Part


def named(pairs, *, keep_text: bool = False) -> list[tuple[str, str]]:
    """Pairs with the names of their parts, ordinary text left out."""
    return [(p.name, t) for p, t in pairs if t and (keep_text or p not in (Part.TEXT, Part.BODY))]


def status(line: str, command: str = "NOOP", **options: bool) -> list[tuple[str, str]]:
    return named(parts.status(line, parse(command.encode() + b"\r\n"), **options))


def test_a_reply_is_indicator_code_and_text():
    assert status("-ERR [IN-USE] busy since 12:00") == [("ERR", "-ERR"), ("CODE", "[IN-USE]")]
    assert status("+OK") == [("OK", "+OK")]
    assert status("+ok [x y] is no code") == [("OK", "+ok")]


def test_numbers_are_told_from_versions_and_names():
    found = status("+OK 2 messages (320 octets), v2.3.21 of x86 at 10.0.0.1", "STAT")
    assert found == [("OK", "+OK"), ("NUMBER", "2"), ("NUMBER", "320")]


def test_a_greeting_shows_the_timestamp_that_apop_needs():
    found = status("+OK POP3 <not this> <1896.69@dbc.mtview.ca.us> 7", greeting=True)
    assert found == [("OK", "+OK"), ("TIMESTAMP", "<1896.69@dbc.mtview.ca.us>")]
    assert status("+OK ready", greeting=True) == [("OK", "+OK")]


def test_single_line_listings_have_the_parts_of_the_long_ones():
    expected = [("OK", "+OK"), ("NUMBER", "2"), ("UNIQUE_ID", "QhdPYR:00WBw1Ph7x7")]
    assert status("+OK 2 QhdPYR:00WBw1Ph7x7", "UIDL 2") == expected
    assert status("+OK 2 200", "LIST 2") == [("OK", "+OK"), ("NUMBER", "2"), ("NUMBER", "200")]
    assert status("+OK de Sprache", "LANG de") == [("OK", "+OK"), ("TAG", "de")]


def test_a_line_without_indicator_is_just_text():
    assert status("* OK IMAP4 ready") == []


@pytest.mark.parametrize(
    ("line", "rows", "expected"),
    [
        ("1 120", Rows.SIZES, [("NUMBER", "1"), ("NUMBER", "120")]),
        ("1 120 bytes", Rows.SIZES, [("NUMBER", "1"), ("NUMBER", "120")]),
        ("one 120", Rows.SIZES, []),
        ("1 whqtswO00WBw418f9t5JxYwZ", Rows.UNIQUE_IDS,
         [("NUMBER", "1"), ("UNIQUE_ID", "whqtswO00WBw418f9t5JxYwZ")]),
        ("SASL PLAIN LOGIN", Rows.TAGS, [("TAG", "SASL")]),
        ("..dot", Rows.TAGS, [("DOT", ".")]),
        ("..dot", Rows.MESSAGE, [("DOT", ".")]),
        ("> said", Rows.MESSAGE, [("QUOTED", "> said")]),
        ("a: b", Rows.MESSAGE, []),
        ("anything 12", Rows.TEXT, []),
    ],
)  # fmt: skip
def test_rows_are_shown_by_what_was_asked_for(line, rows, expected):
    assert named(parts.row(line, rows)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Subject: x: y", [("HEADER_NAME", "Subject:"), ("HEADER_VALUE", " x: y")]),
        ("  folded: line", [("HEADER_VALUE", "  folded: line")]),
        ("\tfolded", [("HEADER_VALUE", "\tfolded")]),
        ("no header", []),
        ("> quoted", []),
        ("..x: y", [("DOT", ".")]),
    ],
)
def test_a_message_begins_with_its_header(line, expected):
    assert named(parts.row(line, Rows.MESSAGE, header=True)) == expected


def test_every_multi_line_reply_has_its_rows():
    for row in COMMANDS:
        if row.shape is Shape.MULTI or row.shape_with_argument is Shape.MULTI:
            assert row in ROWS, f"{row.verb} needs a row in parts.ROWS"


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.verb)
def test_every_command_is_known_and_so_are_its_arguments(row):
    example = next(line[3:] for line in row.example if line.startswith("C: " + row.verb))
    found = named(parts.command_line(example))
    assert found[0] == ("VERB", row.verb)
    assert "UNKNOWN" not in [name for name, _ in found]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("top 1 0", [("VERB", "top"), ("NUMBER", "1"), ("NUMBER", "0")]),
        ("TOP 0 x", [("VERB", "TOP"), ("UNKNOWN", "0"), ("UNKNOWN", "x")]),
        ("RETR 1 2", [("VERB", "RETR"), ("NUMBER", "1"), ("UNKNOWN", "2")]),
        ("RE", [("VERB_BEGUN", "RE")]),
        ("RE 1", [("UNKNOWN", "RE"), ("ARGUMENT", "1")]),
        ("HULLO", [("UNKNOWN", "HULLO")]),
        ("PASS two words", [("VERB", "PASS"), ("SECRET", "two words")]),
        ("APOP mrose 0123", [("VERB", "APOP"), ("ARGUMENT", "mrose"), ("SECRET", "0123")]),
        ("AUTH PLAIN AGE=", [("VERB", "AUTH"), ("ARGUMENT", "PLAIN"), ("SECRET", "AGE=")]),
        ("!RETR 9", [("ANYWAY", "!"), ("VERB", "RETR"), ("NUMBER", "9")]),
        (":save all x", [("COLON", ":save"), ("ARGUMENT", "all x")]),
        (":caps", [("COLON", ":caps")]),
        ("", []),
        (" STAT", [("ARGUMENT", "STAT")]),
    ],
)  # fmt: skip
def test_a_line_is_coloured_as_it_is_typed(line, expected):
    assert named(parts.typed(line)) == expected


def test_inside_auth_a_line_is_a_secret_but_for_what_cancels():
    assert named(parts.typed("STAT", challenged=True)) == [("SECRET", "STAT")]
    assert named(parts.typed("!x", challenged=True)) == [("SECRET", "!x")]
    assert named(parts.typed("*", challenged=True)) == [("ARGUMENT", "*")]
    assert named(parts.typed(":state", challenged=True)) == [("COLON", ":state")]


lines = st.one_of(
    st.text(st.characters(exclude_characters="\n")),
    st.binary(max_size=20).map(lambda octets: octets.decode("utf-8", "surrogateescape")),
    st.lists(st.sampled_from(["+OK", " ", "-ERR", "[", "]", "1", "<a@b>", ".", ">", ":", "PASS",
                              "x", "\x1b[m", "\t", "!", "AUTH"])).map("".join),
)  # fmt: skip


@given(lines, st.sampled_from(COMMANDS), st.sampled_from(Rows), st.booleans())
def test_no_character_of_any_line_is_lost(line, row, rows, flag):
    command = parse(row.verb.encode() + b" 1\r\n")
    for pairs in (
        parts.status(line, command, greeting=flag),
        parts.row(line, rows, header=flag),
        parts.typed(line, challenged=flag),
        parts.challenge(line),
    ):
        assert "".join(text for _, text in pairs) == line


def test_the_rows_of_a_command_outside_the_table_are_text():
    assert parts.rows_of(parse(b"HULLO\r\n")) is Rows.TEXT
    assert parts.rows_of(parse(commands.UIDL.verb.encode())) is Rows.UNIQUE_IDS
