"""TLS on the practice server: by STLS, and from the first octet."""

from __future__ import annotations

import poplib
import socket
import ssl

import pytest
import trustme
from support.practice import SECONDS, Dialogue

from pop3shell.server import limits
from pop3shell.server.certificates import CertificateError, SelfMade, given, trust_clients
from pop3shell.server.maildrops.sample import SAMPLE_PASSWORD, SAMPLE_USER


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> SelfMade:
    return SelfMade(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def trusting(made) -> ssl.SSLContext:
    made.context()
    return ssl.create_default_context(cafile=made.ca_file)


@pytest.fixture
def server(practice_server, made):
    return practice_server(tls=made.context)


def secure(talk: Dialogue, context: ssl.SSLContext) -> None:
    """Do the client's side of the handshake."""
    talk._file.close()
    talk.socket = context.wrap_socket(talk.socket, server_hostname="localhost")
    talk._file = talk.socket.makefile("rb")


class TestPoplib:
    """Python's own client, for a second opinion."""

    def test_stls(self, server, trusting) -> None:
        client = poplib.POP3("localhost", server.port, timeout=SECONDS)
        assert "STLS" in client.capa()
        client.stls(trusting)
        assert "STLS" not in client.capa()
        client.user(SAMPLE_USER)
        client.pass_(SAMPLE_PASSWORD)
        assert client.stat()[0] == 17
        assert client.quit().startswith(b"+OK")

    def test_tls_from_the_first_octet(self, server, trusting, monkeypatch) -> None:
        monkeypatch.setattr(poplib, "_MAXLINE", 1 << 20)  # one message has a longer line
        port = server.start_tls_port()
        client = poplib.POP3_SSL("localhost", port, context=trusting, timeout=SECONDS)
        assert "STLS" not in client.capa()
        client.utf8()
        client.user(SAMPLE_USER)
        client.pass_(SAMPLE_PASSWORD)
        count, octets = client.stat()
        assert sum(client.retr(number)[2] for number in range(1, count + 1)) == octets
        assert client.quit().startswith(b"+OK")


class TestStls:
    def test_without_a_certificate_it_is_neither_announced_nor_taken(self, practice_server) -> None:
        with practice_server().dial() as talk:
            talk.line()
            assert "STLS" not in talk.ask_lines("CAPA")[1]
            assert "not supported" in talk.ask("STLS")

    def test_no_second_greeting_and_the_name_is_forgotten(self, server, trusting) -> None:
        with server.dial() as talk:
            talk.line()
            talk.send(b"LANG de\r\n")
            assert talk.line().startswith(b"+OK de ")
            talk.ask("USER mrose")
            assert talk.ask("STLS").startswith("+OK ")
            secure(talk, trusting)
            assert (
                talk.ask("PASS tanstaaf") == "-ERR PASS must follow USER directly, send USER first"
            )
            assert talk.ask("STLS") == "-ERR TLS is active already"
            assert talk.ask("USER mrose").startswith("+OK")
            assert talk.ask("PASS tanstaaf").startswith("+OK")
            assert talk.ask("QUIT").startswith("+OK")
            assert talk.rest() == b""  # and the closing alert, or this would raise

    def test_it_is_refused_after_login_and_not_announced(self, server) -> None:
        with server.dial() as talk:
            talk.log_in()
            assert "STLS" not in talk.ask_lines("CAPA")[1]
            assert talk.ask("STLS").startswith("-ERR already logged in")

    def test_commands_may_be_sent_ahead_of_it(self, server, trusting) -> None:
        with server.dial() as talk:
            talk.line()
            talk.send(b"USER mrose\r\nNOOP\r\nSTLS\r\n")
            assert [talk.line()[:4] for _ in range(3)] == [b"+OK ", b"-ERR", b"+OK "]
            secure(talk, trusting)
            assert talk.ask("NOOP").startswith("-ERR log in first")

    @pytest.mark.parametrize("tail", [b"CAPA\r\n", b"USER mrose\r\nPASS tanstaaf\r\n", b"x"])
    def test_what_follows_it_in_plaintext_is_refused_and_never_answered(self, server, tail) -> None:
        with server.dial() as talk:
            talk.line()
            talk.send(b"STLS\r\n" + tail)
            reply = talk.line()
            assert reply.startswith(b"-ERR nothing may follow STLS before the TLS handshake")
            assert talk.rest() == b""

    def test_what_comes_a_little_later_is_never_answered_either(self, server) -> None:
        with server.dial() as talk:
            talk.line()
            talk.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            talk.send(b"STLS\r\n")
            assert talk.line().startswith(b"+OK ")
            talk.send(b"USER mrose\r\nPASS tanstaaf\r\nSTAT\r\n")
            assert b"+OK" not in gone(talk)
        with server.dial() as talk:
            assert talk.log_in().startswith("+OK")  # the maildrop is free

    def test_more_than_is_read_at_once_is_never_answered_either(self, server) -> None:
        with server.dial() as talk:
            talk.line()
            filling = b"CAPA\r\n" * ((limits.READ_OCTETS - 6) // 6)
            talk.send(filling + b"STLS\r\n" + b"NOOP\r\n" * 5000)
            assert b"log in first" not in gone(talk)

    def test_a_handshake_that_takes_too_long_ends(self, server, monkeypatch) -> None:
        monkeypatch.setattr(limits, "HANDSHAKE_SECONDS", 0.05)
        with server.dial() as talk:
            talk.line()
            talk.ask("STLS")
            assert gone(talk) == b""
        port = server.start_tls_port()
        with Dialogue(server.host, port) as talk:
            assert gone(talk) == b""

    def test_who_never_ends_it_counts_as_a_client(self, server, monkeypatch) -> None:
        monkeypatch.setattr(limits, "MAX_SOCKETS", 3)
        port = server.start_tls_port()
        idle = [Dialogue(server.host, port) for _ in range(3)]
        with Dialogue(server.host, port) as one_more:
            assert gone(one_more) == b""
        for talk in idle:
            talk.close()

    def test_a_client_that_does_not_trust_the_certificate_harms_nobody(
        self, server, trusting
    ) -> None:
        with server.dial() as talk:
            talk.line()
            talk.ask("STLS")
            with pytest.raises(ssl.SSLCertVerificationError):
                secure(talk, ssl.create_default_context())
        client = poplib.POP3("localhost", server.port, timeout=SECONDS)
        client.stls(trusting)
        client.quit()

    def test_a_hundred_thousand_octets_come_whole_before_the_connection_closes(
        self, server, trusting
    ) -> None:
        with server.dial() as talk:
            talk.line()
            talk.ask("STLS")
            secure(talk, trusting)
            talk.send(b"USER mrose\r\nPASS tanstaaf\r\n")
            assert [talk.line()[:3] for _ in range(2)] == [b"+OK"] * 2
            sizes = {line.split()[0]: int(line.split()[1]) for line in talk.ask_lines("LIST")[1]}
            largest = max(sizes, key=lambda number: sizes[number])
            talk.send(f"RETR {largest}\r\nQUIT\r\n".encode())
            rest = talk.rest()
        assert len(rest) > sizes[largest]
        assert rest.endswith(b".\r\n+OK pop3shell practice server signing off\r\n")


def gone(talk: Dialogue) -> bytes:
    """Return what still comes until the server closes, in order or not."""
    try:
        return talk.rest()
    except ConnectionError:
        return b""


class TestClientCertificates:
    @pytest.fixture
    def authority(self) -> trustme.CA:
        return trustme.CA()

    @pytest.fixture
    def strict(self, authority, tmp_path, practice_server):
        authority.cert_pem.write_to_path(str(tmp_path / "clients.pem"))
        made = SelfMade(tmp_path)
        context = made.context()
        trust_clients(context, str(tmp_path / "clients.pem"))
        return practice_server(tls=context), ssl.create_default_context(cafile=made.ca_file)

    @pytest.mark.parametrize("implicit", [False, True])
    def test_external_logs_in_whom_the_certificate_names(self, authority, strict, implicit) -> None:
        server, context = strict
        authority.issue_cert(common_name=SAMPLE_USER).configure_cert(context)
        with self.connected(server, context, implicit) as talk:
            assert any("EXTERNAL" in line for line in talk.ask_lines("CAPA")[1])
            assert talk.ask("AUTH EXTERNAL =").startswith("+OK mrose's")

    def test_one_without_a_common_name_is_nobodys(self, authority, strict) -> None:
        server, context = strict
        authority.issue_cert("mrose@example.org").configure_cert(context)
        with self.connected(server, context, False) as talk:
            assert talk.ask("AUTH EXTERNAL =").startswith("-ERR EXTERNAL needs TLS with a client")

    def test_none_is_needed(self, strict) -> None:
        server, context = strict
        with self.connected(server, context, False) as talk:
            assert talk.ask("USER mrose").startswith("+OK")

    def connected(self, server, context, implicit: bool) -> Dialogue:
        talk = Dialogue(server.host, server.start_tls_port() if implicit else server.port)
        if not implicit:
            talk.line()
            talk.ask("STLS")
        secure(talk, context)
        if implicit:
            assert talk.line().startswith(b"+OK ")
        return talk


class TestCertificates:
    def test_the_issuer_is_readable_by_its_owner_alone(self, made) -> None:
        made.context()
        assert made.ca_file.stat().st_mode & 0o077 == 0

    def test_nothing_is_made_before_it_is_needed_and_only_once(self, tmp_path) -> None:
        made = SelfMade(tmp_path)
        assert not made.ca_file.exists()
        assert made.context() is made.context()

    @pytest.mark.parametrize("kind", ["no PEM", "another key", "a passphrase", "no key"])
    def test_files_that_cannot_be_used_are_named(self, tmp_path, kind) -> None:
        leaf = trustme.CA().issue_cert("localhost")
        certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
        leaf.cert_chain_pems[0].write_to_path(str(certificate))
        key.write_bytes(
            {
                "no PEM": b"\0\1",
                "another key": trustme.CA().issue_cert("localhost").private_key_pem.bytes(),
                "a passphrase": encrypted(leaf.private_key_pem.bytes()),
                "no key": b"",
            }[kind]
        )
        with pytest.raises(CertificateError, match=r"cannot use .*cert\.pem"):
            given(str(certificate), "" if kind == "no key" else str(key))

    def test_issuers_that_cannot_be_read_are_named(self, tmp_path, made) -> None:
        path = tmp_path / "clients.pem"
        path.write_bytes(b"nothing")
        with pytest.raises(CertificateError, match=r"clients\.pem"):
            trust_clients(made.context(), str(path))


def encrypted(pem: bytes) -> bytes:
    from cryptography.hazmat.primitives import serialization

    return serialization.load_pem_private_key(pem, None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"secret"),
    )
