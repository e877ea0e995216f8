"""What of a large body is left out, told with its size and digest."""

from __future__ import annotations

from hashlib import sha256

import pytest
from remembering import Recording, entries_of, said_by

from pop3shell.protocol.events import Side
from pop3shell.transcript import elision, happenings
from pop3shell.transcript.model import Happened


def body(octets: bytes, max_body: int, *, cut: int = 1 << 16) -> Recording:
    recording = Recording(max_body=max_body)
    recording.server(b"+OK ready\r\n")
    recording.client(b"RETR 1\r\n")
    reply = b"+OK\r\n" + octets + b".\r\n"
    for at in range(0, len(reply), cut):
        recording.server(reply[at : at + cut])
    recording.ask(b"NOOP", b"+OK\r\n")
    return recording


@pytest.mark.parametrize("cut", [1, 7, 13, 1 << 16])
def test_what_is_left_out_is_told_with_its_digest(cut) -> None:
    recording = body(b"one\r\ntwo\r\nthree\r\n" * 9, 12, cut=cut)
    left_out = (b"one\r\ntwo\r\nthree\r\n" * 9)[10:]
    digest = sha256(left_out).hexdigest()
    at = recording.lines.index("S: one")
    assert recording.lines[at : at + 4] == [
        "S: one",
        "S: two",
        f"*: elided {len(left_out)} octets sha256={digest}",
        "S: .",
    ]
    assert recording.lines[-3:] == ["S: .", "C: NOOP", "S: +OK"]
    entries = entries_of(recording.out.octets)
    kept = said_by(entries)[1]
    texts = [entry.text for entry in entries if isinstance(entry, Happened)]
    elided = [happenings.as_elided(text) for text in texts]
    assert [e.octets for e in elided if e] == [len(recording.said[Side.SERVER]) - len(kept)]


def test_a_body_of_just_that_size_is_recorded() -> None:
    recording = body(b"one\r\ntwo\r\n", 10)
    assert "elided" not in recording.text
    assert "S: two" in recording.lines


def test_nothing_of_any_body() -> None:
    lines = body(b"one\r\ntwo\r\n", 0).lines
    assert lines[2] == "S: +OK"
    assert lines[3].startswith("*: elided 10 octets")
    assert lines[4] == "S: ."


def test_every_body_is_counted_anew() -> None:
    recording = body(b"one\r\ntwo\r\n", 10)
    recording.ask(b"RETR 2", b"+OK\r\none\r\ntwo\r\n.\r\n")
    assert "elided" not in recording.text


def test_a_body_that_is_cut_off_while_it_is_left_out() -> None:
    recording = Recording(max_body=5)
    recording.server(b"+OK ready\r\n")
    recording.ask(b"RETR 1", b"+OK\r\none\r\ntwo\r\nthree")
    recording.closed()
    assert recording.lines[-3] == "S: one"
    assert recording.lines[-2].startswith("*: elided 10 octets")


@pytest.mark.parametrize("cut", [1, 7, 1 << 16])
def test_a_body_that_is_cut_off_before_there_is_too_much_of_it(cut) -> None:
    recording = Recording(max_body=20)
    recording.server(b"+OK ready\r\n")
    recording.client(b"RETR 1\r\n")
    reply = b"+OK\r\none\r\nthree\r"
    for at in range(0, len(reply), cut):
        recording.server(reply[at : at + cut])
    recording.closed()
    assert said_by(entries_of(recording.out.octets))[1] == recording.said[Side.SERVER]


@pytest.mark.parametrize("size", [50, elision.LONGEST_LINE + 1])
def test_a_line_that_does_not_fit_is_left_out_as_a_whole(size) -> None:
    recording = body(b"one\r\n" + b"x" * size + b"\r\n", min(size, 1 << 30), cut=4096)
    at = recording.lines.index("S: one")
    assert recording.lines[at + 1].startswith(f"*: elided {size + 2} octets")
    assert recording.lines[at + 2] == "S: ."


def test_a_long_line_that_fits_is_recorded() -> None:
    line = b"x" * 300_000 + b"\r\n"
    recording = body(line, len(line), cut=4096)
    assert "elided" not in recording.text
    assert line in said_by(entries_of(recording.out.octets))[1]


def test_how_much_of_how_many_bodies_was_left_out() -> None:
    recording = body(b"one\r\ntwo\r\n", 5)
    assert recording.writer.left_out.startswith("5 octets of 1 body longer than 5 octets")
    recording.ask(b"RETR 2", b"+OK\r\none\r\n.\r\n")
    recording.ask(b"RETR 3", b"+OK\r\none\r\ntwo\r\n.\r\n")
    assert recording.writer.left_out.startswith("10 octets of 2 bodies longer than 5 octets")
    assert body(b"one\r\n", 5).writer.left_out == ""


@pytest.mark.parametrize(
    ("text", "octets"),
    [("0", 0), ("10000", 10_000), ("64k", 65_536), ("1M", 1 << 20), ("2g", 2 << 30)],
)
def test_a_size_as_people_write_it(text, octets) -> None:
    assert elision.as_octets(text) == octets


@pytest.mark.parametrize("text", ["", "k", "-1", "1.5k", "1 k", "1kB", "9" * 16, "\u0661"])
def test_what_is_no_size(text) -> None:
    with pytest.raises(ValueError, match="is no number of octets, such as 10000, 64k or 1M"):
        elision.as_octets(text)
