"""A session, without a network: what is answered, what is refused, what is deleted and when."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.maildrops import maildrop_of, maildrop_of_sizes
from support.talk import TIMESTAMP, Talk

from pop3shell import __version__
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.commands import Standing
from pop3shell.protocol.spec.states import State
from pop3shell.server import limits
from pop3shell.server.handlers import HANDLERS
from pop3shell.server.maildrops.maildrop import Maildrop, SourceError
from pop3shell.server.session import Session

DOTTED = b"Subject: dots\r\n\r\n.\r\n..\r\n.x\r\nlast\r\n"


def test_every_command_that_rfc_1939_has_is_served_and_the_standard_extensions() -> None:
    served = {
        row for row in commands.COMMANDS if row.standing in (Standing.REQUIRED, Standing.OPTIONAL)
    }
    assert set(HANDLERS) == served | {
        commands.CAPA, commands.AUTH, commands.STLS, commands.UTF8, commands.LANG,
    }  # fmt: skip


class TestGreeting:
    def test_it_is_one_positive_line_with_the_timestamp(self, new) -> None:
        assert new.session.greeting() == b"+OK pop3shell practice server ready " + (
            TIMESTAMP + b"\r\n"
        )

    def test_without_a_timestamp_apop_is_refused(self, maildrop) -> None:
        talk = Talk(maildrop, b"")
        assert b"<" not in talk.session.greeting()
        digest = hashlib.md5(b"tanstaaf").hexdigest()
        assert talk(f"APOP mrose {digest}").startswith("-ERR")


class TestLogin:
    def test_user_and_pass(self, new) -> None:
        assert new("USER mrose") == "+OK now send PASS\r\n"
        assert new("PASS tanstaaf") == "+OK mrose's maildrop has 2 messages (320 octets)\r\n"
        assert new.session.state is State.TRANSACTION

    def test_apop_with_the_digest_of_rfc_1939(self, new) -> None:
        assert new("APOP mrose c4c9334bac560ecc979e58001b3e22fb").startswith("+OK")
        assert new.session.state is State.TRANSACTION

    def test_any_name_is_taken_so_that_accounts_cannot_be_found_out(self, new) -> None:
        assert new("USER mrose") == new("USER nobody")

    def test_unknown_user_and_wrong_password_look_the_same(self, new) -> None:
        replies = set()
        for name, password in (("mrose", "x"), ("nobody", "x"), ("nobody", "no such account")):
            new(f"USER {name}")
            replies.add(new(f"PASS {password}"))
            replies.add(new(f"APOP {name} {'0' * 32}"))
        assert replies == {"-ERR [AUTH] wrong name or password\r\n"}
        assert new.session.state is State.AUTHORIZATION

    def test_a_failed_login_can_be_tried_again_from_user(self, new) -> None:
        new("USER mrose")
        assert new("PASS wrong").startswith("-ERR [AUTH]")
        assert new("PASS tanstaaf").startswith("-ERR PASS must follow USER")
        new.log_in()

    @pytest.mark.parametrize("between", ["CAPA", "XYZZY", "", "USER", "PASS", "STAT"])
    def test_pass_is_refused_unless_user_came_directly_before(self, new, between) -> None:
        assert new("PASS tanstaaf").startswith("-ERR PASS must follow USER")
        new("USER mrose")
        new(between)
        assert new("PASS tanstaaf").startswith("-ERR PASS must follow USER")

    def test_a_long_line_between_them_counts_too(self, new) -> None:
        new("USER mrose")
        new("x" * 300)
        assert new("PASS tanstaaf").startswith("-ERR PASS must follow USER")

    @pytest.mark.parametrize("password", ["two words", " leading", "trailing ", "  ", "a\tb"])
    def test_blanks_belong_to_the_password(self, password) -> None:
        session = Session({"mrose": (password, maildrop_of_sizes(120))})
        sent = f"USER mrose\r\nPASS {password}\r\n".encode()
        assert b"".join(session.receive(sent)).count(b"+OK") == 2

    def test_a_second_session_is_told_that_the_maildrop_is_in_use(self, talk, maildrop) -> None:
        other = Talk(maildrop)
        other("USER mrose")
        assert other("PASS tanstaaf").startswith("-ERR [IN-USE] ")
        other("USER mrose")
        assert other("PASS wrong").startswith("-ERR [AUTH] ")
        talk("QUIT")
        other.log_in()

    def test_a_maildrop_that_cannot_be_read_is_told_in_a_sentence(self) -> None:
        class Broken:
            def messages(self):
                raise SourceError("cannot read inbox: Permission denied")

        talk = Talk(Maildrop(Broken()))
        talk("USER mrose")
        assert talk("PASS tanstaaf") == (
            "-ERR [SYS/TEMP] the maildrop cannot be opened: cannot read inbox: Permission denied"
            "\r\n"
        )
        assert not talk.session.closed


class TestCapabilities:
    def test_they_are_announced_alike_before_and_after_login(self, new) -> None:
        before = new("CAPA")
        assert new.log_in()("CAPA") == before
        assert before.split("\r\n")[1:] == [
            "TOP", "UIDL", "USER",
            "SASL SCRAM-SHA-256 SCRAM-SHA-1 OAUTHBEARER XOAUTH2 CRAM-MD5 PLAIN LOGIN",
            "RESP-CODES", "AUTH-RESP-CODE", "PIPELINING", "EXPIRE NEVER", "UTF8 USER", "LANG",
            f"IMPLEMENTATION pop3shell-{__version__}", ".", "",
        ]  # fmt: skip


class TestMaildropCommands:
    def test_stat(self, talk) -> None:
        assert talk("STAT") == "+OK 2 320\r\n"

    def test_list(self, talk) -> None:
        assert talk("LIST") == "+OK 2 messages (320 octets)\r\n1 120\r\n2 200\r\n.\r\n"
        assert talk("LIST 2") == "+OK 2 200\r\n"

    def test_uidl(self, talk) -> None:
        assert talk("UIDL").endswith("\r\n1 uid1\r\n2 uid2\r\n.\r\n")
        assert talk("UIDL 1") == "+OK 1 uid1\r\n"

    def test_retr_sends_as_many_octets_as_list_says(self) -> None:
        talk = Talk(maildrop_of(DOTTED)).log_in()
        assert talk("LIST 1") == f"+OK 1 {len(DOTTED)}\r\n"
        stuffed = DOTTED.replace(b"\r\n.", b"\r\n..").decode()
        assert talk("RETR 1") == f"+OK {len(DOTTED)} octets\r\n{stuffed}.\r\n"

    def test_keywords_are_understood_in_any_case(self, talk) -> None:
        assert talk("stat") == talk("sTaT") == "+OK 2 320\r\n"

    def test_a_message_number_may_have_leading_zeros(self, talk) -> None:
        assert talk("LIST 002") == "+OK 2 200\r\n"

    def test_an_empty_maildrop_has_empty_listings(self) -> None:
        talk = Talk(maildrop_of()).log_in()
        assert talk("STAT") == "+OK 0 0\r\n"
        assert talk("LIST") == talk("UIDL") == "+OK 0 messages (0 octets)\r\n.\r\n"
        assert talk("LIST 1") == "-ERR no such message, only 0 messages in maildrop\r\n"

    def test_a_message_that_has_gone_from_disk_is_told_in_a_sentence(self) -> None:
        class Gone:
            unique_id, octets = "x", 10

            def content(self):
                raise SourceError("cannot read a.eml: No such file")

        class Source:
            def messages(self):
                return [Gone()]

        talk = Talk(Maildrop(Source())).log_in()
        assert talk("RETR 1") == "-ERR [SYS/TEMP] cannot read a.eml: No such file\r\n"
        assert talk("NOOP").startswith("+OK")


class TestTop:
    @pytest.mark.parametrize(
        ("lines", "body"),
        [("0", ""), ("1", "..\r\n"), ("2", "..\r\n...\r\n"), ("4", "all"), ("99999999999", "all")],
    )
    def test_it_sends_the_header_the_blank_line_and_so_many_lines(self, lines, body) -> None:
        talk = Talk(maildrop_of(DOTTED)).log_in()
        body = "..\r\n...\r\n..x\r\nlast\r\n" if body == "all" else body
        sent = talk(f"TOP 1 {lines}")
        assert sent == f"+OK top of message follows\r\nSubject: dots\r\n\r\n{body}.\r\n"

    @pytest.mark.parametrize(
        ("message", "top"),
        [
            (b"A: 1\r\nB: 2\r\n", b"A: 1\r\nB: 2\r\n"),
            (b"A: 1\r\n\r\n", b"A: 1\r\n\r\n"),
            (b"\r\nbody\r\nmore\r\n", b"\r\n"),
            (b"\r\n\r\nbody\r\n", b"\r\n"),
            (b"A: 1\r\n\r\n\r\n\r\n", b"A: 1\r\n\r\n"),
            (b"", b""),
        ],
    )
    def test_of_odd_messages_it_sends_the_header_as_it_is(self, message, top) -> None:
        talk = Talk(maildrop_of(message)).log_in()
        assert talk.raw(b"TOP 1 0\r\n").partition(b"\r\n")[2] == top + b".\r\n"

    def test_all_lines_are_the_same_as_retr(self) -> None:
        talk = Talk(maildrop_of(DOTTED)).log_in()
        assert talk("TOP 1 4").partition("\n")[2] == talk("RETR 1").partition("\n")[2]


class TestDeletion:
    def test_a_marked_message_is_hidden_and_the_others_keep_their_numbers(self, talk) -> None:
        assert talk("DELE 1") == "+OK message 1 deleted\r\n"
        assert talk("STAT") == "+OK 1 200\r\n"
        assert talk("LIST").endswith("\r\n2 200\r\n.\r\n")
        assert talk("UIDL").endswith("\r\n2 uid2\r\n.\r\n")
        for command in ("LIST 1", "UIDL 1", "RETR 1", "TOP 1 0", "DELE 1"):
            assert talk(command) == "-ERR message 1 is marked as deleted, RSET takes that back\r\n"

    def test_rset_restores_everything(self, talk) -> None:
        talk("DELE 1")
        assert talk("RSET") == "+OK 2 messages (320 octets)\r\n"
        assert talk("STAT") == "+OK 2 320\r\n"

    def test_quit_removes_what_is_marked(self, talk, maildrop) -> None:
        talk("DELE 1")
        assert talk("QUIT") == "+OK pop3shell practice server signing off, 1 deleted\r\n"
        assert talk.session.closed
        assert talk.session.state is State.UPDATE
        assert Talk(maildrop).log_in()("UIDL").endswith("\r\n1 uid2\r\n.\r\n")

    def test_a_connection_that_is_lost_removes_nothing_and_unlocks(self, talk, maildrop) -> None:
        talk("DELE 1")
        talk.session.end()
        assert Talk(maildrop).log_in()("STAT") == "+OK 2 320\r\n"

    def test_a_refused_quit_removes_nothing(self, talk) -> None:
        talk("DELE 1")
        assert talk("QUIT now").startswith("-ERR")
        assert not talk.session.closed
        assert talk("RSET").startswith("+OK 2 ")

    def test_nothing_after_quit_is_executed(self, talk, maildrop) -> None:
        assert talk.raw(b"QUIT\r\nDELE 2\r\nNOOP\r\n").count(b"\r\n") == 1
        assert talk.raw(b"NOOP\r\n") == b""
        assert Talk(maildrop).log_in()("STAT") == "+OK 2 320\r\n"

    def test_quit_before_login_just_closes(self, new) -> None:
        assert new("QUIT") == "+OK pop3shell practice server signing off\r\n"
        assert new.session.closed
        assert new.session.state is State.CLOSED


class TestFaults:
    def test_a_fault_of_the_server_ends_the_session_in_words_and_unlocks(self, caplog) -> None:
        class Faulty:
            unique_id, octets = "x", 10

            def content(self):
                raise ZeroDivisionError("oh dear")

        class Source:
            def messages(self):
                return [Faulty()]

        maildrop = Maildrop(Source())
        talk = Talk(maildrop).log_in()
        assert talk("RETR 1") == "-ERR [SYS/TEMP] internal failure, closing the connection\r\n"
        assert talk.session.closed
        assert maildrop.acquire() is not None
        assert "oh dear" in caplog.text
        assert "Traceback" not in caplog.text


class TestArrival:
    SCRIPT = (
        b"CAPA\r\nUSER mrose\r\nPASS tanstaaf\r\nSTAT\r\nLIST\r\nRETR 1\r\nTOP 2 1\r\nXYZZY\r\n"
        b"DELE 1\r\nRETR 1\r\n" + b"x" * 300 + b" NOOP\r\nUIDL\r\nRSET\r\nQUIT\r\nNOOP\r\n"
    )

    def run(self, *portions: bytes) -> bytes:
        talk = Talk(maildrop_of(DOTTED, DOTTED * 2))
        return b"".join(talk.raw(portion) for portion in portions)

    def test_all_in_one_segment_and_octet_by_octet_give_the_same(self) -> None:
        whole = self.run(self.SCRIPT)
        assert whole == self.run(*(bytes([octet]) for octet in self.SCRIPT))
        assert whole == self.run(*self.SCRIPT.splitlines(keepends=True))
        assert whole.count(b"\r\n-ERR") == 3

    def test_a_big_message_comes_in_pieces_and_the_next_command_waits_for_them(self) -> None:
        talk = Talk(maildrop_of(b"S: big\r\n\r\n" + b"line\r\n" * 50_000)).log_in()
        answers = talk.session.receive(b"RETR 1\r\nQUIT\r\n")
        assert next(answers) == b"+OK 300010 octets\r\n"
        assert len(next(answers)) < 2 * limits.CHUNK_OCTETS
        assert not talk.session.closed
        assert b"".join(answers).endswith(b"\r\n.\r\n+OK pop3shell practice server signing off\r\n")

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(
            st.sampled_from(SCRIPT.splitlines(keepends=True))
            | st.binary(max_size=20)
            | st.sampled_from([b"\r\n", b"\n", b"DELE 1\r\n", b"QUIT \r\n"])
        )
    )
    def test_no_input_breaks_a_session_or_gets_more_than_one_reply_a_line(self, parts) -> None:
        stream = b"".join(parts)
        maildrop = maildrop_of_sizes(120, 200)
        talk = Talk(maildrop)
        talk.raw(stream)
        assert talk.session.commands <= stream.count(b"\r\n")
        talk.session.end()
        assert maildrop.acquire() is not None
