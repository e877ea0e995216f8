"""The texts of events are a file format: transcripts of today must be read in years to come."""

from __future__ import annotations

import pytest

from pop3shell.protocol.events import Ending, Side
from pop3shell.protocol.spec.states import State
from pop3shell.transcript import happenings
from pop3shell.transcript.happenings import Elided, Login

DIGEST = "5e" * 32


@pytest.mark.parametrize(
    ("written", "text"),
    [
        (happenings.connected("192.0.2.10:110"), "connected 192.0.2.10:110"),
        (
            happenings.joined("192.0.2.10:110", State.TRANSACTION),
            "joined 192.0.2.10:110 in the TRANSACTION state",
        ),
        (
            happenings.tls_established("TLSv1.3", "TLS_AES_256_GCM_SHA384"),
            "TLS established TLSv1.3 TLS_AES_256_GCM_SHA384",
        ),
        (happenings.auth("PLAIN", "mrose"), "auth PLAIN as mrose"),
        (happenings.auth("SCRAM-SHA-1", "m", "fyko"), "auth SCRAM-SHA-1 as m nonce=fyko"),
        (happenings.closed(Side.CLIENT, Ending.ORDERLY), "closed by client"),
        (happenings.closed(Side.SERVER, Ending.RESET), "closed by server: reset"),
        (happenings.elided(Elided(99, DIGEST)), f"elided 99 octets sha256={DIGEST}"),
    ],
)
def test_they_are_written_as_ever(written, text):
    assert written == text


@pytest.mark.parametrize(
    ("mechanism", "user", "nonce"),
    [("PLAIN", "mrose", ""), ("SCRAM-SHA-256", "mr rose", "a=b"), ("XOAUTH2", "", "")],
)
def test_a_login_is_read_as_it_was_written(mechanism, user, nonce):
    written = happenings.auth(mechanism, user, nonce)
    assert happenings.as_auth(written) == Login(mechanism, user, nonce)


@pytest.mark.parametrize(
    "text", ["", "auth", "auth PLAIN", "closed by", "closed by me", "closed by client: sadly",
             "elided x octets sha256=" + DIGEST, "elided 9 octets sha256=5e", "joined x",
             "joined x in the UPDATE-ISH state", "Closed by client", "closed by client "],
)  # fmt: skip
def test_what_is_nearly_one_of_them_is_none(text):
    assert happenings.as_auth(text) is None
    assert happenings.as_closed(text) is None
    assert happenings.as_elided(text) is None
    assert happenings.as_joined(text) is None
