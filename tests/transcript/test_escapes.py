"""A transcript that isn't exact to the octet is no evidence."""

from __future__ import annotations

import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop3shell.protocol.visible import visible as shown
from pop3shell.transcript.escapes import (
    BadEscape,
    escape,
    escape_line,
    file_lines,
    unescape,
    visible,
)

OCTETS = st.one_of(
    st.binary(max_size=200),
    st.text(max_size=100).map(str.encode),
    st.lists(
        st.sampled_from(
            [
                b"\\",
                b"\\x41",
                b"\\n",
                b"n",
                b"\r",
                b"\n",
                b"\r\n",
                b" ",
                b"${",
                b"$",
                b"{",
                b"udc",
                b"\t",
                b"\0",
                b"\xc3\xa4",
                b"\xe4",
                b"\xe2\x80\xae",
                b"\xf3\xa0\x80\x81",
                b".",
            ]
        ),
        max_size=40,
    ).map(b"".join),
)


@given(OCTETS)
def test_any_octets_come_back(octets) -> None:
    assert unescape(escape(octets)) == octets


@given(OCTETS)
def test_any_line_comes_back_with_its_end(octets) -> None:
    line = octets.replace(b"\n", b"")
    for end in (b"\r\n", b"\n", b""):
        if line or end:
            assert unescape(escape_line(line + end) + b"\r\n") == line + end


@given(OCTETS, OCTETS, st.integers(min_value=0, max_value=200))
@settings(max_examples=300)
def test_a_body_looks_the_same_in_bulk_and_line_by_line(octets, more, cut) -> None:
    block = octets + b"\r\nplain\r\n"
    texts = [escape_line(line + b"\n") for line in block.split(b"\n")[:-1]]
    lines = [b"S:" + b" " * bool(text) + text + b"\n" for text in texts]
    begun = b"[1.500] S:"
    expected = begun + b"".join(lines)[2:]
    block += more.replace(b"\n", b"")
    assert bytes(file_lines((block[:cut], block[cut:]), b"S:", begun)) == expected


@given(OCTETS)
@settings(max_examples=300)
def test_a_text_is_one_harmless_line_and_holds_no_placeholder(octets) -> None:
    text = escape_line(octets + b"\r\n")
    assert shown(text) == text.decode()
    assert not text.endswith(b" ")
    assert b"${" not in text


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        (b"+OK ready\r\n", b"+OK ready"),
        (b"\r\n", b""),
        (b"a\\b\r\n", rb"a\\b"),
        (b"a\tb\0c\x7f\r\n", rb"a\x09b\x00c\x7f"),
        (b"ends in blanks  \r\n", rb"ends in blanks \x20"),
        (b"bare\n", rb"bare\n"),
        (b"no end", b"no end\\"),
        (b"cr \r\r\n", rb"cr \x0d"),
        ("grün €\r\n".encode(), "grün €".encode()),
        (b"gr\xfcn\r\n", rb"gr\xfcn"),
        ("\u202egnp.exe\u200b\r\n".encode(), rb"\xe2\x80\xaegnp.exe\xe2\x80\x8b"),
        ("\u2028\x85\r\n".encode(), rb"\xe2\x80\xa8\xc2\x85"),
        (b"${password}\r\n", rb"\x24{password}"),
        (b"$5 {x}\r\n", b"$5 {x}"),
    ],
)
def test_what_a_line_looks_like_in_the_file(octets, text) -> None:
    assert escape_line(octets) == text


@pytest.mark.parametrize(
    "text", [rb"\t", rb"\x4", rb"\xgg", rb"\ ", rb"a\nb", rb"\u0041", b"end\\"]
)
def test_an_unknown_escape_is_refused(text) -> None:
    with pytest.raises(BadEscape):
        unescape(text)


def test_the_line_of_a_bad_escape_is_told() -> None:
    with pytest.raises(BadEscape) as caught:
        unescape(b"good\\\r\n\\\\\r\nbad \\q\r\nmore\r\n")
    assert (caught.value.line, caught.value.text) == (2, "\\q")


def test_an_escape_does_not_begin_on_one_line_and_end_on_the_next() -> None:
    with pytest.raises(BadEscape):
        unescape(b"\\x4\\\r\n1\r\n")


def test_what_is_harmful_on_a_terminal_is_escaped_in_a_file() -> None:
    """`cat` of a transcript must be as safe as the shell's own screen."""
    every = "".join(chr(code) for code in range(sys.maxunicode + 1))
    octets = every.encode("utf-8", "surrogatepass")
    assert visible(octets) == shown(octets).encode()
