"""The client over TLS: who listens in or lies gets nothing, and the user learns why."""

from __future__ import annotations

import asyncio

import pytest
from net_tls_sessions import greeted, session, to_the_end
from net_tls_support import NOW, over_tls, refused
from support.practice import SECONDS
from support.scripted import GREETING, ScriptedServer, close, expect, hold, reset, stall

from pop3shell.net.client import Client
from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.tls_settings import TlsSettings
from pop3shell.net.tls_trouble import explain_layer
from pop3shell.protocol import events as ev
from pop3shell.protocol.events import Ending

# ---- TLS from the first octet ----


def test_the_greeting_comes_through_tls(pki) -> None:
    with ScriptedServer(over_tls(pki.good(), GREETING, expect("CAPA"), b"-ERR\r\n")) as server:

        async def capabilities(client: Client) -> None:
            await client.greeted()
            client.send(b"CAPA\r\n")
            await client.settled()
            assert await client.until_closed(SECONDS)

        heard = session(server, capabilities, tls=pki.settings)
    assert heard.client.session.tls
    assert heard.client.greeting
    assert heard.client.ending is Ending.ORDERLY
    assert heard.findings == []
    assert heard.client.tls.protocol == "TLSv1.3"


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("expired", "it expired on"),
        ("not_yet", "it is valid only from"),
        ("wrong_name", "but for mail.example.org"),
        ("self_signed", "it is self-signed"),
        ("unknown_ca", "its issuer is not known here"),
        ("unknown_root", "is not trusted here"),
    ],
)
def test_a_bad_certificate_ends_the_connection_and_nothing_is_sent(pki, fault, said) -> None:
    with ScriptedServer(refused(getattr(pki, fault)())) as server:
        heard = session(server, greeted, tls=pki.settings)
    assert said in heard.trouble
    assert heard.findings == ["TLS-09"]
    assert heard.client.ending is Ending.TLS_FAILED
    assert server.received == b""
    with pytest.raises(ConnectionTrouble):
        heard.client.send(b"USER mrose\r\n")


def test_a_pin_that_does_not_fit_ends_the_connection(pki) -> None:
    pinned = pki.settings._replace(pins=("0" * 64,))
    with ScriptedServer(refused(pki.good())) as server:
        heard = session(server, greeted, tls=pinned)
    assert "not the pinned one" in heard.trouble
    assert heard.client.ending is Ending.TLS_FAILED


def test_a_plaintext_server_on_the_tls_port(pki) -> None:
    with ScriptedServer(b"+OK Dovecot ready.\r\n") as server:
        heard = session(server, greeted, tls=pki.settings)
    assert "speaks plain POP3 where TLS should begin (+OK Dovecot ready.)" in heard.trouble
    assert heard.client.greeting is None


def test_a_tls_server_on_the_plaintext_port(pki) -> None:
    with ScriptedServer(refused(pki.good())) as server:

        async def speak(client: Client) -> None:
            client.send(b"CAPA\r\n")
            assert await client.until_closed(SECONDS)

        heard = session(server, speak)
    received = heard.client.opening.banner + b"".join(e.raw for e in heard.of(ev.Incomplete))
    assert heard.client.greeting is None
    assert heard.client.closed
    assert received[:1] in (b"", b"\x15")


@pytest.mark.parametrize("end", [close, reset], ids=["close", "reset"])
@pytest.mark.parametrize("begun", [b"", b"\x16\x03\x03\x00\x7a\x02"], ids=["at once", "half-way"])
def test_a_close_in_mid_handshake(pki, end, begun) -> None:
    def hear(server, client) -> None:
        server.read(client)

    with ScriptedServer(hear, begun, end) as server:
        heard = session(server, greeted, tls=pki.settings)
    assert "the server closed the connection" in heard.trouble
    assert "TLS handshake" in heard.trouble
    assert heard.client.closed


def test_a_stall_in_mid_handshake_is_bounded(pki) -> None:
    with ScriptedServer(stall) as server:
        heard = session(server, greeted, tls=pki.settings, connect_timeout=0.2)
    assert "did not finish the TLS handshake within 0.2 seconds" in heard.trouble
    assert heard.client.closed


def test_an_old_server(pki) -> None:
    with ScriptedServer(refused(pki.old())) as server:
        heard = session(server, greeted, tls=pki.settings)
    assert "TLS 1.2 is the oldest allowed" in heard.trouble


def test_settings_that_cannot_be_used_are_told_before_connecting(pki) -> None:
    with ScriptedServer(close) as server:
        heard = session(server, greeted, tls=TlsSettings(ca="/no/such/file.pem"))
        assert "/no/such/file.pem" in heard.trouble
        session(server, greeted)
    assert server.received == b""


def test_nothing_is_sent_while_the_handshake_goes_on(pki) -> None:
    with ScriptedServer(hold) as server:

        async def hurry(client: Client) -> None:
            task = asyncio.ensure_future(client.connect(server.host, server.port, tls=pki.settings))
            while client.tls is None:
                await asyncio.sleep(0)
            with pytest.raises(ConnectionTrouble, match="nothing was sent"):
                client.send(b"PASS secret\r\n")
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert client.closed

        async def run() -> None:
            async with asyncio.timeout(SECONDS):
                await hurry(Client(SECONDS))

        asyncio.run(run())
    assert b"secret" not in server.received


def test_a_client_certificate_that_is_missing_is_told(pki) -> None:
    with ScriptedServer(refused(pki.client_certificate_wanted())) as server:
        heard = session(server, to_the_end, tls=pki.settings)
    assert heard.client.ending is Ending.TLS_FAILED
    assert "the server wants a client certificate" in explain_layer(heard.client.tls, NOW)


# ---- how it ends ----


def test_a_clean_close_is_told_from_a_stream_cut_off(pki) -> None:
    with ScriptedServer(over_tls(pki.good(), GREETING)) as server:
        clean = session(server, to_the_end, tls=pki.settings)
    with ScriptedServer(over_tls(pki.good(), GREETING, notify=False)) as server:
        cut = session(server, to_the_end, tls=pki.settings)
    assert clean.client.ending is Ending.ORDERLY
    assert clean.findings == []
    assert cut.client.ending is Ending.TRUNCATED
    assert cut.findings == ["TLS-10"]
    assert [e.ending for e in cut.of(ev.Closed)] == [Ending.TRUNCATED]


def test_a_reset_under_tls_is_a_reset(pki) -> None:
    with ScriptedServer(over_tls(pki.good(), GREETING, reset)) as server:
        heard = session(server, to_the_end, tls=pki.settings)
    assert heard.client.ending is Ending.RESET


def test_a_large_reply_arrives_whole_before_the_end(pki) -> None:
    body = b"".join(b"%09d " % number + b"x" * 60 + b"\r\n" for number in range(40_000))

    async def retrieve(client: Client) -> None:
        await client.greeted()
        client.send(b"RETR 1\r\n")
        await client.settled()

    steps = (GREETING, expect("RETR 1"), b"+OK\r\n" + body + b".\r\n")
    with ScriptedServer(over_tls(pki.good(), *steps)) as server:
        heard = session(server, retrieve, tls=pki.settings)
    assert b"".join(e.content for e in heard.of(ev.BodyData)) == body


def test_closing_says_so_in_tls(pki) -> None:
    ends: list[bytes] = []

    def read_end(server, tls) -> None:
        ends.append(tls.recv(10))  # b"" for the alert; without it the ssl module raises

    with ScriptedServer(over_tls(pki.good(), GREETING, read_end)) as server:
        session(server, greeted, tls=pki.settings)
    assert ends == [b""]
