"""Every octet of a transcript gets to its file, in order, or somebody is told."""

from __future__ import annotations

import os
import threading
from contextlib import closing
from itertools import accumulate

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.practice import SECONDS

from pop3shell.transcript.errors import RecordingFailed
from pop3shell.transcript.output import LARGE, WriteBehind, create, write_all

PIECE = bytes(range(256)) * (LARGE // 256)


class Disk:
    """Takes `takes` octets at a time and has room for `room`; `gate` holds it up."""

    def __init__(self, takes: int = 1 << 30, room: int = 1 << 30) -> None:
        self.octets = b""
        self.closed = False
        self.gate = threading.Event()
        self.gate.set()
        self._takes = takes
        self._room = room

    def write(self, octets: bytes | memoryview) -> int:
        assert self.gate.wait(SECONDS)
        taken = bytes(octets[: min(self._takes, self._room - len(self.octets))])
        if not taken:
            raise OSError(28, os.strerror(28))
        self.octets += taken
        return len(taken)

    def close(self) -> None:
        self.closed = True


@given(
    st.lists(st.sampled_from([1, 100, LARGE - 1, LARGE, LARGE + 1])),
    st.sampled_from([7777, 1 << 30]),
)
@settings(max_examples=50, deadline=None)
def test_large_and_small_pieces_arrive_in_order(sizes, takes) -> None:
    disk = Disk(takes)
    pieces = [b"%c" % (at % 256) * size for at, size in enumerate(sizes)]
    out = WriteBehind(disk)
    for piece in pieces:
        assert out.write(piece) == len(piece)
    out.close()
    assert disk.octets == b"".join(pieces)
    assert disk.closed


def test_who_writes_a_large_piece_need_not_wait_for_the_disk() -> None:
    disk = Disk()
    disk.gate.clear()
    out = WriteBehind(disk)
    out.write(PIECE)
    assert disk.octets == b""
    disk.gate.set()
    out.write(b"line\n")
    assert disk.octets == PIECE + b"line\n"
    out.close()


def test_a_line_is_on_the_disk_when_it_was_written() -> None:
    disk = Disk()
    out = WriteBehind(disk)
    lines = [b"line %d\n" % number for number in range(5)]
    for line, written in zip(lines, accumulate(lines), strict=True):
        out.write(line)
        assert disk.octets == written
    out.close()


@pytest.mark.parametrize("takes", [1000, 1 << 30])
def test_what_a_full_disk_refused_is_told_by_the_next_line(takes) -> None:
    disk = Disk(takes, LARGE + 5)
    out = WriteBehind(disk)
    out.write(b"begun")
    out.write(PIECE + b"too much")
    with pytest.raises(OSError, match="No space left on device"):
        out.write(b"line\n")
    assert disk.octets == b"begun" + PIECE
    out.close()
    assert disk.closed


def test_or_by_closing_and_the_file_is_closed_all_the_same() -> None:
    disk = Disk(room=10)
    out = WriteBehind(disk)
    out.write(PIECE)
    with pytest.raises(OSError, match="No space left on device"):
        out.close()
    assert disk.closed
    assert disk.octets == PIECE[:10]


def test_no_thread_is_left_behind(tmp_path) -> None:
    before = set(threading.enumerate())
    out = WriteBehind(create(tmp_path / "file"))
    out.write(PIECE)
    (thread,) = set(threading.enumerate()) - before
    out.close()
    thread.join(SECONDS)
    assert not thread.is_alive()


def test_a_device_that_takes_nothing_is_an_error_and_not_a_loop() -> None:
    class Stuck(Disk):
        def write(self, octets: bytes | memoryview) -> int:
            return 0

    with pytest.raises(OSError, match="takes no more"):
        write_all(Stuck(), b"octets")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX")
def test_a_pipe_that_nobody_reads_is_said_and_not_waited_for(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RecordingFailed, match="pipe that nobody reads"):
        create(tmp_path / "pipe")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="named pipes are POSIX")
def test_a_pipe_that_is_read_gets_all_even_if_its_reader_is_slow(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    with closing(create(tmp_path / "pipe")) as out:
        os.set_blocking(reader, True)
        writer = threading.Thread(target=write_all, args=(out, PIECE), daemon=True)
        writer.start()
        got = b""
        while len(got) < len(PIECE):
            got += os.read(reader, 1 << 16)
        writer.join(SECONDS)
    os.close(reader)
    assert got == PIECE
