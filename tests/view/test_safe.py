"""Making octets harmless: what a hostile mail can't do to whoever looks at it."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pop3shell.protocol.visible import visible, visible_octets, visible_text
from pop3shell.server.maildrops.sample import SampleSource
from pop3shell.view.safe import VisibleLines

#: What controls a terminal or the order and width of text, and what is no character.
DANGEROUS = {"Cc", "Cf", "Cs", "Zl", "Zp"}

HOSTILE = {
    b"\x1b[2J\x1b[H": "\\x1b[2J\\x1b[H",
    b"\x1b]52;c;cm0gLXJm\x07": "\\x1b]52;c;cm0gLXJm\\x07",
    b"\x90q\x9c": "\\x90q\\x9c",
    b"\xc2\x9b1m": "\\xc2\\x9b1m",
    "\u061c\u200e\u200f\u202a\u202e\u2066\u2069".encode(): (
        "\\xd8\\x9c\\xe2\\x80\\x8e\\xe2\\x80\\x8f\\xe2\\x80\\xaa\\xe2\\x80\\xae\\xe2\\x81\\xa6"
        "\\xe2\\x81\\xa9"
    ),
    "\u200b\u200d\u2060\ufeff\u00ad".encode(): (
        "\\xe2\\x80\\x8b\\xe2\\x80\\x8d\\xe2\\x81\\xa0\\xef\\xbb\\xbf\\xc2\\xad"
    ),
    "\u2028\u2029\u0085".encode(): "\\xe2\\x80\\xa8\\xe2\\x80\\xa9\\xc2\\x85",
    "\U000e0041\ufe0f".encode(): "\\xf3\\xa0\\x81\\x81\\xef\\xb8\\x8f",
    b"\r\n\r\n": "\\x0d\\x0a\\x0d\\x0a",
    b"\xc0\x80\xed\xa0\x80\xf8\x88\x80\x80\x80": (
        "\\xc0\\x80\\xed\\xa0\\x80\\xf8\\x88\\x80\\x80\\x80"
    ),
    b"plain \\x41 text": "plain \\x41 text",
    "Gr\u00fc\u00dfe, \u65e5\u672c\u8a9e, \U0001f4ec".encode(): (
        "Gr\u00fc\u00dfe, \u65e5\u672c\u8a9e, \U0001f4ec"
    ),
    b"": "",
}

lines = st.lists(
    st.one_of(
        st.binary(max_size=12),
        st.text(max_size=8).map(lambda text: text.encode("utf-8", "surrogatepass")),
        st.sampled_from([b"\r", b"\n", b".", b"\xc3", b"\xe2\x80", b"S: +OK", *HOSTILE]),
        st.sampled_from([b"\0", b"\x1b", b"\r", b"\n", b"\xff", b"\t\0", bytes(range(32))]).map(
            lambda octets: octets * 40
        ),
    ),
    max_size=8,
).map(b"".join)


@pytest.mark.parametrize("octets", HOSTILE, ids=repr)
def test_what_is_dangerous_is_shown_as_its_octets(octets):
    assert visible(octets) == HOSTILE[octets]
    assert visible_octets(octets) == HOSTILE[octets].encode()


def test_no_character_that_acts_rather_than_shows_is_let_through():
    characters = "".join(
        chr(point) for point in range(0x110000) if unicodedata.category(chr(point)) in DANGEROUS
    )
    assert visible_text(characters).isascii()
    assert "\x1b" not in visible_text(characters)


@given(lines)
def test_nothing_dangerous_ever_comes_out(octets):
    assert harmless(visible(octets))
    assert visible_octets(octets) == visible(octets).encode()


def harmless(text: str) -> bool:
    return not any(unicodedata.category(character) in DANGEROUS for character in text)


def stream(octets: bytes, cuts: list[int], prefix: bytes = b"S: ") -> bytes:
    shown = VisibleLines(prefix)
    edges = [0, *sorted(cut % (len(octets) + 1) for cut in cuts), len(octets)]
    pieces = [octets[a:b] for a, b in itertools.pairwise(edges)]
    return b"".join(shown.feed(piece) for piece in pieces) + shown.end()


@given(lines, st.lists(st.integers(min_value=0), max_size=6))
@example("\u00e9\r\n".encode(), [1, 2, 3])
@example(b"\xc3\r", [1])
@example(b"a\r\n\xe2\x80", [3, 4])
@example(b"\\udc80 \xff \\x0d\\x0a \x0d\x0a", [])  # what stands there is not what is escaped
@example(b"\x00\x01\x1b" * 40 + b"\r\n" + b"\r" * 40 + b"\r\n" + b"\r" * 32 + b"\n", [7, 121, 165])
def test_however_a_stream_is_cut_it_looks_the_same(octets, cuts):
    whole = b"".join(b"S: %b\n" % visible_octets(line) for line in crlf_lines(octets))
    assert stream(octets, cuts) == whole
    assert stream(octets, list(range(len(octets)))) == whole


def crlf_lines(octets: bytes) -> list[bytes]:
    *whole, rest = octets.split(b"\r\n")
    return [*whole, rest] if rest else whole


@given(lines, st.lists(st.integers(min_value=0), max_size=6))
def test_only_line_feeds_of_its_own_come_out_of_a_stream(octets, cuts):
    shown = stream(octets, cuts, b"")
    assert all(harmless(line) for line in shown.decode().split("\n"))
    assert shown.count(b"\n") == len(crlf_lines(octets))


def test_a_stream_can_be_used_again_after_its_end():
    shown = VisibleLines(b"S: ")
    assert shown.feed(b"half \xc3") + shown.end() == b"S: half \\xc3\n"
    assert shown.feed(b"next\r\n") + shown.end() == b"S: next\n"
    assert shown.end() == b""


def test_the_sample_maildrop_has_nothing_that_is_not_made_harmless():
    for message in SampleSource().messages():
        content = message.content()
        shown = stream(content[:200_000], [70_000, 70_001])
        assert all(harmless(line) for line in shown.decode().split("\n"))
