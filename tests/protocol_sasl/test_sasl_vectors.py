"""The examples of the RFCs: what others compute is what is computed here."""

from __future__ import annotations

import base64

import pytest
from protocol_sasl_support import mechanism

from pop3shell.protocol.sasl.client import ClientExchange
from pop3shell.protocol.sasl.mechanism import Accepted, Ask, Authority, Credentials, Outcome
from pop3shell.protocol.sasl.preparation import SaslError, saslprep, trace


def test_plain_of_rfc_5034_section_6() -> None:
    credentials = Credentials(user="test", password="test", authorization="test")
    line = ClientExchange(mechanism("PLAIN"), credentials).command()
    assert line == b"AUTH PLAIN dGVzdAB0ZXN0AHRlc3Q=\r\n"


def test_cram_md5_of_rfc_2195_section_2() -> None:
    credentials = Credentials(user="tim", password="tanstaaftanstaaf")
    client = ClientExchange(mechanism("CRAM-MD5"), credentials)
    assert client.command() == b"AUTH CRAM-MD5\r\n"
    answer = client.answer(b"PDE4OTYuNjk3MTcwOTUyQHBvc3RvZmZpY2UucmVzdG9uLm1jaS5uZXQ+")
    assert answer == b"dGltIGI5MTNhNjAyYzdlZGE3YTQ5NWI0ZTZlNzMzNGQzODkw\r\n"


def test_login_of_the_draft_section_2_3() -> None:
    credentials = Credentials(user="tim", password="tanstaaftanstaaf")
    client = ClientExchange(mechanism("LOGIN"), credentials)
    assert client.command() == b"AUTH LOGIN\r\n"
    assert client.answer(b"VXNlciBOYW1lAA==") == b"dGlt\r\n"
    assert client.answer(b"UGFzc3dvcmQA") == b"dGFuc3RhYWZ0YW5zdGFhZg==\r\n"


def test_oauthbearer_of_rfc_7628_section_4_1() -> None:
    client = mechanism("OAUTHBEARER").client(
        Credentials(
            user="user@example.com",
            host="server.example.com",
            port=143,
            token="vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==",
        )
    )
    assert base64.b64encode(client.initial() or b"") == (
        b"bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcm"
        b"VyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB"
    )


SCRAM = [
    (
        "SCRAM-SHA-1",  # RFC 5802 section 5
        "fyko+d2lbbFgONRv9qkxdawL",
        b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
        b"c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=",
        b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=",
    ),
    (
        "SCRAM-SHA-256",  # RFC 7677 section 3
        "rOprNGfwEbeRWgbNEkqO",
        b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
        (
            b"c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
            b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
        ),
        b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
    ),
]


@pytest.mark.parametrize(("name", "nonce", "first", "proof", "final"), SCRAM)
def test_scram_of_the_rfcs(name, nonce, first, proof, final) -> None:
    client = mechanism(name).client(Credentials(user="user", password="pencil", nonce=nonce))
    assert client.initial() == f"n,,n=user,r={nonce}".encode()
    assert client.respond(first) == proof
    assert client.outcome is Outcome.UNFINISHED
    assert client.respond(final) == b""
    assert client.outcome is Outcome.PROVED


def test_plain_of_rfc_4616_section_4() -> None:
    accounts = {"tim": "tanstaaftanstaaf", "Kurt": "xipj3plmq"}
    server = mechanism("PLAIN").server(Authority(password=accounts.get))
    assert server.step(b"\0tim\0tanstaaftanstaaf") == Accepted("tim")
    assert not isinstance(server.step(b"Ursel\0Kurt\0xipj3plmq"), Accepted | Ask)


@pytest.mark.parametrize(
    ("text", "prepared"),
    [("I\u00adX", "IX"), ("user", "user"), ("USER", "USER"), ("\u00aa", "a"), ("\u2168", "IX"),
     ("a\u00a0b", "a b"), ("", "")],
)  # fmt: skip
def test_saslprep_of_rfc_4013_section_3(text, prepared) -> None:
    assert saslprep(text) == prepared


@pytest.mark.parametrize("text", ["\x07", "\u06271", "a\u0627", "\ue000", "\udcff", "\u2028"])
def test_saslprep_refuses(text) -> None:
    with pytest.raises(SaslError):
        saslprep(text)


def test_unassigned_characters_may_be_asked_for_but_not_stored() -> None:
    assert saslprep("\u0221") == "\u0221"
    with pytest.raises(SaslError):
        saslprep("\u0221", stored=True)


def test_a_password_that_is_prepared_to_nothing_fits_nobody() -> None:
    server = mechanism("PLAIN").server(Authority(password={"mrose": "\u00ad"}.get))
    assert not isinstance(server.step("\0mrose\0\u00ad".encode()), Accepted | Ask)


def test_trace_information_is_not_normalised() -> None:
    assert trace("\u2168 \u00a0") == "\u2168 \u00a0"
