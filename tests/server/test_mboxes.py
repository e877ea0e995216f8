"""Taking an mbox apart gives the same messages wherever its blocks end, and holds little of it."""

from __future__ import annotations

import io
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from pop3shell.server.maildrops.mboxes import split

PARTS = (
    b"From a\n",
    b"From a\r\n",
    b"From ",
    b"\n",
    b"\r\n",
    b"\r",
    b">From q\n",
    b"S: 1\n\n",
    b"x",
)


def by_lines(octets: bytes) -> list[tuple[int, bytes]]:
    """The same by another way: line by line."""
    found: list[tuple[int, bytes]] = []
    position, empty = 0, True
    for line in _lines(octets):
        if line.startswith(b"From ") and empty:
            found.append((position + len(line), b""))
        else:
            found[-1] = (found[-1][0], found[-1][1] + line)
        empty = line in (b"\n", b"\r\n")
        position += len(line)
    return [(start, _without_empty_last_line(message)) for start, message in found]


def _lines(octets: bytes) -> list[bytes]:
    return list(io.BytesIO(octets))


def _without_empty_last_line(message: bytes) -> bytes:
    lines = _lines(message)
    return b"".join(lines[:-1] if lines and lines[-1] in (b"\n", b"\r\n") else lines)


@given(st.lists(st.sampled_from(PARTS), max_size=12), st.integers(1, 40))
def test_messages_are_the_same_wherever_a_block_ends(parts, block_octets) -> None:
    octets = b"From first\n" + b"".join(parts)
    assert list(split(io.BytesIO(octets), block_octets)) == by_lines(octets)


def test_an_empty_file_has_no_messages() -> None:
    assert list(split(io.BytesIO())) == []


def test_of_a_large_mbox_little_is_held_at_once(tmp_path) -> None:
    box = tmp_path / "inbox"
    with box.open("wb") as file:
        for _ in range(200):
            file.write(b"From a\nSubject: x\n\n" + b"line\n" * 40_000 + b"\n")
    with box.open("rb") as file:
        tracemalloc.start()
        try:
            assert sum(1 for _ in split(file)) == 200
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    assert peak < box.stat().st_size / 4
