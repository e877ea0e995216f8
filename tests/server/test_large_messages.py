"""A large message is sent while it is read: nobody waits for it, and it is never held whole."""

from __future__ import annotations

import gc
import os
import socket
import struct
import threading
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.maildrops import TextSource, maildrop_of_sizes
from support.practice import SECONDS
from support.talk import Talk

from pop3shell.protocol.framing import stuff, with_crlf
from pop3shell.server import limits
from pop3shell.server.header import first_lines, read_header
from pop3shell.server.maildrops import stored
from pop3shell.server.maildrops.maildrop import Maildrop
from pop3shell.server.maildrops.sources import open_source
from pop3shell.server.maildrops.stored import wire

CUT = st.lists(
    st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b".", b"x"])).map(b"".join).filter(bool)
)
LARGE = b"Subject: large\n\n" + b".line\nother line\n" * (limits.WHOLE_OCTETS // 10)


@pytest.fixture(params=[b"\n", b"\r\n"], ids=["LF", "CRLF"])
def large(request, tmp_path):
    """The file of a large message, with either line end."""
    path = tmp_path / "large.eml"
    path.write_bytes(LARGE.replace(b"\n", request.param))
    return path


def logged_in(path) -> Talk:
    return Talk(Maildrop(open_source(path))).log_in()


class TestWherePartsAreCutDoesNotMatter:
    @given(CUT)
    def test_to_line_ends(self, parts: list[bytes]) -> None:
        assert b"".join(wire(parts)) == with_crlf(b"".join(parts))

    @given(CUT, st.integers(0, 4))
    def test_to_the_first_lines(self, parts: list[bytes], lines: int) -> None:
        whole = with_crlf(b"".join(parts))
        cut = [*wire(parts)]
        header, blank, body = (b"\r\n" + whole).partition(b"\r\n\r\n")
        shown = body.split(b"\r\n")[:-1][:lines]
        wanted = (header + blank)[2:] + b"".join(line + b"\r\n" for line in shown)
        assert b"".join(first_lines(iter(cut), lines)) == (wanted if blank else whole)

    @given(CUT)
    def test_to_the_header(self, parts: list[bytes]) -> None:
        cut = [*wire(parts)]
        header, same = read_header(iter(cut))
        wanted = (b"\r\n" + b"".join(cut)).partition(b"\r\n\r\n")[0]
        assert header.rstrip(b"\r\n") == wanted[2:].rstrip(b"\r\n")
        assert [*same] == cut


class TestOfAFile:
    def test_it_is_sent_whole_as_it_would_be_if_it_were_small(self, large) -> None:
        wanted = with_crlf(LARGE)
        talk = logged_in(large)
        assert talk("LIST 1") == f"+OK 1 {len(wanted)}\r\n"
        sent = talk.raw(b"RETR 1\r\n")
        assert sent == f"+OK {len(wanted)} octets\r\n".encode() + stuff(wanted) + b".\r\n"

    def test_of_top_only_what_is_shown_is_read(self, large, monkeypatch) -> None:
        talk, asked = logged_in(large), []
        unspied = stored.blocks

        def spied(*arguments):
            for block in unspied(*arguments):
                asked.append(len(block))
                yield block

        monkeypatch.setattr(stored, "blocks", spied)
        assert talk("TOP 1 1").endswith("\r\nSubject: large\r\n\r\n..line\r\n.\r\n")
        assert len(asked) == 1
        assert talk("TOP 1 99999999").partition("\n")[2] == talk("RETR 1").partition("\n")[2]

    def test_it_is_never_held_whole(self, tmp_path) -> None:
        path = tmp_path / "endless-line.eml"
        path.write_bytes(b"Subject: one line\n\n" + b"x" * 12 * limits.WHOLE_OCTETS)
        tracemalloc.start()
        try:
            talk = logged_in(path)
            octets = sum(map(len, talk.session.receive(b"RETR 1\r\n")))
            assert tracemalloc.get_traced_memory()[1] < limits.WHOLE_OCTETS
        finally:
            tracemalloc.stop()
        assert octets > 12 * limits.WHOLE_OCTETS

    def test_one_that_has_changed_is_refused_before_anything_is_sent(self, large) -> None:
        talk = logged_in(large)
        large.write_bytes(LARGE.replace(b"other", b"OTHER"))
        assert talk("RETR 1").startswith("-ERR [SYS/TEMP] ")
        assert "has changed since login" in talk("TOP 1 0")
        large.unlink()
        assert talk("RETR 1").startswith("-ERR [SYS/TEMP] cannot read ")
        assert talk("NOOP").startswith("+OK")

    def test_mail_that_arrives_behind_it_in_an_mbox_does_not_matter(self, tmp_path) -> None:
        box = tmp_path / "inbox"
        box.write_bytes(b"From a\n" + LARGE + b"\n")
        talk = logged_in(box)
        with box.open("ab") as file:
            file.write(b"From b\nSubject: new\n\nnew\n\n")
        assert talk.raw(b"RETR 1\r\n").endswith(stuff(with_crlf(LARGE)) + b".\r\n")

    def test_one_that_changes_while_it_is_sent_does_not_pass_for_whole(self, large, caplog) -> None:
        maildrop = Maildrop(open_source(large))
        talk = Talk(maildrop).log_in()
        sent = talk.session.receive(b"DELE 1\r\nRSET\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n")
        for _ in range(5):
            next(sent)
        with large.open("r+b") as file:
            file.truncate(limits.WHOLE_OCTETS)
        rest = b"".join(sent)
        assert not rest.endswith(b"\r\n.\r\n")
        assert b"+OK" not in rest
        assert talk.session.closed
        assert "large.eml has changed since login" in caplog.text
        assert Talk(maildrop).log_in()("STAT").startswith("+OK 1 ")


@pytest.fixture
def files(monkeypatch):
    """The files of messages that were opened."""
    found: list = []
    unspied = stored.opened
    monkeypatch.setattr(stored, "opened", lambda path: found.append(unspied(path)) or found[-1])
    gc.disable()  # what it closes in the end is not closed
    yield found
    gc.enable()


def until_it_waits_for_its_client(server, files) -> None:
    """Rounds of the server until it does not go on in the files."""
    seen = None
    for _ in range(10_000):
        now = len(files), not files[-1].closed and files[-1].tell()
        if now == seen:
            return
        seen = now
        for _ in range(5):
            with server.dial() as other:
                other.line()
    pytest.fail("it goes on for ever")


def test_who_leaves_in_the_middle_leaves_no_file_open(practice_server, large, files) -> None:
    server = practice_server({"a": ("x", Maildrop(open_source(large)))})
    talk = server.dial()
    talk.log_in("a", "x")
    talk.send(b"RETR 1\r\n" * 20)
    assert talk.line().startswith(b"+OK")
    until_it_waits_for_its_client(server, files)
    assert not files[-1].closed
    talk.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    talk.close()
    for _ in range(10_000):
        with server.dial() as other:
            if not (reply := other.log_in("a", "x")).startswith("-ERR [IN-USE]"):
                break
    assert reply.startswith("+OK")
    assert files
    assert all(file.closed for file in files)


class Unending:
    """Goes on until somebody else was served, or for long enough to be sure that nobody is."""

    unique_id, octets = "unending", 1

    def __init__(self) -> None:
        self.begun, self.served = threading.Event(), threading.Event()

    def parts(self):
        yield b"S: x\r\n\r\n"
        self.begun.set()
        for _ in range(1_000_000):
            if self.served.is_set():
                break
            yield b"x"
        yield b"\r\n"


def test_others_have_their_turn_however_quickly_it_is_taken(practice_server) -> None:
    message = Unending()
    server = practice_server(
        {"a": ("x", Maildrop(TextSource([message]))), "b": ("x", maildrop_of_sizes(100))}
    )
    with server.dial() as talk, server.dial() as other:
        talk.log_in("a", "x")
        other.log_in("b", "x")
        talk.send(b"RETR 1\r\n")
        assert message.begun.wait(SECONDS)
        assert other.ask("STAT") == "+OK 1 100"
        message.served.set()
        assert talk.line().startswith(b"+OK")
        assert len(talk.body()) < 1_000_000


@pytest.mark.skipif(os.name == "nt", reason="Windows removes no file that is open")
def test_a_file_that_is_removed_while_it_is_sent_is_sent_whole(large) -> None:
    talk = logged_in(large)
    sent = talk.session.receive(b"RETR 1\r\n")
    next(sent), next(sent)
    large.unlink()
    assert b"".join(sent).endswith(b"other line\r\n.\r\n")
