"""`pygmentize -l pop3` tells the parts of a dialogue apart, in whatever form it is written down."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pygments import highlight
from pygments.formatters import HtmlFormatter, Terminal256Formatter, TerminalFormatter
from pygments.token import Error

from pop3shell.protocol.spec.commands import COMMANDS
from pop3shell.view.lexers import Pop3CommandLexer, Pop3Lexer
from pop3shell.view.pygments_style import TOKENS, Pop3Style
from pop3shell.view.style import Part

ORDINARY = {TOKENS[Part.TEXT]}
NAMES = {token: part.name for part, token in TOKENS.items() if token not in ORDINARY}


def lexed(text: str) -> list[list[tuple[str, str]]]:
    """The parts of each line, ordinary text left out."""
    lines: list[list[tuple[str, str]]] = [[]]
    for token, value in Pop3Lexer().get_tokens(text):
        if value == "\n":
            lines.append([])
        elif token not in ORDINARY:
            lines[-1].append((NAMES[token], value))
    return lines[:-1]


def parts_of(text: str) -> list[list[tuple[str, str]]]:
    """The same without the lines' tags."""
    return [[pair for pair in line if pair[0] != "SIDE"] for line in lexed(text)]


TRANSCRIPT = r"""%POP3-TRANSCRIPT 1
%server: mail.example.com:110
[0.000] *: connected 192.0.2.10:110
[0.021] S: +OK ready <1896.697170952@dbc.mtview.ca.us>
[2.310] C: USER mrose
S: -ERR [AUTH] who is \x1b[31m\\?
C: PASS ${password}
S~ \+OK .*
S...
# a note
"""


def test_a_transcript_is_lexed_by_its_own_syntax():
    assert lexed(TRANSCRIPT) == [
        [("META", "%POP3-TRANSCRIPT 1")],
        [("META", "%server: mail.example.com:110")],
        [("STAMP", "[0.000] "), ("EVENT", "*:"), ("EVENT", "connected 192.0.2.10:110")],
        [("STAMP", "[0.021] "), ("SIDE", "S:"), ("OK", "+OK"),
         ("TIMESTAMP", "<1896.697170952@dbc.mtview.ca.us>")],
        [("STAMP", "[2.310] "), ("SIDE", "C:"), ("VERB", "USER"), ("ARGUMENT", "mrose")],
        [("SIDE", "S:"), ("ERR", "-ERR"), ("CODE", "[AUTH]"), ("ESCAPE", r"\x1b"),
         ("ESCAPE", r"\\")],
        [("SIDE", "C:"), ("VERB", "PASS"), ("SECRET", "${password}")],
        [("SIDE", "S~"), ("PATTERN", r"\+OK .*")],
        [("SIDE", "S...")],
        [("NOTE", "# a note")],
    ]  # fmt: skip


def test_only_what_stands_for_a_secret_in_a_transcript_is_shown_as_one():
    text = "S: +OK ${password2} ${sasl} ${password1} ${other}\n"
    secrets = [value for part, value in parts_of(text)[0] if part == "SECRET"]
    assert secrets == ["${password2}", "${sasl}"]


def test_listings_are_lexed_by_the_command_before_them():
    found = parts_of(
        "C: LIST\nS: +OK 2 messages\nS: 1 120\nS: .\n"
        "C: UIDL\nS: +OK\nS: 1 whqtswO00WBw418f9t5JxYwZ\nS: .\n"
        "C: CAPA\nS: +OK\nS: SASL PLAIN\nS: .\n"
        "C: LIST 1\nS: +OK 1 120\nC: STAT\nS: +OK 2 320\n"
    )
    assert found[2:4] == [[("NUMBER", "1"), ("NUMBER", "120")], [("TERMINATOR", ".")]]
    assert found[6] == [("NUMBER", "1"), ("UNIQUE_ID", "whqtswO00WBw418f9t5JxYwZ")]
    assert found[10] == [("TAG", "SASL")]
    assert found[13] == [("OK", "+OK"), ("NUMBER", "1"), ("NUMBER", "120")]
    assert found[15] == [("OK", "+OK"), ("NUMBER", "2"), ("NUMBER", "320")]


def test_a_message_has_a_header_a_body_stuffed_dots_and_an_end():
    found = parts_of(
        "C: RETR 1\nS: +OK 120 octets\nS: Subject: Column\nS:  folded\nS:\nS: Not: header\n"
        "S: > quoted\nS: ..dot\nS: +OK no reply\nS: .\nC: QUIT\nS: +OK\n"
    )
    assert found[2:] == [
        [("HEADER_NAME", "Subject:"), ("HEADER_VALUE", " Column")],
        [("HEADER_VALUE", " folded")],
        [],
        [],
        [("QUOTED", "> quoted")],
        [("DOT", ".")],
        [],
        [("TERMINATOR", ".")],
        [("VERB", "QUIT")],
        [("OK", "+OK")],
    ]


def test_a_body_may_be_printed_without_tags():
    found = parts_of("C: RETR 1\nS: +OK\nSubject: x\n\n> y\n.\nC: QUIT\nS: +OK\nlater\n")
    assert found[2] == [("HEADER_NAME", "Subject:"), ("HEADER_VALUE", " x")]
    assert found[4:6] == [[("QUOTED", "> y")], [("TERMINATOR", ".")]]
    assert found[8] == [("NOTE", "later")]


def test_a_body_whose_end_was_not_printed_ends_where_the_client_speaks():
    found = parts_of("C: RETR 1\nS: +OK\nS: <the POP3 server sends message 1>\nC: QUIT\nS: +OK\n")
    assert found[-1] == [("OK", "+OK")]


def test_old_pages_write_client_and_server_even_on_one_line():
    found = lexed("  Client: USER mrose   Server: +OK hello\nclient: STAT\nserver: +OK 2 320\n")
    assert found[0] == [
        ("SIDE", "Client:"), ("VERB", "USER"), ("ARGUMENT", "mrose"), ("SIDE", "Server:"),
        ("OK", "+OK"),
    ]  # fmt: skip
    assert found[2][1:] == [("OK", "+OK"), ("NUMBER", "2"), ("NUMBER", "320")]


def test_commands_sent_ahead_are_matched_with_their_replies():
    found = parts_of("C: UIDL\nC: STAT\nS: +OK\nS: 1 abc\nS: .\nS: +OK 2 320\n")
    assert found[3] == [("NUMBER", "1"), ("UNIQUE_ID", "abc")]
    assert found[5] == [("OK", "+OK"), ("NUMBER", "2"), ("NUMBER", "320")]


def test_a_sasl_exchange_shows_challenges_and_secrets():
    found = parts_of("C: AUTH PLAIN\nS: + \nC: AGEAYg==\nS: +OK\nC: AUTH X\nS: + \nC: *\nS: -ERR\n")
    assert found[1:4] == [[("CHALLENGE", "+")], [("SECRET", "AGEAYg==")], [("OK", "+OK")]]
    assert found[6] == [("ARGUMENT", "*")]


def test_what_is_no_command_inside_a_login_is_a_secret():
    found = parts_of("C: USER mrose\nS: +OK\nC: tanstaaf\nS: -ERR\n")
    assert found[2] == [("SECRET", "tanstaaf")]


def test_patterns_keep_the_dialogue_in_step():
    found = parts_of("C: UIDL\nS~ \\+OK.*\nS: 1 abc\nS~ \\.\nC: STAT\nS: +OK 2 320\n")
    assert found[2] == [("NUMBER", "1"), ("UNIQUE_ID", "abc")]
    assert found[5] == [("OK", "+OK"), ("NUMBER", "2"), ("NUMBER", "320")]


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.verb)
def test_every_example_of_the_command_table_is_lexed(row):
    for line in lexed("\n".join(row.example)):
        assert line[0][0] == "SIDE"
        assert line[0][1] in ("C:", "S:")


dialogues = st.lists(
    st.one_of(
        st.text(),
        st.sampled_from(["C: RETR 1", "S: +OK", "S: .", "Client:", "Server: +OK", "S~ [", "S...",
                         "%x", "#", "C: AUTH X", "S: + ", "S: \\x1", "C: PASS", "[1.2] S:", ".",
                         "%POP3-TRANSCRIPT 1", "S: \ud800", "C: \udcff x"]),
    ),
    max_size=12,
).map("\n".join)  # fmt: skip


@given(dialogues)
def test_any_text_is_lexed_whole_and_without_errors(text):
    for lexer in (Pop3Lexer(), Pop3CommandLexer(), Pop3CommandLexer(challenged=True)):
        tokens = list(lexer.get_tokens_unprocessed(text))
        assert "".join(value for _, _, value in tokens) == text
        at = 0
        for index, token, value in tokens:
            assert index == at
            assert token is not Error
            at += len(value)


def test_a_dialogue_is_recognised_by_its_text():
    assert Pop3Lexer.analyse_text(TRANSCRIPT) == 1.0
    assert Pop3Lexer.analyse_text("   S: +OK POP3 ready\n   C: QUIT\n") > 0.5
    assert Pop3Lexer.analyse_text("Dear S: this is no dialogue\n") == 0.0


def test_a_typed_line_is_lexed_as_typed_and_nothing_is_added():
    tokens = list(Pop3CommandLexer().get_tokens("!retr 1"))
    assert tokens == [
        (TOKENS[Part.ANYWAY], "!"), (TOKENS[Part.VERB], "retr"), (TOKENS[Part.TEXT], " "),
        (TOKENS[Part.NUMBER], "1"),
    ]  # fmt: skip
    assert list(Pop3CommandLexer(challenged=True).get_tokens("abc=")) == [
        (TOKENS[Part.SECRET], "abc=")
    ]


@pytest.mark.parametrize(
    "formatter",
    [TerminalFormatter(), Terminal256Formatter(style=Pop3Style), HtmlFormatter(style=Pop3Style)],
)
def test_every_formatter_takes_the_tokens(formatter):
    assert "mrose" in highlight(TRANSCRIPT, Pop3Lexer(), formatter)


def test_a_dialogue_that_is_aligned_as_rfc_1939_has_it_is_highlighted_too():
    text = (
        "C: <open connection>\n"
        "S:    +OK ready\n"
        "C:    RETR 1\n"
        "S:    +OK 9 octets\n"
        "S:    Subject: aligned\n"
        "S:\n"
        "S:      two blanks of its own\n"
        "S:    .\n"
        "C:    STAT\n"
    )
    pairs = [(part, piece) for _, part, piece in Pop3Lexer().get_tokens_unprocessed(text)]
    assert "".join(piece for _, piece in pairs) == text
    assert (TOKENS[Part.NOTE], "<open connection>") in pairs
    assert pairs.count((TOKENS[Part.OK], "+OK")) == 2
    assert [piece for part, piece in pairs if part is TOKENS[Part.VERB]] == ["RETR", "STAT"]
    assert (TOKENS[Part.HEADER_NAME], "Subject:") in pairs
    assert (TOKENS[Part.BODY], "  two blanks of its own") in pairs
    assert (TOKENS[Part.TERMINATOR], ".") in pairs


def test_blanks_in_a_recorded_dialogue_are_text():
    text = "%POP3-TRANSCRIPT 1\nS: +OK\nC:  STAT\n"
    pairs = [(part, piece) for _, part, piece in Pop3Lexer().get_tokens_unprocessed(text)]
    assert TOKENS[Part.VERB] not in [part for part, _ in pairs]


def test_a_line_of_many_blanks_is_told_apart_as_soon_as_any_other():
    (_, said) = parts_of(f"Server: +OK\nClient: STAT{' ' * 200_000}x")
    assert said[0] == ("VERB", "STAT")
