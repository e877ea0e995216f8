"""A login to much mail: it takes its time, and everybody else is served meanwhile."""

from __future__ import annotations

import base64
import hashlib
import socket
import struct
import threading

import pytest
from support.maildrops import TextMessage, TextSource, maildrop_of_sizes
from support.practice import SECONDS
from support.talk import TIMESTAMP

from pop3shell.server.maildrops.maildrop import Maildrop, SourceError
from pop3shell.server.session import Session

NAME, PASSWORD = "mrose", "tanstaaf"
DIGEST = hashlib.md5(TIMESTAMP + PASSWORD.encode(), usedforsecurity=False).hexdigest()
PLAIN = base64.b64encode(f"\0{NAME}\0{PASSWORD}".encode()).decode()
LOGINS = {
    "PASS": f"USER {NAME}\r\nPASS {PASSWORD}\r\n",
    "APOP": f"APOP {NAME} {DIGEST}\r\n",
    "AUTH": f"AUTH PLAIN {PLAIN}\r\n",
    "AUTH in two lines": f"AUTH PLAIN\r\n{PLAIN}\r\n",
}
IN_USE, GOOD = b"-ERR [IN-USE] ", b"+OK mrose's maildrop has 1 message (5 octets)\r\n"


class SlowSource(TextSource):
    """Is read as soon as `go` is set; `reading` is set once the reading has begun."""

    def __init__(self) -> None:
        super().__init__([TextMessage("a", b"one\r\n")])
        self.reading, self.go = threading.Event(), threading.Event()

    def messages(self):
        self.reading.set()
        assert self.go.wait(SECONDS)
        return super().messages()


@pytest.fixture
def slow():
    source = SlowSource()
    yield source
    source.go.set()


@pytest.fixture
def server(practice_server, slow):
    other = ("x", maildrop_of_sizes(120))
    return practice_server({NAME: (PASSWORD, Maildrop(slow)), "other": other}, timestamp=TIMESTAMP)


@pytest.fixture
def waiting(server, slow):
    """A client whose login waits for its mail."""
    with server.dial() as talk:
        talk.line()
        talk.send(LOGINS["PASS"].encode())
        assert slow.reading.wait(SECONDS)
        assert talk.line().startswith(b"+OK now send PASS")
        yield talk


@pytest.mark.parametrize("login", LOGINS)
def test_others_are_served_while_a_maildrop_is_read(server, slow, login) -> None:
    with server.dial() as talk, server.dial() as other:
        talk.line()
        talk.send(LOGINS[login].encode())
        assert slow.reading.wait(SECONDS)
        assert other.log_in("other", "x") == "+OK other's maildrop has 1 message (120 octets)"
        assert other.ask("STAT") == "+OK 1 120"
        assert not slow.go.is_set()
        slow.go.set()
        while not (reply := talk.line()).startswith(b"+OK mrose"):
            assert reply.startswith((b"+ ", b"+OK now"))
        assert reply == GOOD


@pytest.mark.parametrize("login", LOGINS)
def test_commands_behind_a_login_wait_for_it_and_stay_in_order(server, slow, login) -> None:
    with server.dial() as talk:
        talk.line()
        talk.send(f"{LOGINS[login]}STAT\r\nUIDL 1\r\nQUIT\r\n".encode())
        assert slow.reading.wait(SECONDS)
        talk.send(b"NOOP\r\n")
        slow.go.set()
        said = talk.rest()
    assert said.endswith(
        GOOD + b"+OK 1 5\r\n+OK 1 a\r\n+OK pop3shell practice server signing off\r\n"
    )


def test_a_maildrop_that_is_being_read_is_in_use(server, waiting, slow) -> None:
    with server.dial() as other:
        assert other.log_in().startswith("-ERR [IN-USE] ")
    slow.go.set()
    assert waiting.line() == GOOD


def test_a_client_that_stops_sending_meanwhile_gets_its_replies_and_leaves_no_lock(
    server, waiting, slow
) -> None:
    waiting.socket.shutdown(socket.SHUT_WR)
    slow.go.set()
    assert waiting.rest() == GOOD
    with server.dial() as other:
        assert other.log_in().encode() + b"\r\n" == GOOD


def is_locked(server) -> bool:
    opening = server.accounts[NAME][1].acquire()
    if opening is not None:
        opening.release()
    return opening is None


def becomes_free(server) -> bool:
    """Whether the maildrop is unlocked, now or after some rounds of the server."""
    for _ in range(10_000):
        if not is_locked(server):
            return True
        with server.dial() as other:
            other.line()
    return False


def test_who_can_send_no_command_any_more_does_not_keep_it_locked(server, waiting, slow) -> None:
    """Else the next login would wait for mail that nobody is going to read."""
    waiting.socket.shutdown(socket.SHUT_WR)
    assert becomes_free(server)
    slow.go.set()
    assert waiting.rest() == GOOD


def test_who_is_cut_off_does_not_keep_it_locked_either(server, waiting, slow) -> None:
    waiting.send(b"DELE 1\r\nQUIT\r\n")
    waiting.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    waiting.close()
    assert becomes_free(server)
    slow.go.set()
    with server.dial() as other:
        assert other.log_in().encode() + b"\r\n" == GOOD  # and nothing was deleted


def test_commands_sent_ahead_of_the_end_are_still_done_under_the_lock(
    server, waiting, slow
) -> None:
    waiting.send(b"DELE 1\r\nQUIT\r\n")
    waiting.socket.shutdown(socket.SHUT_WR)
    for _ in range(20):
        with server.dial() as other:
            other.line()
        assert is_locked(server)
    slow.go.set()
    assert waiting.rest().endswith(b"signing off, 1 deleted\r\n")


def test_a_login_that_was_given_up_takes_the_lock_from_nobody() -> None:
    maildrop = maildrop_of_sizes(120)
    given_up = maildrop.acquire()
    given_up.release()
    other = maildrop.acquire()
    given_up.opened().release()
    given_up.release()
    assert maildrop.acquire() is None
    other.opened().release()
    assert maildrop.acquire() is not None


def test_a_client_that_goes_away_meanwhile_leaves_no_lock_behind(server, waiting, slow) -> None:
    waiting.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    waiting.close()
    slow.go.set()
    for _ in range(10_000):
        with server.dial() as other:
            if not (reply := other.log_in().encode()).startswith(IN_USE):
                break
    assert reply + b"\r\n" == GOOD


def test_a_server_that_stops_waits_for_no_reading_and_leaves_no_lock_behind(
    server, waiting, slow
) -> None:
    server.stop()
    assert not slow.go.is_set()
    assert server.accounts[NAME][1].acquire() is not None


def test_mail_that_cannot_be_read_is_told_from_the_thread_too(practice_server) -> None:
    class Broken:
        def messages(self):
            raise SourceError("cannot read inbox: Permission denied")

    server = practice_server({NAME: (PASSWORD, Maildrop(Broken()))})
    with server.dial() as talk:
        for _ in range(2):  # the session goes on, and the maildrop isn't locked
            talk.send(LOGINS["PASS"].encode())
        said = [talk.line() for _ in range(5)]
    assert said[2] == said[4]
    assert said[4].startswith(b"-ERR [SYS/TEMP] the maildrop cannot be opened: cannot read inbox")


def test_a_source_with_a_fault_of_its_own_ends_its_session_only(practice_server, caplog) -> None:
    class Faulty:
        def messages(self):
            raise ZeroDivisionError("oh dear")

    faulty, good = Maildrop(Faulty()), maildrop_of_sizes(120)
    server = practice_server({NAME: (PASSWORD, faulty), "other": ("x", good)})
    with server.dial() as talk, server.dial() as other:
        assert talk.log_in() == "-ERR [SYS/TEMP] internal failure, closing the connection"
        assert talk.rest() == b""
        assert other.log_in("other", "x").startswith("+OK")
    assert "oh dear" in caplog.text
    assert faulty.acquire() is not None


def test_a_session_says_when_a_maildrop_is_to_be_read_and_reads_it_itself_if_nobody_does(
    slow,
) -> None:
    session = Session({NAME: (PASSWORD, Maildrop(slow))})
    pieces = session.receive(f"{LOGINS['PASS']}STAT\r\n".encode())
    assert next(pieces) == b"+OK now send PASS\r\n"
    assert (next(pieces), slow.reading.is_set()) == (b"", False)
    assert session.opening is not None
    slow.go.set()
    assert b"".join(pieces) == GOOD + b"+OK 1 5\r\n"
    assert session.opening is None


def test_the_longest_name_and_password_that_a_line_holds() -> None:
    name, password = "n" * 248, "p" * 248
    session = Session({name: (password, maildrop_of_sizes(120))})
    sent = f"USER {name}\r\nPASS {password}\r\n".encode()
    assert b"".join(session.receive(sent)).count(b"+OK") == 2
