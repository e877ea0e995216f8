"""The grammars of replies, in the forms in which servers really send them."""

from __future__ import annotations

import re
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop3shell.protocol import limits, replies


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"[IN-USE] busy", "IN-USE"),
        (b"[SYS/TEMP]", "SYS/TEMP"),
        (b"[REFERRAL/mrose@example.org:110] go there", "REFERRAL/mrose@example.org:110"),
        (b"[in-use] busy", "in-use"),
        (b" [IN-USE] busy", ""),
        (b"busy [IN-USE]", ""),
        (b"[IN USE] busy", ""),
        (b"[] busy", ""),
        (b"[IN-USE busy", ""),
        (b"", ""),
        (b"[\xff] odd", "�"),
    ],
)
def test_a_response_code_stands_at_the_head_of_the_text(text, code):
    assert replies.response_code(text) == code


PIECES = st.sampled_from([
    b"+OK", b"-ERR", b"+ok", b" ", b"  ", b"\r\n", b"\n", b"\t", b"[", b"]", b"SYS/TEMP", b"<",
    b">", b"@", b"1.2", b"x", b"0", b"1", b"17", b"9" * 23, b"SASL", b"sasl=", b"PLAIN", b"=",
])  # fmt: skip
OCTETS = st.lists(st.one_of(PIECES, st.binary(max_size=3)), max_size=12).map(b"".join)


@settings(max_examples=300, deadline=None)
@given(OCTETS)
def test_of_any_octets_only_what_is_there_is_read(octets):
    """Servers send anything; a number or unique-id that was never sent must not be shown."""
    status, text, exact = replies.status_of(octets)
    assert octets.rstrip(b"\r\n").endswith(text.rstrip(b"\r\n"))
    assert not (exact and status is None)
    code = replies.response_code(octets)
    assert not code or octets.decode("ascii", "replace").startswith(f"[{code}]")
    stamp = replies.timestamp(octets)
    assert stamp in octets
    assert not stamp or (stamp[:1] + stamp[-1:] == b"<>" and b"@" in stamp)
    if counts := replies.stat(octets):
        assert len(re.findall(rb"[0-9]+", octets)) >= 2
        assert all(0 <= count < 10**20 for count in counts)


@settings(max_examples=300, deadline=None)
@given(OCTETS)
def test_of_any_listing_only_the_lines_that_are_there_are_read(octets):
    lines = [line.split() for line in octets.split(b"\n")]
    words = {word for line in lines for word in line}
    begun = {int(line[0]) for line in lines if line and line[0].isdigit()}
    assert replies.scan_listing(octets).keys() <= begun
    assert replies.unique_ids(octets).keys() <= begun
    for unique_id in replies.unique_ids(octets).values():
        assert any(unique_id.encode() == escaped(word) for word in words)
    for tag, arguments in replies.capabilities(octets).items():
        assert tag == tag.upper()
        assert not any(re.search(r"\s", argument) for argument in arguments)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([b"1 5", b"22 600 x", b"", b"3", b"x", b"+OK"])), st.binary())
def test_a_listing_is_read_the_same_in_blocks_of_any_size(lines, rest):
    listing = b"".join(line + b"\r\n" for line in lines) + rest
    whole = replies.scan_listing(listing), replies.unique_ids(listing)
    with pytest.MonkeyPatch.context() as patch:
        for size in (1, 2, 7, 20):
            patch.setattr(limits, "LISTING_BLOCK", size)
            assert (replies.scan_listing(listing), replies.unique_ids(listing)) == whole


@pytest.mark.parametrize("block", [1, 10, 17, 1000])
@pytest.mark.parametrize("end", [b"", b"6 6", b"6 6\r\n"])
def test_of_a_hostile_listing_the_first_lines_are_read(monkeypatch, block, end):
    monkeypatch.setattr(limits, "LISTING_BLOCK", block)
    monkeypatch.setattr(limits, "LISTED", 3)
    listing = b"1 10\r\nnoise\r\n3 30\r\n4 40\r\n5 50\r\n" + end
    assert replies.scan_listing(listing) == {1: 10, 3: 30}
    assert replies.unique_ids(listing) == {1: "10", 3: "30"}


def test_what_is_made_of_a_listing_takes_little_more_than_it_holds():
    """A list of all lines taken apart was as large again as the sizes themselves, and more."""
    many = 100_000
    listing = b"".join(b"%d %d\r\n" % (n, 1000 + n) for n in range(1, many + 1))
    tracemalloc.start()
    sizes = replies.scan_listing(listing)
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(sizes) == many
    assert peak < 1.4 * held


def test_an_endless_announcement_is_read_as_far_as_makes_sense():
    """Held and taken apart whole, it cost gigabytes, and minutes where a tag came again."""
    size = limits.CAPABILITIES
    found = replies.capabilities(b"SASL PLAIN\r\n" * size + b"LAST\r\n")
    assert set(found["SASL"]) == {"PLAIN"}
    assert "LAST" not in found
    found = replies.capabilities(b"X" * (size - 3) + b"\r\nTOP\r\n")
    assert found.keys() == {"X" * (size - 3)}


def escaped(word: bytes) -> bytes:
    return word.decode("ascii", "backslashreplace").encode()


@given(st.sampled_from([b"+OK", b"-ERR", b"+ok", b"-Err", b"+", b"OK", b""]), st.binary(max_size=9))
def test_what_looks_like_a_status_is_one(word, rest):
    line = word + rest
    assert replies.looks_like_status(line) == (replies.status_of(line)[0] is not None)
