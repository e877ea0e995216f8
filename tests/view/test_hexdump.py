"""Octets as rows: nothing hidden, nothing dangerous, readable in a narrow window."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop3shell.view.hexdump import HexDump


def dumped(*chunks: bytes, columns: int = 80) -> bytes:
    dump = HexDump("S", lambda: columns)
    return b"".join(map(dump.feed, chunks)) + dump.end()


def rows(dump: bytes) -> list[tuple[int, bytes, bytes]]:
    """Where each row begins, its octets read off, and how they are printed beside."""
    lines = dump.splitlines()
    assert all(line.startswith(b"S ") for line in lines)
    return [(int(line[2:8], 16), bytes.fromhex(line[10:57].decode()), line[59:]) for line in lines]


def test_a_line_is_a_row_with_its_line_end():
    row = b"S 000000  2b 4f 4b 20 c3 a4 0d 0a                          +OK ....\n"
    assert dumped("+OK ä\r\n".encode()) == row


def test_every_line_begins_a_row_and_offsets_go_on():
    assert rows(dumped(b"a" * 17 + b"\r\n", b"b\n")) == [
        (0, b"a" * 16, b"a" * 16), (16, b"a\r\n", b"a.."), (19, b"b\n", b"b."),
    ]  # fmt: skip


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_the_octets_can_be_read_off_wherever_they_were_cut(chunks):
    whole = dumped(b"".join(chunks))
    assert dumped(*chunks) == whole
    assert b"".join(octets for _, octets, _ in rows(whole)) == b"".join(chunks)
    assert not whole.translate(None, bytes(range(0x20, 0x7F)) + b"\n")


def test_the_rows_follow_the_window_as_it_is_resized():
    columns = 80
    dump = HexDump("S", lambda: columns)
    wide = dump.feed(b"a" * 44)
    columns = 60
    narrow = dump.feed(b"a" * 8) + dump.end()
    assert [len(octets) for _, octets, _ in rows(wide)] == [16, 16]
    found = [(line[2:8], line[-8:]) for line in narrow.splitlines()]
    assert found == [(b"000020", b"a" * 8), (b"000028", b"a" * 8), (b"000030", b"    aaaa")]
    assert max(map(len, narrow.splitlines())) <= 60


@pytest.mark.parametrize(
    ("columns", "octets"), [(200, 16), (80, 16), (75, 16), (74, 8), (60, 8), (43, 8), (42, 4),
                            (27, 4), (20, 2), (1, 2)],
)  # fmt: skip
def test_as_much_as_fits_stands_in_a_row(columns, octets):
    lines = dumped(b"x" * 100, columns=columns).splitlines()
    assert max(map(len, lines)) <= max(columns, 19)
    assert lines[0].endswith(b"78  " + b"x" * octets)
