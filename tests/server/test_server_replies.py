"""Replies on the wire: short clean status lines, stuffed bodies, in pieces of any size."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pop3shell.protocol.framing import stuff, with_crlf
from pop3shell.server import limits
from pop3shell.server.replies import content, error, listing, ok, status_line

TEXTS = st.lists(st.sampled_from([b".", b"..", b"\r\n", b"\r", b"\n", b"x", b"\0"])).map(b"".join)


def wire(reply) -> bytes:
    return b"".join(reply.encode())


def test_status_lines() -> None:
    assert wire(ok("fine")) == b"+OK fine\r\n"
    assert wire(error("no")) == b"-ERR no\r\n"
    assert wire(error("no", "IN-USE")) == b"-ERR [IN-USE] no\r\n"


def test_a_status_line_cannot_be_split_or_carry_controls() -> None:
    assert status_line(ok("a\r\n+OK b\x1b[2Jé\udcff")) == b"+OK a??+OK b?[2J??\r\n"


def test_a_status_line_has_512_octets_at_most() -> None:
    assert len(status_line(ok("x" * 1000))) == 512


def test_an_empty_listing_is_a_lone_dot() -> None:
    assert wire(listing("0 messages", [])) == b"+OK 0 messages\r\n.\r\n"


def test_lines_that_begin_with_a_dot_are_stuffed() -> None:
    assert wire(content("x", [b".\r\n..\r\na.\r\n"])) == b"+OK x\r\n..\r\n...\r\na.\r\n.\r\n"


@given(st.lists(TEXTS))
def test_empty_parts_and_cuts_within_a_line_end_do_not_matter(parts: list[bytes]) -> None:
    message = with_crlf(b"".join(parts))
    whole = b"".join(parts)
    cut = [*parts, message[len(whole) :]] if message.startswith(whole) else [message]
    assert wire(content("x", cut)) == b"+OK x\r\n" + stuff(message) + b".\r\n"


def test_a_large_part_is_not_sent_in_one_go_and_small_ones_stay_as_they_are() -> None:
    for octets in (1, 1000, limits.CHUNK_OCTETS + 1):
        assert len(list(content("x", [b"x" * octets]).encode())) == 3
    large = list(content("x", [b"." * 10 * limits.CHUNK_OCTETS]).encode())
    assert max(map(len, large)) <= limits.CHUNK_OCTETS + 1
    assert b"".join(large) == b"+OK x\r\n." + b"." * 10 * limits.CHUNK_OCTETS + b".\r\n"


@given(TEXTS, st.integers(1, 20))
def test_stuffing_does_not_depend_on_how_a_message_is_cut(text: bytes, size: int) -> None:
    message = with_crlf(text)
    cut = [message[at : at + size] for at in range(0, len(message), size)]
    assert wire(content("x", cut)) == b"+OK x\r\n" + stuff(message) + b".\r\n"


def test_a_listing_comes_in_pieces_and_is_made_meanwhile() -> None:
    made = []
    lines = (made.append(number) or f"{number} 17" for number in range(100_000))
    sent = listing("x", lines).encode()
    assert next(sent) == b"+OK x\r\n"
    assert made == []
    first = next(sent)
    assert len(made) == first.count(b"\r\n") < 10_000
    assert (first + b"".join(sent)).split(b"\r\n")[-3:] == [b"99999 17", b".", b""]
