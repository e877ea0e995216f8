"""Replies on the wire: short clean status lines, stuffed bodies, in pieces of any size."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pop3shell.protocol.framing import stuff, with_crlf
from pop3shell.server.replies import content, error, listing, ok, pieces, status_line

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
    assert wire(content("x", b".\r\n..\r\na.\r\n")) == b"+OK x\r\n..\r\n...\r\na.\r\n.\r\n"


@given(TEXTS, st.integers(0, 20))
def test_stuffing_does_not_depend_on_how_a_message_is_cut(text: bytes, size: int) -> None:
    message = with_crlf(text)
    cut = list(pieces(message, size))
    assert b"".join(map(stuff, cut)) == stuff(message)
    assert all(piece.endswith(b"\r\n") for piece in cut)
