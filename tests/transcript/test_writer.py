"""What is written while a session goes on, and when."""

from __future__ import annotations

import errno
import os
import stat
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from remembering import Memory, Recording, entries_of, said_by

from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.events import Ending, Side
from pop3shell.protocol.secrets import Redactor
from pop3shell.transcript import happenings
from pop3shell.transcript.errors import RecordingFailed
from pop3shell.transcript.model import ClientLine, ServerLine, ServerLines
from pop3shell.transcript.output import create
from pop3shell.transcript.reader import read_file
from pop3shell.transcript.writer import TranscriptWriter


def test_a_session_reads_as_the_design_shows_it() -> None:
    recording = Recording(
        server="mail.example.com:110",
        started=datetime(2026, 11, 21, 10, 0, 0, 123456, UTC),
    )
    recording.writer.happened(happenings.connected("192.0.2.10:110"), 0.0)
    recording.now = 0.021
    recording.server(b"+OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r\n")
    recording.now = 2.31
    recording.client(b"USER mrose\r\n")
    recording.now = 2.345
    recording.server(b"+OK mrose is a real hoopy frood\r\n")
    recording.now = 4.1
    recording.client(b"PASS tanstaaf\r\n")
    recording.now = 4.15
    recording.server(b"+OK mrose's maildrop has 2 messages (320 octets)\r\n")
    recording.writer.note("a note: kept, and shown when the session is played")
    recording.now = 4.2
    recording.closed(Side.SERVER, Ending.RESET)
    assert recording.text == (
        "%POP3-TRANSCRIPT 1\n"
        "%server: mail.example.com:110\n"
        "%started: 2026-11-21T10:00:00.123Z\n"
        "[0.000] *: connected 192.0.2.10:110\n"
        "[0.021] S: +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\n"
        "[2.310] C: USER mrose\n"
        "[2.345] S: +OK mrose is a real hoopy frood\n"
        "[4.100] C: PASS ${password}\n"
        "[4.150] S: +OK mrose's maildrop has 2 messages (320 octets)\n"
        "# a note: kept, and shown when the session is played\n"
        "[4.200] *: closed by server: reset\n"
    )


def test_every_line_is_there_as_soon_as_it_was_said(recording) -> None:
    recording.client(b"NOOP\r\n")
    assert recording.lines[-1] == "C: NOOP"
    recording.server(b"+OK\r\n")
    assert recording.lines[-1] == "S: +OK"
    recording.client(b"RETR 1\r\n")
    recording.server(b"+OK\r\nSubject: x\r\n\r\nhal")
    assert recording.lines[-3:] == ["S: +OK", "S: Subject: x", "S:"]


def test_a_body_has_one_time_for_what_came_at_once(recording) -> None:
    recording.ask(b"RETR 1", b"+OK\r\n")
    recording.now = 1.5
    recording.server(b"\r\none\r\ntwo\r\nthr")
    recording.now = 2.5
    recording.server(b"ee\r\nfour\r\n.\r\n")
    assert recording.text.split("\n")[-8:-1] == [
        "[0.000] S: +OK",
        "[1.500] S:",
        "S: one",
        "S: two",
        "[2.500] S: three",
        "S: four",
        "[2.500] S: .",
    ]


def test_a_line_that_never_ended_is_told_from_one_that_did(recording) -> None:
    recording.client(b"QUIT\r\n")
    recording.server(b"+OK sign")
    recording.closed()
    assert recording.lines[-2:] == ["S: +OK sign\\", "*: closed by server"]


@pytest.mark.parametrize("cut", [b"\r\n.", b"\r\n.\r", b"\r", b"x", b"\xe2\x82"])
def test_a_body_that_was_cut_off_is_kept_to_the_last_octet(recording, cut) -> None:
    recording.ask(b"RETR 1", b"+OK\r\nhalf a li" + cut)
    recording.closed()
    assert said_by(entries_of(recording.out.octets))[1] == recording.said[Side.SERVER]


def test_recording_may_end_in_the_middle_of_a_body(recording) -> None:
    recording.ask(b"RETR 1", b"+OK\r\nhalf a li")
    recording.writer.close()
    assert recording.out.closed
    recording.server(b"ne\r\n.\r\n")
    assert recording.lines[-1] == "S: half a li\\"


def test_a_command_sent_while_a_body_arrives_does_not_tear_its_line(recording) -> None:
    recording.ask(b"RETR 1", b"+OK\r\nhalf a li")
    recording.client(b"NOOP\r\n")
    recording.server(b"ne\r\n.\r\n+OK\r\n")
    assert recording.lines[-4:] == ["C: NOOP", "S: half a line", "S: .", "S: +OK"]


@pytest.mark.parametrize("octets", [70_000, 200_000, 3_000_000])
def test_endless_lines_are_kept_in_parts_of_a_size_that_can_be_read(recording, octets) -> None:
    recording.ask(b"XYZZY " + b"y" * octets, b"-ERR " + b"z" * octets + b"\r\n")
    recording.ask(b"RETR 1", b"+OK\r\nx" + b"\xff" * octets + b"\r\nshort\r\n.\r\n")
    recording.closed()
    said = said_by(entries_of(recording.out.octets))
    assert said == (recording.said[Side.CLIENT], recording.said[Side.SERVER])
    assert max(map(len, recording.out.octets.split(b"\n"))) < 1 << 23


def test_an_endless_body_is_not_held_back(recording) -> None:
    """Memory must stay flat, and a crash not cost megabytes."""
    recording.ask(b"RETR 1", b"+OK\r\n")
    for _ in range(10):
        before = len(recording.out.octets)
        recording.server(b"x" * 65536)
        assert len(recording.out.octets) > before


class TestSecrets:
    def test_passwords_that_differ_have_placeholders_that_differ(self, recording) -> None:
        for password in (b"first", b"second", b"first"):
            recording.ask(b"PASS " + password, b"-ERR\r\n")
        said = [line for line in recording.lines if line.startswith("C:")]
        assert said == ["C: PASS ${password}", "C: PASS ${password2}", "C: PASS ${password}"]

    def test_the_servers_echo_is_replaced_and_seen_to_be(self, recording) -> None:
        recording.ask(b"PASS tanstaaf", b"-ERR tanstaaf is not mrose's password\r\n")
        assert recording.lines[-1] == "S: -ERR ${password} is not mrose's password"

    def test_an_echo_beside_a_real_placeholder_word(self, recording) -> None:
        recording.ask(b"PASS tanstaaf", b"-ERR ${password} was tanstaaf ${apop}\r\n")
        assert recording.lines[-1] == r"S: -ERR \x24{password} was ${password} \x24{apop}"

    def test_an_echo_in_the_body_of_a_later_reply(self, recording) -> None:
        """Where a login got no reply, what the server says next may repeat it."""
        recording.ask(b"PASS tanstaaf", b"what?\r\n")
        recording.quiet()
        recording.client(b"RETR 1\r\n")
        recording.server(b"+OK\r\nyou ${said}\r\ntanstaaf twice, ${apop}\r\ntans")
        recording.server(b"taaf\r\n\r\nbye\r\n.\r\n")
        lines = recording.lines[recording.lines.index("C: RETR 1") + 2 :]
        assert lines[0] == r"S: you \x24{said}"
        assert lines[1] == r"S: ${password} twice, \x24{apop}"
        assert lines[-3:] == ["S:", "S: bye", "S: ."]
        assert "tans" not in recording.text

    def test_what_looks_like_a_placeholder_is_escaped(self, recording) -> None:
        recording.ask(b"USER ${password}", b"+OK ${apop}\r\n")
        assert recording.lines[-2:] == [r"C: USER \x24{password}", r"S: +OK \x24{apop}"]

    def test_sasl(self, recording) -> None:
        recording.ask(b"AUTH PLAIN AGEAdGFuc3RhYWY=", b"-ERR\r\n")
        recording.ask(b"AUTH LOGIN", b"+ VXNlcm5hbWU6\r\n")
        recording.ask(b"bXJvc2U=", b"+ UGFzc3dvcmQ6\r\n")
        recording.ask(b"*", b"-ERR cancelled\r\n")
        assert [line for line in recording.lines if line.startswith("C:")] == [
            "C: AUTH PLAIN ${sasl}",
            "C: AUTH LOGIN",
            "C: ${sasl}",
            "C: *",
        ]
        assert "S: + UGFzc3dvcmQ6" in recording.lines

    def test_an_unfinished_password_is_one(self, recording) -> None:
        recording.client(b"USER mrose\r\n")
        recording.client(b"PASS tansta")
        recording.closed(Side.CLIENT)
        assert recording.lines[-2:] == ["C: PASS ${password}\\", "*: closed by client"]

    def test_a_password_of_megabytes(self, recording) -> None:
        recording.ask(b"PASS " + b"tanstaaf" * 400_000, b"-ERR\r\n")
        assert recording.lines[1:3] == ["C: PASS ${password}\\", "C:"]
        assert "tansta" not in recording.text

    def test_a_shared_redactor_gives_the_placeholders_of_the_screen(self) -> None:
        redactor = Redactor()
        redactor.placeholder(b"typed before recording began", "password")
        recording = Recording(redactor=redactor)
        recording.server(b"+OK\r\n")
        recording.ask(b"PASS tanstaaf", b"-ERR\r\n")
        assert "C: PASS ${password2}" in recording.lines


class TestTheFile:
    def test_it_is_for_its_owner_only(self, tmp_path) -> None:
        path = tmp_path / "session.pop3"
        create(path).close()
        if os.name == "posix":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_nothing_is_overwritten(self, tmp_path) -> None:
        path = tmp_path / "session.pop3"
        path.write_text("precious")
        with pytest.raises(RecordingFailed, match="exists already"):
            create(path)
        assert path.read_text() == "precious"

    @pytest.mark.parametrize("name", ["no/such/folder", "", "a\0b"])
    def test_a_path_that_cannot_be_written(self, tmp_path, name) -> None:
        with pytest.raises(RecordingFailed):
            create(tmp_path / name)

    def test_what_is_on_disk_can_be_read_at_any_time(self, tmp_path) -> None:
        path = tmp_path / "session.pop3"
        writer = TranscriptWriter(create(path), 0.0)
        dialogue = Dialogue()
        for event in dialogue.server(b"+OK ready\r\n"):
            writer(event, 0.5)
        said = [e for e in read_file(path) if isinstance(e, ServerLine)]
        assert said == [ServerLine(2, 0.5, b"+OK ready\r\n")]
        writer.close()


class Disk(Memory):
    """It takes few octets at a time, and so many in all."""

    def __init__(self, room: int, at_once: int) -> None:
        super().__init__()
        self.room = room
        self.at_once = at_once

    def write(self, octets: bytes) -> int:
        if not self.room:
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().write(octets[: min(self.at_once, self.room)]) and self._took(octets)

    def _took(self, octets: bytes) -> int:
        taken = min(self.at_once, self.room, len(octets))
        self.room -= taken
        return taken


class TestAFullDisk:
    def test_writing_in_small_pieces_loses_nothing(self) -> None:
        disk = Disk(room=1000, at_once=3)
        writer = TranscriptWriter(disk, 0.0)
        writer.note("a note that is longer than three octets")
        assert disk.octets == b"%POP3-TRANSCRIPT 1\n# a note that is longer than three octets\n"

    def test_it_is_said_once_and_what_was_written_stays(self) -> None:
        disk = Disk(room=50, at_once=20)
        writer = TranscriptWriter(disk, 0.0)
        dialogue = Dialogue()
        events = [*dialogue.server(b"+OK ready\r\n"), *dialogue.client(b"CAPA\r\n" * 9)]

        def record() -> None:
            for event in events:
                writer(event, 0.0)

        with pytest.raises(RecordingFailed, match="No space left on device"):
            record()
        record()
        writer.close()
        assert disk.closed
        assert len(disk.octets) == 50
        entries = entries_of(disk.octets)
        assert [e.octets for e in entries if isinstance(e, ServerLine)] == [b"+OK ready\r\n"]

    def test_a_disk_that_takes_nothing_and_says_nothing(self) -> None:
        with pytest.raises(RecordingFailed):
            TranscriptWriter(Disk(room=10, at_once=0), 0.0)

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device /dev/full")
    def test_a_real_one(self) -> None:
        with pytest.raises(RecordingFailed, match=r"^recording to .* stopped: No space left"):
            TranscriptWriter(create(Path("/dev/full")), 0.0)


def test_notes_are_text_on_lines_of_their_own(recording) -> None:
    recording.writer.note("first\nC: not a command \\ \x1b[2J\n\n")
    assert recording.lines[-3:] == ["# first", r"# C: not a command \ \x1b[2J", "#"]


def test_a_hostile_event_text_stays_on_its_line(recording) -> None:
    recording.writer.happened("TLS established\nC: DELE 1", 0.0)
    entries = entries_of(recording.out.octets)
    assert not any(isinstance(entry, ClientLine) for entry in entries)
    assert entries[-1].text == "TLS established\nC: DELE 1"


def test_bodies_are_read_back_in_bulk(recording) -> None:
    recording.ask(b"RETR 1", b"+OK\r\n" + b"a line of text\r\n" * 10_000 + b".\r\n")
    entries = entries_of(recording.out.octets)
    assert sum(isinstance(entry, ServerLine | ServerLines) for entry in entries) < 20
    assert sys.getsizeof(entries) < 1000


def test_what_goes_wrong_only_at_the_close_is_told_too():
    class Lost(Memory):
        def close(self) -> None:
            raise ValueError("I/O operation on closed file")

    writer = TranscriptWriter(Lost(), 0.0, name="a.pop3")
    with pytest.raises(RecordingFailed, match=r"a\.pop3 stopped: I/O operation on closed file"):
        writer.close()
