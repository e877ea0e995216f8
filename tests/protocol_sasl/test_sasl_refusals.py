"""What is malformed is not called a wrong password: who writes a client would look there in vain.

A refusal for wrong credentials is what the server answers by `[AUTH]` (RFC 3206 section 6).
"""

from __future__ import annotations

import base64

import pytest
from protocol_sasl_support import mechanism

from pop3shell.protocol.sasl.mechanism import Ask, Refused
from pop3shell.protocol.sasl.server import ServerExchange

#: Malformed messages, the last of each in the place of what should log in.
MALFORMED = [
    ("PLAIN", [b""]),
    ("PLAIN", [b"mrose"]),
    ("PLAIN", [b"mrose\0tanstaaf"]),
    ("PLAIN", [b"\0mrose\0tanstaaf\0"]),
    ("PLAIN", [b"\0\0tanstaaf"]),
    ("PLAIN", [b"\0mrose\0"]),
    ("PLAIN", [b"\0mrose\0\xff"]),
    ("LOGIN", [b"mrose", b""]),
    ("LOGIN", [b"", b"tanstaaf"]),
    ("LOGIN", [b"mrose", b"\xff"]),
    ("CRAM-MD5", [b"mrose"]),
    ("CRAM-MD5", [b"mrose " + b"A" * 32]),
    ("SCRAM-SHA-256", [b"mrose"]),
    ("OAUTHBEARER", [b"mrose"]),
    ("XOAUTH2", [b"mrose"]),
    ("EXTERNAL", [b"\xff"]),
    ("ANONYMOUS", [b"\xff"]),
]


@pytest.mark.parametrize(("name", "messages"), MALFORMED)
def test_a_malformed_message_is_no_wrong_password(name, messages, authority):
    server = ServerExchange(mechanism(name), authority)
    verdict = server.begin(None)
    for message in messages:
        assert isinstance(verdict, Ask)
        verdict = server.receive(base64.b64encode(message))
    assert isinstance(verdict, Refused)
    assert not verdict.credentials
    assert verdict.text


@pytest.mark.parametrize("message", [b"\0mrose\0wrong", b"\0nobody\0tanstaaf"])
def test_wrong_credentials_are_called_so(message, authority):
    server = ServerExchange(mechanism("PLAIN"), authority)
    server.begin(None)
    verdict = server.receive(base64.b64encode(message))
    assert isinstance(verdict, Refused)
    assert verdict.credentials
