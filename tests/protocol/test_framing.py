"""Bodies: a mail must arrive octet by octet, and end where the server ended it."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pop3shell.protocol.framing import BodyReader, stuff, with_crlf

LINES = st.sampled_from(
    [b"", b".", b"..", b"...", b".x", b".\r", b"\r", b"x", b"x\r", b"x\n", b"\n", b"\n.", b"\n.\r",
     b"x\n.\ny", b"+OK", b"-ERR no", b"\0\xff", b".+OK", b"\r.", b"a\r.\rb"]
)  # fmt: skip
SIZES = st.lists(st.integers(1, 9), min_size=1, max_size=8)


def feed(reader: BodyReader, data: bytes, lengths: list[int]) -> tuple[bytes, bytes, int]:
    """Read data in chunks of these lengths; return (raw, content, index behind the end or -1)."""
    raw, content, at, count = b"", b"", 0, 0
    while at < len(data):
        length = lengths[count % len(lengths)]
        count += 1
        chunk, behind = reader.feed(data[at : at + length])
        if chunk is not None:
            assert chunk.raw, "an empty chunk tells nothing"
            raw += chunk.raw
            content += chunk.content
        if behind >= 0:
            return raw, content, at + behind
        at += length
    return raw, content, -1


def naive(data: bytes, end: bytes) -> tuple[bytes, bytes, bytes, int, int]:
    """Line by line: (raw, content, terminator, unstuffed lines, index behind the end or -1)."""
    raw, content, unstuffed, at = b"", b"", 0, 0
    while (stop := data.find(end, at)) >= 0 or at < len(data):
        stop = stop + len(end) if stop >= 0 else len(data)
        line, whole = data[at:stop], data[at:stop].endswith(end)
        for terminator in (b".\r\n", b".\n"):
            if line.startswith(terminator):
                return raw, content, terminator, unstuffed, at + len(terminator)
        if not whole and line in (b".", b".\r"):
            break  # may still become the end
        unstuffed += line.startswith(b".") and not line.startswith(b"..")
        raw += line
        content += line.removeprefix(b".")
        at = stop
    return raw, content, b"", unstuffed, -1


def assert_read_as_naively(data: bytes, lengths: list[int], bare_lf: bool) -> None:
    reader = BodyReader()
    reader.begin(bare_lf=bare_lf)
    raw, content, behind = feed(reader, data, lengths)
    want = naive(data, b"\n" if bare_lf else b"\r\n")
    found = (raw, content, reader.terminator, reader.unstuffed, behind)
    if behind < 0:
        held = reader.held
        assert raw + held == data
        assert held in (b"", b"\r", b"\n", b"\r\n", b"\r\n.", b"\r\n.\r", b"\n.", b"\n.\r", b".",
                        b".\r")  # fmt: skip
        # What is held back is content, or may become the end.
        found = (want[0], want[1], *found[2:])
        assert want[0].startswith(raw)
        assert want[1].startswith(content)
    assert found == want


@settings(max_examples=500, deadline=None)
@given(
    lines=st.lists(LINES, max_size=8),
    end=st.sampled_from([b"\r\n", b"\n"]),
    tail=st.sampled_from([b".\r\n", b".\n", b"", b".", b".\r", b".\r\n+OK\r\n.\r\n"]),
    lengths=SIZES,
    bare_lf=st.booleans(),
)
@example([], b"\r\n", b".\r\n", [1], False)
@example([b"x"], b"\r\n", b".\r\n", [4], False)
def test_a_body_is_read_as_line_by_line_however_it_is_cut(lines, end, tail, lengths, bare_lf):
    data = b"".join(line + end for line in lines) + tail
    assert_read_as_naively(data, lengths, bare_lf)
    assert_read_as_naively(data, [len(data) + 1], bare_lf)


@settings(max_examples=300, deadline=None)
@given(st.text(".\r\nx", max_size=24).map(str.encode), SIZES, st.booleans())
def test_any_octets_are_read_as_line_by_line(data, lengths, bare_lf):
    assert_read_as_naively(data, lengths, bare_lf)


REPLY = st.tuples(
    st.lists(st.sampled_from([b"+OK", b".", b"..", b"x"]), min_size=1, max_size=3),  # not the body
    st.lists(LINES, max_size=4),
    st.sampled_from([b"\r\n", b"\n"]),
)


@settings(max_examples=500, deadline=None)
@given(st.lists(REPLY, max_size=6), st.booleans())
def test_many_replies_in_one_block_are_read_as_each_by_itself(parts, again):
    data, bodies = b"", []
    for before, lines, end in parts:
        data += end.join(before) + end
        bodies.append((len(data), end == b"\n"))
        data += b"".join(line + end for line in lines) + b"." + end
    reader = BodyReader()
    for _ in range(1 + again):  # the very same octets may come twice
        for start, bare_lf in bodies:
            reader.begin(bare_lf=bare_lf)
            chunk, behind = reader.feed(data, start)
            read = (chunk.raw, chunk.content) if chunk else (b"", b"")
            raw, content, terminator, unstuffed, length = naive(
                data[start:], b"\n" if bare_lf else b"\r\n"
            )
            assert (*read, behind) == (raw, content, start + length)
            assert (reader.terminator, reader.unstuffed) == (terminator, unstuffed)


@settings(max_examples=200, deadline=None)
@given(st.lists(LINES, max_size=8), SIZES)
def test_a_message_survives_stuffing_and_unstuffing(lines, lengths):
    message = with_crlf(b"\r\n".join(lines))
    reader = BodyReader()
    wire = stuff(message) + b".\r\n"
    raw, content, behind = feed(reader, wire, lengths)
    assert (raw + b".\r\n", content, behind) == (wire, message, len(wire))
    assert (reader.unstuffed, reader.terminator) == (0, b".\r\n")


@pytest.mark.parametrize(
    ("message", "wire"),
    [
        (b"", b""),
        (b".\r\n", b"..\r\n"),
        (b"a\r\n.\r\nb\r\n", b"a\r\n..\r\nb\r\n"),
        (b"..\r\n", b"...\r\n"),
        (b"a.b\r\n", b"a.b\r\n"),
    ],
)
def test_lines_that_begin_with_a_dot_get_another(message, wire):
    assert stuff(message) == wire


@pytest.mark.parametrize(
    ("message", "lines"),
    [
        (b"", b""),
        (b"a", b"a\r\n"),
        (b"a\nb\r\nc\n", b"a\r\nb\r\nc\r\n"),
        (b"a\r\n", b"a\r\n"),
        (b"\n", b"\r\n"),
    ],
)
def test_every_line_gets_its_crlf(message, lines):
    assert with_crlf(message) == lines


def test_the_crlf_before_the_dot_belongs_to_the_message():
    _, content, _ = feed(BodyReader(), b"a\r\n\r\n.\r\n", [100])
    assert content == b"a\r\n\r\n"


def test_what_follows_the_end_is_left_for_the_next_reply():
    data = b"a\r\n.\r\n+OK next\r\n"
    assert feed(BodyReader(), data, [100]) == (b"a\r\n", b"a\r\n", 6)


def test_an_unstuffed_dot_is_dropped_and_counted():
    reader = BodyReader()
    _, content, _ = feed(reader, b".x\r\n..y\r\n.z\r\n.\r\n", [3])
    assert content == b"x\r\n.y\r\nz\r\n"
    assert reader.unstuffed == 2
