"""A server's sessions as transcripts: both sides, in order, without secrets."""

from __future__ import annotations

import base64
import poplib
import shutil
import socket
import ssl
from collections.abc import Callable, Iterator

import pytest
from support.practice import SECONDS, Dialogue
from support.program import SHORT_SESSION
from support.transcripts import happened_in, said_in, texts_of

from pop3shell.protocol.events import Ending, Side
from pop3shell.server.certificates import SelfMade
from pop3shell.server.mock import recollect
from pop3shell.server.mock.server import MockServer, Settings
from pop3shell.server.observing import Observed
from pop3shell.testing import RunningMock
from pop3shell.transcript.place import Place
from pop3shell.transcript.recording import Recording, Records

HEAD = "%POP3-TRANSCRIPT 1\n"


class Folder:
    """Where transcripts go, and what was said of it."""

    def __init__(self, path, max_body: int | None = None) -> None:
        self.path = path
        self.said: list[str] = []
        self.records = Records(Place(path, folder=True, max_body=max_body), self.said.append)

    @property
    def files(self):
        """The transcripts in the order of their sessions."""
        return sorted(self.path.iterdir(), key=lambda path: path.stat().st_mtime_ns)


@pytest.fixture
def folder(tmp_path) -> Folder:
    path = tmp_path / "transcripts"
    path.mkdir()
    return Folder(path)


@pytest.fixture
def server(practice_server, folder):
    return practice_server(timestamp=b"<1@host>", records=folder.records)


@pytest.fixture
def mock(folder) -> Iterator[Callable[..., RunningMock]]:
    """Return a function that serves a transcript, and records that."""
    running: list[RunningMock] = []

    def start(text: str) -> RunningMock:
        recording = recollect.from_text(HEAD + text)
        made = MockServer(recording, Settings(), records=folder.records)
        running.append(RunningMock(made, recording))
        return running[-1]

    yield start
    for one in running:
        one.stop()


def quit_of(talk: Dialogue) -> None:
    assert talk.ask("QUIT").startswith("+OK")
    assert talk.rest() == b""


# ---- what is said ----


def test_both_sides_are_there_in_order_with_who_it_was(server, folder) -> None:
    with server.dial() as talk:
        port = talk.socket.getsockname()[1]
        talk.log_in()
        talk.ask("STAT")
        quit_of(talk)
    server.stop()
    (path,) = folder.files
    assert texts_of(path) == [
        f"*: connected 127.0.0.1:{server.port}",
        f"# the client is 127.0.0.1:{port}",
        "S: +OK pop3shell practice server ready <1@host>",
        *SHORT_SESSION,
        "*: closed by server",
    ]
    assert path.name.startswith("127.0.0.1-")
    assert path.read_text().splitlines()[1] == f"%server: 127.0.0.1:{server.port}"


def test_every_octet_of_every_message_is_there(server, folder) -> None:
    got = []
    with server.dial() as talk:
        talk.line()
        for command in ("UTF8", "USER mrose", "PASS tanstaaf"):
            assert talk.ask(command).startswith("+OK")
        for number in range(1, 18):
            assert talk.ask(f"RETR {number}").startswith("+OK")
            got.append(talk.body())
        quit_of(talk)
    server.stop()
    recording = recollect.from_file(folder.files[0])
    bodies = [
        b"".join(piece.octets for piece in turn.reply[1:-1]) for turn in recording.turns[3:-1]
    ]
    assert bodies == got


def test_what_is_sent_ahead_stands_before_the_replies(server, folder) -> None:
    with server.dial() as talk:
        talk.line()
        talk.send(b"USER mrose\r\nPASS tanstaaf\r\nSTAT\r\nQUIT\r\n")
        talk.rest()
    server.stop()
    said = said_in(folder.files[0])
    assert [line[:1] for line in said] == list("SCCCCSSSS")
    assert "C: PASS ${password}" in said


def test_each_session_has_a_file_also_those_at_the_same_time(server, folder) -> None:
    first, second = server.dial(), server.dial()
    with first, second:
        assert first.line() == second.line()
        for talk, name in ((first, "one"), (second, "two"), (first, "three")):
            talk.ask(f"USER {name}")
        quit_of(second)
        quit_of(first)
    server.stop()
    asked = {
        tuple(line for line in said_in(path) if line.startswith("C: USER")) for path in folder.files
    }
    assert asked == {("C: USER one", "C: USER three"), ("C: USER two",)}


def test_a_refused_connection_is_no_session(practice_server, folder) -> None:
    server = practice_server(max_clients=1, records=folder.records)
    with server.dial() as talk:
        talk.line()
        with server.dial() as other:
            assert b"too many" in other.rest()
    server.stop()
    assert len(folder.files) == 1


# ---- secrets ----


def test_no_password_is_in_it_however_it_came(server, folder) -> None:
    with server.dial() as talk:
        talk.line()
        for line in ("USER mrose", "tanstaaf", "PASS wrong-word", "PASS tanstaaf", "APOP mrose x"):
            talk.ask(line)
        talk.send(b"PASS tanst")  # and no more
        talk.hang_up()
    server.stop()
    text = folder.files[0].read_text()
    assert not [word for word in ("tanst", "wrong") if word in text]
    assert "C: PASS ${password2}" in text


def test_who_logs_in_by_sasl_is_told_so_that_it_can_be_replayed(server, folder) -> None:
    plain = base64.b64encode(b"\0mrose\0tanstaaf").decode()
    scram = base64.b64encode(b"n,,n=mrose,r=fyko").decode()
    with server.dial() as talk:
        talk.line()
        talk.ask("AUTH LOGIN")
        talk.ask(base64.b64encode(b"nobody").decode())
        talk.ask(base64.b64encode(b"secret").decode())
        talk.ask(f"AUTH SCRAM-SHA-256 {scram}")
        talk.ask("*")
        talk.ask(f"AUTH PLAIN {plain}")
        quit_of(talk)
    server.stop()
    assert happened_in(folder.files[0])[1:-1] == [
        "auth LOGIN as nobody",
        "auth SCRAM-SHA-256 as mrose nonce=fyko",
        "auth PLAIN as mrose",
    ]
    text = folder.files[0].read_text()
    assert not [word for word in (plain, scram, "secret") if word in text]


def test_a_secret_of_an_unknown_command_is_none_for_the_mock_either(mock, folder) -> None:
    text = "S: +OK\nC: XSECRET ${password}\nS: +OK not ${password}\nC: QUIT\nS: +OK\n"
    server = mock(text)
    with Dialogue(server.host, server.port) as talk:
        talk.line()
        assert talk.ask("xsecret my-own-word") == "+OK not my-own-word"
        quit_of(talk)
    server.stop()
    said = said_in(folder.files[0])
    assert said[1:3] == ["C: xsecret ${password}", "S: +OK not ${password}"]


# ---- TLS ----


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> SelfMade:
    return SelfMade(tmp_path_factory.mktemp("ca"))


@pytest.fixture
def secured(practice_server, folder, made):
    return practice_server(tls=made.context, records=folder.records)


@pytest.fixture
def trusting(made) -> ssl.SSLContext:
    made.context()
    return ssl.create_default_context(cafile=made.ca_file)


def test_tls_begins_where_it_began(secured, folder, trusting) -> None:
    client = poplib.POP3("localhost", secured.port, timeout=SECONDS)
    client.stls(trusting)
    client.user("mrose")
    client.pass_("tanstaaf")
    client.quit()
    secured.stop()
    texts = texts_of(folder.files[0])
    at = texts.index("C: STLS")
    assert texts[at + 1].startswith("S: +OK")
    assert texts[at + 2].startswith("*: TLS established TLSv1.3 TLS_")
    assert texts[at + 3] == "C: USER mrose"
    assert "C: PASS ${password}" in texts


def test_tls_from_the_first_octet_stands_before_the_greeting(secured, folder, trusting) -> None:
    port = secured.start_tls_port()
    poplib.POP3_SSL("localhost", port, context=trusting, timeout=SECONDS).quit()
    secured.stop()
    connected, _, tls, greeting, *_ = texts_of(folder.files[0])
    assert connected == f"*: connected 127.0.0.1:{port}"
    assert tls.startswith("*: TLS established ")
    assert greeting.startswith("S: +OK")


def test_a_handshake_that_fails_ends_it(secured, folder) -> None:
    with secured.dial() as talk:
        talk.line()
        assert talk.ask("STLS").startswith("+OK")
        talk.send(b"no handshake at all\r\n")
        talk.rest()
    secured.stop()
    assert happened_in(folder.files[0])[-1] == "closed by server: TLS failed"


def test_plaintext_behind_stls_is_shown_and_that_the_server_closed(secured, folder) -> None:
    with secured.dial() as talk:
        talk.line()
        talk.send(b"STLS\r\nUSER mrose\r\n")
        talk.rest()
    secured.stop()
    texts = texts_of(folder.files[0])
    assert texts[-1] == "*: closed by server"
    assert "C: USER mrose" in texts
    assert not [text for text in texts if "TLS established" in text]


@pytest.mark.parametrize("alert", [True, False])
def test_a_client_that_cuts_tls_off_is_told_from_one_that_closes_it(
    secured, folder, trusting, alert
) -> None:
    port = secured.start_tls_port()
    client = socket.create_connection(("localhost", port), timeout=SECONDS)
    with trusting.wrap_socket(client, server_hostname="localhost") as talk:
        assert talk.recv(100).startswith(b"+OK")
        if alert:
            talk.unwrap().close()
        else:
            talk.shutdown(socket.SHUT_WR)
            assert not talk.recv(1000).startswith(b"+OK")  # the server's own alert, and its end
    secured.stop()
    told = "closed by client" + ("" if alert else ": cut off")
    assert happened_in(folder.files[0])[-1] == told


# ---- who closed ----


def test_the_client_that_hangs_up(server, folder) -> None:
    with server.dial() as talk:
        talk.line()
        talk.send(b"NOO")
        talk.hang_up()
    server.stop()
    assert texts_of(folder.files[0])[-2:] == ["C: NOO", "*: closed by client"]


def test_the_server_that_waited_for_too_long(practice_server, folder) -> None:
    server = practice_server(autologout=0.05, records=folder.records)
    with server.dial() as talk:
        talk.line()
        assert talk.rest() == b""
    server.stop()
    assert happened_in(folder.files[0])[-1] == "closed by server: timed out"


def test_the_server_that_is_stopped(server, folder) -> None:
    with server.dial() as talk:
        talk.line()
        server.stop()
    assert happened_in(folder.files[0])[-1] == "closed by server"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ConnectionResetError(), "closed by client: reset"),
        (BrokenPipeError(), "closed by client: reset"),
        (TimeoutError(), "closed by server: timed out"),
        (ConnectionAbortedError("SSL handshake takes too long"), "closed by server: TLS failed"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER]"), "closed by server: TLS failed"),
        (ssl.SSLError(1, "[SSL: TLSV1_ALERT_UNKNOWN_CA]"), "closed by client: TLS failed"),
        (RuntimeError("a fault of ours"), "closed by server"),
    ],
)
def test_whatever_ends_it_the_transcript_is_whole(folder, error, told) -> None:
    observed, path = observing(folder)
    observed.server(b"+OK\r\n")
    with pytest.raises(type(error)), observed:
        raise error
    assert texts_of(path)[-2:] == ["S: +OK", f"*: {told}"]


def observing(folder: Folder):
    recording = folder.records.begin(
        lambda place: Recording(
            place, "x", server="x:110", tell=folder.records.tell, say=folder.records.say
        )
    )
    return Observed(recording, "192.0.2.1:110", "192.0.2.2:50000"), recording.path


def test_only_the_first_end_counts(folder) -> None:
    observed, path = observing(folder)
    with observed:
        observed.closed(Side.CLIENT, Ending.RESET)
        observed.closed(Side.SERVER)
        observed.client(b"NOOP\r\n")
    assert texts_of(path)[-1] == "*: closed by client: reset"


# ---- what can go wrong ----


def test_a_folder_that_vanished_is_told_and_no_session_suffers(server, folder) -> None:
    with server.dial() as talk:
        talk.line()
        shutil.rmtree(folder.path)
        for _ in range(3):
            assert talk.ask("NOOP").startswith("-ERR")
        with server.dial() as other:
            assert other.line().startswith(b"+OK")
            quit_of(other)
        quit_of(talk)
    server.stop()
    assert folder.records.failed
    gone, never = sorted(folder.said, key=lambda text: "cannot" in text)
    assert gone.endswith("was removed while it was written; recording has stopped")
    assert never.startswith(f"cannot write a transcript to {folder.path}")


def test_what_bodies_lack_is_told_at_the_end(practice_server, folder) -> None:
    limited = Folder(folder.path, max_body=100)
    server = practice_server(records=limited.records)
    with server.dial() as talk:
        talk.log_in()
        assert talk.ask("RETR 1").startswith("+OK")
        talk.body()
        quit_of(talk)
    server.stop()
    (path,) = limited.files
    assert len([text for text in happened_in(path) if text.startswith("elided ")]) == 1
    (told,) = limited.said
    assert told.startswith(f"{path}: ")
    assert told.endswith(" octets of 1 body longer than 100 octets were left out (--max-body)")


# ---- the mock ----


def test_the_mock_says_what_it_says_and_what_it_hears(mock, folder) -> None:
    text = "S: +OK\nC: STAT\nS: +OK 2 320\nC: QUIT\nS: +OK\n*: closed by server\n"
    server = mock(text)
    with Dialogue(server.host, server.port) as talk:
        talk.line()
        talk.ask("NOPE")
        talk.ask("STAT")
        quit_of(talk)
    server.stop()
    assert texts_of(folder.files[0])[2:] == [
        "S: +OK", "C: NOPE", "S: -ERR that is not in the recording", "C: STAT", "S: +OK 2 320",
        "C: QUIT", "S: +OK", "*: closed by server",
    ]  # fmt: skip


def test_what_is_recorded_of_the_server_can_be_served_again(server, folder, mock) -> None:
    lines = ("USER mrose", "PASS tanstaaf", "STAT", "NOPE", "QUIT")
    with server.dial() as talk:
        first = [talk.line().decode(), *(talk.ask(line) for line in lines)]
    server.stop()
    again = mock(folder.files[0].read_text().partition("\n")[2])
    with Dialogue(again.host, again.port) as talk:
        assert [talk.line().decode(), *(talk.ask(line) for line in lines)] == first
