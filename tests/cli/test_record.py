"""`--record` and `--record-dir`: what is on disk, whatever happens."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess

import pytest
from support.practice import SECONDS
from support.program import LOGIN, command, environment
from support.scripted import GREETING, ScriptedServer, expect, hold
from support.terminal import HIDDEN_PASSWORD, Terminal

from pop3shell.transcript.model import ClientLine, Happened, ServerLine, ServerLines
from pop3shell.transcript.reader import read_file


def entries_of(path):
    return list(read_file(path))


def dialogue_of(path) -> list[str]:
    """The lines of both sides as a scripted session prints them."""
    lines = []
    for entry in read_file(path):
        if isinstance(entry, ClientLine | ServerLine | ServerLines):
            side = "C: " if isinstance(entry, ClientLine) else "S: "
            lines += [side + line for line in entry.octets.decode().split("\r\n")[:-1]]
    return lines


def happened(path) -> list[str]:
    return [entry.text for entry in entries_of(path) if isinstance(entry, Happened)]


def test_what_is_printed_is_recorded(here, tmp_path):
    path = tmp_path / "session.pop3"
    ran = here("demo", "--record", path, lines=(*LOGIN, "LIST", "TOP 2 3", "QUIT"))
    assert ran.status == 0
    assert dialogue_of(path) == ran.lines


def test_who_was_called_when_and_who_closed_is_recorded(here, tmp_path):
    path = tmp_path / "session.pop3"
    with ScriptedServer(GREETING, expect("QUIT"), b"+OK bye\r\n") as server:
        assert here("connect", server.host, server.port, "-c", "QUIT", "--record", path).status == 0
    lines = path.read_text().splitlines()
    assert lines[1] == f"%server: {server.address}"
    assert re.fullmatch(r"%started: \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", lines[2])
    assert happened(path) == [f"connected {server.address}", "closed by server"]


def test_the_password_is_not_in_it(here, tmp_path):
    path = tmp_path / "session.pop3"
    here("demo", "--record", path, lines=("USER mrose", "tanstaaf", *LOGIN, "QUIT"))
    assert "tanstaaf" not in path.read_text()
    assert "C: PASS ${password}" in path.read_text()


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_it_is_for_its_owner_only(here, tmp_path):
    path = tmp_path / "session.pop3"
    here("demo", "-c", "QUIT", "--record", path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_is_not_overwritten_and_nobody_is_called(here, tmp_path):
    path = tmp_path / "precious"
    path.write_text("precious")
    ran = here("demo", "-c", "QUIT", "--record", path)
    assert (ran.status, ran.out) == (2, "")
    assert f"{path} exists and is not overwritten" in ran.err
    assert path.read_text() == "precious"


@pytest.mark.parametrize("name", ["missing/x", ".", "x" * 300])
def test_a_place_that_cannot_be_written_to_is_said_before_anything_else(here, tmp_path, name):
    ran = here("demo", "-c", "QUIT", "--record", f"{tmp_path}/{name}")
    assert (ran.status, ran.out) == (2, "")
    assert str(tmp_path) in ran.err


@pytest.mark.parametrize("option", ["--record", "--record-dir"])
def test_an_empty_name_is_an_error_and_not_a_session_that_nobody_recorded(here, option):
    ran = here("demo", "-c", "QUIT", option, "")
    assert (ran.status, ran.out) == (2, "")
    assert f"'{option}': the name is empty" in ran.err


def test_where_nobody_answered_no_file_is_left(here, tmp_path):
    path = tmp_path / "session.pop3"
    with ScriptedServer(GREETING) as server:
        here("connect", server.host, server.port, "-c", "NOOP")
    assert here("connect", server.host, server.port, "--record", path).status == 3
    assert not path.exists()


def test_in_a_folder_each_session_has_a_file_named_after_host_and_time(here, tmp_path):
    folder = tmp_path / "made" / "on demand"
    for _ in range(3):
        assert here("demo", "-c", "QUIT", "--record-dir", folder).status == 0
    paths = list(folder.iterdir())
    assert len(paths) == 3
    for path in paths:
        assert re.fullmatch(r"127\.0\.0\.1-\d{4}-\d\d-\d\d-\d{6}(-[23])?\.pop3", path.name)
        assert "C: QUIT" in dialogue_of(path)


def test_a_folder_that_is_a_file_is_refused(here, tmp_path):
    path = tmp_path / "file"
    path.write_text("precious")
    assert here("demo", "-c", "QUIT", "--record-dir", path).status == 2
    assert path.read_text() == "precious"


def test_a_file_and_a_folder_exclude_each_other(here, tmp_path):
    ran = here("demo", "-c", "QUIT", "--record", tmp_path / "x", "--record-dir", tmp_path)
    assert ran.status == 2
    assert list(tmp_path.glob("*.pop3")) == []


def test_what_is_too_much_of_a_body_is_left_out_and_said(here, tmp_path):
    path = tmp_path / "session.pop3"
    ran = here("demo", "--record", path, "--max-body", "200", lines=(*LOGIN, "RETR 1", "QUIT"))
    assert ran.status == 0
    (elided,) = [text for text in happened(path) if text.startswith("elided ")]
    octets = elided.split()[1]
    said = f"# {path}: {octets} octets of 1 body longer than 200 octets were left out (--max-body)"
    assert ran.lines[-1] == said
    assert "S: ." in dialogue_of(path)


def test_a_limit_on_bodies_holds_for_what_the_shell_begins_to_record(here, tmp_path):
    path = tmp_path / "session.pop3"
    assert here("demo", "--max-body", "0", lines=(*LOGIN, f":record {path}", "LIST")).status == 0
    assert [text.split()[0] for text in happened(path)][1] == "elided"


@pytest.mark.parametrize("lines", [3, 50_000])
def test_killed_in_the_middle_the_file_tells_all_up_to_there(tmp_path, lines):
    path = tmp_path / "session.pop3"
    body = b"a line of the message\r\n" * lines
    steps = expect("RETR 1"), b"+OK\r\n" + body, hold
    with ScriptedServer(GREETING, *steps) as server:
        process = subprocess.Popen(
            command("connect", server.host, server.port, "--record", path), env=environment(),
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        with process:
            process.stdin.write(b"RETR 1\n")
            process.stdin.flush()
            recorded = b""
            while recorded.count(b"a line of the message") < lines - 1:
                assert process.poll() is None
                recorded = path.read_bytes() if path.exists() else b""
            process.send_signal(signal.SIGKILL)
            process.wait(SECONDS)
        server.release.set()
    said = dialogue_of(path)
    assert said[:3] == ["S: +OK ready", "C: RETR 1", "S: +OK"]
    assert said[3 : lines + 2] == ["S: a line of the message"] * (lines - 1)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs the device /dev/full")  # noqa: PTH110
def test_a_disk_that_is_full_from_the_start_is_said_before_anything_else(here):
    ran = here("demo", "-c", "QUIT", "--record", "/dev/full")
    assert (ran.status, ran.out, len(ran.errors)) == (2, "", 1)
    assert "No space left on device" in ran.err


@pytest.mark.parametrize(("answer", "kept"), [("n", True), ("y", False)])
def test_a_person_is_asked_before_a_file_is_overwritten(small_server, tmp_path, answer, kept):
    path = tmp_path / "session.pop3"
    path.write_text("precious")
    host, port = small_server.host, small_server.port
    ask = ("connect", host, port, "--record", path)
    with Terminal(*ask, home=tmp_path, columns=300) as terminal:
        terminal.wait_for("overwrite it? [y/N]")
        terminal.type(answer + "\r")
        if kept:
            assert terminal.ended() == 2
        else:
            terminal.line("QUIT")
            assert terminal.ended() == 0
    assert (path.read_text() == "precious") is kept
    assert kept or "C: QUIT" in dialogue_of(path)


def test_the_toolbar_shows_that_it_records(small_server, tmp_path):
    host, port = small_server.host, small_server.port
    with Terminal("connect", host, port, home=tmp_path, hidden=HIDDEN_PASSWORD) as terminal:
        terminal.at_prompt()
        assert "REC" not in terminal.text
        terminal.line(":record session.pop3")
        terminal.wait_for("| REC |")
        terminal.line("USER mrose")
        terminal.wait_for("+OK")
        terminal.line("PASS")
        terminal.wait_line("password: ")
        terminal.type(HIDDEN_PASSWORD + "\r")
        terminal.wait_for("2 messages")
        terminal.line(":record off")
        terminal.wait_for("recorded to session.pop3")
        terminal.at_prompt()
        terminal.wait(lambda: "REC" not in terminal.text, "toolbar without REC")
        terminal.line("QUIT")
        assert terminal.ended() == 0
    text = (tmp_path / "session.pop3").read_text()
    assert "~" not in text
    assert "C: PASS ${password}" in text


@pytest.fixture
def small_server(practice_server):
    from support.maildrops import maildrop_of

    mails = b"Subject: 1\r\n\r\none\r\n", b"Subject: 2\r\n\r\ntwo\r\n"
    return practice_server({"mrose": (HIDDEN_PASSWORD, maildrop_of(*mails))})
