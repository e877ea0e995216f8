"""`--record` and `--record-dir` of `serve` and `mock`: what clients said, on disk when they go."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from support.program import LOGIN, ROOT, run
from support.serving import ended, listening, talk
from support.transcripts import happened_in, said_in

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

SERVERS = {"serve": ("serve",), "mock": ("mock", ROOT / "transcripts" / "practice-tour.pop3")}


def told(program: subprocess.Popen[str]) -> tuple[int, list[str]]:
    """Stop it; return the exit status and what it says of the recording."""
    status, lines = ended(program)
    return status, [line for line in lines if "session " not in line]


@pytest.mark.parametrize("kind", SERVERS)
def test_each_session_has_a_file_in_the_folder(kind, tmp_path):
    folder = tmp_path / "made" / "on demand"
    with listening(*SERVERS[kind], "--record-dir", folder) as (program, port):
        for _ in range(2):
            talk(port, *LOGIN)
        assert told(program) == (0, [])
    paths = sorted(folder.iterdir())
    assert len(paths) == 2
    for path in paths:
        assert re.fullmatch(r"127\.0\.0\.1-\d{4}-\d\d-\d\d-\d{6}(-2)?\.pop3", path.name)
        assert [line for line in said_in(path) if line[0] == "C"] == [
            "C: USER mrose", "C: PASS ${password}",
        ]  # fmt: skip
        assert happened_in(path) == [f"connected 127.0.0.1:{port}", "closed by client"]


@pytest.mark.parametrize("kind", SERVERS)
def test_further_sessions_go_beside_the_file_and_it_is_said(kind, tmp_path):
    path = tmp_path / "a.pop3"
    with listening(*SERVERS[kind], "--record", path) as (program, port):
        for user in ("one", "two"):
            talk(port, f"USER {user}")
        said = f"pop3shell: recording goes on in {tmp_path / 'a-2.pop3'}"
        assert told(program) == (0, [said])
    assert "C: USER one" in said_in(path)
    assert "C: USER two" in said_in(tmp_path / "a-2.pop3")


@pytest.mark.parametrize("kind", SERVERS)
def test_a_file_is_not_overwritten_and_nobody_is_served(kind, here, tmp_path):
    path = tmp_path / "precious"
    path.write_text("precious")
    ran = here(*SERVERS[kind], "--record", path)
    assert (ran.status, ran.out) == (2, "")
    assert f"{path} exists and is not overwritten" in ran.err
    assert path.read_text() == "precious"


def test_the_transcript_that_is_served_is_not_overwritten(here, tmp_path):
    path = tmp_path / "a.pop3"
    path.write_text("S: +OK\n")
    ran = here("mock", path, "--record", path)
    assert ran.status == 2
    assert f"{path} is the transcript to be read; give --record another file" in ran.err


@pytest.mark.parametrize("kind", SERVERS)
@pytest.mark.parametrize("option", ["--record", "--record-dir"])
def test_a_place_that_cannot_be_written_to_is_said_at_once(kind, option, here, tmp_path):
    (tmp_path / "file").write_text("")
    ran = here(*SERVERS[kind], option, tmp_path / "file" / "a")
    assert (ran.status, ran.out) == (2, "")
    assert str(tmp_path / "file") in ran.err


@pytest.mark.parametrize("kind", SERVERS)
def test_what_is_too_much_of_a_body_is_left_out_and_said(kind, tmp_path):
    path = tmp_path / "a.pop3"
    lines = ("CAPA",)
    with listening(*SERVERS[kind], "--record", path, "--max-body", "10") as (program, port):
        talk(port, *lines)
        status, (said,) = told(program)
    assert status == 0
    assert re.fullmatch(rf"pop3shell: {path}: \d+ octets of 1 body longer than 10 .*", said)
    assert [text.split()[0] for text in happened_in(path)] == ["connected", "elided", "closed"]


def test_a_recording_that_fails_ends_no_session_and_gives_1(tmp_path):
    folder = tmp_path / "folder"
    with listening("serve", "--record-dir", folder) as (program, port):
        folder.rmdir()
        talk(port, *LOGIN, "QUIT")
        status, (said,) = told(program)
    assert status == 1
    assert said.startswith(f"pop3shell: cannot write a transcript to {folder}")


def test_what_a_client_said_is_replayed_and_served_again(tmp_path):
    """The circle: recorded by the server, replayed against it, served by the mock."""
    path, password = tmp_path / "a.pop3", {"POP3SHELL_PASSWORD": "tanstaaf"}
    lines = ("AUTH PLAIN AG1yb3NlAHRhbnN0YWFm", "STAT", "LIST", "RETR 3", "NOPE", "QUIT")
    with listening("serve", "--record", path) as (program, port):
        assert run("connect", "127.0.0.1", port, lines=lines).status == 0
        ran = run("replay", path, "127.0.0.1", port, env=password)
        assert (ran.status, ran.lines) == (
            0, [f"{path}: 7 replies compared by shape: no differences"],
        )  # fmt: skip
    with listening("mock", path) as (program, port):
        ran = run("replay", path, "127.0.0.1", port, "--compare", "exact", env=password)
        assert (ran.status, ran.err) == (0, "")
        assert program.poll() is None
