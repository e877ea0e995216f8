"""What the session knows of the server's capabilities, by which commands are completed."""

from __future__ import annotations

import pytest
from hearing import Heard

from pop3shell.protocol.spec.states import State


@pytest.fixture
def heard() -> Heard:
    return Heard(logged_in=True)


def test_capabilities_are_learned_whatever_their_case(heard):
    heard.ask(
        "CAPA", "+OK", "TOP", "uidl", "SASL PLAIN LOGIN", "Sasl=CRAM-MD5", "EXPIRE 60 USER",
        "IMPLEMENTATION Foo version=1", "", "  ", "X\x0cY", "caf\xe9", ".",
    )  # fmt: skip
    found = heard.session.capabilities
    assert found is not None
    assert found["TOP"] == ()
    assert found["SASL"] == ("PLAIN", "LOGIN", "CRAM-MD5")
    assert found["EXPIRE"] == ("60", "USER")
    assert found["IMPLEMENTATION"] == ("Foo", "version=1")
    assert heard.session.announces("UIDL") is True
    assert heard.session.announces("STLS") is False
    assert heard.session.announces("UID") is False


def test_a_server_that_refuses_capa_announces_nothing():
    heard = Heard()
    heard.ask("CAPA", "-ERR")
    assert heard.session.capabilities == {}
    assert heard.session.announces("TOP") is False


def test_a_later_refusal_forgets_nothing(heard):
    heard.ask("CAPA", "+OK", "TOP", ".")
    heard.ask("CAPA", "-ERR")
    assert heard.session.announces("TOP")


def test_the_last_list_of_capabilities_counts(heard):
    heard.ask("CAPA", "+OK", "STLS", "TOP", ".")
    heard.ask("CAPA", "+OK", "TOP", ".")
    assert heard.session.capabilities == {"TOP": ()}


def test_what_was_said_in_plaintext_is_forgotten_after_tls():
    heard = Heard()
    heard.ask("CAPA", "+OK", "STLS", ".")
    heard.ask("USER mrose", "+OK")
    heard.dialogue.tls_started()
    session = heard.session
    assert session.tls
    assert session.capabilities is None
    assert (session.user, session.user_accepted) == ("", False)
    assert session.state is State.AUTHORIZATION
