"""The pytest plugin, as the author of a POP3 client uses it."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[1]
INSTALLED = importlib.metadata.entry_points(group="pytest11", name="pop3shell")
SESSION = (
    "S: +OK ready\nC: USER mrose\nS: +OK\nC: PASS x\nS: +OK in\nC: STAT\nS: +OK 2 320\n"
    "C: QUIT\nS: +OK bye\n"
)
CLIENT = """
import poplib
from pathlib import Path

def log_in(server):
    client = poplib.POP3(server.host, server.port, timeout=20)
    client.user("mrose")
    client.pass_("tanstaaf")
    return client
"""


@pytest.fixture
def passes(pytester, monkeypatch):
    """Return a function that runs a test module with the plugin; its tests must pass."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT), prepend=os.pathsep)

    def run(source: str, **outcomes: int) -> pytest.RunResult:
        pytester.makepyfile(CLIENT + source)
        plugin = () if INSTALLED else ("-p", "pop3shell.testing")
        result = pytester.runpytest_subprocess(*plugin, timeout=50)
        result.assert_outcomes(**(outcomes or {"passed": 1}))
        return result

    return run


def test_a_client_meets_a_recorded_server_in_three_lines(passes, pytester):
    pytester.path.joinpath("session.txt").write_text(SESSION)
    passes("""
def test(mock_pop3):
    server = mock_pop3("session.txt")
    client = log_in(server)
    assert client.stat() == (2, 320)
    assert server.unasked == ["QUIT"]
    client.quit()
    assert (server.unmatched, server.unasked, server.substituted) == ([], [], [])
""")


def test_a_transcript_may_be_a_path_or_text_and_several_run_at_once(passes, pytester):
    pytester.path.joinpath("session.txt").write_text(SESSION)
    passes(f"""
def test(mock_pop3):
    one, two = mock_pop3(Path("session.txt")), mock_pop3({SESSION!r})
    assert one.port != two.port
    log_in(two).quit()
    assert two.unasked == ["STAT"]
    assert len(one.unasked) == 4
""")


def test_what_is_not_in_the_recording_is_there_to_be_asserted(passes):
    passes(f"""
import pytest

def test(mock_pop3):
    server = mock_pop3({SESSION!r})
    client = log_in(server)
    with pytest.raises(poplib.error_proto, match="not in the recording"):
        client.uidl()
    assert server.unmatched == ["UIDL"]

def test_closed(mock_pop3):
    server = mock_pop3({SESSION!r}, close_unknown=True)
    with pytest.raises((poplib.error_proto, OSError)):
        log_in(server).uidl()
""", passed=2)  # fmt: skip


def test_a_bad_transcript_fails_the_test_with_its_line(passes):
    result = passes("""
def test(mock_pop3):
    mock_pop3("S: +OK\\nS~ .*\\n")
""", failed=1)  # fmt: skip
    result.stdout.fnmatch_lines(["*line 2: an expectation*"])


def test_a_bad_file_is_named(passes, pytester):
    pytester.path.joinpath("session.txt").write_text("S: +OK\nS~ .*\n")
    result = passes("""
def test(mock_pop3):
    mock_pop3("session.txt")
""", failed=1)  # fmt: skip
    result.stdout.fnmatch_lines(["*line 2: an expectation*", "*in session.txt"])
    result.stdout.no_fnmatch_line("*recollect*")


def test_what_is_no_file_is_told_in_the_line_of_the_test(passes):
    result = passes("""
def test(mock_pop3):
    mock_pop3("S: +OK ready")
""", failed=1)  # fmt: skip
    result.stdout.fnmatch_lines(["*No such file*S: +OK ready*", "*taken for the name of a file"])
    result.stdout.no_fnmatch_line("*pathlib*")


def test_a_transcript_may_be_written_out_inside_a_test(passes):
    passes(r"""
def test(mock_pop3):
    server = mock_pop3(r'''
        %POP3-TRANSCRIPT 1
        S: +OK ready
        C: USER mrose
        S: +OK
        C: PASS ${password}
        S: +OK
        C: RETR 1
        S: +OK
        S:   indented\x20
        S: .
        C: QUIT
        S: +OK
    ''')
    client = log_in(server)
    assert client.retr(1)[1] == [b"  indented "]
    client.quit()
    assert (server.unmatched, server.unasked) == ([], [])
""")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ('["Subject: a"]', "message 1 is of type str; give its octets"),
        ("[EmailMessage()]", "message 1 is of type EmailMessage; *.as_bytes()"),
        ('[], {"mrose": b"tanstaaf"}', "the password of mrose is of type bytes; give a str"),
    ],
)
def test_what_is_no_message_or_password_is_said_where_it_is_given(passes, given, told):
    result = passes(f"""
from email.message import EmailMessage

def test(pop3_server):
    pop3_server({given})
""", failed=1)  # fmt: skip
    result.stdout.fnmatch_lines([f"*TypeError: {told}*"])


def test_one_message_needs_no_list(passes):
    passes("""
def test(pop3_server):
    assert log_in(pop3_server(b"Subject: a\\n\\nb\\n")).retr(1)[1] == [b"Subject: a", b"", b"b"]
""")


def test_the_practice_server_takes_messages_and_accounts(passes):
    passes("""
def test(pop3_server):
    server = pop3_server([b"Subject: a\\n\\nb\\n", b"Subject: c\\n\\n"], {"mrose": "tanstaaf"})
    client = log_in(server)
    assert client.retr(1)[1] == [b"Subject: a", b"", b"b"]
    assert len(set(client.uidl()[1])) == client.stat()[0] == 2
    assert server.accounts == {"mrose": "tanstaaf"}
""")


def test_the_practice_server_takes_a_path_and_has_a_sample_maildrop(passes, pytester):
    pytester.mkdir("mails").joinpath("a.eml").write_text("Subject: a\n\n")
    passes("""
def test(pop3_server):
    assert log_in(pop3_server("mails")).stat()[0] == 1
    assert log_in(pop3_server()).stat()[0] > 10
""")


def test_a_client_that_uses_tls_meets_a_recording_that_has_it(passes, pytester):
    stls = "S: +OK\nC: CAPA\nS: +OK\nS: STLS\nS: .\nC: STLS\nS: +OK begin\nC: QUIT\nS: +OK\n"
    pytester.path.joinpath("stls.txt").write_text(stls)
    passes(f"""
import ssl

def trusting(server):
    return ssl.create_default_context(cafile=server.ca_file)

def test_begun_later(mock_pop3):
    server = mock_pop3("stls.txt")
    client = poplib.POP3("localhost", server.port, timeout=20)
    client.stls(trusting(server))
    client.quit()
    assert (server.unmatched, server.unasked) == ([], [])

def test_from_the_first_octet(mock_pop3):
    server = mock_pop3({SESSION!r}, tls=True)
    client = poplib.POP3_SSL("localhost", server.tls_port, timeout=20, context=trusting(server))
    assert client.user("mrose") == b"+OK"

def test_the_practice_server(pop3_server):
    server = pop3_server([], tls=True)
    client = poplib.POP3("localhost", server.port, timeout=20)
    client.stls(trusting(server))
    client.user("mrose")
    client.pass_("tanstaaf")

def test_without(mock_pop3):
    server = mock_pop3({SESSION!r})
    assert (server.tls_port, server.ca_file) == (None, None)
""", passed=4)  # fmt: skip


def test_a_server_is_gone_after_its_test(passes):
    passes("""
import socket, pytest
ports = []

def test_one(pop3_server, mock_pop3):
    ports.extend([pop3_server([]).port, mock_pop3("S: +OK\\nC: QUIT\\nS: +OK\\n").port])

@pytest.mark.parametrize("at", [0, 1])
def test_two(at):
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", ports[at]), timeout=20)
""", passed=3)  # fmt: skip


def test_a_run_that_uses_no_server_pays_for_none():
    code = (
        "import sys, pytest; before = set(sys.modules); import pop3shell.testing;"
        "print(*sorted(set(sys.modules) - before))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
        timeout=50,
    )  # fmt: skip
    assert done.stdout.split() == ["pop3shell", "pop3shell.testing"]
