"""Sessions as articles about POP3 print them, typed at the practice server over a socket."""

from __future__ import annotations

import hashlib

import pytest
from support.maildrops import maildrop_of_sizes

from pop3shell.protocol.replies import timestamp


@pytest.fixture
def dial(practice_server):
    """Return a function that serves messages of these sizes and returns a dialogue."""
    servers = []

    def start(user: str, password: str, *sizes: int):
        servers.append(practice_server({user: (password, maildrop_of_sizes(*sizes))}))
        return servers[-1]

    return start


class TestMarkReadsHisColumn:
    """Telnet to port 110, everything in lower case: three messages, 10248 octets."""

    @pytest.fixture
    def server(self, dial):
        return dial("mark", "swordfish", 2718, 3177, 4353)

    def test_logon_stat_list_top_retr_dele_quit(self, server) -> None:
        with server.dial() as talk:
            assert talk.line().startswith(b"+OK ")
            assert talk.ask("user mark").startswith("+OK ")
            logged_in = talk.ask("pass swordfish")
            assert logged_in == "+OK mark's maildrop has 3 messages (10248 octets)"
            assert talk.ask("stat") == "+OK 3 10248"
            assert talk.ask_lines("list")[1] == ["1 2718", "2 3177", "3 4353"]
            header = talk.ask_lines("top 1 0")[1]
            assert header[-1] == ""
            assert "Subject: Column" in header
            status, message = talk.ask_lines("retr 1")
            assert status == "+OK 2718 octets"
            assert message[: len(header)] == header
            assert sum(len(line) + 2 for line in message) == 2718
            assert talk.ask("dele 1") == "+OK message 1 deleted"
            assert talk.ask("quit").startswith("+OK ")
            assert talk.rest() == b""

    def test_the_message_is_gone_only_after_quit(self, server) -> None:
        with server.dial() as talk:
            talk.log_in("mark", "swordfish")
            talk.ask("dele 1")
            talk.hang_up()
        with server.dial() as talk:
            assert "3 messages (10248 octets)" in talk.log_in("mark", "swordfish")
            talk.ask("dele 1")
            talk.ask("quit")
        with server.dial() as talk:
            assert "2 messages (7530 octets)" in talk.log_in("mark", "swordfish")
            assert talk.ask_lines("list")[1] == ["1 3177", "2 4353"]

    def test_the_big_first_message_can_be_bypassed(self, server) -> None:
        with server.dial() as talk:
            talk.log_in("mark", "swordfish")
            assert talk.ask_lines("retr 2")[0] == "+OK 3177 octets"
            assert talk.ask_lines("retr 3")[0] == "+OK 4353 octets"


class TestTwoMessagesOf320Octets:
    """The example session of RFC 1939, as tutorials print it."""

    @pytest.fixture
    def talk(self, dial):
        with dial("mrose", "secret", 120, 200).dial() as talk:
            assert talk.log_in("mrose", "secret") == (
                "+OK mrose's maildrop has 2 messages (320 octets)"
            )
            yield talk

    def test_stat_list_and_pairs_of_retr_and_dele(self, talk) -> None:
        assert talk.ask("STAT") == "+OK 2 320"
        assert talk.ask_lines("LIST") == ("+OK 2 messages (320 octets)", ["1 120", "2 200"])
        for number, octets in ((1, 120), (2, 200)):
            status, lines = talk.ask_lines(f"RETR {number}")
            assert status == f"+OK {octets} octets"
            assert sum(len(line) + 2 for line in lines) == octets
            assert talk.ask(f"DELE {number}") == f"+OK message {number} deleted"
        assert talk.ask("STAT") == "+OK 0 0"
        assert talk.ask_lines("LIST")[1] == []
        assert talk.ask("QUIT").startswith("+OK ")
        assert talk.rest() == b""

    def test_list_of_one_and_of_none(self, talk) -> None:
        assert talk.ask("LIST 2") == "+OK 2 200"
        assert talk.ask("LIST 3") == "-ERR no such message, only 2 messages in maildrop"

    def test_a_deleted_message_is_refused(self, talk) -> None:
        talk.ask("DELE 2")
        for command in ("DELE 2", "RETR 2", "LIST 2", "TOP 2 0", "UIDL 2"):
            assert talk.ask(command).startswith("-ERR message 2 ")
        assert talk.ask("STAT") == "+OK 1 120"

    def test_noop_rset_and_uidl(self, talk) -> None:
        assert talk.ask("NOOP").startswith("+OK")
        talk.ask("DELE 1")
        assert talk.ask("RSET") == "+OK 2 messages (320 octets)"
        assert talk.ask("STAT") == "+OK 2 320"
        listing = talk.ask_lines("UIDL")[1]
        assert [line.split()[0] for line in listing] == ["1", "2"]
        assert talk.ask("UIDL 2") == f"+OK {listing[1]}"


class TestTwoMessagesOf2206Octets:
    """An internet provider's help page: sizes first, then retrieval with deletion."""

    @pytest.fixture
    def talk(self, dial):
        with dial("customer", "pass word", 1273, 933).dial() as talk:
            assert talk.log_in("customer", "pass word").startswith("+OK ")
            yield talk

    def test_stat_list_retr_dele(self, talk) -> None:
        assert talk.ask("STAT") == "+OK 2 2206"
        assert talk.ask_lines("LIST") == ("+OK 2 messages (2206 octets)", ["1 1273", "2 933"])
        assert talk.ask_lines("RETR 1")[0] == "+OK 1273 octets"
        assert talk.ask("DELE 1") == "+OK message 1 deleted"
        assert talk.ask("STAT") == "+OK 1 933"

    def test_top_previews_a_message(self, talk) -> None:
        header = talk.ask_lines("TOP 2 0")[1]
        assert talk.ask_lines("TOP 2 1")[1] == talk.ask_lines("RETR 2")[1]
        assert header == talk.ask_lines("RETR 2")[1][: len(header)]

    def test_the_mail_program_decides_what_is_deleted(self, talk) -> None:
        assert talk.ask_lines("RETR 2")[0].startswith("+OK")
        assert talk.ask("STAT") == "+OK 2 2206"
        assert talk.ask("DELETE 1").startswith("-ERR unknown command")


def test_login_by_apop(dial) -> None:
    server = dial("mrose", "tanstaaf", 369)
    with server.dial() as talk:
        digest = hashlib.md5(timestamp(talk.line()) + b"tanstaaf").hexdigest()
        assert talk.ask(f"APOP mrose {digest}") == (
            "+OK mrose's maildrop has 1 message (369 octets)"
        )


def test_quit_before_login(dial) -> None:
    with dial("mrose", "secret", 120).dial() as talk:
        talk.line()
        assert talk.ask("QUIT").startswith("+OK ")
        assert talk.rest() == b""


def test_the_commands_that_a_table_of_them_lists(dial) -> None:
    """As printed: greeting, user, pass, stat, list, retr, dele, rset, noop, quit, top, uidl."""
    with dial("william", "stewart", 560).dial() as talk:
        talk.log_in("william", "stewart")
        assert talk.ask("stat") == "+OK 1 560"
        assert talk.ask("list 1") == "+OK 1 560"
        for command in ("list", "retr 1", "top 1 1", "uidl"):
            assert talk.ask_lines(command)[1]
        for command in ("dele 1", "rset", "noop", "uidl 1", "quit"):
            assert talk.ask(command).startswith("+OK")
