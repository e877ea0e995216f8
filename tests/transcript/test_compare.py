"""Where a server answers otherwise than it did is told, and only that."""

from __future__ import annotations

import tracemalloc
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from remembering import entries_of

from pop3shell.protocol.commandline import parse
from pop3shell.transcript.compare import DIFFERENCES, Level, ReplyComparison

HEAD = "%POP3-TRANSCRIPT 1\n"
LEVELS = list(Level)


def compare(command: str, expected: str, got: str | bytes, level: Level, cut: int = 1 << 20):
    """Compare a reply; ``expected`` begins on line 2 of its file."""
    octets = got if isinstance(got, bytes) else got.replace("\n", "\r\n").encode()
    line = parse(command.encode() + b"\r\n") if command else None
    comparison = ReplyComparison(entries_of(HEAD + expected)[1:], level, line)
    for at in range(0, len(octets), cut):
        comparison.feed(octets[at : at + cut])
    return [str(difference) for difference in comparison.end()]


def same(command: str, expected: str, got: str | bytes) -> str:
    """The closest level at which the two are the same."""
    equal = [level.value for level in LEVELS if not compare(command, expected, got, level)]
    assert equal == [level.value for level in LEVELS][: len(equal)]
    return equal[-1] if equal else "none"


@pytest.mark.parametrize(
    ("command", "expected", "got", "level"),
    [
        ("NOOP", "S: +OK\n", "+OK\n", "exact"),
        ("NOOP", "S: +OK\n", "+OK fine\n", "shape"),
        ("NOOP", "S: +OK\n", "-ERR\n", "none"),
        ("NOOP", "S: +OK\n", "", "none"),
        ("NOOP", "S: +OK\n", "+OK", "shape"),
        ("NOOP", "S: +OK\n", "+OK\nmore\n", "status"),
        ("", "S: +OK ready <1@host>\n", "+OK ready <2@host>\n", "shape"),
        ("PASS x", "S: -ERR [AUTH] no\n", "-ERR [AUTH] never\n", "shape"),
        ("PASS x", "S: -ERR [AUTH] no\n", "-ERR [IN-USE] no\n", "status"),
        ("STAT", "S: +OK 2 320\n", "+OK 2 999\n", "shape"),
        ("STAT", "S: +OK 2 320\n", "+OK 3 320\n", "status"),
        ("LIST 2", "S: +OK 2 200\n", "+OK 2 201\n", "shape"),
        ("LIST 2", "S: +OK 2 200\n", "+OK 1 200\n", "status"),
        ("UIDL 2", "S: +OK 2 aa\n", "+OK 2 bb\n", "shape"),
        ("LIST", "S: +OK\nS: 1 120\nS: 2 200\nS: .\n", "+OK 2\n1 5\n2 6\n.\n", "shape"),
        ("LIST", "S: +OK\nS: 1 120\nS: 2 200\nS: .\n", "+OK\n1 120\n3 200\n.\n", "status"),
        ("LIST", "S: +OK\nS: 1 120\nS: .\n", "+OK\n.\n", "status"),
        ("LIST", "S: +OK\nS: .\n", "+OK\n.\n", "exact"),
        ("UIDL", "S: +OK\nS: 1 aa\nS: .\n", "+OK\n1 bb\n.\n", "shape"),
        ("RETR 1", "S: +OK\nS: text\nS: .\n", "+OK\nother\nlines\n.\n", "shape"),
        ("RETR 1", "S: +OK\nS: text\nS: .\n", "+OK\n", "status"),
        ("RETR 1", "S: +OK\n[1] S: text\n[2] S: .\n", "+OK\ntext\n.\n", "exact"),
        ("CAPA", "S: +OK\nS: TOP\nS: .\n", "+OK\nUIDL\n.\n", "shape"),
        ("AUTH PLAIN", "S: + \n", "+ \n", "exact"),
        ("AUTH PLAIN", "S: +\\x20\n", "+ \n", "exact"),
        ("AUTH LOGIN", "S: + VXNl\n", "+ UGFz\n", "shape"),
        ("AUTH LOGIN", "S: + VXNl\n", "-ERR\n", "none"),
        ("XYZZY", "S: ?\n", "!\n", "none"),
        ("NOOP", "S: +OK \\xff\\n\n", b"+OK \xff\n", "exact"),
    ],
)
def test_what_counts_at_which_level(command, expected, got, level) -> None:
    assert same(command, expected, got) == level


@pytest.mark.parametrize("level", LEVELS)
class TestExpectations:
    def test_a_pattern_must_match_the_whole_line(self, level) -> None:
        expected = "S~ \\+OK \\d+ messages?\n"
        assert not compare("NOOP", expected, "+OK 12 messages\n", level)
        assert compare("NOOP", expected, "+OK 12 messages!\n", level)
        assert compare("NOOP", expected, "-ERR\n", level)

    def test_any_lines_up_to_the_next_that_matches(self, level) -> None:
        expected = "S: +OK\nS...\nS~ SASL .*PLAIN.*\nS...\nS: .\n"
        assert not compare("CAPA", expected, "+OK\nTOP\nSASL PLAIN\nUIDL\n.\n", level)
        assert not compare("CAPA", expected, "+OK\nSASL PLAIN\n.\n", level)
        found = compare("CAPA", expected, "+OK\nTOP\n.\n", level)
        assert found == [
            "line 4, reply to CAPA: expected a line like SASL .*PLAIN.*, got nothing more"
        ]

    def test_a_listing_with_a_pattern_in_it(self, level) -> None:
        expected = "S: +OK\nS~ 1 \\d+\nS...\nS: .\n"
        assert not compare("LIST", expected, "+OK\n1 5\n2 9\n.\n", level)

    def test_nothing_but_any_lines(self, level) -> None:
        assert not compare("CAPA", "S...\n", "+OK\nTOP\n.\n", level)
        assert not compare("CAPA", "S...\n", "", level)

    def test_octets_that_are_no_utf8(self, level) -> None:
        assert not compare("NOOP", "S~ \\+OK .ü.\n", b"+OK \xff\xc3\xbc\xfe\r\n", level)

    def test_a_secret_repeated_by_the_server_may_have_any_value(self, level) -> None:
        expected = "S: -ERR ${password} (is wrong)\n"
        assert not compare("PASS x", expected, "-ERR tanstaaf (is wrong)\n", level)

    def test_a_printed_stand_in(self, level) -> None:
        entries = entries_of("C: RETR 1\nS: +OK\nS: <the POP3 server sends message 1>\nS: .\n")[1:]
        comparison = ReplyComparison(entries, level, parse(b"RETR 1\r\n"))
        comparison.feed(b"+OK\r\nSubject: x\r\n\r\ntext\r\n.\r\n")
        assert comparison.end() == []

    @pytest.mark.parametrize("cut", [1, 5, 1000])
    def test_what_was_left_out(self, level, cut) -> None:
        body = b"two\r\nthree\r\n"
        elided = f"*: elided {len(body)} octets sha256={sha256(body).hexdigest()}\n"
        expected = "S: +OK\nS: one\n" + elided + "S: .\n"
        assert not compare("RETR 1", expected, "+OK\none\ntwo\nthree\n.\n", level, cut)
        found = compare("RETR 1", expected, "+OK\none\ntwo\nthr\xeae\n.\n", level, cut)
        assert bool(found) == (level is Level.EXACT)

    @pytest.mark.parametrize("kept", ["", "S: 1 5\n"])
    def test_what_was_left_out_of_a_listing_is_no_message_too_many(self, level, kept) -> None:
        rest = b"2 6\r\n3 7\r\n" if kept else b"1 5\r\n2 6\r\n3 7\r\n"
        elided = f"*: elided {len(rest)} octets sha256={sha256(rest).hexdigest()}\n"
        expected = "S: +OK\n" + kept + elided + "S: .\n"
        assert not compare("LIST", expected, "+OK\n1 5\n2 6\n3 7\n.\n", level)
        if kept and level is not Level.STATUS:
            assert compare("LIST", expected, "+OK\n2 6\n3 7\n.\n", level)


def test_differences_are_told_so_that_they_can_be_found() -> None:
    expected = "S: +OK\nS: one\nS: two\nS: three\n[5] S: four\nS: .\n"
    assert compare("RETR 1", expected, "+OK\none\n2\x1b\nthree\n4\n.\n", Level.EXACT) == [
        r'line 4, reply to RETR 1: expected "two", got "2\x1b"',
        'line 6, reply to RETR 1: expected "four", got "4"',
    ]
    assert compare("LIST", "S: +OK\nS: 1 5\nS: .\n", "+OK\n1 5\n2 5\n.\n", Level.SHAPE) == [
        "line 3, reply to LIST: expected 1 message: 1, got 2 messages: 1, 2"
    ]
    assert compare("LIST", "S: +OK\nS: 1 5\nS: .\n", "+OK\n", Level.EXACT) == [
        'line 3, reply to LIST: expected "1 5", got nothing more',
    ]
    assert compare("", "S: +OK\n", "-ERR [SYS/TEMP]\n", Level.STATUS) == [
        'line 2, the greeting: expected "+OK", got "-ERR [SYS/TEMP]"'
    ]


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("body", ["S: 1 5\nS: .\n", "S...\nS~ 1 .*\nS: .\n", ""])
@pytest.mark.parametrize("first", ["S: +OK\n", "S~ \\+OK.*\n"])
def test_that_a_refusal_has_no_body_is_no_difference_of_its_own(first, body, level) -> None:
    (found,) = compare("LIST", first + body, "-ERR\n", level)
    assert found.startswith("line 2, reply to LIST: expected ")
    assert found.endswith(', got "-ERR"')


@pytest.mark.parametrize("level", [Level.SHAPE, Level.EXACT])
def test_nor_is_the_body_where_a_refusal_was_expected(level) -> None:
    assert compare("LIST", "S: -ERR\n", "+OK\n1 5\n2 6\n.\n", level) == [
        'line 2, reply to LIST: expected "-ERR", got "+OK"'
    ]


def test_a_mail_that_quotes_a_refusal_is_compared_to_its_end() -> None:
    expected = "S: +OK\nS: -ERR a\nS: b\nS: .\n"
    assert len(compare("RETR 1", expected, "+OK\n+OK a\nc\n.\n", Level.EXACT)) == 2


def test_no_password_is_in_a_difference() -> None:
    found = compare("PASS tanstaaf", "S: +OK\n", "-ERR\n", Level.EXACT)
    assert found == ['line 2, reply to PASS ...: expected "+OK", got "-ERR"']


def test_a_command_that_nobody_knows_is_no_secret_to_be_shown_but_can_be_told() -> None:
    found = compare("XFOO bar", "S: +OK\n", "-ERR\n", Level.STATUS)
    assert found == ['line 2, reply to an unknown command: expected "+OK", got "-ERR"']


def test_a_flood_of_differences_is_cut() -> None:
    expected = "S: +OK\n" + "S: one\n" * 1000
    assert len(compare("RETR 1", expected, "+OK\n" + "two\n" * 2000, Level.EXACT)) == DIFFERENCES


def test_a_long_line_without_an_end() -> None:
    expected = "S: +OK\n" + "S: " + "x" * 70_000 + "\\\n" + "S: " + "y" * 70_000 + "\n"
    got = b"+OK\r\n" + b"x" * 70_000 + b"y" * 70_000
    assert compare("RETR 1", expected, got + b"\r\n", Level.EXACT, 4096) == []
    assert len(compare("RETR 1", expected, got + b"z\r\n", Level.EXACT, 4096)) >= 1


BODIES = st.lists(st.sampled_from(["a", "b", "cc", "", "..", "S: x"]), max_size=12)


@given(BODIES, BODIES, st.integers(min_value=1, max_value=9), st.sampled_from(LEVELS))
@settings(max_examples=400, deadline=None)
def test_chunks_do_not_matter_and_equal_is_equal(one, other, cut, level) -> None:
    def reply(body):
        return "".join(f"{line}\n" for line in ["+OK", *body, "."])

    expected = "".join(f"S: {line}\n" for line in reply(one).splitlines())
    assert compare("RETR 1", expected, reply(one), level, cut) == []
    whole = compare("RETR 1", expected, reply(other), level)
    assert compare("RETR 1", expected, reply(other), level, cut) == whole
    assert bool(whole) == (level is Level.EXACT and one != other)


def test_a_huge_reply_is_not_held() -> None:
    body = entries_of(HEAD + "S: a line of text\n" * 4000)[1:]
    chunk = b"a line of text\r\n" * 4000
    comparison = ReplyComparison(iter(body * 200), Level.EXACT, parse(b"RETR 1\r\n"))
    tracemalloc.start()
    for _ in range(200):
        comparison.feed(chunk)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert comparison.end() == []
    assert peak < 10 * len(chunk)


ENDLESS = [
    ("LIST", "S: +OK\nS: 1 5\nS: .\n", Level.SHAPE),
    ("LIST", "S: +OK\nS: 1 5\nS: .\n", Level.EXACT),
    ("NOOP", "S: +OK\n", Level.SHAPE),
    ("CAPA", "S: +OK\nS...\nS: TOP\n", Level.EXACT),
    ("CAPA", "S: +OK\nS...\nS~ TOP\n", Level.STATUS),
    ("CAPA", "S: +OK\nS~ TOP\nS: .\n", Level.STATUS),
]


@pytest.mark.parametrize(("command", "expected", "level"), ENDLESS)
def test_a_line_without_an_end_is_not_held(command, expected, level) -> None:
    comparison = ReplyComparison(
        entries_of(HEAD + expected)[1:], level, parse(command.encode() + b"\r\n")
    )
    comparison.feed(b"+OK\r\n")
    chunk = b"1" * (1 << 14)
    tracemalloc.start()
    for _ in range(1000):
        comparison.feed(chunk)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert comparison.end()
    assert peak < 40 * len(chunk)


@pytest.mark.parametrize(("command", "expected", "level"), ENDLESS)
def test_a_line_in_small_pieces_is_not_looked_at_anew_for_each(
    command, expected, level, monkeypatch
) -> None:
    looked_at = 0

    def counting(step):
        def counted(comparison, final):
            nonlocal looked_at
            looked_at += 1
            return step(comparison, final)

        return counted

    monkeypatch.setattr(ReplyComparison, "_step", counting(ReplyComparison._step))
    comparison = ReplyComparison(
        entries_of(HEAD + expected)[1:], level, parse(command.encode() + b"\r\n")
    )
    comparison.feed(b"+OK\r\n")
    for _ in range(200_000):
        comparison.feed(b"x")
    comparison.end()
    assert looked_at < 100


def test_a_listing_without_an_end_is_counted_and_not_held() -> None:
    expected = entries_of(HEAD + "S: +OK\nS: 1 5\nS: 2 5\nS: .\n")[1:]
    comparison = ReplyComparison(expected, Level.SHAPE, parse(b"LIST\r\n"))
    comparison.feed(b"+OK\r\n")
    chunk = b"".join(b"%d 5\r\n" % number for number in range(1, 1001))
    tracemalloc.start()
    for _ in range(200):
        comparison.feed(chunk)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    comparison.feed(b".\r\n")
    (found,) = comparison.end()
    assert found.expected == "2 messages: 1, 2"
    assert found.got.startswith("200000 messages: 1, 2, 3, ")
    assert found.got.endswith("19, 20, ...")
    assert peak < 200_000


@pytest.mark.parametrize("cut", [1, 4096, 1 << 20])
def test_a_line_of_a_listing_too_long_to_be_held_counts_by_its_beginning(cut) -> None:
    expected = "S: +OK\nS: 1 5\nS: 2 5\nS: .\n"
    got = b"+OK\r\n1 5 " + b"9" * 200_000 + b"\r\n2 5\r\n.\r\n"
    assert compare("LIST", expected, got, Level.SHAPE, cut) == []


@pytest.mark.parametrize("cut", [1, 5, 1000])
def test_a_line_of_a_listing_may_end_in_a_dot(cut) -> None:
    expected = "S: +OK\nS: 1 5.\nS: 2 6\nS: .\n"
    assert compare("LIST", expected, "+OK\n1 5.\n2 6\n.\n", Level.SHAPE, cut) == []


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("cut", [1, 4, 6, 16, 100])
def test_a_line_behind_any_lines_is_found_however_late_it_comes(level, cut) -> None:
    expected = "S: +OK\nS...\nS~ SASL .*\nS...\nS: .\n"
    got = "+OK\nTOP\nUIDL\nSASL PLAIN\nUSER\n.\n"
    assert compare("CAPA", expected, got, level, cut) == []
    missing = compare("CAPA", expected, got.replace("SASL", "RASL"), level, cut)
    assert missing[0].endswith("expected a line like SASL .*, got nothing more")
