"""`:save`: mail onto the disk as stored, and nothing lost or overwritten on the way."""

from __future__ import annotations

import mailbox
import re
import stat

import pytest
from support.maildrops import TextMessage, TextSource, maildrop_of, message_of
from support.program import LOGIN
from support.scripted import GREETING, ScriptedServer, dialogue, expect

from pop3shell.protocol import limits
from pop3shell.server.maildrops.maildrop import Maildrop, SourceError
from pop3shell.server.maildrops.sample import SampleSource

STORED = [message.content() for message in SampleSource().messages()]


@pytest.fixture(params=["pipelined", "lockstep"])
def save(request, here, practice_server, monkeypatch, tmp_path):
    """Run a script in an empty folder; with a server that announces PIPELINING, and without."""
    monkeypatch.chdir(tmp_path)
    if request.param == "lockstep":
        from pop3shell.server import handlers

        every = handlers.capabilities
        monkeypatch.setattr(
            handlers,
            "capabilities",
            lambda context: [tag for tag in every(context) if tag != "PIPELINING"],
        )

    def run(*lines, maildrop: Maildrop | None = None):
        server = practice_server(maildrop and {"mrose": ("tanstaaf", maildrop)})
        ran = here(
            "connect", server.host, server.port, lines=("UTF8", *LOGIN, *lines, "STAT", "QUIT")
        )
        assert any(line.startswith("S: +OK pop3shell practice server sig") for line in ran.lines)
        return ran

    return run


def test_one_message_into_a_file(save, tmp_path):
    ran = save(":save 1 first.eml")
    assert (ran.status, ran.err) == (0, "")
    assert (tmp_path / "first.eml").read_bytes() == STORED[0]
    assert stat.S_IMODE((tmp_path / "first.eml").stat().st_mode) == 0o600
    assert f"# saved 1 message, {len(STORED[0])} octets, to first.eml" in ran.lines


def test_the_body_is_not_printed_but_what_is_sent_is(save):
    ran = save(":save 1 a.eml")
    assert "RETR 1" in ran.sent
    subject = STORED[0].decode().split("Subject: ")[1].split("\r\n")[0]
    assert subject not in ran.out


def test_a_range_into_one_file(save, tmp_path):
    assert save(":save 2-4 some.txt").status == 0
    assert (tmp_path / "some.txt").read_bytes() == b"".join(STORED[1:4])


def test_all_messages_into_a_folder_of_their_own(save, tmp_path):
    ran = save(":save all mail/")
    assert ran.status == 0
    files = sorted((tmp_path / "mail").iterdir())
    assert [file.name for file in files] == [f"{n:02}.eml" for n in range(1, len(STORED) + 1)]
    assert [file.read_bytes() for file in files] == STORED
    total = sum(map(len, STORED))
    assert f"# saved {len(STORED)} messages, {total} octets, to mail" in ran.lines


def test_a_folder_that_exists_is_used(save, tmp_path):
    (tmp_path / "mail").mkdir()
    assert save(":save 3 mail").status == 0
    assert (tmp_path / "mail" / "3.eml").read_bytes() == STORED[2]


def test_an_mbox_is_read_back_by_other_programs(save, tmp_path):
    assert save(":save all all.mbox").status == 0
    box = mailbox.mbox(tmp_path / "all.mbox", create=False)
    assert len(box) == len(STORED)
    for key, stored in zip(box.keys(), STORED, strict=True):
        read = re.sub(rb"(?m)^>(>*From )", rb"\1", box.get_bytes(key))
        assert read.rstrip(b"\r\n") == stored.rstrip(b"\r\n")
    box.close()


def test_a_message_can_go_to_standard_output_as_stored(save):
    ran = save(":save 1 -")
    assert ran.status == 0
    assert STORED[0] in ran.out.encode("utf-8", "surrogateescape")


def test_a_name_may_hold_blanks_and_quotes_around_it(save, tmp_path):
    assert save(':save 1 "my mail.eml"', ":save 2   other mail.eml").status == 0
    assert {file.name for file in tmp_path.glob("*.eml")} == {"my mail.eml", "other mail.eml"}


def test_dots_are_unstuffed(save, tmp_path):
    content = b"Subject: dots\r\n\r\n.\r\n..\r\n.x\r\n\r\n."
    ran = save(":save 1 a.eml", maildrop=maildrop_of(content + b"\r\n"))
    assert ran.status == 0
    assert (tmp_path / "a.eml").read_bytes() == content + b"\r\n"


def test_a_range_beyond_the_end_is_cut_and_that_is_said(save, tmp_path):
    ran = save(":save 16-99 some/")
    assert ran.status == 0
    assert "pop3shell: the maildrop has only 17 messages; saving up to that" in ran.errors
    assert len(list((tmp_path / "some").iterdir())) == 2


def test_messages_marked_as_deleted_are_left_out_of_a_range(save, tmp_path):
    ran = save("DELE 2", ":save 1-3 some/", "RSET")
    assert ran.status == 0
    assert [f.name for f in sorted((tmp_path / "some").iterdir())] == ["1.eml", "3.eml"]


FAILURES = {
    ":save": "say :save N|N-M|all",
    ":save 1": "say :save N|N-M|all",
    ":save x a": "x is neither a message number nor a range such as 2-5 nor all",
    ":save 1- a": "1- is neither a message number",
    ":save -1 a": "-1 is neither a message number",
    ":save 1,2 a": "1,2 is neither a message number",
    ":save 0 a": "0 is no range of messages",
    ":save 3-2 a": "3-2 is no range of messages",
    ":save 18-20 a": "the maildrop has only 17 messages",
    ":save 99 a": "the server refused to send message 99",
    ":save 1 nosuch/deeper/a": "cannot write to nosuch/deeper/a: No such file or directory",
    ":save 1 standard-input/a": "cannot write to standard-input/a: Not a directory",
    ":save 1 standard-input/": "standard-input/ exists and is not overwritten",
    ":save 1 ~nosuchuser/a": "cannot write to ~nosuchuser/a: that is no file name",
    ":save 1 a\0b": "cannot write to a\\x00b: ",
    ":save 1 /dev/full": "writing to /dev/full failed (No space left on device)",
    ":save 16 /dev/full": "writing to /dev/full failed (No space left on device)",
    ":save all /dev/full": "writing to /dev/full failed (No space left on device)",
}


@pytest.mark.parametrize("line", FAILURES)
def test_a_failure_is_said_leaves_nothing_behind_and_the_session_goes_on(save, tmp_path, line):
    before = set(tmp_path.iterdir())
    ran = save(line)
    assert ran.status == 1
    assert FAILURES[line] in ran.err
    assert "# saved" not in ran.out
    assert "C: STAT" in ran.lines
    assert set(tmp_path.iterdir()) - before == {tmp_path / "standard-input"}


def test_an_existing_file_is_kept(save, tmp_path):
    (tmp_path / "a.eml").write_bytes(b"kept")
    ran = save(":save 1 a.eml")
    assert ran.status == 1
    assert "a.eml exists and is not overwritten" in ran.err
    assert not any(line.startswith("RETR") for line in ran.sent)
    assert (tmp_path / "a.eml").read_bytes() == b"kept"


def test_an_existing_file_in_a_folder_is_kept(save, tmp_path):
    (tmp_path / "mail").mkdir()
    (tmp_path / "mail" / "2.eml").write_bytes(b"kept")
    ran = save(":save 1-3 mail")
    assert ran.status == 1
    assert "2.eml exists and is not overwritten" in ran.err
    assert (tmp_path / "mail" / "1.eml").read_bytes() == STORED[0]
    assert (tmp_path / "mail" / "2.eml").read_bytes() == b"kept"


def test_a_message_marked_as_deleted_is_not_saved(save, tmp_path):
    ran = save("DELE 1", ":save 1 a.eml", "RSET")
    assert ran.status == 1
    assert "1 is marked as deleted, nothing is saved; RSET takes marks back" in ran.err
    assert not (tmp_path / "a.eml").exists()


def test_an_empty_maildrop_has_nothing_to_save(save):
    ran = save(":save all mail/", maildrop=maildrop_of())
    assert ran.status == 1
    assert "the maildrop is empty; there is nothing to save" in ran.err


def test_some_messages_refused(save, tmp_path):
    class Lost(TextMessage):
        def content(self):
            raise SourceError("it is gone")

    kept = [TextMessage(f"uid{number}", message_of(100, number)) for number in (1, 3)]
    source = TextSource([kept[0], Lost("uid2", message_of(100, 2)), kept[1]])
    ran = save(":save 1-3 a.mbox", maildrop=Maildrop(source))
    assert ran.status == 1
    assert "pop3shell: the server refused to send message 2" in ran.errors
    assert any(line.startswith("# saved 2 messages, ") for line in ran.lines)
    assert len(mailbox.mbox(tmp_path / "a.mbox", create=False)) == 2


# ---- a connection that breaks ----


@pytest.mark.parametrize("name", ["a.eml", "a.mbox", "mail/"])
def test_a_message_cut_off_in_the_middle_is_said_to_be_incomplete(
    here, tmp_path, monkeypatch, name
):
    monkeypatch.chdir(tmp_path)
    part = b"+OK\r\nSubject: a\r\n\r\nhalf a li"
    with ScriptedServer(GREETING, expect("RETR 1"), part) as server:
        ran = here("connect", server.host, server.port, lines=f":save 1 {name}\nQUIT\n")
    assert ran.status == 3
    target = "mail/1.eml" if name == "mail/" else name
    assert ran.errors == [
        f"pop3shell: the last message in {target} is incomplete: the reply was cut off",
        "pop3shell: the connection was closed by the server before the reply was complete",
    ]
    assert "# saved" not in ran.out
    saved = next(tmp_path.glob("mail/*" if name == "mail/" else name)).read_bytes()
    assert saved.endswith(b"Subject: a\r\n\r\nhalf a li")


def test_what_was_saved_before_the_connection_broke_is_told(here, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    steps = dialogue("C: STAT", "S: +OK 3 30", "C: CAPA", "S: -ERR", "C: RETR 1")
    body = b"+OK\r\nSubject: a\r\n.\r\n"
    with ScriptedServer(GREETING, *steps, body, expect("RETR 2")) as server:
        ran = here("connect", server.host, server.port, lines=":save 1-3 mail/\n")
    assert ran.status == 3
    assert "# saved 1 message, 12 octets, to mail/1.eml" in ran.lines
    assert ran.errors[0] == "pop3shell: 1 of 3 messages were saved"
    assert [file.name for file in (tmp_path / "mail").iterdir()] == ["1.eml"]


def test_a_maildrop_said_to_be_without_bounds_is_not_believed(here, tmp_path):
    steps = dialogue("C: STAT", "S: +OK 9999999999999 30", "C: QUIT", "S: +OK")
    with ScriptedServer(GREETING, *steps) as server:
        ran = here("connect", server.host, server.port, lines=f":save 1-9999999999 {tmp_path}/x\n")
    assert (ran.status, len(ran.errors)) == (1, 1)
    assert "too many messages for one :save" in ran.err
    assert not (tmp_path / "x").exists()


def test_a_listing_that_is_cut_off_is_not_taken_for_an_empty_maildrop(here, tmp_path):
    with ScriptedServer(GREETING, expect("LIST"), b"+OK\r\n") as server:
        ran = here("connect", server.host, server.port, lines=f":save all {tmp_path}/x/\n")
    assert (ran.status, len(ran.errors)) == (3, 1)
    assert "before the reply was complete" in ran.err


def test_save_before_login_is_refused_by_the_server(here, practice_server, tmp_path):
    server = practice_server()
    for what in ("1", "1-2", "all"):
        ran = here("connect", server.host, server.port, lines=f":save {what} {tmp_path}/x\n")
        assert ran.status == 1
        assert not (tmp_path / "x").exists()


def test_not_all_is_told_where_the_listing_is_longer_than_what_is_looked_at(
    save, monkeypatch, tmp_path
):
    monkeypatch.setattr(limits, "LISTED", 2)
    ran = save(":save all some.mbox")
    many = len(STORED)
    assert f"the server lists {many} messages; only the first 2 of them are looked at" in ran.err
    assert len(mailbox.mbox(tmp_path / "some.mbox")) == 2
