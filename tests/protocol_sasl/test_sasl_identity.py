"""Who logs in, as whoever only listens can tell."""

from __future__ import annotations

import base64

import pytest
from protocol_sasl_support import mechanism

from pop3shell.protocol.sasl.client import ClientExchange
from pop3shell.protocol.sasl.identity import Identity, identity
from pop3shell.protocol.sasl.mechanism import Credentials
from pop3shell.protocol.sasl.registry import MECHANISMS

NAMED = [row for row in MECHANISMS if row.needs_password or row.needs_token]


def first_response(row, credentials: Credentials) -> tuple[bytes, ClientExchange]:
    """What a client says first, and who says it."""
    exchange = ClientExchange(row, credentials)
    words = exchange.command().rstrip(b"\r\n").split(b" ")
    if len(words) > 2:
        return words[2], exchange
    challenge = b"" if row.client_first else base64.b64encode(b"<1@host>")
    return exchange.answer(challenge).rstrip(b"\r\n"), exchange


@pytest.mark.parametrize("user", ["mrose", "j\u00fcrgen", "a=b,c"])
@pytest.mark.parametrize("row", NAMED, ids=lambda row: row.name)
def test_the_name_that_the_client_gave_and_its_nonce(row, user) -> None:
    said, exchange = first_response(row, Credentials(user=user, password="pencil", token="good"))
    assert identity(row, said) == Identity(user, exchange.nonce)
    assert bool(exchange.nonce) == row.name.startswith("SCRAM")


@pytest.mark.parametrize("row", MECHANISMS, ids=lambda row: row.name)
@pytest.mark.parametrize("said", [b"", b"=", b"*", b"no base64", b"AAAA", b"\xff"])
def test_what_names_nobody(row, said) -> None:
    found = identity(row, said)
    assert found is None or (row.name, said) == ("LOGIN", b"AAAA")


def test_a_name_that_is_no_utf_8_keeps_its_octets() -> None:
    said = base64.b64encode(b"\0\xff\0secret")
    assert identity(mechanism("PLAIN"), said) == Identity("\udcff")


def test_a_message_with_too_few_parts_may_hold_a_password_and_is_not_told() -> None:
    assert identity(mechanism("PLAIN"), base64.b64encode(b"mrose\0tanstaaf")) is None
