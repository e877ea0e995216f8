"""Bodies in colour: the same in bulk as line by line, wherever the network cuts them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from view_dialogues import SGR, cells, looks

from pop3shell.protocol.visible import visible
from pop3shell.view import colour, parts
from pop3shell.view.colour import REMEMBERED, Body
from pop3shell.view.parts import Rows
from pop3shell.view.style import STYLE, Part

CRLF, LF = b"\r\n", b"\n"


def shown(rows: Rows, *chunks: bytes, in_colour: bool = True, line_end: bytes = CRLF) -> bytes:
    body = Body(rows, colour=in_colour)
    return b"".join(body.feed(chunk, line_end) for chunk in chunks) + body.end()


def code(part: Part) -> set[str]:
    return set(STYLE[part].on[2:-1].split(";")) - {""}


pieces = st.sampled_from(
    [
        "1",
        "23",
        " ",
        "  ",
        "abc",
        "Subject:",
        ":",
        ">",
        ".",
        "..",
        "é",
        "\x1b",
        "\t",
        "\udcff",
        "x" * 99,
        "\0",
        "\0\x01\x1b" * 20,
        "\\udcff",
    ]
)
lines = st.lists(st.lists(pieces, max_size=6).map("".join), max_size=12)
row_kinds = st.sampled_from(Rows)


def octets_of(texts: list[str]) -> bytes:
    return b"".join(text.encode("utf-8", "surrogateescape") + CRLF for text in texts)


@given(lines, row_kinds)
def test_in_bulk_all_looks_as_it_does_line_by_line(texts, rows):
    in_header, one_by_one = rows is Rows.MESSAGE, b""
    for text in texts:
        in_header = in_header and bool(text)
        pairs = list(parts.row(text, rows, header=in_header))
        one_by_one += colour.line(iter(pairs), colour=True) + b"\n"
    assert cells(shown(rows, octets_of(texts))) == cells(one_by_one)


@given(lines, row_kinds, st.lists(st.integers(0, 300), max_size=8), st.sampled_from([CRLF, LF]))
def test_wherever_it_is_cut_the_text_is_the_same_with_and_without_colour(
    texts, rows, cuts, line_end
):
    octets = octets_of(texts).replace(CRLF, line_end)
    places = sorted({0, len(octets), *(min(cut, len(octets)) for cut in cuts)})
    chunks = [octets[a:b] for a, b in pairwise(places)]
    whole = shown(rows, octets, in_colour=False, line_end=line_end)
    for in_colour in (False, True):
        cut_up = shown(rows, *chunks, in_colour=in_colour, line_end=line_end)
        assert SGR.sub(b"", cut_up) == whole
        cells(cut_up)  # nothing is left on


body_lines = st.sampled_from(["> quoted", "plain", "", "..dot", "1 2", "> \x1b \x1b"])


@given(st.lists(body_lines, max_size=8), st.integers(1, 30))
def test_wherever_a_body_is_cut_it_looks_the_same(texts, size):
    octets = b"A: b\r\n\r\n" + octets_of(texts)
    chunks = [octets[at : at + size] for at in range(8, len(octets), size)]
    assert cells(shown(Rows.MESSAGE, octets[:8], *chunks)) == cells(shown(Rows.MESSAGE, octets))


def test_a_header_ends_at_the_blank_line_wherever_that_is_cut():
    octets = b"A: b\r\n\r\nC: d\r\n"
    for at in range(len(octets)):
        found = shown(Rows.MESSAGE, octets[:at], octets[at:])
        assert looks(found, "C: d") == set(), at


def test_a_message_without_header_has_a_body():
    assert looks(shown(Rows.MESSAGE, b"\r\nC: d\r\n"), "C: d") == set()
    assert looks(shown(Rows.MESSAGE, b"\nC: d\n", line_end=LF), "C: d") == set()


def test_a_bare_lf_is_shown_and_set_off_and_the_header_ends_all_the_same():
    found = shown(Rows.MESSAGE, b"A: b\n\n> c\n", line_end=LF)
    assert SGR.sub(b"", found) == b"A: b\\x0a\n\\x0a\n> c\\x0a\n"
    assert looks(found, "A:") == code(Part.HEADER_NAME)
    assert looks(found, "> c") == code(Part.QUOTED)
    assert cells(found).count(("\\", frozenset(code(Part.ESCAPE)))) == 1  # that of the blank line


def test_what_cannot_be_printed_is_set_off_in_the_look_of_its_line():
    found = shown(Rows.MESSAGE, b"A: b\x1b[2Jc\r\n\r\n> d\xff\r\n")
    escape = code(Part.ESCAPE)
    assert looks(found, r"\x1b") == code(Part.HEADER_VALUE) | escape
    assert looks(found, "[2Jc") == code(Part.HEADER_VALUE)
    assert looks(found, r"\xff") == code(Part.QUOTED) | escape


def test_what_the_mail_itself_writes_like_an_escape_is_not_set_off():
    assert looks(shown(Rows.TEXT, b"a\\x1bb\r\n"), r"a\x1bb") == set()


@pytest.mark.parametrize("begins", [b"> ", b"A: b\r\n\r\n> "])
def test_a_line_that_never_ends_is_shown_as_it_comes_and_keeps_its_look(begins):
    rows = Rows.MESSAGE
    body = Body(rows, colour=True)
    body.feed(b"A: b\r\n\r\n", CRLF)
    first = body.feed(begins + b"x" * 2 * REMEMBERED, CRLF)
    assert first
    for _ in range(3):
        more = body.feed(b"y" * REMEMBERED + b"\x1b", CRLF)
        assert looks(more, "y" * REMEMBERED) == code(Part.QUOTED)
    assert looks(body.feed(b"z\r\nplain\r\n", CRLF), "plain") == set()


def test_nothing_is_held_back_but_half_a_character_and_half_a_line_end():
    body = Body(Rows.MESSAGE, colour=True)
    assert SGR.sub(b"", body.feed(b"Sub", CRLF)) == b"Sub"
    assert SGR.sub(b"", body.feed(b"ject: \xc3", CRLF)) == b"ject: "
    assert SGR.sub(b"", body.feed(b"\xa4\r", CRLF)) == "ä".encode()
    assert SGR.sub(b"", body.feed(b"x", CRLF)) == rb"\x0dx"
    assert SGR.sub(b"", body.end()) == b"\n"


def test_a_single_line_is_made_safe_whatever_its_parts():
    pairs = [(Part.OK, "+OK\x1b"), (Part.TEXT, "\u202e\udcff"), (Part.CODE, "")]
    text = "+OK\x1b\u202e\udcff"
    plain = visible(text.encode("utf-8", "surrogateescape")).encode()
    assert colour.line(iter(pairs), colour=False) == plain
    assert SGR.sub(b"", colour.line(iter(pairs), colour=True)) == plain


@given(lines, row_kinds, st.integers(0, 200), st.integers(0, 200))
def test_wherever_it_is_cut_it_reads_the_same(texts, rows, one, other):
    """How it looks may differ: of a header's name the colon must have come."""
    octets = octets_of(texts)
    first, second = sorted((min(one, len(octets)), min(other, len(octets))))
    cut_up = shown(rows, octets[:first], octets[first:second], octets[second:])
    assert SGR.sub(b"", cut_up) == shown(rows, octets, in_colour=False)
