"""AUTH on the practice server: who learns SASL by hand, or tries a client, must see it done right.

The client's side is the shell's own; what real clients make of it is in tests/interop.
"""

from __future__ import annotations

import base64
import json

import pytest
from support.maildrops import maildrop_of_sizes
from support.talk import Talk

from pop3shell.protocol.sasl import registry
from pop3shell.protocol.sasl.mechanism import Credentials, Outcome
from pop3shell.protocol.spec.states import State
from pop3shell.server import limits
from pop3shell.server.context import Policy
from pop3shell.server.session import Session

EVERY = "SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER XOAUTH2 CRAM-MD5 PLAIN LOGIN"
STRICT = Policy(stls=True, cleartext=False)
GOOD = Credentials(user="mrose", password="tanstaaf", token="tanstaaf")
BAD = Credentials(user="mrose", password="wrong", token="wrong")
PLAIN = base64.b64encode(b"\0mrose\0tanstaaf").decode()


def b64(octets: bytes) -> str:
    return base64.b64encode(octets).decode()


def said(session: Session, line: str) -> str:
    return b"".join(session.receive(line.encode() + b"\r\n")).decode()


def by(session: Session, name: str, credentials: Credentials) -> str:
    """Log in by a mechanism, each message on a line of its own; return the last reply."""
    row = registry.find(name)
    assert row is not None
    client = row.client(credentials)
    reply = said(session, f"AUTH {name}")
    first = client.initial() if row.client_first else None
    if row.client_first:
        assert reply == "+ \r\n"
        reply = said(session, b64(first or b""))
    for _ in range(5):
        if not reply.startswith("+ "):
            if reply.startswith("+OK") and row.mutual:
                assert client.outcome is Outcome.PROVED
            return reply
        reply = said(session, b64(client.respond(base64.b64decode(reply[2:]))))
    raise AssertionError("no end")


def sasl_line(session: Session) -> str:
    lines = said(session, "CAPA").split("\r\n")
    return next((line for line in lines if line.startswith("SASL")), "")


@pytest.mark.parametrize("name", EVERY.split())
class TestEachMechanism:
    def test_it_logs_in(self, new, name) -> None:
        assert by(new.session, name, GOOD) == (
            "+OK mrose's maildrop has 2 messages (320 octets)\r\n"
        )
        assert new("STAT") == "+OK 2 320\r\n"
        assert new(f"AUTH {name}").startswith("-ERR already logged in")

    def test_wrong_credentials_are_refused_and_the_next_try_may_succeed(self, new, name) -> None:
        assert by(new.session, name, BAD).startswith("-ERR [AUTH] ")
        assert new.session.state is State.AUTHORIZATION
        assert by(new.session, name, GOOD).startswith("+OK ")

    def test_nobody_learns_which_accounts_there_are(self, new, name) -> None:
        nobody = Credentials(user="nobody", password="wrong", token="wrong")
        assert by(new.session, name, nobody) == by(new.session, name, BAD)

    @pytest.mark.parametrize(
        "line", ["*", "no base64", "A", "AAA", "=AAA", "\xff", "STAT", "AAAA\n", " AAAA", "AAAA "]
    )
    def test_an_exchange_that_is_broken_off_leaves_a_usable_session(self, new, name, line) -> None:
        assert new(f"AUTH {name}").startswith("+ ")
        reply = new(line)
        if line != "STAT":  # four letters that are base64, too
            assert reply.startswith("-ERR ")
            assert "[AUTH]" not in reply
        while reply.startswith("+ "):  # XOAUTH2 and its kin may tell an error first
            reply = new("*")
        assert reply.startswith("-ERR ")
        assert new.session.state is State.AUTHORIZATION
        new.log_in()

    def test_it_is_refused_like_a_password_while_the_maildrop_is_in_use(
        self, talk, maildrop, name
    ) -> None:
        other = Talk(maildrop)
        assert by(other.session, name, GOOD).startswith("-ERR [IN-USE] ")
        assert by(other.session, name, BAD).startswith("-ERR [AUTH] ")
        talk("QUIT")
        assert by(other.session, name, GOOD).startswith("+OK ")

    def test_it_is_understood_in_any_case(self, new, name) -> None:
        assert new(f"auth {name.lower()}").startswith("+ ")


class TestInitialResponse:
    def test_it_saves_a_round_trip(self, new) -> None:
        assert new(f"AUTH PLAIN {PLAIN}").startswith("+OK mrose's maildrop")

    def test_an_equals_sign_is_an_empty_one(self, new) -> None:
        reply = new("AUTH PLAIN =")  # no name, no password
        assert reply.startswith("-ERR ")
        assert new.session.state is State.AUTHORIZATION

    @pytest.mark.parametrize("name", ["CRAM-MD5", "LOGIN"])
    @pytest.mark.parametrize("initial", ["=", "bXJvc2U="])
    def test_it_is_refused_where_the_server_speaks_first(self, new, name, initial) -> None:
        assert "no initial response" in new(f"AUTH {name} {initial}")
        new.log_in()

    @pytest.mark.parametrize("initial", ["no_base64", "AAA", "====", "*", "AA=A"])
    def test_one_that_is_no_base64_is_refused(self, new, initial) -> None:
        assert new(f"AUTH PLAIN {initial}").startswith("-ERR initial-response must be base64")
        new.log_in()


class TestList:
    def test_auth_alone_lists_what_capa_lists_and_logs_nobody_in(self, new) -> None:
        lines = new("AUTH").split("\r\n")
        assert " ".join(lines[1:-2]) == EVERY
        assert lines[-2:] == [".", ""]
        assert sasl_line(new.session) == f"SASL {EVERY}"
        assert new.session.state is State.AUTHORIZATION

    @pytest.mark.parametrize("name", ["NTLM", "SCRAM-SHA-256-PLUS", "X", "A" * 20])
    def test_an_unknown_mechanism_is_refused_with_a_way_out(self, new, name) -> None:
        assert new(f"AUTH {name}") == (
            "-ERR unknown mechanism, AUTH alone lists those of this server\r\n"
        )

    @pytest.mark.parametrize("name", ["A" * 21, "PL:AIN", "\xe4"])
    def test_a_name_that_no_mechanism_can_have_is_refused(self, new, name) -> None:
        assert new(f"AUTH {name}").startswith("-ERR mechanism must be ")

    def test_where_tls_is_to_be_had_nothing_in_clear_is_taken_without_it(self, maildrop) -> None:
        talk = Talk(maildrop, policy=STRICT)
        assert sasl_line(talk.session) == "SASL SCRAM-SHA-256 SCRAM-SHA-1 CRAM-MD5"
        for name in ("PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2"):
            assert talk(f"AUTH {name}") == (
                f"-ERR {name} sends a secret in clear, begin TLS with STLS first\r\n"
            )
        talk.session.secured()
        assert sasl_line(talk.session) == f"SASL {EVERY}"
        assert talk(f"AUTH PLAIN {PLAIN}").startswith("+OK ")
        assert sasl_line(talk.session) == f"SASL {EVERY}"


class TestLengths:
    def test_a_response_may_be_as_long_as_its_limit(self, new) -> None:
        new("AUTH PLAIN")
        name = "x" * (limits.MAX_RESPONSE_OCTETS // 2)
        assert new(b64(f"\0{name}\0y".encode())).startswith("-ERR [AUTH]")

    @pytest.mark.parametrize("portion", [1 << 20, 1000])
    def test_one_that_is_longer_is_refused_once(self, new, portion) -> None:
        new("AUTH PLAIN")
        line = b"A" * (2 * limits.MAX_RESPONSE_OCTETS) + b"\r\n"
        answers = [new.raw(line[at : at + portion]) for at in range(0, len(line), portion)]
        told = f"-ERR response too long, at most {limits.MAX_RESPONSE_OCTETS} octets with CRLF\r\n"
        assert b"".join(answers).decode() == told
        new.log_in()

    def test_a_command_after_the_exchange_is_short_again(self, new) -> None:
        new("AUTH PLAIN")
        new("*")
        assert new("NOOP " + "x" * 300).startswith("-ERR line too long")

    def test_a_response_that_ends_in_a_bare_lf_is_refused(self, new) -> None:
        new("AUTH PLAIN")
        assert new.raw(PLAIN.encode() + b"\n") == b""
        assert b"bare LF" in b"".join(new.session.quiet())
        new.log_in()

    def test_cancelling_for_ever_comes_to_an_end(self, new) -> None:
        for _ in range(limits.MAX_REFUSALS):
            new("AUTH PLAIN")
            last = new("*")
        assert "closing" in last
        assert new.session.closed


class TestTokens:
    @pytest.mark.parametrize(("name", "dummy"), [("OAUTHBEARER", "AQ=="), ("XOAUTH2", "")])
    def test_a_wrong_one_is_explained_in_json_before_it_is_refused(self, new, name, dummy) -> None:
        row = registry.find(name)
        assert row is not None
        reply = new(f"AUTH {name} {b64(row.client(BAD).initial() or b'')}")
        assert json.loads(base64.b64decode(reply[2:])) == {"status": "invalid_token"}
        assert new(dummy).startswith("-ERR [AUTH] ")

    @pytest.mark.parametrize("name", ["OAUTHBEARER", "XOAUTH2"])
    def test_accounts_with_the_same_password_are_told_apart(self, name) -> None:
        accounts = {n: ("same", maildrop_of_sizes(size)) for n, size in (("a", 100), ("b", 200))}
        session = Session(accounts)
        assert by(session, name, Credentials(user="b", token="same")).startswith("+OK b's")

    def test_nobody_gets_into_a_maildrop_with_the_token_of_another(self) -> None:
        accounts = {n: (n * 3, maildrop_of_sizes(100)) for n in "ab"}
        session = Session(accounts)
        reply = by(session, "XOAUTH2", Credentials(user="b", token="aaa"))
        assert reply.startswith("-ERR [AUTH] ")


class TestActingAsAnother:
    def test_the_same_password_does_not_suffice(self) -> None:
        accounts = {n: ("same", maildrop_of_sizes(100)) for n in "ab"}
        message = b64(b"b\0a\0same")
        reply = said(Session(accounts), f"AUTH PLAIN {message}")
        assert reply.startswith("-ERR [AUTH] ")


class TestExternal:
    def test_a_certificate_logs_in_whom_it_names(self, new) -> None:
        new.session.secured("mrose")
        assert sasl_line(new.session).startswith("SASL EXTERNAL ")
        assert new("AUTH EXTERNAL =").startswith("+OK mrose's")

    def test_it_does_not_log_in_another(self, new) -> None:
        new.session.secured("nobody")
        assert new("AUTH EXTERNAL =").startswith("-ERR [AUTH] ")
        assert new(f"AUTH EXTERNAL {b64(b'mrose')}").startswith("-ERR [AUTH] ")

    def test_without_one_it_is_refused_and_not_listed(self, new) -> None:
        for _ in range(2):
            assert new("AUTH EXTERNAL =").startswith("-ERR EXTERNAL needs TLS with a client cert")
            assert "EXTERNAL" not in sasl_line(new.session)
            new.session.secured()


class TestAnonymous:
    def test_without_an_account_for_guests_there_are_none(self, new) -> None:
        assert new("AUTH ANONYMOUS =").startswith("-ERR there is no account anonymous")

    def test_a_guest_is_let_in_where_there_is_one(self) -> None:
        session = Session({"anonymous": ("guest", maildrop_of_sizes(100))})
        assert sasl_line(session).endswith(" ANONYMOUS")
        assert said(session, f"AUTH ANONYMOUS {b64(b'sirhc')}").startswith("+OK anonymous's")
