"""What people paste from telnet, a mail or a web page: nothing of it is dropped in silence."""

from __future__ import annotations

import pytest
from remembering import entries_of, said_by

from pop3shell.transcript.errors import TranscriptError
from pop3shell.transcript.model import ClientLine, Note, ServerLine
from pop3shell.transcript.plain import PlainDialogue
from pop3shell.transcript.unsided import HELD

TELNET = """\
Trying 192.0.2.1...
Connected to mail.example.com.
Escape character is '^]'.
+OK POP3 ready
user mrose
+OK
PASS tanstaaf
+OK Logged in.
LIST
+OK 2 messages:
1 120
2 200
.
RETR 1
+OK 120 octets
Subject: x

C: not said by the client
# no note
..
.
FOO bar
-ERR what?
QUIT
+OK bye
Connection closed by foreign host.
"""
SAID = TELNET.splitlines()[3:-1]
CLIENT = ["user mrose", "PASS tanstaaf", "LIST", "RETR 1", "FOO bar", "QUIT"]


def notes(text: str | bytes) -> list[str]:
    return [entry.text for entry in entries_of(text) if isinstance(entry, Note)]


def sides(text: str | bytes) -> tuple[list[str], list[str]]:
    """The lines of the client, and those of the server."""
    client, server = said_by(entries_of(text))
    return client.decode().split("\r\n")[:-1], server.decode().split("\r\n")[:-1]


class TestTelnet:
    def test_each_line_is_given_to_its_side(self):
        client, server = sides(TELNET)
        assert client == CLIENT
        assert server == [line for line in SAID if line not in CLIENT]

    def test_what_telnet_says_are_notes(self):
        lines = TELNET.splitlines()
        assert notes(TELNET) == [*lines[:3], lines[-1]]

    def test_the_lines_keep_their_numbers_and_their_order(self):
        numbers = [entry.number for entry in entries_of(TELNET)]
        assert numbers == list(range(1, len(TELNET.splitlines()) + 1))

    @pytest.mark.parametrize("octets", [
        TELNET.replace("\n", "\r\n").encode(),
        b"\xef\xbb\xbf" + TELNET.replace("\n", "\r\n").encode(),
        "".join(f"    {line}\n" for line in TELNET.splitlines()).encode(),
        "".join(f"> {line}\n" for line in TELNET.splitlines()).encode(),
        "".join(f">> {line}".rstrip() + "\n" for line in TELNET.splitlines()).encode(),
    ], ids=["CRLF", "BOM", "indented", "quoted", "quoted twice"])  # fmt: skip
    def test_however_it_was_saved_or_sent(self, octets):
        assert sides(octets) == sides(TELNET)

    def test_a_paste_may_lack_its_greeting(self):
        assert sides("USER a\n+OK\nPASS b\n-ERR\n") == (["USER a", "PASS b"], ["+OK", "-ERR"])

    def test_the_last_command_may_lack_its_reply(self):
        assert sides("+OK\nNOOP\n-ERR\nQUIT\n")[0] == ["NOOP", "QUIT"]
        assert sides("+OK\nQUIT\n") == (["QUIT"], ["+OK"])

    def test_commands_may_be_ahead_of_their_replies(self):
        assert sides("+OK\nSTAT\nNOOP\n+OK 1 2\n+OK\n")[0] == ["STAT", "NOOP"]

    def test_a_login_by_sasl(self):
        text = "+OK\nAUTH LOGIN\n+ VXNlcm5hbWU6\neA==\n+ UGFzc3dvcmQ6\nc2VjcmV0\n+OK\n"
        assert sides(text)[0] == ["AUTH LOGIN", "eA==", "c2VjcmV0"]

    def test_a_reply_that_nobody_asked_for(self):
        assert sides("+OK\nNOOP\n+OK\n-ERR idle for too long\n")[1][-1] == "-ERR idle for too long"

    def test_remarks_between_the_lines_are_notes(self):
        text = "+OK\n# first\nNow I log in.\nUSER a\nIt says:\n+OK\nTop of the world!\nQUIT\n+OK\n"
        assert sides(text) == (["USER a", "QUIT"], ["+OK", "+OK", "+OK"])
        assert notes(text) == ["first", "Now I log in.", "It says:", "Top of the world!"]

    def test_a_body_without_its_dot_that_took_in_the_rest_is_told(self):
        with pytest.raises(TranscriptError, match="still in a reply without its end") as caught:
            entries_of("+OK\nRETR 1\n+OK\nSubject: x\nQUIT\n+OK bye\n")
        assert caught.value.number == 6

    def test_a_paste_cut_off_in_a_body_is_read(self):
        assert sides("+OK\nRETR 1\n+OK\nSubject: x\n")[1] == ["+OK", "+OK", "Subject: x"]


class TestHalfMarked:
    def test_replies_without_a_side(self):
        text = "+OK\nC: LIST\n+OK\n1 2\n.\nC: QUIT\n+OK\n"
        assert sides(text) == (["LIST", "QUIT"], ["+OK", "+OK", "1 2", ".", "+OK"])

    def test_commands_without_a_side(self):
        text = "S: +OK\nUSER a\nS: +OK\nPASS b\nS: +OK\nAUTH LOGIN\nS: + eA==\neA==\nS: -ERR\n"
        assert sides(text)[0] == ["USER a", "PASS b", "AUTH LOGIN", "eA=="]

    def test_prose_on_replies_is_no_dialogue(self):
        text = "+OK means yes\n-ERR means no\nQUIT ends it.\n\nS: +OK\nC: NOOP\nS: +OK\n+OK.\n"
        assert sides(text) == (["NOOP"], ["+OK", "+OK"])

    def test_however_much_prose_follows_it_is_given_soon(self):
        block = b"+OK means yes\n" + b"Prose.\n" * HELD
        assert len(list(PlainDialogue().entries(block))) == HELD + 1


class TestMarks:
    def test_lower_case(self):
        text = "s: +OK\nc: USER a\ns: +OK\nc: RETR 1\ns: +OK\ns: x\ns: .\n"
        assert sides(text) == (["USER a", "RETR 1"], ["+OK", "+OK", "+OK", "x", "."])

    def test_one_slip_among_capitals(self):
        assert sides("S: +OK\nC: USER a\nS: +OK\nc: PASS b\ns: +OK\n")[0] == ["USER a", "PASS b"]

    @pytest.mark.parametrize("line", [r"c:\mail.txt", "c: the client", "s: see below"])
    def test_other_lower_case_letters_are_prose(self, line):
        assert notes(line + "\nS: +OK\n") == [line]

    def test_lower_case_in_a_body_as_it_came_is_the_mails(self):
        text = "C: RETR 1\nS: +OK\nSubject: x\n\nc: QUIT\n.\n"
        assert sides(text)[1] == ["+OK", "Subject: x", "", "c: QUIT", "."]

    def test_a_mail_quotes_it(self):
        text = "Bob wrote:\n> C: RETR 1\n> S: +OK\n> Subject: x\n>\n> > y\n> .\n> C: QUIT\nWell.\n"
        client, server = sides(text)
        assert client == ["RETR 1", "QUIT"]
        assert server == ["+OK", "Subject: x", "", "> y", "."]
        assert notes(text) == ["Bob wrote:", "Well."]

    def test_quotes_in_a_mail_that_is_fetched_stay(self):
        assert sides("C: RETR 1\nS: +OK\nx\n> C: y\n.\n")[1][2] == "> C: y"

    @pytest.mark.parametrize("blank", [b"\xc2\xa0", b"\xa0", b" \xc2\xa0 "])
    def test_a_no_break_space_behind_the_colon(self, blank):
        text = b"C: LIST\nS: +OK\nS:  1\nS: .\n".replace(b": ", b":" + blank)
        assert sides(text) == (["LIST"], ["+OK", " 1", "."])

    def test_what_only_begins_like_a_no_break_space_stays(self):
        assert sides("S: £ 1\n")[1] == ["£ 1"]


class TestNotUnderstood:
    @pytest.mark.parametrize(
        "line", ["USER mrose", "PASS tanstaaf", "< +OK", "-> PASS x", "C - PASS x", "-ERR no"]
    )
    def test_a_line_of_a_session_that_is_nobodys_is_told(self, line):
        with pytest.raises(TranscriptError, match=r"nothing says whose.*write C: .* S: ") as caught:
            entries_of(f"Look:\n\n{line}\n")
        assert caught.value.number == 3

    def test_prose_beside_a_dialogue_is_not(self):
        kinds = [type(entry) for entry in entries_of("PASS x\nNow:\nS: +OK\nC: QUIT\n")]
        assert kinds == [Note, Note, ServerLine, ClientLine]

    @pytest.mark.parametrize("line", [
        "%pop3-transcript 1", "%POP3-TRANSCIPT 1", "%POP3TRANSCRIPT 1", " %POP3-TRANSCRIPT 1",
        "%Pop3-Transcript",
    ])  # fmt: skip
    def test_the_first_line_misspelt_is_told(self, line):
        with pytest.raises(TranscriptError, match="this must be %POP3-TRANSCRIPT 1, in") as caught:
            entries_of(f"{line}\nS: +OK a\\x41\n")
        assert caught.value.number == 1

    @pytest.mark.parametrize("line", ["% telnet mail.example.com 110", "%POP", "%"])
    def test_other_per_cent_signs_are_notes(self, line):
        assert notes(f"{line}\nS: +OK\n") == [line]

    @pytest.mark.parametrize("head", ["", "%POP3-TRANSCRIPT 1\n"])
    def test_a_bare_plus_in_an_expectation_is_explained(self, head):
        with pytest.raises(TranscriptError, match=r"is written \\\+, as in S~ \\\+OK"):
            entries_of(head + "S~ +OK.*\n")

    def test_what_is_wrong_with_another_expectation_is_not_the_plus(self):
        with pytest.raises(TranscriptError, match=r"(?s)^((?!written).)*$"):
            entries_of("S~ \\+OK (\n")
