"""`:view`: a message as a person wants to read it, however it was written."""

from __future__ import annotations

import pytest
from support.maildrops import maildrop_of
from support.program import LOGIN
from support.scripted import GREETING, ScriptedServer, dialogue, expect
from support.shells import drive

from pop3shell.shell.colon import viewing

IN = dialogue("C: USER mrose", "S: +OK", "C: PASS tanstaaf", "S: +OK")
OUT = dialogue("C: QUIT", "S: +OK bye")


@pytest.fixture
def view(here, practice_server):
    """View messages of the sample maildrop, or of another."""

    def run(*lines: str, messages: tuple[bytes, ...] = (), login: tuple[str, ...] = LOGIN):
        drop = {"mrose": ("tanstaaf", maildrop_of(*messages))} if messages else None
        server = practice_server(drop)
        ran = here("connect", server.host, server.port, lines=(*login, *lines, "NOOP", "QUIT"))
        assert "S: +OK" in ran.out.split("C: NOOP\n")[1]
        return ran, [line.removeprefix("#").removeprefix(" ") for line in notes(ran)]

    return run


def notes(ran) -> list[str]:
    return [line for line in ran.lines if line.startswith("#")]


def test_header_structure_and_text_are_decoded(view):
    ran, lines = view(":view 4")
    assert ran.status == 0
    assert lines[0] == "From: Jürgen Groß <juergen@example.net>"
    assert "Subject: Grüße aus Köln \u2013 und eine Frage zur Kodierung" in lines
    assert "1  text/plain, charset utf-8, quoted-printable, 275 octets" in lines
    assert any("greetings from Köln" in line for line in lines)


def test_the_message_itself_is_not_printed_but_what_is_sent_is(view):
    ran, _ = view(":view 1")
    assert ran.sent[2:4] == ["LIST 1", "RETR 1"]
    assert not any(line.startswith("S: Subject") for line in ran.lines)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (("STAT", ":view 18"), "there is no message 18; the maildrop has 17"),
        (("DELE 2", ":view 2"), "message 2 is marked as deleted; RSET takes all marks back"),
        ((":view 0",), "say which message, for instance :view 1"),
    ],
)
def test_what_is_known_to_be_refused_is_not_asked_for(view, lines, told):
    ran, _ = view(*lines)
    assert ran.status == 1
    assert told in ran.err
    assert not any(line.startswith(("LIST", "RETR")) for line in ran.sent)


def test_parts_and_attachments_are_listed(view):
    _, lines = view(":view 3")
    assert "1  multipart/mixed" in lines
    assert "  1.1  text/plain, charset us-ascii, 114 octets" in lines
    assert '  1.2  text/csv, charset us-ascii, base64, "sizes.csv", 130 octets' in lines


def test_a_hostile_message_can_do_nothing(view):
    ran, lines = view(":view 11")
    assert not set(ran.out) & {"\x1b", "\x07", "\r", "\x9b", "\u202e"}
    assert any("\\x1b]52;c;cm0gLXJmIH4=\\x07" in line for line in lines)


def test_every_message_of_the_sample_maildrop_can_be_viewed(view):
    every = (f":view {number}" for number in range(1, 18))
    ran, lines = view(*every, login=("UTF8", *LOGIN))
    assert (ran.status, ran.err) == (0, "")
    assert sum(line.startswith("Subject: ") for line in lines) >= 17


def test_a_message_of_no_octets(view):
    _, lines = view(":view 1", messages=(b"\r\n",))
    assert "note: no header field could be read" in lines


@pytest.mark.parametrize("argument", ["", "x", "0x1", "1 2", "-1", "²", "9" * 30])
def test_what_is_no_number_is_told(view, argument):
    ran, _ = view(f":view {argument}")
    assert ran.status == 1
    assert "say which message, for instance :view 1" in ran.err


def test_a_message_that_is_not_there_is_told(view):
    ran, _ = view(":view 99")
    assert ran.status == 1
    assert "refused to send message 99" in ran.err


def test_of_a_message_too_large_the_header_alone_is_shown(here):
    steps = (
        expect("LIST 1"), f"+OK 1 {viewing.LIMIT + 1}\r\n".encode(),
        expect("TOP 1 0"), b"+OK\r\nSubject: huge\r\n\r\n.\r\n",
    )  # fmt: skip
    with ScriptedServer(GREETING, *IN, *steps, *OUT) as server:
        ran = here("connect", server.host, server.port, lines=(*LOGIN, ":view 1", "QUIT"))
    shown = notes(ran)
    assert shown[0] == "# Subject: huge"
    assert "too many to be shown; :save 1 FILE saves it" in shown[-1]
    assert ran.status == 0


def test_without_top_a_message_too_large_is_only_told(here):
    steps = (
        expect("LIST 1"), b"+OK 1 9999999999\r\n", expect("TOP 1 0"), b"-ERR unknown\r\n",
    )  # fmt: skip
    with ScriptedServer(GREETING, *IN, *steps, *OUT) as server:
        ran = here("connect", server.host, server.port, lines=(*LOGIN, ":view 1", "QUIT"))
    assert ":save 1 FILE saves it" in ran.err
    assert ran.status == 1


def test_a_message_larger_than_was_said_is_not_held_whole(here, monkeypatch):
    monkeypatch.setattr(viewing, "LIMIT", 100)
    body = b"+OK\r\nSubject: more\r\n\r\n" + b"line\r\n" * 100 + b".\r\n"
    steps = (expect("LIST 1"), b"+OK 1 50\r\n", expect("RETR 1"), body)
    with ScriptedServer(GREETING, *IN, *steps, *OUT) as server:
        ran = here("connect", server.host, server.port, lines=(*LOGIN, ":view 1", "QUIT"))
    assert "only the first 100 of 617 octets were looked at" in notes(ran)[-1]


def test_a_size_that_is_not_told_is_no_obstacle(here):
    steps = (expect("LIST 1"), b"-ERR\r\n", expect("RETR 1"), b"+OK\r\nSubject: x\r\n\r\n.\r\n")
    with ScriptedServer(GREETING, *IN, *steps, *OUT) as server:
        ran = here("connect", server.host, server.port, lines=(*LOGIN, ":view 1", "QUIT"))
    assert "# Subject: x" in ran.lines


def test_a_message_that_is_cut_off_is_trouble_with_the_connection(here):
    steps = (expect("LIST 1"), b"+OK 1 50\r\n", expect("RETR 1"), b"+OK\r\nSubject: x\r\n")
    with ScriptedServer(GREETING, *IN, *steps) as server:
        ran = here("connect", server.host, server.port, lines=(*LOGIN, ":view 1", "QUIT"))
    assert ran.status == 3
    assert "before the reply was complete" in ran.err


def test_what_was_viewed_is_kept_for_completion(practice_server):
    async def work(shell):
        for line in LOGIN:
            await shell.exchange(line.encode())
        await shell.perform(b":view 1")
        assert str(shell.summaries[1]) == "Postmaster: Welcome to your maildrop"

    assert "Good morning!" in drive(practice_server(), work).own
