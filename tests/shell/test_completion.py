"""Candidates are what makes sense now: nobody is led into an -ERR."""

from __future__ import annotations

import pytest

from pop3shell.protocol.dialogue import Dialogue
from pop3shell.shell.colon import colon_commands
from pop3shell.shell.interactive.completion import MOST, Context, candidates

CAPA = "CAPA", "+OK\r\nTOP\r\nUSER\r\nUIDL\r\nSTLS\r\nSASL PLAIN XOAUTH2\r\nLANG\r\n."
LOGIN = "USER mrose", "+OK", "PASS x", "+OK"
LIST = "LIST", "+OK\r\n1 120\r\n2 200\r\n3 5\r\n."
BEFORE, AFTER = (*CAPA,), (*CAPA, *LOGIN, *LIST)


def at(*said: str, closed: bool = False, tls: bool = False) -> Context:
    """Where a session stands after commands and replies in turn."""
    dialogue = Dialogue()
    dialogue.server(b"+OK <1.2@example.org>\r\n")
    if tls:
        dialogue.tls_started()
    for line, reply in zip(said[::2], said[1::2], strict=True):
        dialogue.client(line.encode() + b"\r\n")
        dialogue.server(reply.encode() + b"\r\n")
    return Context(dialogue.session, {}, dialogue.challenged, closed)


def offered(text: str, context: Context) -> list[str]:
    return [candidate.text for candidate in candidates(text, context)]


@pytest.mark.parametrize(
    ("text", "before", "after"),
    [
        ("AUTH ", ["PLAIN", "XOAUTH2"], []),
        ("auth x", ["XOAUTH2"], []),
        (":auth ", ["PLAIN", "XOAUTH2"], []),
        (":login mrose p", ["PLAIN"], []),
        ("RETR ", [], ["1", "2", "3"]),
        ("DELE 2", [], ["2"]),
        ("TOP 1 ", [], ["0", "10"]),
        ("LANG ", ["*"], ["*"]),
        (":view ", [], ["1", "2", "3"]),
        (":messages ", [], ["1", "2", "3"]),
        (":save ", [], ["all", "1", "2", "3"]),
        (":save al", [], ["all"]),
        (":hex ", ["on", "off"], ["on", "off"]),
    ],
)
def test_arguments_are_offered_in_the_state_that_takes_them(text, before, after):
    assert offered(text, at(*BEFORE)) == before
    assert offered(text, at(*AFTER)) == after


def test_who_means_to_send_it_anyway_is_helped_anyway():
    assert offered("!AUTH ", at(*AFTER)) == ["PLAIN", "XOAUTH2"]


def test_the_user_of_the_session_is_offered_for_another_login_only_where_one_is_possible():
    assert offered(":login ", at("USER mrose", "+OK")) == ["mrose"]
    assert offered(":login ", at(*AFTER)) == []


def test_messages_of_a_session_that_is_over_are_not_offered():
    for text in (":view ", ":save ", ":messages ", "RETR "):
        assert offered(text, at(*AFTER, closed=True)) == []
        assert offered(text, at(*AFTER, "QUIT", "+OK")) == []


def test_a_message_marked_as_deleted_is_not_offered():
    assert offered("RETR ", at(*AFTER, "DELE 2", "+OK")) == ["1", "3"]


def test_a_password_is_asked_for_where_a_name_was_accepted():
    assert "PASS" not in offered("P", at())
    assert "PASS" in offered("P", at("USER mrose", "+OK"))
    assert "PASS" not in offered("P", at("USER mrose", "+OK", "PASS x", "-ERR no"))


def test_tls_is_not_offered_twice():
    assert "STLS" in offered("ST", at())
    assert "STLS" not in offered("ST", at(tls=True))


def test_what_the_server_does_not_announce_may_still_be_tried():
    few = "CAPA", "+OK\r\nUSER\r\n."
    assert "TOP" not in offered("T", at(*few, *LOGIN, *LIST))
    assert offered("TOP ", at(*few, *LOGIN, *LIST)) == ["1", "2", "3"]


def test_in_an_authentication_only_the_way_out_is_offered():
    assert offered("", at(*CAPA, "AUTH PLAIN", "+ ")) == ["*"]
    assert offered("A", at(*CAPA, "AUTH PLAIN", "+ ")) == []


def test_a_large_maildrop_offers_so_many_at_once():
    listing = "\r\n".join(f"{n} 5" for n in range(1, 1001))
    assert len(offered("RETR ", at(*LOGIN, "LIST", f"+OK\r\n{listing}\r\n."))) == MOST


def test_what_shapes_a_session_is_offered_in_any_state():
    assert offered(":record o", at()) == ["off"]
    assert offered(":history ", at()) == ["100", "1000"]
    assert offered(":set v", at()) == ["validate"]
    assert offered(":set validate ", at()) == ["off", "warn", "strict"]
    assert offered(":set nonsense ", at()) == []


def test_a_connection_is_made_again_to_the_server_that_is_known():
    here = at(closed=True)._replace(host="mail.example.com", port="1110")
    assert offered(":reconnect ", here) == ["mail.example.com"]
    assert offered(":reconnect mail.example.com ", here) == ["1110", "110"]
    assert offered(":reconnect ", at()) == []


def test_files_are_offered_where_one_is_read_or_written(tmp_path):
    (tmp_path / "inbox").mkdir()
    (tmp_path / "notes.pop3").touch()
    (tmp_path / ".hidden").touch()
    for head, context in ((":record ", at()), (":save 1 ", at(*AFTER))):
        assert offered(f"{head}{tmp_path}/", context) == ["inbox/", "notes.pop3"]
        assert offered(f"{head}{tmp_path}/.h", context) == [".hidden"]
        assert offered(f"{head}{tmp_path}/no", context) == ["notes.pop3"]


def test_one_file_that_cannot_be_looked_at_hides_no_other(tmp_path):
    (tmp_path / "circle").symlink_to("circle")
    (tmp_path / "notes.pop3").touch()
    assert offered(f":record {tmp_path}/", at()) == ["circle", "notes.pop3"]


@pytest.mark.parametrize("path", ["/nowhere/at/all/", "~nobody-of-that-name/", "a\0/", "\udcff/"])
def test_what_is_no_folder_holds_no_files(path):
    assert offered(f":record {path}", at()) == []


def test_an_option_may_stand_anywhere_and_counts_as_no_argument():
    assert offered(":auth -", at(*BEFORE)) == ["--step"]
    assert offered(":auth --step ", at(*BEFORE)) == ["PLAIN", "XOAUTH2"]
    assert offered(":auth PLAIN mrose ", at(*BEFORE)) == ["--step"]
    assert offered(":auth --step PLAIN mrose ", at(*BEFORE)) == []


def test_behind_the_last_argument_nothing_is_offered():
    for row in colon_commands().values():
        words = " ".join("x" for _ in row.takes)
        assert offered(f":{row.name} {words} ", at(*AFTER)) == []
