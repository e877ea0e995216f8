"""What is said beside a dialogue that is played, on a terminal of any width."""

from __future__ import annotations

import re

import pytest

from pop3shell.view.columns import cells, wrapped
from pop3shell.view.fitted import fitted

NOTE = "# who reads this note, must be able to read its words whole"
ITEM = "#   - an item of a list, longer than the line"
EXPLAINED = "  greeting: the server speaks first (RFC 1939 section 4); nothing was sent"
COLOURED = "\x1b[2m*: connected 192.0.2.1:110 by\x1b[31m\\x1b\x1b[39m way of a proxy\x1b[0m"


def fit(text: str, columns: int) -> list[str]:
    return fitted((text + "\n").encode(), columns).decode().splitlines()


@pytest.mark.parametrize(
    ("text", "columns", "rows"),
    [
        (NOTE, 30, ["# who reads this note, must be", "  able to read its words whole"]),
        (ITEM, 30, ["#   - an item of a list,", "      longer than the line"]),
        ("*: connected 192.0.2.1:110", 20, ["*: connected", "   192.0.2.1:110"]),
        ("-- TRANSACTION state", 16, ["-- TRANSACTION", "   state"]),
        ("started: 2026-11-21", 16, ["started:", "  2026-11-21"]),
        ("  time: 12 ms from", 14, ["  time: 12 ms", "    from"]),
    ],
)
def test_words_stay_whole_below_the_text_they_belong_to(text, columns, rows):
    assert fit(text, columns) == rows


@pytest.mark.parametrize("side", ["C: ", "S: ", "S~ ", "\x1b[36mC: \x1b[0m"])
def test_the_dialogue_is_shown_as_it_was_spoken(side):
    line = side + "+OK the words of a server " * 10
    assert fit(line, 20) == [line]


@pytest.mark.parametrize("text", [NOTE, ITEM, EXPLAINED, COLOURED, "# 日本語" * 20, "# é" * 30])
@pytest.mark.parametrize("columns", [2, 3, 5, 20, 40, 80, 200])
def test_no_line_is_wider_than_the_terminal_and_nothing_is_lost(text, columns):
    rows = fit(text, columns)
    assert max(cells(re.sub(r"\x1b\[[0-9;]*m", "", row)) for row in rows) <= columns
    assert re.sub("[ \n]", "", "".join(rows)) == text.replace(" ", "")


def test_an_explanation_is_no_wider_than_one_likes_to_read():
    assert max(map(len, fit(EXPLAINED + EXPLAINED, 200))) <= 78
    assert fit(NOTE * 3, 200) == [NOTE * 3]


def test_a_word_is_broken_only_where_it_is_longer_than_a_line():
    address = "https://example.com/" + "a" * 20
    assert wrapped(f"# see {address} there", 24, 2) == (
        "# see\n  https://example.com/aa\n  aaaaaaaaaaaaaaaaaa\n  there"
    )
    assert wrapped(f"# {address}", 24, 2).startswith("# https://example.com/aa\n")


def test_blanks_inside_a_line_stay_and_an_indent_that_takes_half_of_it_goes():
    assert wrapped("a   b cd", 6) == "a   b\ncd"
    assert wrapped("      ab cd", 10) == "      ab\ncd"
