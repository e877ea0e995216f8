"""Every mechanism from one end to the other: who may log in gets in, nobody else does."""

from __future__ import annotations

import base64
import dataclasses
import json

import pytest
from protocol_sasl_support import NOW, mechanism, talk

from pop3shell.protocol.sasl.mechanism import (
    WRONG,
    Accepted,
    Ask,
    Credentials,
    Outcome,
    Refused,
    SaslError,
)
from pop3shell.protocol.sasl.registry import MECHANISMS
from pop3shell.protocol.sasl.tokens import explain_error

PASSWORDS = [row.name for row in MECHANISMS if row.needs_password]
TOKENS = [row.name for row in MECHANISMS if row.needs_token]
ACTING = ["PLAIN", "OAUTHBEARER", "XOAUTH2", "EXTERNAL"]
ROSE = Credentials(user="mrose", password="tanstaaf", token="good")


@pytest.mark.parametrize("initial_response", [True, False])
@pytest.mark.parametrize("row", MECHANISMS, ids=lambda row: row.name)
def test_the_right_credentials_log_in(row, authority, initial_response) -> None:
    said = talk(row.name, ROSE, authority, initial_response=initial_response)
    assert said.verdict == Accepted("guest" if row.name == "ANONYMOUS" else "mrose")
    assert said.conclusion.trusted
    assert row.name in said.conclusion.text
    assert said.client.notes == []


@pytest.mark.parametrize("name", PASSWORDS)
@pytest.mark.parametrize("user", ["jürgen", "a=b,c"])
def test_names_and_passwords_beyond_ascii_log_in(name, user, authority) -> None:
    password = authority.password(user)
    said = talk(name, Credentials(user=user, password=password), authority)
    assert said.verdict == Accepted(user)


@pytest.mark.parametrize("name", PASSWORDS)
def test_a_wrong_password_and_an_unknown_name_are_refused_alike(name, authority) -> None:
    wrong = talk(name, Credentials(user="mrose", password="Tanstaaf"), authority)
    unknown = talk(name, Credentials(user="nobody", password="tanstaaf"), authority)
    assert wrong.verdict == unknown.verdict == WRONG
    assert len(wrong.lines) == len(unknown.lines)
    assert not wrong.conclusion.trusted
    assert "refused" in wrong.conclusion.text


@pytest.mark.parametrize("name", TOKENS)
@pytest.mark.parametrize(("token", "why"), [("old", "expired"), ("forged", "not valid")])
def test_a_bad_token_is_refused_with_the_reason(name, token, why, authority) -> None:
    said = talk(name, dataclasses.replace(ROSE, token=token), authority)
    assert isinstance(said.verdict, Refused)
    assert why in said.verdict.text
    assert said.client.outcome is Outcome.REFUSED
    assert "get a new one" in said.conclusion.text
    assert "invalid_token" in said.conclusion.text


def test_what_a_server_says_on_where_to_get_a_token_is_told() -> None:
    where = "https://id.example.com/.well-known/openid-configuration"
    error = {"status": "invalid_token", "scope": "mail", "openid-configuration": where}
    told = explain_error(json.dumps(error).encode())
    assert told.endswith(f"(status invalid_token, scope mail, tokens come from {where})")


@pytest.mark.parametrize("name", TOKENS)
def test_a_token_of_another_user_opens_no_maildrop(name, authority) -> None:
    said = talk(name, Credentials(user="jürgen", token="good"), authority)
    assert said.verdict == Refused("mrose may not act as jürgen")


def test_errors_are_answered_as_each_token_mechanism_wants(authority) -> None:
    credentials = dataclasses.replace(ROSE, token="forged")
    assert talk("OAUTHBEARER", credentials, authority).lines[-1] == b"AQ==\r\n"
    assert talk("XOAUTH2", credentials, authority).lines[-1] == b"\r\n"


@pytest.mark.parametrize("name", ACTING)
def test_only_who_may_acts_as_another(name, authority) -> None:
    allowed = talk(name, dataclasses.replace(ROSE, authorization="shared"), authority)
    assert allowed.verdict == Accepted("shared")
    refused = talk(name, dataclasses.replace(ROSE, authorization="root"), authority)
    assert refused.verdict == Refused("mrose may not act as root")


@pytest.mark.parametrize("name", [name for name in PASSWORDS if name not in ACTING])
def test_acting_as_another_is_never_dropped_in_silence(name) -> None:
    with pytest.raises(SaslError, match="PLAIN can"):
        mechanism(name).client(dataclasses.replace(ROSE, authorization="root"))


@pytest.mark.parametrize("name", ["SCRAM-SHA-1", "SCRAM-SHA-256"])
def test_with_scram_both_sides_are_proved(name, authority) -> None:
    said = talk(name, ROSE, authority)
    assert said.client.outcome is Outcome.PROVED
    assert said.client.nonce
    whole = b"".join(base64.b64decode(text.split()[-1]) for text in said.lines if text.strip())
    assert b"tanstaaf" not in whole


def test_without_certificate_external_is_refused(authority) -> None:
    said = talk("EXTERNAL", ROSE, dataclasses.replace(authority, external=""))
    assert isinstance(said.verdict, Refused)


def test_guests_stay_out_unless_allowed(authority) -> None:
    said = talk("ANONYMOUS", Credentials(), dataclasses.replace(authority, anonymous=""))
    assert isinstance(said.verdict, Refused)


def test_a_server_that_knows_no_tokens_refuses_them(authority) -> None:
    said = talk("OAUTHBEARER", ROSE, dataclasses.replace(authority, token=None))
    assert isinstance(said.verdict, Refused)


@pytest.mark.parametrize(("host", "port"), [("pop.example.com", 995), ("evil.example.com", 110)])
def test_a_bearer_token_meant_for_another_server_is_refused(host, port, authority) -> None:
    here = dataclasses.replace(authority, port=110)
    meant = dataclasses.replace(ROSE, host=host, port=port)
    assert "another" in talk("OAUTHBEARER", meant, here).verdict.text
    fine = dataclasses.replace(ROSE, host="pop.example.com", port=110)
    assert talk("OAUTHBEARER", fine, here).verdict == Accepted("mrose")


def test_a_token_that_tells_when_it_expired_is_said_to_have_expired(authority) -> None:
    payload = base64.urlsafe_b64encode(b'{"exp": 1899990000}').decode().rstrip("=")
    credentials = Credentials(user="mrose", token=f"eyJ9.{payload}.sig", now=NOW)
    said = talk("XOAUTH2", credentials, authority)
    assert "expired 2030-03-17" in said.conclusion.text


@pytest.mark.parametrize("row", MECHANISMS, ids=lambda row: row.name)
@pytest.mark.parametrize(
    "message",
    [b"\0", b"\0\0\0", b"\xff\xfe", b"\0a\0", b"\0\0b", b"user=\x01\x01", b"n,,", b"x" * 5000,
     b"y,,n=,r=", b"p=tls-unique,,n=mrose,r=abc", b"\x01", b"mrose 0123", b"n,a=x,\x01auth=Basic x",
     b"a@", b"@b", b"\x07"],
    ids=repr,
)  # fmt: skip
def test_no_malformed_message_logs_in_or_breaks_the_server(row, message, authority) -> None:
    server = row.server(dataclasses.replace(authority, external="", anonymous=""))
    verdict = Ask(b"") if row.client_first else server.step(None)
    for _ in range(4):
        if isinstance(verdict, Ask):
            verdict = server.step(message)
    assert isinstance(verdict, Refused)


@pytest.mark.parametrize("row", MECHANISMS, ids=lambda row: row.name)
@pytest.mark.parametrize(
    "challenge", [b"", b"{", b"\xff", b"[1]", b"v=", b"e=", b"r=x", b"\0" * 99]
)
def test_no_challenge_breaks_the_client(row, challenge) -> None:
    client = row.client(ROSE)
    client.initial()
    with pytest.raises(SaslError) as fault:
        [client.respond(challenge) for _ in range(5)]
    assert "\n" not in str(fault.value)
    assert "tanstaaf" not in str(fault.value)


@pytest.mark.parametrize(
    ("name", "credentials"),
    [
        ("PLAIN", Credentials(user="a\0b", password="x")),
        ("PLAIN", Credentials(user="a")),
        ("PLAIN", Credentials(password="x")),
        ("LOGIN", Credentials(user="a", password="x\r\ny")),
        ("LOGIN", Credentials()),
        ("CRAM-MD5", Credentials(password="x")),
        ("SCRAM-SHA-256", Credentials(password="x")),
        ("SCRAM-SHA-256", Credentials(user="a", password="\x07")),
        ("SCRAM-SHA-1", Credentials(user="a\udcff", password="x")),
        ("OAUTHBEARER", Credentials(user="a")),
        ("OAUTHBEARER", Credentials(user="a", token="two\nlines")),
        ("OAUTHBEARER", Credentials(user="a\x01auth=Bearer z", token="good")),
        ("XOAUTH2", Credentials(token="good")),
        ("XOAUTH2", Credentials(user="a\x01b", token="good")),
        ("EXTERNAL", Credentials(authorization="a\0")),
        ("ANONYMOUS", Credentials(user="x" * 256)),
        ("ANONYMOUS", Credentials(user="@example.com")),
        ("ANONYMOUS", Credentials(user="tab\there")),
    ],
)
def test_credentials_that_cannot_be_carried_are_named_before_anything_is_sent(
    name, credentials
) -> None:
    with pytest.raises(SaslError) as fault:
        mechanism(name).client(credentials)
    assert "two\nlines" not in str(fault.value)


def test_credentials_do_not_show_their_secrets() -> None:
    assert "tanstaaf" not in repr(ROSE)
    assert "good" not in repr(ROSE)
