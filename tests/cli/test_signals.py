"""Signals: everything ends in an orderly way, and says so by its exit status."""

from __future__ import annotations

import json
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from xml.etree import ElementTree

import pytest
from support.practice import SECONDS, Dialogue
from support.program import command, environment
from support.scripted import GREETING, ScriptedServer, close, expect, stall

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

SIGNALS = [signal.SIGINT, signal.SIGTERM]


@contextmanager
def started(*arguments: object) -> Iterator[subprocess.Popen[bytes]]:
    pipe = subprocess.PIPE
    program = subprocess.Popen(
        command(*arguments), stdin=pipe, stdout=pipe, stderr=pipe, env=environment()
    )
    try:
        yield program
    finally:
        program.kill()
        program.communicate(timeout=SECONDS)


def ended(program: subprocess.Popen[bytes], number: int) -> tuple[int, bytes, bytes]:
    program.send_signal(number)
    out, err = program.communicate(timeout=SECONDS)
    assert b"Traceback" not in err
    return program.returncode, out, err


@pytest.mark.parametrize("number", SIGNALS)
def test_a_script_that_waits_for_input_is_interrupted(number):
    with started("demo") as program:
        assert program.stdout.readline().startswith(b"S: +OK")
        status, _, err = ended(program, number)
    assert (status, err) == (130, b"pop3shell: interrupted\n")


@pytest.mark.parametrize("number", SIGNALS)
def test_a_script_that_waits_for_the_server_is_interrupted_and_shows_what_came(number):
    with ScriptedServer(GREETING, expect("RETR 1"), b"+OK\r\nhalf a", stall) as server:
        arguments = ("connect", server.host, server.port, "--validate", "off", "-c", "RETR 1")
        with started(*arguments) as program:
            assert program.stdout.readline() == b"S: +OK ready\n"
            assert program.stdout.readline() == b"C: RETR 1\n"
            status, out, err = ended(program, number)
    assert (status, err) == (130, b"pop3shell: interrupted\n")
    assert server.received == b"RETR 1\r\n"
    assert out in (b"", b"S: +OK\nS: half a\n")  # as much as had come by then


def endless_body(server, client):
    """Send lines until the client has gone."""
    with suppress(OSError):
        while True:
            client.sendall(b"a line\r\n" * 10_000)
    client.close()


@pytest.mark.parametrize("times", [1, 2, 5])
def test_however_often_ctrl_c_is_pressed_the_recording_is_ended(tmp_path, times):
    path = tmp_path / "session.pop3"
    with ScriptedServer(GREETING, expect("RETR 1"), b"+OK\r\n", endless_body) as server:
        arguments = ("--validate", "off", "-c", "RETR 1", "--record", path)
        with started("connect", server.host, server.port, *arguments) as program:
            while b"a line" not in program.stdout.readline():
                assert program.poll() is None
            for _ in range(times - 1):
                program.send_signal(signal.SIGINT)
            status, _, err = ended(program, signal.SIGINT)
    assert (status, err) == (130, b"pop3shell: interrupted\n")
    assert path.read_bytes().endswith(b"*: closed by client\n")


def test_an_interrupted_script_removes_no_mail(practice_server):
    server = practice_server()
    with started("connect", server.host, server.port) as program:
        program.stdin.write(b"USER mrose\nPASS tanstaaf\nDELE 1\n")
        program.stdin.flush()
        assert any(b"deleted" in line for line in program.stdout)
        assert ended(program, signal.SIGINT)[0] == 130
    with server.dial() as client:
        assert "17 messages" in client.log_in()


@pytest.mark.parametrize("number", SIGNALS)
def test_serve_says_where_it_listens_and_ends_cleanly(number):
    with started("serve") as program:
        line = program.stdout.readline().decode()
        found = re.fullmatch(r"listening on 127\.0\.0\.1:(\d+)\n", line)
        assert found is not None, line
        with Dialogue("127.0.0.1", int(found[1])) as client:
            assert client.log_in().startswith("+OK")  # a session is under way
            status, out, err = ended(program, number)
    assert (status, out, err) == (0, b"", b"")


def test_serve_and_connect_get_along():
    with started("serve", "--account", "alice:in wonderland") as program:
        port = program.stdout.readline().decode().strip().rpartition(":")[2]
        lines = ("-c", "USER alice", "-c", "PASS in wonderland", "-c", "STAT")
        done = subprocess.run(
            command("127.0.0.1", port, *lines), env=environment(), timeout=SECONDS,
            capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0
        assert b"S: +OK 17 " in done.stdout
        assert b"wonderland" not in done.stdout + done.stderr
        assert ended(program, signal.SIGTERM)[0] == 0


@pytest.mark.parametrize("number", SIGNALS)
def test_a_replay_that_is_interrupted_reports_what_is_known_by_then(tmp_path, number):
    files = [tmp_path / name for name in ("a.pop3", "b.pop3", "c.pop3")]
    for file in files:
        file.write_text("S: +OK\nC: STAT\nS: +OK 1 2\nC: NOOP\nS: +OK\n")
    report = tmp_path / "report.xml"

    def once_more(server: ScriptedServer, client: socket.socket) -> None:
        """The second file's session, and its end."""
        close(server, client)
        client, _ = server._listener.accept()
        client.sendall(GREETING)
        client.settimeout(SECONDS)
        waiting.set()
        stall(server, client)

    waiting = threading.Event()
    steps = (GREETING, expect("STAT"), b"+OK 2 2\r\n", expect("NOOP"), b"+OK\r\n", once_more)
    with ScriptedServer(*steps) as server:
        arguments = ("replay", *files, server.host, server.port, "--json", "--junit", report)
        with started(*arguments) as program:
            assert waiting.wait(SECONDS)
            status, out, err = ended(program, number)
    assert status == 130
    assert err.decode() == f"pop3shell: {files[1]}: interrupted\npop3shell: interrupted\n"
    told = json.loads(out)
    assert told["status"] == 130
    assert len(told["files"][0]["differences"]) == 1
    assert [one["replayed"] for one in told["files"]] == [True, False, False]
    suite = ElementTree.fromstring(report.read_bytes())[0]
    assert [suite.get(name) for name in ("failures", "errors", "skipped")] == ["1", "1", "1"]
