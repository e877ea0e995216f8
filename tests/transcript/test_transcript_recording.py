"""A recording gets in nobody's way, and what it lacks is said."""

from __future__ import annotations

import errno
import os

import pytest

from pop3shell.protocol.dialogue import Dialogue
from pop3shell.transcript import place
from pop3shell.transcript.errors import RecordingFailed
from pop3shell.transcript.place import Place
from pop3shell.transcript.recording import Recording, Records


class Told:
    """What the user is told."""

    def __init__(self) -> None:
        self.trouble: list[str] = []
        self.news: list[str] = []

    def begin(self, where: Place) -> Recording:
        return Recording(
            where, "host", server="host:110", tell=self.trouble.append, say=self.news.append
        )


@pytest.fixture
def told() -> Told:
    return Told()


def hear(recording: Recording, dialogue: Dialogue, octets: bytes) -> None:
    for event in dialogue.server(octets):
        recording(event)


def test_a_file_in_which_nothing_was_said_is_removed(told, tmp_path) -> None:
    path = tmp_path / "a.pop3"
    told.begin(Place(path)).stop()
    assert not path.exists()
    assert (told.trouble, told.news) == ([], [])


def test_a_second_stop_removes_nothing(told, tmp_path) -> None:
    path = tmp_path / "a.pop3"
    recording = told.begin(Place(path))
    recording.stop()
    path.write_text("somebody else's")
    recording.stop()
    assert path.read_text() == "somebody else's"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="FIFOs are POSIX")
def test_what_is_no_file_stays_where_it_is(told, tmp_path) -> None:
    path = tmp_path / "fifo"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        told.begin(Place(path)).stop()
    finally:
        os.close(reader)
    assert path.exists()


def test_a_file_that_was_removed_is_told_once(told, tmp_path) -> None:
    path = tmp_path / "a.pop3"
    recording, dialogue = told.begin(Place(path)), Dialogue()
    hear(recording, dialogue, b"+OK ready\r\n")
    path.unlink()
    for _ in range(3):
        for event in dialogue.client(b"NOOP\r\n"):
            recording(event)
        hear(recording, dialogue, b"+OK\r\n")
    recording.stop()
    assert told.trouble == [f"{path} was removed while it was written; recording has stopped"]
    assert (recording.failed, recording.active) == (True, False)


def test_what_bodies_lack_is_said_at_the_end(told, tmp_path) -> None:
    path = tmp_path / "a.pop3"
    recording, dialogue = told.begin(Place(path, max_body=3)), Dialogue()
    hear(recording, dialogue, b"+OK ready\r\n")
    for event in dialogue.client(b"LIST\r\n"):
        recording(event)
    hear(recording, dialogue, b"+OK\r\n1 100\r\n.\r\n")
    assert told.news == []
    recording.stop()
    recording.stop()
    told_once = f"{path}: 7 octets of 1 body longer than 3 octets were left out (--max-body)"
    assert told.news == [told_once]


class TestRecords:
    def test_each_session_has_a_file_and_further_ones_are_named(self, tmp_path) -> None:
        said: list[str] = []
        records = Records(Place(tmp_path / "a.pop3"), said.append)
        for _ in range(2):
            records.begin(Told().begin).note("x")
        assert {path.name for path in tmp_path.iterdir()} == {"a.pop3", "a-2.pop3"}
        assert said == [f"recording goes on in {tmp_path / 'a-2.pop3'}"]
        assert not records.failed

    def test_one_that_cannot_be_written_is_told_and_the_next_is_tried(self, tmp_path) -> None:
        said: list[str] = []
        folder = tmp_path / "folder"
        records = Records(Place(folder, folder=True), said.append)
        assert records.begin(Told().begin) is None
        assert records.failed
        folder.mkdir()
        assert records.begin(Told().begin) is not None
        assert len(said) == 1
        assert said[0].startswith(f"cannot write a transcript to {folder}")

    def test_a_disk_that_is_full_from_the_start(self, told, tmp_path, monkeypatch) -> None:
        class Full:
            def write(self, octets: bytes) -> int:
                raise OSError(errno.ENOSPC, "No space left on device")

            def close(self) -> None:
                pass

        monkeypatch.setattr(place, "create", lambda path: Full())
        with pytest.raises(RecordingFailed, match="No space left on device"):
            told.begin(Place(tmp_path / "a.pop3"))


class Disk:
    """A disk with room for so many octets, and one that tells of its troubles at the end only."""

    def __init__(self, room: int = 1 << 20, at_the_end: OSError | None = None) -> None:
        self._room = room
        self._at_the_end = at_the_end

    def write(self, octets: bytes) -> int:
        self._room -= len(octets)
        if self._room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return len(octets)

    def close(self) -> None:
        if self._at_the_end is not None:
            raise self._at_the_end


def test_a_note_that_finds_the_disk_full_is_told_at_once(told, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(place, "create", lambda path: Disk(room=200))
    recording = told.begin(Place(tmp_path / "a.pop3"))
    assert told.trouble == []
    recording.note("x" * 200)
    assert len(told.trouble) == 1
    assert "No space left on device" in told.trouble[0]


def test_a_disk_that_fails_at_the_end_is_told_once(told, tmp_path, monkeypatch) -> None:
    quota = OSError(errno.EDQUOT, "Disk quota exceeded")
    monkeypatch.setattr(place, "create", lambda path: Disk(at_the_end=quota))
    recording = told.begin(Place(tmp_path / "a.pop3"))
    hear(recording, Dialogue(), b"+OK ready\r\n")
    recording.stop()
    recording.stop()
    assert len(told.trouble) == 1
    assert "Disk quota exceeded" in told.trouble[0]
    assert recording.failed
