"""The practice server on the network, with clients of every temper."""

from __future__ import annotations

import hashlib
import poplib
import socket

import pytest
from support.maildrops import maildrop_of, maildrop_of_sizes
from support.practice import SECONDS

from pop3shell.protocol import replies
from pop3shell.server import limits
from pop3shell.server.listener import fresh_timestamp
from pop3shell.server.maildrops.maildrop import Maildrop
from pop3shell.server.maildrops.sample import SAMPLE_PASSWORD, SAMPLE_USER, SampleSource
from pop3shell.server.maildrops.sources import open_source

DOTTED = b"Subject: dots\r\n\r\n.\r\n..\r\n.x\r\n\xe9\x00\r\n"


def one_account(maildrop: Maildrop) -> dict[str, tuple[str, Maildrop]]:
    return {SAMPLE_USER: (SAMPLE_PASSWORD, maildrop)}


class TestPoplib:
    """Python's own client, for a second opinion."""

    @pytest.fixture
    def client(self, practice_server):
        server = practice_server()
        client = poplib.POP3(server.host, server.port, timeout=SECONDS)
        yield client
        client.close()

    def test_it_fetches_every_message_octet_for_octet(self, client, monkeypatch) -> None:
        monkeypatch.setattr(poplib, "_MAXLINE", 1 << 20)  # one message has a longer line
        client.utf8()  # one has a header that is sent to nobody else
        client.user(SAMPLE_USER)
        client.pass_(SAMPLE_PASSWORD)
        stored = SampleSource().messages()
        assert client.stat() == (len(stored), sum(message.octets for message in stored))
        for number, message in enumerate(stored, 1):
            _, lines, octets = client.retr(number)
            assert b"\r\n".join([*lines, b""]) == message.content()
            assert octets == message.octets
        uids = [
            f"{number} {message.unique_id}".encode() for number, message in enumerate(stored, 1)
        ]
        assert client.uidl()[1] == uids
        client.quit()

    def test_apop_top_and_capa(self, client) -> None:
        assert client.apop(SAMPLE_USER, SAMPLE_PASSWORD).startswith(b"+OK")
        assert client.top(1, 0)[1][-1] == b""
        assert {"TOP", "UIDL", "PIPELINING"} <= set(client.capa())
        assert client.quit().startswith(b"+OK")

    def test_a_wrong_password_raises_and_leaves_a_usable_connection(self, client) -> None:
        client.user(SAMPLE_USER)
        with pytest.raises(poplib.error_proto, match="AUTH"):
            client.pass_("wrong")
        client.user(SAMPLE_USER)
        client.pass_(SAMPLE_PASSWORD)
        client.quit()


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_folder_is_fetched_octet_for_octet(practice_server, tmp_path, end) -> None:
    text = f"Subject: x{end}{end}.{end}..{end}é{end}{end}end".encode()
    (tmp_path / "a.eml").write_bytes(text)
    server = practice_server(one_account(Maildrop(open_source(tmp_path))))
    client = poplib.POP3(server.host, server.port, timeout=SECONDS)
    client.user(SAMPLE_USER)
    client.pass_(SAMPLE_PASSWORD)
    _, lines, octets = client.retr(1)
    wire = "Subject: x\r\n\r\n.\r\n..\r\né\r\n\r\nend\r\n".encode()
    assert b"\r\n".join([*lines, b""]) == wire
    assert octets == len(wire)
    client.quit()


class TestGreeting:
    def test_each_connection_has_a_timestamp_of_its_own(self, practice_server) -> None:
        server = practice_server()
        with server.dial() as first, server.dial() as second:
            stamps = {replies.timestamp(talk.line()) for talk in (first, second)}
        assert len(stamps) == 2
        assert all(stamps)

    def test_timestamps_never_repeat(self) -> None:
        assert len({fresh_timestamp() for _ in range(1000)}) == 1000

    def test_a_timestamp_can_be_given(self, practice_server) -> None:
        stamp = b"<1896.697170952@dbc.mtview.ca.us>"
        server = practice_server(timestamp=stamp)
        with server.dial() as talk:
            assert replies.timestamp(talk.line()) == stamp
            digest = hashlib.md5(stamp + SAMPLE_PASSWORD.encode()).hexdigest()
            assert talk.ask(f"APOP {SAMPLE_USER} {digest}").startswith("+OK")


class TestArrival:
    SCRIPT = (
        b"USER mrose\r\nPASS tanstaaf\r\nSTAT\r\nLIST\r\nRETR 1\r\nTOP 1 1\r\nUIDL 1\r\nXYZZY\r\n"
        b"NOOP\r\nQUIT\r\n"
    )

    def answers(self, server, *segments: bytes) -> bytes:
        with server.dial() as talk:
            talk.line()
            talk.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for segment in segments:
                talk.send(segment)
            return talk.rest()

    def test_pipelined_in_one_segment_and_octet_by_octet(self, practice_server) -> None:
        server = practice_server(one_account(maildrop_of(DOTTED)))
        whole = self.answers(server, self.SCRIPT)
        assert whole == self.answers(server, *(bytes([octet]) for octet in self.SCRIPT))
        assert whole.startswith(b"+OK now send PASS\r\n+OK mrose's maildrop has 1 message")
        assert whole.endswith(b"+OK pop3shell practice server signing off\r\n")
        assert whole.count(b"-ERR") == 1

    def test_a_client_that_has_sent_all_still_gets_all(self, practice_server) -> None:
        server = practice_server()
        with server.dial() as talk:
            talk.send(b"USER mrose\r\nPASS tanstaaf\r\nRETR 16\r\n")
            talk.socket.shutdown(socket.SHUT_WR)
            assert talk.rest().endswith(b"(or use TOP).\r\n.\r\n")

    def test_a_client_that_sends_on_after_quit_still_gets_the_answer(self, practice_server) -> None:
        server = practice_server()
        with server.dial() as talk:
            talk.send(b"QUIT\r\n" + b"NOOP\r\n" * 5000)
            assert talk.rest().endswith(b"signing off\r\n")

    def test_a_bare_lf_is_refused_instead_of_waited_for(self, practice_server, monkeypatch) -> None:
        monkeypatch.setattr(limits, "BARE_LF_SECONDS", 0.01)
        server = practice_server()
        with server.dial() as talk:
            talk.line()
            talk.send(b"CAPA\n")
            assert (
                talk.line() == b"-ERR a line ends with CRLF, and this one ended with a bare LF\r\n"
            )
            assert talk.ask("QUIT").startswith("+OK")


class TestMaildrop:
    def test_two_sessions_at_once_see_their_own_maildrops(self, practice_server) -> None:
        server = practice_server(
            {"a": ("1", maildrop_of_sizes(100)), "b": ("2", maildrop_of_sizes(200, 300))}
        )
        with server.dial() as first, server.dial() as second:
            first.log_in("a", "1")
            second.log_in("b", "2")
            assert (first.ask("STAT"), second.ask("STAT")) == ("+OK 1 100", "+OK 2 500")

    def test_a_second_login_is_kept_out_until_quit_is_answered(self, practice_server) -> None:
        server = practice_server()
        with server.dial() as first, server.dial() as second:
            first.log_in()
            assert second.log_in().startswith("-ERR [IN-USE] ")
            first.ask("QUIT")
            second.ask("USER mrose")
            assert second.ask("PASS tanstaaf").startswith("+OK")

    def test_a_dropped_connection_keeps_the_mail_and_unlocks(self, practice_server) -> None:
        server = practice_server(one_account(maildrop_of_sizes(100, 200)))
        with server.dial() as talk:
            talk.log_in()
            assert talk.ask("DELE 1").startswith("+OK")
            talk.hang_up()
        with server.dial() as talk:
            assert talk.log_in() == "+OK mrose's maildrop has 2 messages (300 octets)"

    def test_deletions_last_for_the_servers_life_and_no_longer(
        self, practice_server, tmp_path
    ) -> None:
        for name in "ab":
            (tmp_path / f"{name}.eml").write_text(f"Subject: {name}\n\n")
        server = practice_server(one_account(Maildrop(open_source(tmp_path))))
        with server.dial() as talk:
            talk.log_in()
            uid = talk.ask("UIDL 2").split()[2]
            talk.ask("DELE 1")
            assert talk.ask("QUIT").startswith("+OK")
        with server.dial() as talk:
            talk.log_in()
            assert talk.ask_lines("UIDL")[1] == [f"1 {uid}"]
        again = practice_server(one_account(Maildrop(open_source(tmp_path))))
        with again.dial() as talk:
            talk.log_in()
            assert talk.ask("STAT").startswith("+OK 2 ")

    def test_mail_that_becomes_unreadable_is_told_at_login(self, practice_server, tmp_path) -> None:
        box = tmp_path / "inbox"
        box.write_bytes(b"From a\nS: 1\n\n")
        server = practice_server(one_account(Maildrop(open_source(box))))
        box.unlink()
        with server.dial() as talk:
            assert talk.log_in().startswith("-ERR [SYS/TEMP] the maildrop cannot be opened: cannot")
            assert talk.ask("QUIT").startswith("+OK")
