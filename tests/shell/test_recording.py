"""`:record`, and a recording that meets with a full disk, a reconnect, a removed file."""

from __future__ import annotations

import errno
import os
import re
import shutil

import pytest
from support.program import LOGIN
from support.scripted import GREETING, ScriptedServer, close, expect
from support.shells import drive, nobody
from support.transcripts import texts_of

from pop3shell.shell.recording import start
from pop3shell.shell.shell import ColonError, Person
from pop3shell.transcript import place
from pop3shell.transcript.place import Place


@pytest.fixture
def path(tmp_path):
    return tmp_path / "session.pop3"


@pytest.fixture
def demo(here):
    return lambda *lines: here("demo", lines=lines)


# ---- :record ----


def test_what_is_said_between_record_and_off_is_recorded(demo, path):
    ran = demo(*LOGIN, f":record {path}", "STAT", ":record off", "NOOP", "QUIT")
    assert ran.status == 0
    assert f"# recording to {path}; :record off ends it" in ran.lines
    assert f"# recorded to {path}" in ran.lines
    joined, *said = texts_of(path)
    assert joined.startswith("*: joined 127.0.0.1:")
    assert joined.endswith(" in the TRANSACTION state")
    assert said == ["C: STAT", "S: +OK 17 5011173"]


def test_a_recording_without_off_goes_to_the_end(demo, path):
    demo(f":record {path}", "QUIT")
    assert texts_of(path)[1] == "C: QUIT"
    assert texts_of(path)[-1] == "*: closed by server"


def test_notes_stand_between_the_lines(demo, path):
    demo(f":record {path}", "NOOP", ":record note it hangs  here", "QUIT")
    texts = texts_of(path)
    assert texts[texts.index("C: QUIT") - 1] == "# it hangs  here"


def test_a_recording_that_begins_under_tls_says_so(demo, path):
    demo("STLS", f":record {path}", "NOOP", "QUIT")
    joined, tls, *_ = texts_of(path)
    assert joined.startswith("*: joined ")
    assert tls.startswith("*: TLS ")


def test_what_is_masked_in_a_note_is_not_in_the_recording_either(demo, path):
    note = ":record note "
    lines = (
        "then PASS tanstaaf and no bypass",
        "AUTH PLAIN AG1yb3NlAHRhbnN0YWFm",
        "C: pass tanstaaf",
    )
    demo(f":record {path}", "NOOP", *(note + line for line in lines), "QUIT")
    masked = "# then PASS ${password}", "# AUTH PLAIN ${sasl}", "# C: pass ${password}"
    assert [text for text in texts_of(path) if text.startswith("#")] == list(masked)


def test_record_alone_says_where_it_stands(demo, path):
    ran = demo(":record", f":record {path}", ":record")
    assert "# nothing is being recorded; :record FILE begins" in ran.lines
    assert ran.lines.count(f"# recording to {path}; :record off ends it") == 2


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (":record off", "nothing is being recorded"),
        (":record note x", "nothing is being recorded"),
        (":record note", "say what the note is"),
        (":record /nowhere/at/all", "cannot write a transcript to /nowhere/at/all"),
        (":record /", "/ "),
        (":record ~nobody-of-that-name/x", "cannot record to ~nobody-of-that-name/x"),
        (":record a\0b", "cannot write a transcript to"),
    ],
)
def test_what_cannot_be_done_is_said_and_the_session_goes_on(demo, line, why):
    ran = demo(line, "QUIT")
    assert ran.status == 1
    assert why in ran.errors[0]
    assert ran.sent == ["QUIT"]


def test_a_second_recording_is_refused_and_the_first_goes_on(demo, path, tmp_path):
    ran = demo(f":record {path}", f":record {tmp_path / 'other'}", "QUIT")
    assert ran.status == 1
    assert f"recording to {path} already" in ran.err
    assert "C: QUIT" in texts_of(path)


def test_one_after_the_other_is_not(demo, path, tmp_path):
    other = tmp_path / "other"
    assert demo(f":record {path}", ":record off", f":record {other}", "QUIT").status == 0
    assert "C: QUIT" not in texts_of(path)
    assert "C: QUIT" in texts_of(other)


def test_a_script_overwrites_nothing(demo, path):
    path.write_text("precious")
    ran = demo(f":record {path}", "QUIT")
    assert ran.status == 1
    assert f"{path} exists and is not overwritten" in ran.err
    assert path.read_text() == "precious"


@pytest.mark.parametrize("answer", [True, False])
def test_a_person_is_asked_before_a_file_is_overwritten(practice_server, path, answer):
    path.write_text("precious")
    asked = []

    async def confirm(question: str, default: bool = False, otherwise=None) -> bool:
        asked.append(question)
        return answer

    async def work(shell) -> None:
        shell.attend(Person(nobody, confirm, lambda *_: None))
        try:
            await shell.perform(b":record " + os.fsencode(path))
        except ColonError:
            assert not answer
        await shell.perform(b"NOOP")

    drive(practice_server(), work)
    assert asked == [f"{path} exists; overwrite it? [y/N] "]
    if answer:
        assert "C: NOOP" in texts_of(path)
    else:
        assert path.read_text() == "precious"


def test_secrets_have_the_placeholders_of_the_screen(demo, path):
    lines = ("USER a", "PASS first-wrong", f":record {path}", *LOGIN, "QUIT")
    ran = demo(*lines)
    assert "PASS ${password2}" in ran.sent
    assert "C: PASS ${password2}" in texts_of(path)


def test_tls_is_told_where_it_begins(here, path):
    assert here("demo", "--record", path, lines=("STLS", "NOOP")).status == 0
    texts = texts_of(path)
    tls = next(at for at, text in enumerate(texts) if text.startswith("*: TLS established TLSv1."))
    assert texts[tls - 2] == "C: STLS"
    assert texts[tls + 1] == "C: NOOP"


def test_a_login_by_sasl_tells_what_a_replay_needs_and_no_secret(demo, path, monkeypatch):
    monkeypatch.setenv("POP3SHELL_PASSWORD", "tanstaaf")
    assert demo(f":record {path}", ":login mrose SCRAM-SHA-256", "QUIT").status == 0
    texts = texts_of(path)
    at = next(at for at, text in enumerate(texts) if text.startswith("*: auth"))
    assert re.fullmatch(r"\*: auth SCRAM-SHA-256 as mrose nonce=\S+", texts[at])
    assert texts[at + 1].startswith("C: AUTH SCRAM-SHA-256")
    assert "C: ${sasl}" in texts
    assert "tanstaaf" not in path.read_text()


# ---- bodies that are left out ----


def test_a_limit_on_bodies_holds_for_what_is_recorded_next(demo, path):
    script = (*LOGIN, ":set max-body 1k", f":record {path}", "RETR 1", "LIST", ":set max-body off",
              "TOP 1 0", ":record off", "QUIT")  # fmt: skip
    assert demo(*script).status == 0
    assert "elided" not in path.read_text()
    other = path.with_name("other.pop3")
    ran = demo(*LOGIN, ":set max-body 100", f":record {other}", "RETR 1", ":record off", "QUIT")
    (octets,) = re.findall(r"elided ([0-9]+) octets", other.read_text())
    told = f"# {other}: {octets} octets of 1 body longer than 100 octets were left out (--max-body)"
    assert told in ran.lines


@pytest.mark.parametrize("value", ["", "x", "-1", "on", "1.5k"])
def test_what_is_no_limit_is_said(demo, value):
    ran = demo(f":set max-body {value}", ":set", "QUIT")
    assert ran.status == 1
    assert "is no number of octets, such as 10000, 64k or 1M" in ran.err
    assert "# max-body  off" in ran.lines


# ---- another connection ----


def test_a_reconnect_goes_to_a_file_beside_the_first(demo, path, tmp_path):
    ran = demo(f":record {path}", "NOOP", ":reconnect", "STAT", ":reconnect", "RSET", "QUIT")
    assert f"# recording goes on in {tmp_path / 'session-2.pop3'}" in ran.lines
    first, second, third = (
        texts_of(tmp_path / name) for name in ("session.pop3", "session-2.pop3", "session-3.pop3")
    )
    assert "C: NOOP" in first
    assert first[-1] == "*: closed by client"
    assert second[0].startswith("*: connected 127.0.0.1:")
    assert second[1].startswith("S: +OK")
    assert "C: STAT" in second
    assert "C: RSET" in third


def test_a_file_that_is_there_already_is_passed_over(demo, path, tmp_path):
    other = tmp_path / "session-2.pop3"
    other.write_text("precious")
    demo(f":record {path}", ":reconnect", "STAT")
    assert other.read_text() == "precious"
    assert "C: STAT" in texts_of(tmp_path / "session-3.pop3")


def test_a_reconnect_that_fails_leaves_the_recording_as_it_was(path):
    with ScriptedServer(GREETING, close) as server:

        async def work(shell) -> None:
            start(shell, Place(path))
            with pytest.raises(ConnectionError):
                await shell.reconnect()
            assert shell.recording.active
            shell.recording.stop()

        drive(server, work, opens=_fails)
    assert list(path.parent.glob("*.pop3")) == [path]
    assert texts_of(path)[-1] == "*: closed by client"


async def _fails(*_: object) -> None:
    raise ConnectionError


def test_a_folder_that_vanished_ends_the_recording_and_not_the_session(practice_server, tmp_path):
    folder = tmp_path / "transcripts"
    folder.mkdir()
    server = practice_server()

    async def work(shell) -> None:
        start(shell, Place(folder, folder=True))
        await shell.perform(b"NOOP")
        shutil.rmtree(folder)
        await shell.perform(b"NOOP")
        await shell.perform(b"NOOP")
        assert shell.recording.failed
        assert not shell.recording.active
        shell.recording.stop()

    told = drive(server, work)
    assert told.sent == ["NOOP"] * 3
    [sentence] = told.own[1:]  # behind where it is connected to
    assert str(folder) in sentence
    assert sentence.endswith("was removed while it was written; recording has stopped")


# ---- a disk that takes no more ----


class Disk:
    """A file with room for so many octets."""

    def __init__(self, room: int) -> None:
        self.octets = b""
        self.room = room

    def write(self, octets: bytes) -> int:
        if self.room <= 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        taken = octets[: self.room]
        self.room -= len(taken)
        self.octets += taken
        return len(taken)

    def close(self) -> None:
        self.room = 0


FULL = "stopped: No space left on device"


@pytest.fixture
def disk(monkeypatch):
    """A disk that has room for the head and a little more."""
    made = Disk(230)
    monkeypatch.setattr(place, "create", lambda path: made)
    return made


def test_a_full_disk_is_said_once_and_the_script_goes_on(here, disk, path):
    script = (*LOGIN, "LIST", "NOOP", "QUIT")
    ran = here("demo", "--record", path, lines=script)
    assert ran.errors == [f"pop3shell: recording to {path} {FULL}"]
    assert len(ran.sent) == len(script)
    assert ran.status == 1


def test_at_a_prompt_it_is_said_between_the_lines(practice_server, disk, path):
    async def work(shell) -> None:
        start(shell, Place(path))
        for line in ("USER mrose", "PASS tanstaaf", "TOP 1 0", "NOOP"):
            await shell.perform(line.encode())

    told = drive(practice_server(), work)
    assert told.own[1:] == [f"recording to {path} {FULL}"]
    at = told.lines.index(f"recording to {path} {FULL}")
    assert told.lines[at - 1].startswith("S: ")
    assert told.lines[at + 1].startswith("C: ")


def test_a_disk_that_fills_up_in_a_message_does_not_touch_the_message(here, disk, path):
    disk.room = 800
    script = (*LOGIN, "RETR 1", "QUIT")
    plainly = here("demo", lines=script)
    ran = here("demo", "--record", path, lines=script)
    assert ran.lines[1:] == plainly.lines[1:]  # but for the greeting's timestamp
    assert ran.errors == [f"pop3shell: recording to {path} {FULL}"]


def test_expected_lines_reach_the_server_while_recording(path):
    """Recording changes nothing of what is sent."""
    with ScriptedServer(GREETING, expect("noop  "), b"+OK\r\n") as server:

        async def work(shell) -> None:
            start(shell, Place(path))
            await shell.perform(b"!noop  ")

        drive(server, work)
    assert "C: noop  " in texts_of(path)
