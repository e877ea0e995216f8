"""`pop3shell mock`: a recorded server at the command line."""

from __future__ import annotations

import re
import signal
import socket
import ssl
import subprocess
import sys

import pytest
import trustme
from support.practice import SECONDS, Dialogue
from support.serving import ended, listening, talk

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

TEXT = """%POP3-TRANSCRIPT 1
S: +OK ready
C: USER mrose
S: +OK
C: PASS ${password}
S: +OK in
C: QUIT
S: +OK bye
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "session.txt"
    path.write_text(TEXT)
    return path


def named_issuer(program: subprocess.Popen[str]) -> str:
    """Return the file of the issuer that the program says is to be trusted."""
    found = re.search(r"by its issuer, (\S+) ", program.stderr.readline())
    assert found
    return found[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_serves_until_it_is_told_to_end(file, number):
    with listening("mock", file) as (program, port):
        talk(port, "USER mrose", "PASS secret", "QUIT")
        assert ended(program, number) == (0, ["session 1: as recorded"])


def test_each_session_is_reported_without_its_secrets(file):
    with listening("mock", file) as (program, port):
        talk(port, "USER alice", "PASS secret", "CAPA", "STAT")
        talk(port, "USER mrose", "PASS secret", "QUIT")
        assert ended(program) == (
            0,
            [
                'session 1: not in the recording: "CAPA", "STAT"',
                'session 1: answered: "USER alice" as "USER mrose"',
                'session 1: never asked for: "QUIT" (line 7)',
                "session 2: as recorded",
            ],
        )


def test_a_report_stays_short(file):
    with listening("mock", file) as (program, port):
        talk(port, *["NOOP"] * 14)
        unknown = ended(program)[1][0]
    assert unknown.count('"NOOP"') == 10
    assert unknown.endswith(", and 4 more")


@pytest.mark.parametrize(("lines", "status"), [(["QUIT"], 1), (["CAPA"], 1), ([], 1)])
def test_strict_fails_for_a_client_that_differs(file, lines, status):
    with listening("mock", file, "--strict") as (program, port):
        talk(port, *lines)
        assert ended(program)[0] == status


def test_strict_fails_where_no_client_came(file):
    with listening("mock", file, "--strict") as (program, _):
        said = "no client came, so nothing of the recording was asked for"
        assert ended(program) == (1, [said])


def test_strict_passes_a_client_that_does_not(file):
    with listening("mock", file, "--strict", "--timing") as (program, port):
        talk(port, "USER mrose", "PASS x", "QUIT")
        assert ended(program)[0] == 0


def test_an_unknown_line_can_close_the_connection(file):
    with listening("mock", file, "--unknown", "close") as (program, port):
        with Dialogue("127.0.0.1", port) as client:
            client.send(b"CAPA\r\n")
            assert client.rest() == b"+OK ready\r\n"
        assert ended(program)[1][0] == 'session 1: not in the recording: "CAPA"'


def test_a_certificate_makes_tls_from_the_first_octet_possible(file, tmp_path):
    authority, pem = trustme.CA(), tmp_path / "server.pem"
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(pem)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with listening("mock", file, "--tls-cert", pem, "--tls-port", "0") as (program, _):
        port = int(program.stdout.readline().rpartition(":")[2])
        plain = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
        with context.wrap_socket(plain, server_hostname="localhost") as client:
            client.sendall(b"USER mrose\r\nPASS x\r\nQUIT\r\n")
            said = b"".join(iter(lambda: client.recv(4096), b""))
        assert said == b"+OK ready\r\n+OK\r\n+OK in\r\n+OK bye\r\n"
        assert ended(program) == (0, ["session 1: as recorded"])


def test_a_recording_with_stls_is_served_with_it_and_the_issuer_to_trust_is_named(tmp_path):
    path = tmp_path / "stls.txt"
    path.write_text("S: +OK\nC: STLS\nS: +OK begin\n")
    with listening("mock", path) as (program, port):
        context = ssl.create_default_context(cafile=named_issuer(program))
        with Dialogue("127.0.0.1", port) as client:
            client.line()
            assert client.ask("STLS") == "+OK begin"
            client.socket.settimeout(SECONDS)
            context.wrap_socket(client.socket, server_hostname="localhost").close()
        assert ended(program) == (0, ["session 1: as recorded"])


def test_a_recording_with_tls_from_the_first_octet_is_served_so(tmp_path):
    path = tmp_path / "pops.txt"
    path.write_text(
        "%POP3-TRANSCRIPT 1\n*: TLS established TLSv1.3 X\nS: +OK hi\n*: closed by server\n"
    )
    with listening("mock", path) as (program, _):
        context = ssl.create_default_context(cafile=named_issuer(program))
        port = int(program.stdout.readline().rpartition(":")[2])
        plain = socket.create_connection(("127.0.0.1", port), timeout=SECONDS)
        with context.wrap_socket(plain, server_hostname="localhost") as client:
            assert client.recv(4096) == b"+OK hi\r\n"
        assert ended(program) == (0, ["session 1: as recorded"])


def test_any_recording_can_be_served_with_tls_as_well(file):
    with listening("mock", file, "--tls-port", "0") as (program, _):
        assert named_issuer(program)
        assert program.stdout.readline().startswith("listening with TLS on 127.0.0.1:")


def test_what_cannot_be_served_as_it_was_is_said_beforehand(tmp_path):
    path = tmp_path / "torn.txt"
    path.write_text("%POP3-TRANSCRIPT 1\nS: +OK\nC: NO")
    with listening("mock", path) as (program, _):
        said = "pop3shell: line 3 was cut off when it was written, and is left out"
        assert ended(program)[1] == [said]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("%POP3-TRANSCRIPT 1\nS~ .OK.*\n", "line 2: an expectation"),
        ("%POP3-TRANSCRIPT 7\n", "line 1: this is a transcript of version 7"),
        ("", "line 1: the server says nothing"),
    ],
)
def test_a_file_that_cannot_be_served_is_refused_in_a_line(here, tmp_path, text, said):
    path = tmp_path / "bad.txt"
    path.write_text(text)
    ran = here("mock", path)
    assert ran.status == 2
    assert ran.err.startswith(f"pop3shell: {path}: {said}")
    assert len(ran.errors) == 1


@pytest.mark.parametrize("name", ["missing.txt", "."])
def test_a_file_that_cannot_be_read_is_named(here, tmp_path, name):
    ran = here("mock", tmp_path / name)
    assert ran.status == 2
    assert ran.err.startswith(f"pop3shell: cannot read {tmp_path / name}: ")
    assert len(ran.errors) == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--tls-key", __file__), "--tls-key needs --tls-cert"),
        (("--unknown", "guess"), "'guess' is not one of"),
        (("--host", ""), "--host is empty"),
        (("--port", "x"), "'x' is not a valid integer"),
    ],
)
def test_wrong_usage_is_told(here, file, options, said):
    ran = here("mock", file, *options)
    assert ran.status == 2
    assert said in ran.err
