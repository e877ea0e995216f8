"""`serve`, `demo` and `explain`: what each says, and what it refuses."""

from __future__ import annotations

import errno
import os
import socket

import pytest
from support.program import LOGIN

from pop3shell.view.explain import topics


def test_every_demo_begins_with_the_same_mail(here):
    script = (*LOGIN, "DELE 1", "DELE 2", "QUIT")
    assert here("demo", lines=script).status == 0
    assert "S: +OK 17 5011173" in here("demo", lines=(*LOGIN, "STAT")).lines


def test_a_demo_that_is_scripted_has_no_banner(here):
    assert here("demo", "-c", "NOOP").lines[0].startswith("S: +OK")


@pytest.mark.parametrize("topic", ["RETR", "UPDATE", "PIPELINING", "SYS/TEMP"])
def test_a_topic_is_explained(here, topic):
    ran = here("explain", topic)
    assert (ran.status, ran.err) == (0, "")
    assert topic in ran.lines[0]


@pytest.mark.parametrize(
    "words", [("-ERR", "[IN-USE]", "busy"), ("-ERR",), ("leave", "mail", "on", "server")]
)
def test_a_reply_and_some_words_need_no_quotes(here, words):
    ran = here("explain", *words)
    assert (ran.status, ran.err) == (0, "")


def test_without_a_topic_all_are_listed(here):
    ran = here("explain")
    assert ran.status == 0
    assert all(topic in ran.out for topic in topics())


def test_an_unknown_topic_gives_1_and_what_is_near(here):
    ran = here("explain", "RETREIVE")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("pop3shell: unknown topic RETREIVE; did you mean RETR")


@pytest.mark.parametrize("command", ["explain", "play", "replay", "mock", "serve"])
def test_what_is_wrong_is_told_without_commands_for_the_terminal(here, tmp_path, command):
    file = tmp_path / "a.pop3"
    file.write_text("%POP3-TRANSCRIPT 1\n[0.0] S: +OK \\\x1b[2J\n")
    server = ["127.0.0.1", "1"] if command == "replay" else []
    for argument in (file, f"{tmp_path}/\x1b]0;x\x07\u202e"):
        ran = here(command, argument, *server)
        assert ran.status in (1, 2)
        assert ran.err.replace("\n", "").isprintable()


def test_a_topic_that_is_no_text_gives_1(here):
    assert here("explain", "\udcff").status == 1


def test_a_port_in_use_is_said_with_a_way_out(here):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = here("serve", "--port", port)
    assert (ran.status, ran.out) == (1, "")
    assert f"cannot listen on 127.0.0.1 port {port}: {os.strerror(errno.EADDRINUSE)};" in ran.err
    assert "--port 0 takes any free port" in ran.err


@pytest.mark.parametrize("host", ["192.0.2.1", "a..b", "x" * 64])
def test_an_address_that_cannot_be_had_is_said(here, host):
    ran = here("serve", "--host", host)
    assert (ran.status, ran.out) == (1, "")
    assert f"cannot listen on {host} port 0: " in ran.err
    assert len(ran.errors) == 1
    assert "--port 0" not in ran.err  # no other port would help
    assert "--host takes a name or an address of this machine" in ran.err


@pytest.mark.parametrize("kind", ["nothing", "a file", "an empty name"])
def test_a_path_without_mail_is_said(here, tmp_path, kind):
    path = tmp_path / "mail"
    if kind == "a file":
        path.write_bytes(b"\0\1 no mail at all\n")
    ran = here("serve", "" if kind == "an empty name" else path)
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("pop3shell: ")
    assert len(ran.errors) == 1
