"""Reading the client's lines: nothing but CRLF ends one, and none may fill the memory."""

from __future__ import annotations

import itertools
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from pop3shell.server.lines import LineReader

STREAMS = st.lists(st.sampled_from([b"NOOP", b" ", b"\r", b"\n", b"\r\n", b"x" * 300, b"\0"]))


def read(*portions: bytes) -> list[bytes | None]:
    reader = LineReader()
    return [line for portion in portions for line in reader.feed(portion)]


def test_a_line_of_255_octets_is_read_and_one_of_256_is_not() -> None:
    assert read(b"x" * 253 + b"\r\n") == [b"x" * 253 + b"\r\n"]
    assert read(b"x" * 254 + b"\r\n") == [None]


def test_the_tail_of_a_long_line_is_never_a_line_of_its_own() -> None:
    for octets in (255, 256, 512, 5000):
        stream = b"x" * octets + b" NOOP\r\nSTAT\r\n"
        assert read(stream) == [None, b"STAT\r\n"]
        assert read(*(bytes([octet]) for octet in stream)) == [None, b"STAT\r\n"]


def test_neither_lf_nor_cr_alone_ends_a_line() -> None:
    assert read(b"NOOP\nSTAT\rLIST\r\n") == [b"NOOP\nSTAT\rLIST\r\n"]


@given(STREAMS, st.lists(st.integers(0, 2000)))
def test_any_split_into_portions_gives_the_same_lines(parts: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(parts)
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    portions = [stream[start:stop] for start, stop in itertools.pairwise(edges)]
    assert read(*portions) == read(stream)


def test_an_endless_line_is_not_kept() -> None:
    reader, portion = LineReader(), b"x" * 1000
    tracemalloc.start()
    try:
        for _ in range(1000):
            assert list(reader.feed(portion)) == []
        held, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert max(held, peak) < 100 * len(portion)
    assert list(reader.feed(b"\r\nNOOP\r\n")) == [None, b"NOOP\r\n"]


def test_a_client_that_sends_bare_lf_is_noticed() -> None:
    reader = LineReader()
    assert list(reader.feed(b"NOOP\n")) == []
    assert reader.ends_in_bare_lf
    reader.drop()
    assert not reader.ends_in_bare_lf
    assert list(reader.feed(b"STAT\r\n")) == [b"STAT\r\n"]
