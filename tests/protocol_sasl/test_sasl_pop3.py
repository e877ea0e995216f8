"""What POP3 puts on the wire for an AUTH, and what it must not take from there (RFC 5034)."""

from __future__ import annotations

import base64
import contextlib
import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_sasl_support import mechanism, talk

from pop3shell.protocol.sasl import pop3
from pop3shell.protocol.sasl.client import ClientExchange
from pop3shell.protocol.sasl.mechanism import (
    Accepted,
    Ask,
    Credentials,
    Outcome,
    Refused,
    SaslError,
)
from pop3shell.protocol.sasl.registry import MECHANISMS, find, offered
from pop3shell.protocol.sasl.server import ServerExchange, line

ROSE = Credentials(user="mrose", password="tanstaaf", token="good")
BAD_BASE64 = [
    b"!!", b"=AAA", b"AAA=BBB", b"A", b"AA", b"AAA", b"AAAAA", b"AA=A", b"A===", b"====", b"=",
    b"AAAA ", b" AAAA", b"AAAA\t", b"AA\0A", b"AAAA\n", b"AA-_", "ÄÄ".encode(), b"AAAA====",
]  # fmt: skip


@given(st.binary(max_size=600))
def test_what_is_encoded_is_decoded_again(octets: bytes) -> None:
    assert pop3.decode(pop3.encode(octets)) == octets
    assert pop3.decode_initial(pop3.encode_initial(octets)) == octets


@pytest.mark.parametrize("text", BAD_BASE64)
def test_nothing_but_base64_is_taken(text) -> None:
    with pytest.raises(SaslError, match="RFC 5034 section 4"):
        pop3.decode(text)


@given(st.binary(max_size=12))
def test_any_octets_decode_or_are_refused(text: bytes) -> None:
    with contextlib.suppress(SaslError):
        assert pop3.encode(pop3.decode(text))[:-4] == text[:-4]


@pytest.mark.parametrize("text", BAD_BASE64)
def test_the_server_refuses_what_is_not_base64(text, authority) -> None:
    server = ServerExchange(mechanism("PLAIN"), authority)
    assert server.begin(None) == Ask(b"")
    verdict = server.receive(text)
    assert isinstance(verdict, Refused)
    assert not verdict.credentials


@pytest.mark.parametrize("text", BAD_BASE64)
def test_the_client_cancels_where_the_challenge_is_not_base64(text) -> None:
    client = ClientExchange(mechanism("CRAM-MD5"), ROSE)
    client.command()
    assert client.answer(text) == b"*\r\n"
    assert "not base64" in client.cancelled
    assert "not base64" in client.conclude(False).text


def test_an_empty_initial_response_is_an_equals_sign(authority) -> None:
    client = ClientExchange(mechanism("EXTERNAL"), Credentials())
    assert client.command() == b"AUTH EXTERNAL =\r\n"
    assert ServerExchange(mechanism("EXTERNAL"), authority).begin(b"=") == Accepted("mrose")


def test_an_empty_response_is_an_empty_line(authority) -> None:
    said = talk("EXTERNAL", Credentials(), authority, initial_response=False)
    assert said.lines == [b"AUTH EXTERNAL\r\n", b"+ \r\n", b"\r\n"]
    assert said.verdict == Accepted("mrose")


@pytest.mark.parametrize("row", [row for row in MECHANISMS if not row.client_first])
def test_the_server_refuses_an_initial_response_where_it_speaks_first(row, authority) -> None:
    verdict = ServerExchange(row, authority).begin(b"bXJvc2U=")
    assert isinstance(verdict, Refused)
    assert "no initial response" in verdict.text


@pytest.mark.parametrize("octets", [245, 246, 247, 248, 249, 400])
def test_no_auth_line_is_longer_than_255_octets(octets) -> None:
    credentials = Credentials(user="u", password="p" * (octets * 3 // 4 - 8))
    client = ClientExchange(mechanism("PLAIN"), credentials)
    command = client.command()
    assert len(command) <= 255
    message = base64.b64encode(b"\0u\0" + credentials.password.encode())
    whole = b"AUTH PLAIN " + message + b"\r\n"
    assert command == (whole if len(whole) <= 255 else b"AUTH PLAIN\r\n")
    if command != whole:
        assert client.outcome is Outcome.UNFINISHED
        assert client.answer(b"") == message + b"\r\n"
        assert client.outcome is Outcome.SENT


def test_a_long_response_is_no_longer_limited_on_a_line_of_its_own(authority) -> None:
    long = Credentials(user="u" * 255, password="p" * 255, authorization="z" * 255)
    accounts = {long.user: long.password}
    here = dataclasses.replace(authority, password=accounts.get, acts_as=lambda *_: True)
    said = talk("PLAIN", long, here)
    assert said.lines[0] == b"AUTH PLAIN\r\n"
    assert said.verdict == Accepted(long.authorization)


def test_xoauth2_goes_in_two_lines_as_office_365_wants() -> None:
    client = ClientExchange(mechanism("XOAUTH2"), ROSE)
    assert client.command() == b"AUTH XOAUTH2\r\n"
    sent = client.answer(b"")
    assert base64.b64decode(sent) == b"user=mrose\x01auth=Bearer good\x01\x01"


def test_without_announcement_the_initial_response_waits() -> None:
    client = ClientExchange(mechanism("PLAIN"), ROSE, initial_response=False)
    assert client.command() == b"AUTH PLAIN\r\n"


def test_a_text_in_place_of_the_empty_challenge_is_noted() -> None:
    client = ClientExchange(mechanism("PLAIN"), ROSE, initial_response=False)
    client.command()
    assert client.answer(base64.b64encode(b"Go ahead")) == b"AG1yb3NlAHRhbnN0YWFm\r\n"
    assert "should be empty" in client.notes[0]


def test_cancelling_is_refused_and_no_wrong_credentials(authority) -> None:
    server = ServerExchange(mechanism("LOGIN"), authority)
    server.begin(None)
    assert server.receive(b"*") == Refused("cancelled by the client", credentials=False)


def test_one_challenge_too_many_is_cancelled() -> None:
    client = ClientExchange(mechanism("PLAIN"), ROSE)
    client.command()
    assert client.answer(b"bW9yZQ==") == b"*\r\n"
    assert not client.conclude(True).trusted


def test_an_empty_challenge_keeps_its_blank() -> None:
    assert line(Ask(b"")) == b"+ \r\n"
    assert line(Ask(b"Username:")) == b"+ VXNlcm5hbWU6\r\n"


# ---- a server that doesn't prove itself ----


@pytest.mark.parametrize("said", [0, 1])
def test_a_server_that_says_ok_without_proof_is_not_trusted(said, authority) -> None:
    row = mechanism("SCRAM-SHA-256")
    client, server = ClientExchange(row, ROSE), ServerExchange(row, authority)
    initial = client.command().split()[2]
    if said:
        verdict = server.begin(initial)
        assert isinstance(verdict, Ask)
        client.answer(line(verdict)[2:-2])
    conclusion = client.conclude(True, b"welcome")
    assert not conclusion.trusted
    assert "impostor" in conclusion.text


def test_a_false_proof_is_cancelled() -> None:
    client = ClientExchange(mechanism("SCRAM-SHA-1"), dataclasses.replace(ROSE, nonce="abc"))
    client.command()
    client.answer(base64.b64encode(b"r=abcdef,s=QSXCR+Q6sek8bf92,i=4096"))
    assert client.answer(base64.b64encode(b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ=")) == b"*\r\n"
    assert "impostor" in client.cancelled


@pytest.mark.parametrize(
    ("first", "why"),
    [
        (b"r=abc,s=QSXCR+Q6sek8bf92,i=4096", "nonce"),
        (b"r=xyzabc,s=QSXCR+Q6sek8bf92,i=4096", "nonce"),
        (b"m=x,r=abcdef,s=QSXCR+Q6sek8bf92,i=4096", "'m' attribute"),
        (b"r=abcdef,s=QSXCR+Q6sek8bf92,i=1", "4096"),
        (b"r=abcdef,s=QSXCR+Q6sek8bf92,i=9999999", "9999999 rounds"),
        (b"r=abcdef,s=QSXCR+Q6sek8bf92,i=" + b"9" * 400, "rounds"),
        (b"r=abcdef,s=!,i=4096", "base 64"),
        (b"r=abcdef", "Malformed"),
        (b"\xff", "UTF-8"),
    ],
)
def test_a_false_first_message_of_scram_is_cancelled(first, why) -> None:
    client = ClientExchange(mechanism("SCRAM-SHA-1"), dataclasses.replace(ROSE, nonce="abc"))
    client.command()
    assert client.answer(base64.b64encode(first)) == b"*\r\n"
    assert why in client.cancelled


def test_a_proof_on_the_ok_line_is_taken_and_noted(authority) -> None:
    row = mechanism("SCRAM-SHA-256")
    client, server = ClientExchange(row, ROSE), ServerExchange(row, authority)
    first = server.begin(client.command().split()[2])
    assert isinstance(first, Ask)
    last = server.receive(client.answer(pop3.encode(first.octets))[:-2])
    assert isinstance(last, Ask)
    assert client.conclude(True, pop3.encode(last.octets) + b" welcome").trusted
    assert "SASL data with +OK" in client.notes[0]


def test_an_early_ok_is_not_trusted() -> None:
    client = ClientExchange(mechanism("LOGIN"), ROSE)
    client.command()
    client.answer(pop3.encode(b"Username:"))
    assert "before LOGIN was over" in client.conclude(True).text


def test_the_reason_scram_gives_is_told() -> None:
    client = ClientExchange(mechanism("SCRAM-SHA-1"), ROSE)
    client.command()
    assert client.answer(base64.b64encode(b"e=unknown-user")) == b"\r\n"
    assert "no such user" in client.conclude(False).text


def test_salts_are_stable_so_that_unknown_names_do_not_show(authority) -> None:
    row = mechanism("SCRAM-SHA-1")

    def salt(user: str) -> bytes:
        verdict = row.server(authority).step(f"n,,n={user},r=abc".encode())
        assert isinstance(verdict, Ask)
        return verdict.octets.split(b",")[1]

    assert salt("nobody") == salt("nobody") != salt("mrose") == salt("mrose")


# ---- which mechanisms ----


def test_mechanisms_are_found_in_any_case() -> None:
    assert find("plain") is mechanism("PLAIN")
    assert find("GSSAPI") is None


def test_every_row_is_complete() -> None:
    names = [row.name for row in MECHANISMS]
    assert names == sorted(names, key=lambda name: -mechanism(name).strength)
    assert all(row.meaning and str(row.reference) for row in MECHANISMS)


def names_of(rows) -> list[str]:
    return [row.name for row in rows]


def test_nothing_in_clear_is_offered_without_tls(authority) -> None:
    assert not any(row.in_clear for row in offered(authority, tls=False))
    assert names_of(offered(authority, tls=True)) == names_of(MECHANISMS)


def test_a_server_offers_only_what_it_can_serve(authority) -> None:
    poor = dataclasses.replace(authority, external="", anonymous="", token=None)
    assert pop3.capability(offered(poor, tls=True)) == (
        "SASL SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5 PLAIN LOGIN"
    )
    assert pop3.capability([]) == ""
