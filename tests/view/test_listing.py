"""The table of messages on a terminal of any width."""

from __future__ import annotations

import pytest

from pop3shell.view.columns import cells, cut, padded
from pop3shell.view.listing import Row, listing
from pop3shell.view.mail import Summary

LETTER = Summary("2026-11-08 12:00", "Ana Reyes", "Minutes, with the table you wanted")
ROWS = [
    Row(9, 120, "QhdPYR:00WBw1Ph7x7", LETTER),
    Row(10, 5_000_000, "x" * 70, Summary("2026-11-09 01:02", "日本語" * 20, "é" * 100)),
    Row(11, None, "", Summary(), deleted=True),
    Row(12, 1, "u", Summary(trouble="TOP refused: no")),
]


@pytest.mark.parametrize(
    ("width", "titles"),
    [
        (20, ["no.", "subject"]),
        (32, ["no.", "from", "subject"]),
        (40, ["no.", "octets", "from", "subject"]),
        (60, ["no.", "octets", "from", "subject"]),
        (80, ["no.", "octets", "date", "from", "subject"]),
        (120, ["no.", "octets", "unique-id", "date", "from", "subject"]),
    ],
)
def test_what_does_not_fit_is_left_out_unique_ids_first(width, titles):
    lines = listing(ROWS, width)
    assert lines[0].split() == titles
    assert max(map(cells, lines)) <= width


@pytest.mark.parametrize("width", [*range(1, 40), *range(40, 140, 7)])
def test_no_line_is_wider_than_the_terminal(width):
    assert max(map(cells, listing(ROWS, width))) <= width


def test_at_20_columns_a_message_can_still_be_told_from_the_others_and_asked_for():
    lines = listing(ROWS, 20)
    assert lines[1] == "     9  Minutes, ..."
    assert lines[3].split() == ["D", "11"]


def test_where_none_is_deleted_the_subject_has_the_room_of_the_mark():
    assert listing(ROWS[:2], 20)[1] == "  9  Minutes, wit..."


def test_a_number_of_any_length_leaves_no_line_wider_than_the_terminal():
    row = Row(10**19, 10**19, "u", LETTER)
    assert max(map(cells, listing([row], 20))) <= 20


def test_nothing_is_cut_where_the_width_is_not_limited():
    lines = listing(ROWS)
    assert "x" * 70 in lines[2]
    assert "é" * 100 in lines[2]


def test_deleted_messages_are_marked_and_trouble_is_said():
    lines = listing(ROWS, 80)
    assert lines[3].split() == ["D", "11"]
    assert lines[4].endswith("(TOP refused: no)")


def test_columns_stand_below_each_other_whatever_the_characters():
    lines = listing(ROWS, 100)
    at = lines[0].index("subject")
    starts = [
        cells(line[: line.index(text)]) for line, text in ((lines[1], "Min"), (lines[2], "é"))
    ]
    assert starts == [at, at]


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdef", 5, "ab..."),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日..."),
        ("日本語", 4, "..."),
        ("e\u0301e\u0301", 2, "e\u0301e\u0301"),
        ("abc", 2, ".."),
        ("abc", 0, ""),
    ],
)
def test_text_is_cut_by_the_cells_it_takes(text, width, expected):
    assert cut(text, width) == expected


def test_text_is_filled_up_on_either_side():
    assert padded("日", 4) == "日  "
    assert padded("7", 4, right=True) == "   7"
