"""The practice server under load, with clients that vanish, and with faults of its own."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct

import pytest
from support.maildrops import maildrop_of, maildrop_of_sizes, opened

from pop3shell.protocol.spec import commands
from pop3shell.server.handlers import HANDLERS
from pop3shell.server.listener import PracticeServer
from pop3shell.server.maildrops.maildrop import Maildrop
from pop3shell.server.maildrops.sample import SAMPLE_PASSWORD, SAMPLE_USER, SampleSource
from pop3shell.server.session import Session


def one_account(maildrop: Maildrop) -> dict[str, tuple[str, Maildrop]]:
    return {SAMPLE_USER: (SAMPLE_PASSWORD, maildrop)}


class TestTime:
    def test_silence_ends_a_session_without_a_word_and_without_deleting(
        self, practice_server
    ) -> None:
        server = practice_server(one_account(maildrop_of_sizes(100, 200)), autologout=1.0)
        with server.dial() as talk:
            talk.log_in()
            talk.ask("DELE 1")
            assert talk.rest() == b""
        with server.dial() as talk:
            assert talk.log_in() == "+OK mrose's maildrop has 2 messages (300 octets)"

    def test_octets_that_never_make_a_command_do_not_hold_the_maildrop(
        self, practice_server
    ) -> None:
        server = practice_server(autologout=1.0)
        with server.dial() as talk:
            talk.log_in()
            talk.socket.settimeout(0.02)
            for _ in range(1000):
                try:
                    talk.send(b"x")
                    if talk.socket.recv(1) == b"":
                        return
                except TimeoutError:
                    continue
                except ConnectionError:
                    return
        pytest.fail("the session went on for ever")


class TestLoad:
    def test_a_slow_client_of_a_big_message_gets_it_whole_and_hinders_nobody(
        self, practice_server
    ) -> None:
        big = b"S: big\r\n\r\n" + b".line\r\n" * 2_000_000
        server = practice_server(
            {"slow": ("1", maildrop_of(big)), "quick": ("2", maildrop_of_sizes(100))}
        )
        with server.dial() as slow, server.dial() as quick:
            slow.log_in("slow", "1")
            slow.send(b"RETR 1\r\nQUIT\r\n")
            quick.log_in("quick", "2")
            for _ in range(50):
                assert quick.ask("STAT") == "+OK 1 100"
            assert slow.line() == f"+OK {len(big)} octets\r\n".encode()
            rest = slow.rest()
        assert rest.count(b"\r\n..line") == 2_000_000
        assert rest.endswith(b"\r\n.\r\n+OK pop3shell practice server signing off\r\n")

    def test_a_client_that_vanishes_in_the_middle_of_a_message_frees_the_maildrop(
        self, practice_server
    ) -> None:
        maildrop = maildrop_of(b"S: big\r\n\r\n" + b"line\r\n" * 3_000_000)
        server = practice_server(one_account(maildrop))
        talk = server.dial()
        talk.log_in()
        talk.send(b"DELE 1\r\nRSET\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n")
        talk.line()
        # Reset instead of an orderly end: what waits in the buffers is thrown away.
        talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        talk.close()
        for _ in range(10_000):
            with server.dial() as other:
                if not (reply := other.log_in()).startswith("-ERR [IN-USE]"):
                    break
        assert reply.startswith("+OK mrose's maildrop has 1 message")

    def test_many_clients_at_once_and_one_too_many(self, practice_server) -> None:
        server = practice_server(max_clients=5)
        talks = [server.dial() for _ in range(5)]
        assert all(talk.line().startswith(b"+OK") for talk in talks)
        with server.dial() as late:
            assert late.rest() == b"-ERR [SYS/TEMP] too many connections, try again later\r\n"
        assert all(talk.ask("CAPA").startswith("+OK") for talk in talks)
        for talk in talks:
            talk.hang_up()
        with server.dial() as next_one:
            assert next_one.line().startswith(b"+OK")

    def test_a_class_of_thirty_reads_all_of_its_mail_at_once(self, practice_server) -> None:
        names = [f"pupil{number}" for number in range(30)]
        server = practice_server({name: ("x", Maildrop(SampleSource())) for name in names})
        with contextlib.ExitStack() as room:
            talks = [room.enter_context(server.dial()) for _ in names]
            for name, talk in zip(names, talks, strict=True):
                talk.line()
                talk.send(f"UTF8\r\nUSER {name}\r\nPASS x\r\n".encode())
            every = b"".join(b"RETR %d\r\n" % number for number in (*range(1, 16), 17))
            for talk in talks:
                talk.send(every + b"DELE 1\r\nQUIT\r\n")
            said = [talk.rest() for talk in talks]
        assert all(text.endswith(b"signing off, 1 deleted\r\n") for text in said)
        assert len({text.partition(b"octets)\r\n")[2] for text in said}) == 1


LOGIN = b"USER mrose\r\nPASS tanstaaf\r\n"
STATES = {
    "before a word": b"",
    "in half a line": b"USE",
    "named": b"USER mrose\r\n",
    "logging in": b"USER mrose\r\nPASS tanstaaf",
    "in an exchange": b"AUTH PLAIN\r\n",
    "in a response": b"AUTH PLAIN\r\nAG1yb3NlA",
    "logged in": LOGIN,
    "with marks": LOGIN + b"DELE 1\r\nDELE 2\r\n",
    "in half a QUIT": LOGIN + b"DELE 1\r\nQUIT\r",
    "in a message": LOGIN + b"DELE 1\r\n" + b"RETR 2\r\n" * 50,
}


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("state", STATES)
def test_a_connection_lost_in_any_state_costs_no_mail_and_no_lock(
    practice_server, state, reset
) -> None:
    server = practice_server(one_account(maildrop_of_sizes(100, 200_000)))
    for wait in (False, True):
        talk = server.dial()
        talk.send(STATES[state])
        if wait:
            talk.line()
        if reset:
            talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        talk.close()
    for _ in range(10_000):
        with server.dial() as other:
            if not (reply := other.log_in()).startswith("-ERR [IN-USE]"):
                break
    assert reply == "+OK mrose's maildrop has 2 messages (200100 octets)"


class TestFaults:
    def test_a_fault_in_one_session_is_told_in_words_and_ends_no_other(
        self, practice_server, monkeypatch
    ) -> None:
        server = practice_server()
        with server.dial() as bystander, server.dial() as victim:
            bystander.line()
            victim.line()

            def faulty(*_):
                raise ZeroDivisionError("oh dear")

            with monkeypatch.context() as patch:
                patch.setitem(HANDLERS, commands.CAPA, faulty)
                victim.send(b"CAPA\r\n")
                assert victim.rest() == (
                    b"-ERR [SYS/TEMP] internal failure, closing the connection\r\n"
                )
            assert bystander.ask_lines("CAPA")[1]

    def test_not_even_a_broken_session_ends_the_server(
        self, practice_server, monkeypatch, caplog
    ) -> None:
        server = practice_server()

        def faulty(*_):
            raise ZeroDivisionError("oh dear")

        with monkeypatch.context() as patch, server.dial() as victim:
            victim.line()
            patch.setattr(Session, "receive", faulty)
            victim.send(b"CAPA\r\n")
            assert victim.rest() == b""
        assert "oh dear" in caplog.text
        with server.dial() as talk:
            assert talk.log_in().startswith("+OK")

    def test_stopping_ends_all_sessions_and_deletes_nothing(self, practice_server) -> None:
        maildrop = maildrop_of_sizes(100)
        server = practice_server(one_account(maildrop))
        with server.dial() as talk:
            talk.log_in()
            talk.ask("DELE 1")
            server.stop()
            assert talk.rest() == b""
        assert opened(maildrop).stat() == (1, 100)

    def test_an_address_in_use_is_an_os_error(self, practice_server) -> None:
        taken = practice_server()
        with pytest.raises(OSError, match=r"in use|only one usage"):
            asyncio.run(PracticeServer({}).start(taken.host, taken.port))

    def test_there_is_no_address_before_the_start(self) -> None:
        with pytest.raises(RuntimeError, match="not running"):
            _ = PracticeServer({}).address
