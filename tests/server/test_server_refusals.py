"""What a session refuses: each bad line gets exactly one `-ERR`, and nothing is lost by it."""

from __future__ import annotations

import pytest
from support.talk import Talk

from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.states import State
from pop3shell.server import limits
from pop3shell.server.handlers import HANDLERS

ROWS_OF_TRANSACTION = [row for row in HANDLERS if row.states == {State.TRANSACTION}]
ROWS_OF_AUTHORIZATION = [row for row in HANDLERS if row.states == {State.AUTHORIZATION}]
ARGUMENTS = {
    "msg": "1", "n": "0", "name": "mrose", "password": "x", "digest": "0" * 32,
    "mechanism": "PLAIN", "initial-response": "AHgAeA==", "language": "en",
}  # fmt: skip


def well_formed(row) -> str:
    return " ".join([row.verb, *(ARGUMENTS[a.kind.label] for a in row.arguments if not a.optional)])


class TestRefusals:
    """Each line gets exactly one `-ERR`, and the session goes on."""

    @pytest.fixture(autouse=True)
    def _goes_on(self, talk):
        yield
        if not talk.session.closed:
            assert talk("STAT") == "+OK 2 320\r\n"

    def refused(self, talk: Talk, command: str) -> str:
        reply = talk(command)
        assert reply.startswith("-ERR ")
        assert reply.count("\r\n") == 1
        assert len(reply) <= 512
        return reply

    @pytest.mark.parametrize("row", ROWS_OF_TRANSACTION, ids=lambda row: row.verb)
    def test_commands_of_the_transaction_state_before_login(self, new, row) -> None:
        assert "log in first" in self.refused(new, well_formed(row))

    @pytest.mark.parametrize("row", ROWS_OF_AUTHORIZATION, ids=lambda row: row.verb)
    def test_commands_of_the_authorization_state_after_login(self, talk, row) -> None:
        assert "already logged in" in self.refused(talk, well_formed(row))

    @pytest.mark.parametrize("row", HANDLERS, ids=lambda row: row.verb)
    def test_a_surplus_argument_or_a_trailing_blank(self, new, talk, row) -> None:
        for session in (new, talk):
            if session.session.state in row.states and row is not commands.PASS:
                full = " ".join([row.verb, *(ARGUMENTS[a.kind.label] for a in row.arguments)])
                self.refused(session, full + " x")
                self.refused(session, full + " ")
                self.refused(session, well_formed(row) + " ")
                assert session.session.state in row.states

    @pytest.mark.parametrize(
        "row", [row for row in HANDLERS if row.required], ids=lambda row: row.verb
    )
    def test_a_missing_argument(self, new, talk, row) -> None:
        for session in (new, talk):
            if session.session.state in row.states:
                assert row.syntax in self.refused(session, row.verb)
                self.refused(session, row.verb + " ")

    @pytest.mark.parametrize("verb", ["LIST", "UIDL", "RETR", "DELE", "TOP"])
    @pytest.mark.parametrize(
        "number",
        ["0", "00", "-1", "+1", "x", "1x", "0x1", "1.0", "1,2", "3", "4294967297",
         "18446744073709551617", "9" * 200, "\xb9", "1\t", "\t1", " 1", "1\0", "1\n", "1\r"],
    )  # fmt: skip
    def test_numbers_that_no_message_has(self, talk, verb, number) -> None:
        self.refused(talk, f"{verb} {number}" + (" 0" if verb == "TOP" else ""))

    @pytest.mark.parametrize("lines", ["-1", "+1", "x", "1x", "", " 1", "1 1", "\t", "\xb2"])
    def test_line_counts_that_are_no_numbers(self, talk, lines) -> None:
        self.refused(talk, f"TOP 1 {lines}")

    def test_top_without_a_line_count(self, talk) -> None:
        assert "TOP msg n" in self.refused(talk, "TOP 1")

    @pytest.mark.parametrize(
        "digest",
        ["", "0" * 31, "0" * 33, "C4C9334BAC560ECC979E58001B3E22FB", "g" * 32, "0" * 31 + " "],
    )
    def test_digests_that_are_not_32_lower_case_hexadecimal_digits(self, new, digest) -> None:
        assert "[AUTH]" not in self.refused(new, f"APOP mrose {digest}")

    @pytest.mark.parametrize(
        "line",
        ["", " ", " STAT", "STAT\t", "ST\0AT", "STAT\n", "STAT\r", "\nSTAT", "STAT\nSTAT", "STATS",
         "STA", "\xff\xfe", "STAT:", "+OK", "GET / HTTP/1.1", "\x1b[A", "LIST  1", "S TAT"],
    )  # fmt: skip
    def test_lines_that_are_no_command(self, new, talk, line) -> None:
        self.refused(new, line)
        self.refused(talk, line)

    @pytest.mark.parametrize(
        "line",
        ["LAST", "RPOP mrose", "XTND XMIT", "XTND XLST subject", "HELO mrose x", "XYZZY"],
    )
    def test_obsolete_and_foreign_commands_are_unknown(self, new, talk, line) -> None:
        assert "unknown command" in self.refused(new, line)
        assert "unknown command" in self.refused(talk, line)

    @pytest.mark.parametrize(
        "line",
        ["STLS", "XCLIENT ADDR=192.0.2.1", "XOIP 192.0.2.1"],
    )
    def test_extensions_that_are_not_here(self, new, talk, line) -> None:
        assert "not supported" in self.refused(new, line)
        self.refused(talk, line)

    def test_numbers_beyond_the_last_say_how_many_there_are(self, talk) -> None:
        assert self.refused(talk, "RETR 3") == (
            "-ERR no such message, only 2 messages in maildrop\r\n"
        )

    @pytest.mark.parametrize("octets", [256, 600, 5000, 100_000])
    def test_a_long_line_is_refused_once_and_its_tail_is_not_executed(self, talk, octets) -> None:
        line = bytearray(b"x" * (octets - 2))
        for place in (200, 255, 512, 4000):
            line[place : place + 8] = b" DELE 1 "[: max(0, octets - 2 - place)]
        reply = talk.raw(bytes(line) + b"\r\n")
        assert reply == b"-ERR line too long, at most 255 octets with CRLF\r\n"

    def test_a_command_of_255_octets_is_taken(self, new) -> None:
        assert new("USER " + "a" * 248).startswith("+OK")

    def test_what_was_sent_is_not_repeated_in_a_refusal(self, new) -> None:
        for line in ("PASS hunter2", "hunter2", "APOP mrose hunter2"):
            assert "hunter2" not in self.refused(new, line)


class TestBareLf:
    def test_a_client_that_sends_no_crlf_is_told_after_a_while(self, talk) -> None:
        assert talk.raw(b"STAT\n") == b""
        assert talk.session.waits_behind_bare_lf
        told = b"".join(talk.session.quiet())
        assert told == b"-ERR a line ends with CRLF, and this one ended with a bare LF\r\n"
        assert not talk.session.waits_behind_bare_lf
        assert talk("STAT") == "+OK 2 320\r\n"

    def test_quiet_says_nothing_to_everybody_else(self, talk) -> None:
        talk.raw(b"STA")
        assert b"".join(talk.session.quiet()) == b""
        assert talk("T") == "+OK 2 320\r\n"


class TestLimits:
    def test_too_many_refusals_in_a_row_close_the_connection(self, talk, maildrop) -> None:
        talk("DELE 1")
        replies = [talk("XYZZY") for _ in range(limits.MAX_REFUSALS)]
        assert all(reply.startswith("-ERR") and reply.count("\r\n") == 1 for reply in replies)
        assert "closing" in replies[-1]
        assert "closing" not in replies[-2]
        assert talk.session.closed
        assert Talk(maildrop).log_in()("STAT") == "+OK 2 320\r\n"

    def test_a_good_command_starts_the_count_anew(self, talk) -> None:
        for _ in range(3 * limits.MAX_REFUSALS):
            talk("XYZZY")
            talk("NOOP")
        assert not talk.session.closed

    def test_guessing_passwords_comes_to_an_end_though_user_is_always_accepted(self, new) -> None:
        for _ in range(limits.MAX_FAILED_LOGINS):
            assert not new.session.closed
            new("USER mrose")
            last = new("PASS guess")
        assert last.startswith("-ERR [AUTH] ")
        assert "closing" in last
        assert new.session.closed
