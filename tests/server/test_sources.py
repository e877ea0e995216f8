"""Stored mail of every kind: served octet for octet, read again at each login, never written."""

from __future__ import annotations

import mailbox
import os
import sys
from pathlib import Path

import pytest
from support.maildrops import opened

from pop3shell.server.maildrops.sources import (
    EmlFolder,
    Maildir,
    Mbox,
    SingleMessage,
    SourceError,
    open_source,
)

MESSAGE = b"Subject: hello\n\nbody\n"
WIRE = b"Subject: hello\r\n\r\nbody\r\n"


def contents(source) -> list[bytes]:
    found = [message.content() for message in source.messages()]
    assert [len(content) for content in found] == [m.octets for m in source.messages()]
    return found


def ids(source) -> list[str]:
    return [message.unique_id for message in source.messages()]


def write(path: Path, octets: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)
    return path


@pytest.mark.parametrize(
    ("stored", "wire"),
    [
        (b"a: b\n\nx\n", b"a: b\r\n\r\nx\r\n"),
        (b"a: b\r\n\r\nx\r\n", b"a: b\r\n\r\nx\r\n"),
        (b"a: b\n\r\nx\n", b"a: b\r\n\r\nx\r\n"),
        (b"a: b\n\nx", b"a: b\r\n\r\nx\r\n"),
        (b"a: b\n\nx\ry\n", b"a: b\r\n\r\nx\ry\r\n"),
        (b"a: b\n\nx\r", b"a: b\r\n\r\nx\r\r\n"),
        (b"a: b\n\nx\r\r\n", b"a: b\r\n\r\nx\r\r\n"),
        (b"a: b\n\n\x00\xe9\x1b.\n..\n.\n", b"a: b\r\n\r\n\x00\xe9\x1b.\r\n..\r\n.\r\n"),
        (b"", b""),
    ],
)
def test_every_octet_is_served_as_stored_with_crlf_line_ends(tmp_path, stored, wire) -> None:
    assert contents(open_source(write(tmp_path / "m.eml", stored))) == [wire]


class TestMaildir:
    @pytest.fixture
    def maildir(self, tmp_path) -> Path:
        write(tmp_path / "cur" / "200.M2.host:2,S", b"Subject: second\n\n")
        write(tmp_path / "new" / "30.M1.host", b"Subject: first\n\n")
        write(tmp_path / "new" / "1000.M3.host", b"Subject: third\n\n")
        write(tmp_path / "tmp" / "5.M9.host", b"Subject: still being delivered\n\n")
        write(tmp_path / "new" / ".hidden", b"not a message")
        return tmp_path

    def test_new_and_read_mail_comes_in_the_order_of_delivery(self, maildir) -> None:
        source = open_source(maildir)
        assert isinstance(source, Maildir)
        assert [c.split(b"\r")[0] for c in contents(source)] == [
            b"Subject: first",
            b"Subject: second",
            b"Subject: third",
        ]

    def test_a_message_keeps_unique_id_and_place_when_it_is_read(self, maildir) -> None:
        source = open_source(maildir)
        before = ids(source)
        (maildir / "new" / "30.M1.host").rename(maildir / "cur" / "30.M1.host:2,RS")
        assert ids(source) == before == ["30.M1.host", "200.M2.host", "1000.M3.host"]

    def test_new_mail_is_there_at_the_next_login(self, maildir) -> None:
        source = open_source(maildir)
        write(maildir / "new" / "2000.M4.host", MESSAGE)
        assert contents(source)[3] == WIRE

    def test_names_that_no_unique_id_can_be_are_replaced_for_good(self, tmp_path) -> None:
        write(tmp_path / "new" / ("1." + "x" * 100), MESSAGE)
        write(tmp_path / "new" / "2.with blank", MESSAGE)
        source = open_source(tmp_path)
        assert ids(source) == ids(open_source(tmp_path))
        assert all(len(uid) <= 70 and " " not in uid for uid in ids(source))

    def test_the_same_name_in_cur_and_new_is_two_messages(self, tmp_path) -> None:
        write(tmp_path / "new" / "1.host", b"a: 1\n\n")
        write(tmp_path / "cur" / "1.host:2,S", b"a: 2\n\n")
        assert ids(open_source(tmp_path)) == ["1.host", "1.host-2"]

    def test_an_empty_maildir_is_an_empty_maildrop(self, tmp_path) -> None:
        for name in ("cur", "new", "tmp"):
            (tmp_path / name).mkdir()
        assert contents(open_source(tmp_path)) == []

    def test_what_pythons_mailbox_wrote_comes_back(self, tmp_path) -> None:
        box = mailbox.Maildir(tmp_path / "box")
        box.add(MESSAGE)
        assert contents(open_source(tmp_path / "box")) == [WIRE]


class TestMbox:
    def source(self, tmp_path, octets: bytes):
        source = open_source(write(tmp_path / "inbox", octets))
        assert isinstance(source, Mbox)
        return source

    def test_messages_are_taken_apart_at_from_lines(self, tmp_path) -> None:
        octets = b"From a Mon\nSubject: 1\n\none\n\nFrom b Tue\nSubject: 2\n\ntwo\n\n"
        assert contents(self.source(tmp_path, octets)) == [
            b"Subject: 1\r\n\r\none\r\n",
            b"Subject: 2\r\n\r\ntwo\r\n",
        ]

    def test_crlf_files_are_read_just_the_same(self, tmp_path) -> None:
        octets = b"From a\r\nSubject: 1\r\n\r\none\r\n\r\nFrom b\r\nSubject: 2\r\n\r\ntwo\r\n\r\n"
        assert contents(self.source(tmp_path, octets)) == [
            b"Subject: 1\r\n\r\none\r\n",
            b"Subject: 2\r\n\r\ntwo\r\n",
        ]

    def test_a_last_message_may_end_anyhow(self, tmp_path) -> None:
        for end in (b"", b"\n", b"\n\n"):
            assert contents(self.source(tmp_path, b"From a\nS: 1\n\nend" + end)) == [
                b"S: 1\r\n\r\nend\r\n"
            ]

    def test_empty_lines_of_a_message_are_its_own_but_for_the_last(self, tmp_path) -> None:
        octets = b"From a\nS: 1\n\n\n\nFrom b\nS: 2\n\n\n\n"
        assert contents(self.source(tmp_path, octets)) == [
            b"S: 1\r\n\r\n\r\n",
            b"S: 2\r\n\r\n\r\n",
        ]

    def test_messages_of_no_octets_are_messages(self, tmp_path) -> None:
        assert contents(self.source(tmp_path, b"From a\n\nFrom b\n\n")) == [b"", b""]
        assert contents(self.source(tmp_path, b"From a\n")) == [b""]
        assert contents(self.source(tmp_path, b"From a")) == [b""]

    def test_from_in_the_middle_of_a_paragraph_is_text(self, tmp_path) -> None:
        octets = b"From a\nS: 1\n\nGreetings\nFrom Cologne\n"
        assert contents(self.source(tmp_path, octets)) == [
            b"S: 1\r\n\r\nGreetings\r\nFrom Cologne\r\n"
        ]

    def test_quoted_from_lines_are_served_as_stored(self, tmp_path) -> None:
        octets = b"From a\nS: 1\n\n>From here\n>>From there\n"
        assert contents(self.source(tmp_path, octets)) == [
            b"S: 1\r\n\r\n>From here\r\n>>From there\r\n"
        ]

    def test_duplicates_get_unique_ids_of_their_own_that_stay(self, tmp_path) -> None:
        source = self.source(tmp_path, b"From a\nS: 1\n\nx\n\n" * 3)
        first = ids(source)
        assert len(set(first)) == 3
        assert ids(open_source(tmp_path / "inbox")) == first

    def test_unique_ids_stay_when_mail_before_them_goes(self, tmp_path) -> None:
        both = ids(self.source(tmp_path, b"From a\nS: 1\n\n\nFrom b\nS: 2\n\n"))
        assert ids(self.source(tmp_path, b"From b\nS: 2\n\n")) == both[1:]

    def test_an_empty_file_is_an_empty_maildrop(self, tmp_path) -> None:
        assert contents(self.source(tmp_path, b"")) == []

    def test_a_file_that_stops_being_an_mbox_is_told_so_at_login(self, tmp_path) -> None:
        source = self.source(tmp_path, b"From a\nS: 1\n\n")
        write(tmp_path / "inbox", b"garbage")
        with pytest.raises(SourceError, match="does not begin with 'From '"):
            source.messages()

    def test_what_pythons_mailbox_wrote_comes_back(self, tmp_path) -> None:
        box = mailbox.mbox(tmp_path / "box")
        for number in range(3):
            box.add(b"Subject: %d\n\nbody\n" % number)
        box.close()
        expected = [b"Subject: %d\r\n\r\nbody\r\n" % number for number in range(3)]
        assert contents(open_source(tmp_path / "box")) == expected


class TestFolderOfEmlFiles:
    def test_files_come_sorted_by_name_and_others_are_left_alone(self, tmp_path) -> None:
        write(tmp_path / "b.eml", b"S: b\n\n")
        write(tmp_path / "a.EML", b"S: a\n\n")
        write(tmp_path / "notes.txt", b"not mail")
        (tmp_path / "folder.eml").mkdir()
        source = open_source(tmp_path)
        assert isinstance(source, EmlFolder)
        assert contents(source) == [b"S: a\r\n\r\n", b"S: b\r\n\r\n"]

    def test_a_renamed_file_keeps_its_unique_id(self, tmp_path) -> None:
        file = write(tmp_path / "a.eml", MESSAGE)
        source = open_source(tmp_path)
        before = ids(source)
        file.rename(tmp_path / "z.eml")
        assert ids(source) == before

    def test_copies_are_told_apart(self, tmp_path) -> None:
        write(tmp_path / "a.eml", MESSAGE)
        write(tmp_path / "b.eml", MESSAGE)
        assert len(set(ids(open_source(tmp_path)))) == 2

    def test_an_empty_folder_is_an_empty_maildrop(self, tmp_path) -> None:
        assert contents(open_source(tmp_path)) == []

    def test_a_folder_of_other_things_is_no_maildrop(self, tmp_path) -> None:
        write(tmp_path / "holiday.jpg", b"\xff\xd8")
        with pytest.raises(SourceError, match=r"no maildrop.*no \.eml files"):
            open_source(tmp_path)


def test_a_single_message_is_a_maildrop_of_one(tmp_path) -> None:
    for name in ("m.eml", "message"):
        source = open_source(write(tmp_path / name, MESSAGE))
        assert isinstance(source, SingleMessage)
        assert contents(source) == [WIRE]


def test_a_file_of_something_else_is_no_maildrop(tmp_path) -> None:
    with pytest.raises(SourceError, match="no maildrop"):
        open_source(write(tmp_path / "photo.jpg", b"\xff\xd8\xff\xe0 JFIF"))


def test_a_missing_path_is_told_in_a_sentence(tmp_path) -> None:
    with pytest.raises(SourceError, match=r"there is no file or folder .*nowhere"):
        open_source(tmp_path / "nowhere")


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX FIFO")
def test_a_pipe_is_refused_instead_of_waited_for(tmp_path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match="neither a file nor a folder"):
        open_source(tmp_path / "pipe")
    write(tmp_path / "a.eml", MESSAGE)
    os.mkfifo(tmp_path / "b.eml")
    assert contents(open_source(tmp_path)) == [WIRE]


def test_a_file_that_cannot_be_read_is_told_in_a_sentence(tmp_path, monkeypatch) -> None:
    write(tmp_path / "a.eml", MESSAGE)
    source = open_source(tmp_path)

    def denied(self: Path, *_: object) -> None:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(SourceError, match=r"^cannot read .*a\.eml: Permission denied$"):
        source.messages()


@pytest.mark.parametrize("what", ["iterdir", "is_dir", "is_file"])
def test_a_folder_that_cannot_be_read_is_told_in_a_sentence(tmp_path, monkeypatch, what) -> None:
    write(tmp_path / "cur" / "1.host:2,S", MESSAGE)
    source = open_source(tmp_path)

    def denied(self: Path):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, what, denied)
    with pytest.raises(SourceError, match=r"^cannot read .*: Permission denied$"):
        source.messages()


def test_a_dangling_link_is_told_in_a_sentence(tmp_path) -> None:
    try:
        (tmp_path / "a.eml").symlink_to(tmp_path / "gone")
    except OSError:
        pytest.skip("this platform lets nobody make links")
    with pytest.raises(SourceError, match=r"cannot read .*a\.eml"):
        open_source(tmp_path)


def test_a_file_changed_under_an_open_session_is_not_served_as_the_old_one(tmp_path) -> None:
    file = write(tmp_path / "a.eml", MESSAGE)
    (message,) = open_source(tmp_path).messages()
    write(file, b"S: else\n\nsame size?\n")
    with pytest.raises(SourceError, match="has changed since login"):
        message.content()
    file.unlink()
    with pytest.raises(SourceError, match="cannot read"):
        message.content()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX FIFO")
def test_a_pipe_in_the_place_of_a_file_does_not_hold_up_everybody(tmp_path) -> None:
    file = write(tmp_path / "a.eml", MESSAGE)
    source = open_source(file)
    (message,) = source.messages()
    file.unlink()
    os.mkfifo(file)
    for read in (message.content, source.messages):
        with pytest.raises(SourceError, match=r"a\.eml is no file any more"):
            read()


def test_serving_mail_leaves_the_files_as_they_are(tmp_path) -> None:
    from pop3shell.server.maildrops.maildrop import Maildrop

    file = write(tmp_path / "a.eml", MESSAGE)
    maildrop = opened(Maildrop(open_source(tmp_path)))
    maildrop.mark(1)
    maildrop.commit()
    assert file.read_bytes() == MESSAGE
