"""Lines out of chunks: an endless line must neither fill the memory nor change how it is cut."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pop3shell.protocol.lines import CutLine, LineReader

octets = st.text("a\r\n", max_size=60).map(str.encode)
sizes = st.lists(st.integers(1, 9), min_size=1, max_size=8)


def chunks(data: bytes, lengths: list[int]) -> list[bytes]:
    """Cut data into pieces of these lengths, over and over."""
    cut, at = [], 0
    while at < len(data):
        length = lengths[len(cut) % len(lengths)]
        cut.append(data[at : at + length])
        at += length
    return cut


def parts(reader: LineReader, data: bytes) -> list[tuple[bytes, bool]]:
    """What the reader hands on of a chunk."""
    found, at = [], 0
    while at < len(data):
        before = at
        part, at, whole = reader.next(data, at)
        assert before < at <= len(data)
        if part:
            found.append((part, whole))
    return found


def expected(data: bytes, limit: int) -> tuple[list[tuple[bytes, bool]], bytes]:
    """The naive way: line by line, each cut at the limit; and what is left over."""
    found, held = [], b""
    for rest in _lines(data):
        line = rest
        while len(line) > limit or (len(line) == limit and not line.endswith(b"\n")):
            found.append((line[:limit], False))
            line = line[limit:]
        if line.endswith(b"\n"):
            found.append((line, True))
        else:
            held = line
    return found, held


def _lines(data: bytes) -> list[bytes]:
    *whole, last = data.split(b"\n")
    return [line + b"\n" for line in whole] + ([last] if last else [])


@settings(max_examples=300, deadline=None)
@given(octets, sizes, st.integers(1, 12))
def test_parts_and_lines_do_not_depend_on_the_chunks(data, lengths, limit):
    reader = LineReader(limit)
    found = [part for chunk in chunks(data, lengths) for part in parts(reader, chunk)]
    assert (found, reader.held) == expected(data, limit)


def test_each_part_but_the_last_has_exactly_the_limit():
    reader = LineReader(4)
    assert parts(reader, b"abcdefghij\r\nxy") == [
        (b"abcd", False),
        (b"efgh", False),
        (b"ij\r\n", True),
    ]
    assert reader.held == b"xy"


def test_a_line_of_exactly_the_limit_is_whole():
    assert parts(LineReader(4), b"ab\r\nabc\r\n") == [
        (b"ab\r\n", True),
        (b"abc\r", False),
        (b"\n", True),
    ]


def test_the_end_of_a_cut_line_is_seen_though_it_is_cut_itself():
    for parts_of_it, line in (
        ((b"abc\r", b"\n"), b"abc\r\n"),
        ((b"abcd", b"e\r\n"), b"abcd\r\n"),
        ((b"abcd", b"e\n"), b"abcd\n"),
        ((b"abcd", b"efg\r", b"\n"), b"abcd\r\n"),
        ((b"abcd", b"efgh", b"\n"), b"abcd\n"),
    ):
        cut = CutLine(parts_of_it[0])
        for part in parts_of_it[1:]:
            cut.add(part)
        assert cut.shortened() == line
        assert cut.octets == sum(map(len, parts_of_it))
