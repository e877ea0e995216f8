"""Servers that break off, break the rules or say nothing: one clear line, exit 3, never a hang."""

from __future__ import annotations

import socket

import pytest
from support.program import LOGIN
from support.scripted import GREETING, ScriptedServer, close, dialogue, expect, hold, reset, stall

from pop3shell.net import greeting, resolve
from pop3shell.protocol import limits

QUIT = dialogue("C: QUIT", "S: +OK bye")
CUT_OFF = "pop3shell: the connection was closed by the server before the reply was complete"
RESET = "pop3shell: the connection was reset by the server's side before the reply was complete"


# ---- no connection ----


def test_a_refused_connection_says_which_address_refused(here):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ran = here("connect", "127.0.0.1", port)
    assert (ran.status, ran.out) == (3, "")
    assert ran.errors == [
        (
            f"pop3shell: could not connect: 127.0.0.1:{port}: connection refused "
            "(nothing listens on that port)"
        )
    ]


def test_an_unknown_host_is_named(here, monkeypatch):
    def fails(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fails)
    ran = here("connect", "nosuch.invalid")
    assert (ran.status, ran.out) == (3, "")
    assert ran.errors == [
        (
            "pop3shell: no host 'nosuch.invalid' is known (Name or service not known); check the "
            "name and your name server"
        )
    ]


@pytest.mark.parametrize("host", ["a..b", "x" * 64, "caf\u00e9..example"])
def test_what_cannot_be_a_host_name_is_said_to_be_none(here, host):
    ran = here("connect", host)
    assert ran.status == 3
    assert "not a host name" in ran.err


def test_a_host_that_does_not_answer_is_given_up(here, monkeypatch):
    async def never(*_: object) -> None:
        import asyncio

        await asyncio.get_running_loop().create_future()

    monkeypatch.setattr(resolve, "_attempt", never)
    ran = here("connect", "127.0.0.1", "--timeout", "0.2")
    assert ran.status == 3
    assert ran.errors == [
        (
            "pop3shell: no answer from 127.0.0.1:110 within 0.2 seconds; a firewall may drop the "
            "packets, or the host is down"
        )
    ]


# ---- instead of a greeting ----

PEERS = {
    b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n\r\n": "an HTTP server",
    b"<!doctype html>\n": "an HTTP server",
    b"220 mx.example.com ESMTP\r\n": "an SMTP (or FTP) server",
    b"554 5.7.1 go away\r\n": "an SMTP (or FTP) server that refuses you",
    b"* OK [CAPABILITY IMAP4rev1] ready\r\n": "an IMAP server",
    b"* BYE overloaded\r\n": "an IMAP server",
    b"SSH-2.0-OpenSSH_9.6\r\n": "an SSH server",
    b"+ POP2 mx.example.com\r\n": "a POP2 server",
    b"\x15\x03\x01\x00\x02\x02\x46": "a TLS server",
    b"\x15\x03\x03\x00\x02\x02\x0a": "a TLS server",
    b"hello there\r\n": "it may be another service",
    b"\x00\xff\x1b]0;x\x07": "it may be another service",
}


@pytest.mark.parametrize("last", [close, stall], ids=["closes", "stays"])
@pytest.mark.parametrize("banner", PEERS, ids=repr)
def test_a_peer_that_is_no_pop3_server_is_named_and_sent_nothing(here, monkeypatch, banner, last):
    monkeypatch.setattr(greeting, "QUIET", 0.05)
    with ScriptedServer(banner, last) as server:
        ran = here("connect", server.host, server.port, lines=LOGIN)
    assert (ran.status, server.received) == (3, b"")
    assert len(ran.errors) == 1
    assert ran.err.startswith(f"pop3shell: {server.address} is no POP3 server: ")
    assert PEERS[banner] in ran.err
    assert ran.lines[0].startswith("S: ")


def test_a_greeting_behind_other_lines_is_waited_for(here):
    with ScriptedServer(b"NOTICE: for members only\r\n", GREETING, *QUIT) as server:
        ran = here("connect", server.host, server.port)
    assert ran.status == 0
    assert ran.lines[:2] == ["S: NOTICE: for members only", "S: +OK ready"]


def test_a_flood_instead_of_a_greeting_is_bounded(here):
    with ScriptedServer(*[b"hello\r\n" * 10_000] * 20) as server:
        ran = here("connect", server.host, server.port)
    assert ran.status == 3
    assert "is no POP3 server" in ran.err


ENDLESS = b"a" * 1_000_000


@pytest.mark.parametrize(
    ("begun", "said"),
    [
        (b"+OK ", "began a greeting of over 65,536 octets, which may have 512"),
        (b"-ERR", "began a greeting of over 65,536 octets, which may have 512"),
        (b"", "is no POP3 server: its first line has over 65,536 octets; it may be another"),
        (b"HTTP/1.1 ", "its first line has over 65,536 octets; it looks like an HTTP server"),
        (b"220 ", "its first line has over 65,536 octets; it looks like an SMTP"),
    ],
)
def test_of_a_first_line_without_end_is_told_what_was_seen(here, begun, said):
    with ScriptedServer(begun, *[ENDLESS] * 5) as server:
        ran = here("connect", server.host, server.port, lines=LOGIN)
    assert (ran.status, server.received, len(ran.errors)) == (3, b"", 1)
    assert said in ran.err


def test_a_negative_greeting_ends_it(here):
    with ScriptedServer(b"-ERR [SYS/TEMP] try later\r\n", stall) as server:
        ran = here("connect", server.host, server.port, lines=LOGIN)
    assert (ran.status, server.received) == (3, b"")
    assert ran.lines == ["S: -ERR [SYS/TEMP] try later"]
    assert ran.errors == [
        (
            f"pop3shell: {server.address} refused the connection in its greeting; its text says "
            "why, try again later"
        )
    ]


@pytest.mark.parametrize("part", [b"", b"+", b"+OK POP3 rea", b"-ER"])
@pytest.mark.parametrize(("last", "how"), [(close, "closed by the server"), (reset, "reset")])
def test_a_connection_that_ends_before_its_greeting_says_how(here, part, last, how):
    with ScriptedServer(part, last) as server:
        ran = here("connect", server.host, server.port, lines=LOGIN)
    assert (ran.status, server.received) == (3, b"")
    assert len(ran.errors) == 1
    if last is close:  # a reset may take what was sent with it
        assert f"the connection to {server.address} was {how}" in ran.err
        assert ran.lines == ([f"S: {part.decode()}"] if part else [])


@pytest.mark.parametrize(
    ("part", "sentence"), [(b"", "sent no greeting; it may wait"), (b"+OK r", "did not end its")]
)
def test_a_server_that_says_nothing_is_given_up(here, part, sentence):
    with ScriptedServer(part, stall) as server:
        ran = here("connect", server.host, server.port, "--timeout", "0.3", lines=LOGIN)
    assert (ran.status, server.received) == (3, b"")
    assert f"{server.address} accepted the connection but {sentence}" in ran.err
    assert len(ran.errors) == 1


# ---- in the middle ----

PARTS = {
    b"": [],
    b"+O": ["S: +O"],
    b"+OK 120 octets": ["S: +OK 120 octets"],
    b"+OK\r\nSubject: a\r\nhalf a li": ["S: +OK", "S: Subject: a", "S: half a li"],
    b"+OK\r\nSubject: a\r\n": ["S: +OK", "S: Subject: a"],
    b"+OK\r\nx\r\n.": ["S: +OK", "S: x", "S: ."],
    b"+OK\r\nx\r\n.\r": ["S: +OK", "S: x", "S: .\\x0d"],
    b"+OK\r\n\xc3": ["S: +OK", "S: \\xc3"],
}


@pytest.mark.parametrize("part", PARTS, ids=repr)
def test_a_reply_that_is_cut_off_is_shown_as_far_as_it_came(here, part):
    with ScriptedServer(GREETING, expect("RETR 1"), part, close) as server:
        ran = here("connect", server.host, server.port, "--validate", "off", lines="RETR 1\n")
    assert (ran.status, ran.errors) == (3, [CUT_OFF])
    assert ran.lines[2:] == PARTS[part]


def test_a_reset_is_told_from_a_close(here):
    with ScriptedServer(GREETING, expect("RETR 1"), reset) as server:
        ran = here("connect", server.host, server.port, "--validate", "off", lines="RETR 1\n")
    assert (ran.status, ran.errors) == (3, [RESET])


@pytest.mark.parametrize("part", [b"", b"+OK 120 oct", b"+OK\r\nSubject: a\r\n"])
def test_silence_while_a_reply_is_due_is_bounded(here, part):
    arguments = ("--timeout", "0.3", "--validate", "off")
    with ScriptedServer(GREETING, expect("RETR 1"), part, stall) as server:
        ran = here("connect", server.host, server.port, *arguments, lines="RETR 1\nQUIT\n")
    assert ran.status == 3
    assert ran.errors == [
        (
            f"pop3shell: the connection to {server.address} was given up from this side after 0.3 "
            "seconds of silence while a reply was due; --timeout sets how long to wait"
        )
    ]
    assert server.received == b"RETR 1\r\n"


def test_trouble_in_the_middle_of_an_exchange(here):
    with ScriptedServer(GREETING, *dialogue("C: AUTH X", "S: + "), expect("a"), close) as server:
        ran = here("connect", server.host, server.port, lines=("AUTH X", "a", "QUIT"))
    assert (ran.status, ran.errors) == (3, [CUT_OFF])


# ---- out of the ordinary ----


def test_a_line_of_ten_million_octets_comes_through(here):
    steps = (expect("NOOP"), b"+OK " + b"x" * 10_000_000 + b"\r\n", *QUIT)
    with ScriptedServer(GREETING, *steps) as server:
        ran = here("connect", server.host, server.port, lines="NOOP\n")
    assert ran.status == 0
    assert len(ran.lines[2]) == len("S: +OK ") + 10_000_000
    assert ran.lines[3] == "C: QUIT"


def test_a_body_without_any_line_end_comes_through(here):
    steps = (expect("RETR 1"), b"+OK\r\n" + b"x" * 3_000_000 + b"\r\n.\r\n", *QUIT)
    with ScriptedServer(GREETING, *steps) as server:
        ran = here("connect", server.host, server.port, lines="RETR 1\n")
    assert (ran.status, len(ran.lines[3])) == (0, 3_000_003)


def test_a_flood_of_faults_keeps_the_session_going(here):
    flood = b"".join(b".x%d\x00\n\r\n" % n for n in range(50_000))
    steps = (expect("RETR 1"), b"+ok\r\n" + flood + b".\n", *QUIT)
    with ScriptedServer(b"hi\n" * 50 + GREETING, *steps) as server:
        ran = here("connect", server.host, server.port, lines="RETR 1\n:state\n")
    assert ran.status == 0
    assert any(line.startswith("# findings: ") for line in ran.lines)


def test_garbage_in_place_of_a_reply_is_shown_and_left_behind(here, monkeypatch):
    monkeypatch.setattr(limits, "QUIET", 0.2)
    steps = (expect("STAT"), b"what?\r\nhm\r\n", expect("NOOP"), b"+OK\r\n", *QUIT)
    with ScriptedServer(GREETING, *steps) as server:
        ran = here("connect", server.host, server.port, "-c", "STAT", "-c", "NOOP")
    assert ran.status == 0
    assert ran.lines[1:6] == ["C: STAT", "S: what?", "S: hm", "C: NOOP", "S: +OK"]


def test_an_irregular_line_without_an_answer_is_left_behind(here, monkeypatch):
    monkeypatch.setattr(limits, "QUIET_UNANSWERED", 0.2)
    steps = (expect(b"NO\0OP\r\n"), expect("NOOP"), b"+OK\r\n", *QUIT)
    with ScriptedServer(GREETING, *steps) as server:
        ran = here("connect", server.host, server.port, "-c", r":send NO\0OP\r\n", "-c", "NOOP")
    assert ran.status == 0
    assert ran.sent == ["NO\\x00OP", "NOOP", "QUIT"]


def test_an_unknown_command_with_a_long_reply_is_read_to_its_end(here):
    steps = dialogue("C: XLIST", "S: +OK", "S: a", "S: b", "S: .")
    with ScriptedServer(GREETING, *steps, *QUIT) as server:
        ran = here("connect", server.host, server.port, "-c", "XLIST")
    assert ran.lines[2:6] == ["S: +OK", "S: a", "S: b", "S: ."]


def test_what_comes_unasked_is_shown(here):
    with ScriptedServer(GREETING, b"-ERR autologout\r\n", hold) as server:
        server.release.set()
        ran = here("connect", server.host, server.port, lines="")
    assert "S: -ERR autologout" in ran.lines
