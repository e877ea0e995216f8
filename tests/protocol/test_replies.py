"""The grammars of replies, in the forms in which servers really send them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pop3shell.protocol import replies


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


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80))
def test_any_octets_can_be_read(octets):
    replies.status_of(octets)
    replies.looks_like_status(octets)
    replies.response_code(octets)
    replies.timestamp(octets)
    replies.stat(octets)
    replies.scan_listing(octets)
    replies.unique_ids(octets)
    replies.capabilities(octets)


@given(st.sampled_from([b"+OK", b"-ERR", b"+ok", b"-Err", b"+", b"OK", b""]), st.binary(max_size=9))
def test_what_looks_like_a_status_is_one(word, rest):
    line = word + rest
    assert replies.looks_like_status(line) == (replies.status_of(line)[0] is not None)
