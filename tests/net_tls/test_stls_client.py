"""From plaintext to TLS by STLS: whoever stands in between gets nothing."""

from __future__ import annotations

import pytest
from net_tls_sessions import session, upgrade
from net_tls_support import over_tls
from support.scripted import GREETING, ScriptedServer, expect, stall

from pop3shell.net.client import Client
from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.tls_settings import TlsSettings
from pop3shell.protocol import events as ev
from pop3shell.protocol.events import Ending
from pop3shell.protocol.spec.states import State

OK = b"+OK begin TLS\r\n"


def test_stls_goes_on_in_tls_and_forgets_what_was_said_before(pki) -> None:
    async def more(client: Client) -> None:
        assert client.session.tls
        assert client.session.capabilities is None
        assert client.session.state is State.AUTHORIZATION
        client.send(b"NOOP\r\n")
        await client.settled()

    inner = over_tls(pki.good(), expect("NOOP"), b"+OK\r\n")
    with ScriptedServer(GREETING, expect("STLS"), OK, inner) as server:
        heard = session(server, upgrade(pki.settings, then=more))
    assert heard.trouble == ""
    assert heard.findings == []


INJECTIONS = [b"+OK forged\r\n", b"-ERR forged\r\n", b"half a li", b"\x16\x03\x03", b"\r\n"]


@pytest.mark.parametrize("injected", INJECTIONS, ids=repr)
def test_plaintext_behind_the_ok_in_the_same_packet_fails_closed(pki, injected) -> None:
    with ScriptedServer(GREETING, expect("STLS"), OK + injected, stall) as server:
        heard = session(server, upgrade(pki.settings))
    assert "TLS-05" in heard.trouble
    assert heard.findings == ["TLS-05"]
    assert heard.client.ending is Ending.TLS_FAILED
    assert server.received == b"STLS\r\n", "something was sent all the same"


@pytest.mark.parametrize("injected", [b"+OK forged\r\n", b"-ERR TLS is broken\r\n", b"half"])
def test_plaintext_behind_the_ok_in_the_next_packet_fails_closed(pki, injected) -> None:
    def hear_hello(server, client) -> None:
        assert server.read(client)[:1] == b"\x16"

    with ScriptedServer(GREETING, expect("STLS"), OK, hear_hello, injected) as server:
        heard = session(server, upgrade(pki.settings))
    assert heard.findings == ["TLS-05"]
    assert heard.client.ending is Ending.TLS_FAILED
    assert heard.of(ev.StrayLine) == [], "the forged line was taken for a reply"
    assert injected.strip().decode()[:3] in heard.trouble
    with pytest.raises(ConnectionTrouble):
        heard.client.send(b"USER mrose\r\n")


def test_a_second_greeting_in_tls_is_read_in_tls(pki) -> None:
    async def more(client: Client) -> None:
        assert client.session.tls
        client.send(b"NOOP\r\n")
        await client.settled()

    inner = over_tls(pki.good(), b"+OK hello again\r\n", expect("NOOP"), b"+OK\r\n")
    with ScriptedServer(GREETING, expect("STLS"), OK, inner) as server:
        heard = session(server, upgrade(pki.settings, then=more))
    assert heard.trouble == ""


def test_a_bad_certificate_after_stls_ends_the_connection(pki) -> None:
    with ScriptedServer(GREETING, expect("STLS"), OK, refused_after_stls(pki)) as server:
        heard = session(server, upgrade(pki.settings))
    assert "it expired on" in heard.trouble
    assert heard.client.ending is Ending.TLS_FAILED
    assert server.received == b"STLS\r\n"


def refused_after_stls(pki):
    def step(server, client) -> None:
        with pytest.raises(OSError, match="alert"):
            pki.expired().wrap_socket(client, server_side=True)

    return step


def test_a_stall_after_stls_is_bounded(pki) -> None:
    with ScriptedServer(GREETING, expect("STLS"), OK, stall) as server:
        heard = session(server, upgrade(pki.settings, within=0.2))
    assert "within 0.2 seconds" in heard.trouble
    assert heard.client.closed


def test_tls_does_not_begin_without_an_accepted_stls(pki) -> None:
    async def before(client: Client) -> None:
        await client.greeted()
        with pytest.raises(ConnectionTrouble, match="right after STLS"):
            await client.start_tls(pki.settings)

    with ScriptedServer(GREETING) as server:
        session(server, before)
    assert server.received == b""
    with ScriptedServer(GREETING, expect("STLS"), b"-ERR no\r\n") as server:
        heard = session(server, upgrade(pki.settings))
    assert "right after STLS" in heard.trouble
    assert server.received == b"STLS\r\n"


def test_tls_does_not_begin_behind_another_command(pki) -> None:
    async def pipelined(client: Client) -> None:
        await client.greeted()
        client.send(b"STLS\r\nCAPA\r\n")
        await client.settled(1)
        with pytest.raises(ConnectionTrouble, match="right after STLS"):
            await client.start_tls(pki.settings)

    with ScriptedServer(GREETING, expect(b"STLS\r\nCAPA\r\n"), OK, stall) as server:
        session(server, pipelined)
    assert server.received == b"STLS\r\nCAPA\r\n"


def test_settings_that_cannot_be_used_after_stls_end_the_connection() -> None:
    with ScriptedServer(GREETING, expect("STLS"), OK, stall) as server:
        heard = session(server, upgrade(TlsSettings(ca="/no/such/file.pem")))
    assert "/no/such/file.pem" in heard.trouble
    assert heard.client.closed
    assert server.received == b"STLS\r\n"
