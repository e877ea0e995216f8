"""The mock: a client gets, byte for byte, what a server once said."""

from __future__ import annotations

import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
import trustme
from support.practice import SECONDS, Dialogue

from pop3shell.server.mock import recollect
from pop3shell.testing import RunningMock
from pop3shell.transcript import ClientLine, ServerLine, ServerLines, StandIn, read_file

HEAD = "%POP3-TRANSCRIPT 1\n"
LOGIN = HEAD + "S: +OK ready\nC: USER mrose\nS: +OK\nC: PASS ${password}\nS: +OK in\n"
SESSION = (
    HEAD
    + r"""[0.000] *: connected 192.0.2.1:110
[0.010] S: +OK ready <1.2@example>
[1.000] C: USER mrose
[1.020] S: +OK name \x1b[31m taken\n
[2.000] C: PASS ${password}
[2.010] S: +OK in
[3.000] C: RETR 1
[3.020] S: +ok  here \xff\x00
S: Subject: \xc3\xa9 \\ $5 \x24{password}
S:
S: ..dots\x20
S: .
[4.000] C: QUIT
[4.010] S: +OK bye
[4.020] *: closed by server
"""
)
SAID = [
    b"+OK ready <1.2@example>\r\n",
    b"+OK name \x1b[31m taken\n",
    b"+OK in\r\n",
    b"+ok  here \xff\x00\r\nSubject: \xc3\xa9 \\ $5 ${password}\r\n\r\n..dots \r\n.\r\n",
    b"+OK bye\r\n",
]
ASKED = b"USER mrose\r\nPASS anything at all\r\nRETR 1\r\nQUIT\r\n"
TRANSCRIPTS = sorted((Path(__file__).parents[2] / "transcripts").glob("*.txt"))


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def dial(server: RunningMock) -> Dialogue:
    return Dialogue(server.host, server.port)


def all_of(server: RunningMock, octets: bytes) -> bytes:
    """Send octets at once and return all that the server says until it closes."""
    with dial(server) as client:
        client.send(octets)
        client.socket.shutdown(socket.SHUT_WR)
        return client.rest()


def asks(server: RunningMock, *lines: str) -> list[str]:
    """Return the status line of the reply to each line; the greeting is passed over."""
    with dial(server) as client:
        client.line()
        return [client.ask(line) for line in lines]


class TestOctets:
    def test_each_reply_is_byte_for_byte_what_was_recorded(self, mock):
        with dial(mock(SESSION)) as client:
            assert client.line() == SAID[0]
            for line, said in zip(ASKED.splitlines(True), SAID[1:], strict=True):
                client.send(line)
                assert b"".join(client.line() for _ in range(said.count(b"\n"))) == said
            assert client.rest() == b""  # closed, as it was then

    def test_input_in_single_octets_is_understood(self, mock):
        with dial(mock(SESSION)) as client:
            client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for octet in ASKED:
                client.send(bytes([octet]))
            assert client.rest() == b"".join(SAID)

    def test_commands_sent_ahead_are_answered_in_order(self, mock):
        assert all_of(mock(SESSION), ASKED) == b"".join(SAID)

    def test_pauses_change_no_octet(self, mock):
        assert all_of(mock(SESSION, timing=True), ASKED) == b"".join(SAID)

    def test_many_clients_at_once_each_get_the_whole_session(self, mock):
        server = mock(SESSION)
        clients = [dial(server) for _ in range(30)]
        for client in clients:
            assert client.line() == SAID[0]  # all are connected now

        def go_on(client: Dialogue) -> bytes:
            with client:
                client.send(ASKED)
                return client.rest()

        with ThreadPoolExecutor(10) as pool:
            said = set(pool.map(go_on, clients))
        assert said == {b"".join(SAID[1:])}
        assert (server.unmatched, server.unasked) == ([], [])

    @pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
    def test_every_transcript_of_the_project_is_served_as_it_stands(self, mock, path):
        entries = list(read_file(path))
        asked = b"".join(one.octets for one in entries if isinstance(one, ClientLine))
        kinds = ServerLine | ServerLines | StandIn
        said = b"".join(one.octets for one in entries if isinstance(one, kinds))
        server = mock(path.read_text(encoding="utf-8", errors="surrogateescape"))
        got = all_of(server, asked)
        assert got == said
        assert recollect.from_file(path).remarks == []
        assert server.unmatched == []

    def test_a_large_message_comes_whole(self, mock):
        lines = "".join(f"S: line {n} of many\n" for n in range(100_000))
        text = LOGIN + f"C: RETR 1\nS: +OK\n{lines}S: .\nC: QUIT\nS: +OK\n"
        got = all_of(mock(text), b"USER mrose\r\nPASS x\r\nRETR 1\r\nQUIT\r\n")
        assert got.count(b"\r\n") == 100_006
        assert got.endswith(b"line 99999 of many\r\n.\r\n+OK\r\n")


class TestMatching:
    REPEATED = (
        LOGIN + "C: STAT\nS: +OK 2 20\nC: DELE 1\nS: +OK gone\nC: STAT\nS: +OK 1 10\n"
        "C: LIST\nS: +OK\nS: 2 10\nS: .\nC: LIST 2\nS: +OK 2 10\n"
    )

    def test_the_same_command_gets_its_recorded_replies_one_after_the_other(self, mock):
        server = mock(self.REPEATED)
        said = asks(server, "USER mrose", "PASS x", "STAT", "DELE 1", "STAT")
        assert said[2:] == ["+OK 2 20", "+OK gone", "+OK 1 10"]

    def test_what_was_passed_over_can_still_be_had(self, mock):
        server = mock(self.REPEATED)
        assert asks(server, "DELE 1", "STAT", "STAT") == ["+OK gone", "+OK 1 10", "+OK 2 20"]

    def test_each_recorded_reply_is_given_once(self, mock):
        server = mock(self.REPEATED)
        assert asks(server, "DELE 1", "DELE 1")[1].startswith("-ERR")
        assert server.unmatched == ["DELE 1"]

    @pytest.mark.parametrize("line", ["dele 1", "Dele 1 ", "DELE 1 "])
    def test_letters_and_blanks_may_differ(self, mock, line):
        server = mock(self.REPEATED)
        assert asks(server, line) == ["+OK gone"]
        assert server.substituted == []

    def test_another_argument_gets_the_reply_to_that_verb_and_that_is_told(self, mock):
        server = mock(self.REPEATED)
        assert asks(server, "USER alice", "DELE 7") == ["+OK", "+OK gone"]
        assert server.substituted == [("USER alice", "USER mrose"), ("DELE 7", "DELE 1")]
        assert server.unmatched == []

    def test_a_reply_of_another_form_is_never_given(self, mock):
        text = LOGIN + "C: LIST\nS: +OK\nS: 1 10\nS: .\n"
        assert asks(mock(text), "LIST 1")[0].startswith("-ERR")

    def test_what_was_never_recorded_is_refused_and_the_session_goes_on(self, mock):
        server = mock(LOGIN)
        said = asks(server, "XFOO bar", "", "USER mrose")
        assert said[0] == said[1] == "-ERR that is not in the recording"
        assert said[2] == "+OK"
        assert server.unmatched == ["XFOO bar", ""]
        assert server.unasked == ["PASS ${password}"]

    def test_the_connection_can_be_closed_instead(self, mock):
        server = mock(LOGIN, close_unknown=True)
        assert all_of(server, b"XFOO\r\nUSER mrose\r\n") == b"+OK ready\r\n"

    def test_what_nobody_asked_for_is_known_before_anybody_comes(self, mock):
        assert mock(LOGIN).unasked == ["USER mrose", "PASS ${password}"]

    @pytest.mark.parametrize("octets", [b"\n\n\n", b"\0\r\n", b"\xff" * 3_000_000 + b"\r\n"])
    def test_no_input_breaks_the_server(self, mock, octets):
        server = mock(LOGIN)
        assert b"-ERR" in all_of(server, octets)
        assert asks(server, "USER mrose") == ["+OK"]


class TestSecrets:
    @pytest.mark.parametrize("password", ["x", "tanstaaf", "two words", "${password}", "é"])
    def test_any_password_is_taken(self, mock, password):
        server = mock(LOGIN)
        assert asks(server, "USER mrose", f"PASS {password}")[1] == "+OK in"
        assert server.unmatched == []

    def test_a_password_in_a_plain_dialogue_stands_for_any(self, mock):
        text = "S: +OK\nC: USER m\nS: +OK\nC: PASS tanstaaf\nS: +OK in\n"
        assert asks(mock(text), "USER m", "PASS other")[1] == "+OK in"

    def test_any_digest_is_taken(self, mock):
        text = HEAD + "S: +OK <1@x.example>\nC: APOP mrose ${apop}\nS: +OK in\n"
        assert asks(mock(text), f"APOP mrose {'0' * 32}") == ["+OK in"]

    def test_a_repeated_secret_is_the_clients_own(self, mock):
        text = HEAD + "S: +OK\nC: PASS ${password}\nS: -ERR ${password} is wrong\n"
        assert asks(mock(text), "PASS open sesame") == ["-ERR open sesame is wrong"]

    def test_nothing_told_of_a_session_holds_a_secret(self, mock):
        server = mock(HEAD + "S: +OK\nC: STAT\nS: +OK 0 0\n")
        asks(server, "USER mrose", "PASS tanstaaf", "tanstaaf", f"APOP mrose {'ab' * 16}")
        told = f"{server.unmatched}{server.substituted}"
        assert "tanstaaf" not in told
        assert "abab" not in told
        assert "PASS ${password}" in server.unmatched


class TestSasl:
    EXCHANGE = (
        HEAD + "S: +OK\nC: AUTH LOGIN\nS: + VXNlcm5hbWU6\nC: ${sasl}\nS: + UGFzc3dvcmQ6\n"
        "C: ${sasl}\nS: +OK in\nC: STAT\nS: +OK 0 0\n"
    )

    def test_recorded_challenges_are_repeated_and_any_response_will_do(self, mock):
        said = asks(mock(self.EXCHANGE), "AUTH LOGIN", "bQ==", "cA==", "STAT")
        assert said == ["+ VXNlcm5hbWU6", "+ UGFzc3dvcmQ6", "+OK in", "+OK 0 0"]

    def test_cancelling_what_was_not_cancelled_is_refused(self, mock):
        server = mock(self.EXCHANGE)
        said = asks(server, "AUTH LOGIN", "*", "STAT")
        assert said[1].startswith("-ERR")
        assert said[2] == "+OK 0 0"
        assert server.unmatched == ["*"]

    def test_a_recorded_cancellation_is_repeated(self, mock):
        text = HEAD + "S: +OK\nC: AUTH PLAIN\nS: + \nC: *\nS: -ERR cancelled\n"
        assert asks(mock(text), "AUTH PLAIN", "*") == ["+ ", "-ERR cancelled"]

    def test_challenges_of_another_mechanism_are_not_given(self, mock):
        assert asks(mock(self.EXCHANGE), "AUTH PLAIN")[0].startswith("-ERR")

    def test_a_response_recorded_ahead_of_its_challenge_is_one(self, mock):
        text = HEAD + "S: +OK\nC: AUTH PLAIN\nC: ${sasl}\nS: +\nS: +OK in\n"
        assert asks(mock(text), "AUTH PLAIN", "AG0AcA==") == ["+", "+OK in"]


class TestUnasked:
    def test_what_follows_within_a_second_is_said_at_once(self, mock):
        text = LOGIN.replace("S: +OK in", "[1.000] S: +OK in\n[1.900] S: -ERR shutting down")
        assert all_of(mock(text), b"USER mrose\r\nPASS x\r\n").endswith(
            b"+OK in\r\n-ERR shutting down\r\n"
        )

    AUTOLOGOUT = (
        HEAD + "[0.000] S: +OK\n[1.000] C: NOOP\n[1.000] S: -ERR\n[1.000] C: STAT\n"
        "[1.000] S: -ERR not yet\n[2.200] S: -ERR autologout\n[2.200] *: closed by server\n"
    )

    def test_what_follows_later_is_said_after_that_time(self, mock):
        with dial(mock(self.AUTOLOGOUT)) as client:
            client.line()
            assert client.ask("STAT") == "-ERR not yet"
            assert client.rest() == b"-ERR autologout\r\n"

    def test_a_client_that_goes_on_is_answered_first(self, mock):
        with dial(mock(self.AUTOLOGOUT)) as client:
            client.line()
            assert client.ask("STAT") == "-ERR not yet"
            assert client.ask("NOOP") == "-ERR"


class TestTheEnd:
    def test_after_quit_it_closes_where_the_recording_does_not_say(self, mock):
        server = mock(LOGIN + "C: QUIT\nS: +OK bye\n")
        with dial(server) as client:
            client.send(b"USER mrose\r\nPASS x\r\nQUIT\r\n")
            assert client.rest().endswith(b"+OK bye\r\n")

    def test_a_reply_cut_off_ends_in_a_close(self, mock):
        text = LOGIN + "C: RETR 1\nS: +OK\nS: half\\\n*: closed by server: reset\n"
        with dial(mock(text)) as client:
            client.send(b"RETR 1\r\n")
            assert client.rest() == b"+OK ready\r\n+OK\r\nhalf"

    def test_a_command_that_was_never_answered_ends_in_a_close(self, mock):
        with dial(mock(LOGIN + "C: NOOP\n")) as client:
            client.send(b"NOOP\r\n")
            assert client.rest() == b"+OK ready\r\n"

    def test_stopping_ends_open_sessions(self, mock):
        server = mock(LOGIN)
        with dial(server) as client:
            client.line()
            server.stop()
            with suppress(OSError):
                assert client.rest() == b""


class TestFiles:
    @pytest.mark.parametrize("line", [r"S~ \+OK.*", "S..."])
    def test_expectations_are_refused_by_their_line(self, line):
        with pytest.raises(recollect.TranscriptError, match="line 3: an expectation"):
            recollect.from_text(f"{HEAD}S: +OK\n{line}\n")

    @pytest.mark.parametrize("text", ["", HEAD, HEAD + "# nothing\n", "just prose\n"])
    def test_a_file_without_a_server_is_refused(self, text):
        with pytest.raises(recollect.TranscriptError, match="the server says nothing"):
            recollect.from_text(text)

    def test_a_torn_line_is_left_out_and_told(self):
        recording = recollect.from_text(LOGIN + "C: ST")
        assert len(recording.turns) == 2
        assert recording.remarks == [
            "line 7 was cut off when it was written, and is left out",
        ]

    def test_a_shortened_message_is_served_as_it_is_and_told(self, mock):
        text = LOGIN + f"C: RETR 1\nS: +OK\nS: a\n*: elided 99 octets sha256={'0' * 64}\nS: .\n"
        assert "99 octets were left out of a reply" in recollect.from_text(text).remarks[0]
        got = all_of(mock(text), b"RETR 1\r\n")
        assert got == b"+OK ready\r\n+OK\r\na\r\n.\r\n"

    def test_a_recording_put_behind_another_keeps_its_own_pace(self):
        one, other = "[9.0] C: NOOP\n[9.5] S: +OK\n", "[1.0] C: STAT\n[3.0] S: +OK 2 9\n"
        turns = recollect.from_text(f"{HEAD}[0.1] S: +OK\n{one}{other}").turns
        assert [turn.reply[0].delay for turn in turns] == [0.5, 2.0]

    def test_an_excerpt_is_given_a_greeting_and_its_end(self, mock):
        text = "C: STAT\nS: +OK 1 1\nC: RETR 1\nS: +OK\nS: hello\nC: NOOP\nS: +OK\n"
        assert len(recollect.from_text(text).remarks) == 2
        got = all_of(mock(text), b"STAT\r\nRETR 1\r\nNOOP\r\n")
        assert got == b"+OK\r\n+OK 1 1\r\n+OK\r\nhello\r\n.\r\n+OK\r\n"

    def test_an_excerpt_of_a_recording_too(self, mock):
        text = HEAD + "C: USER a\nS: +OK who?\nC: PASS b\nS: +OK in\n"
        (remark,) = recollect.from_text(text).remarks
        assert remark == 'line 2: there is no greeting before it; "+OK" is sent as one'
        got = all_of(mock(text), b"USER a\r\nPASS b\r\n")
        assert got == b"+OK\r\n+OK who?\r\n+OK in\r\n"

    def test_a_client_recorded_as_speaking_first_is_no_excerpt(self):
        text = HEAD + "*: connected 192.0.2.1:110\nC: CAPA\nS: +OK ready\nS: -ERR\n"
        recording = recollect.from_text(text)
        assert recording.opening.reply[0].octets == b"+OK ready\r\n"
        assert not recording.remarks

    @pytest.mark.parametrize("state", ["AUTHORIZATION", "TRANSACTION"])
    def test_a_recording_begun_in_the_middle_is_given_a_greeting(self, mock, state):
        text = f"{HEAD}*: joined 192.0.2.1:110 in the {state} state\nC: STAT\nS: +OK 2 9\n"
        text += "C: QUIT\nS: +OK bye\n"
        assert '"+OK" is sent as one' in recollect.from_text(text).remarks[0]
        assert all_of(mock(text), b"STAT\r\nQUIT\r\n") == b"+OK\r\n+OK 2 9\r\n+OK bye\r\n"

    @pytest.mark.parametrize(
        "begins", ["S: +OK\n", "*: joined 192.0.2.1:995 in the UPDATE state\n"]
    )
    def test_under_tls_from_the_beginning_it_is_served_so(self, begins):
        tls, rest = "*: TLS established TLSv1.3 X\n", "C: STAT\nS: +OK 2 9\nC: QUIT\nS: +OK\n"
        first = tls + begins if begins.startswith("S") else begins + tls
        assert recollect.from_text(HEAD + first + rest).implicit_tls
        assert recollect.from_text(HEAD + first + rest + first + rest).implicit_tls
        assert not recollect.from_text(HEAD + begins + rest + first + rest).implicit_tls


class TestTls:
    STLS = (
        HEAD + "S: +OK\nC: STLS\nS: +OK begin\n*: TLS established TLSv1.3 X\n"
        "C: NOOP\nS: -ERR inside\nC: QUIT\nS: +OK\n"
    )

    @pytest.fixture
    def context(self, authority: trustme.CA) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)
        return context

    @pytest.fixture
    def trusting(self, authority: trustme.CA) -> ssl.SSLContext:
        context = ssl.create_default_context()
        authority.configure_trust(context)
        return context

    def test_a_recorded_stls_is_followed_by_the_handshake(self, mock, context, trusting):
        server = mock(self.STLS, tls=context)
        with dial(server) as client:
            client.line()
            assert client.ask("STLS") == "+OK begin"
            with trusting.wrap_socket(client.socket, server_hostname="localhost") as secure:
                secure.settimeout(SECONDS)
                secure.sendall(b"NOOP\r\nQUIT\r\n")
                said = b""
                while data := secure.recv(4096):
                    said += data
        assert said == b"-ERR inside\r\n+OK\r\n"
        assert server.unmatched == []

    def test_plaintext_behind_stls_is_never_answered_inside(self, mock, context):
        server = mock(self.STLS, tls=context)
        assert all_of(server, b"STLS\r\nNOOP\r\n") == b"+OK\r\n+OK begin\r\n"

    def test_without_a_certificate_tls_is_refused_and_the_session_goes_on(self, mock):
        said = asks(mock(self.STLS), "STLS", "NOOP")
        assert said[0].startswith("-ERR TLS is not possible")
        assert said[1] == "-ERR inside"
