"""The table of messages: as many columns as fit.

Given up are, in this order, the unique-id, the date, the octets, the sender: what a message is
about, and the number to ask for it by, are needed most.
"""

from __future__ import annotations

from dataclasses import dataclass

from pop3shell.view.columns import UNLIMITED, cells, cut, padded
from pop3shell.view.mail import Summary

#: Cells that sender and subject together need before a further column is shown.
ROOM = 36
#: Cells that they need before the octets are shown; that the subject needs before the sender is.
NARROW, SUBJECT = 18, 10
#: The most cells of a date, a unique-id, and a sender, where the width is limited.
DATE, UNIQUE_ID, SENDER = 16, 20, 24
_GAP = "  "


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of one message; octets are None and the unique-id empty while unknown."""

    number: int
    octets: int | None
    unique_id: str
    summary: Summary
    deleted: bool = False


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    texts: list[str]
    width: int
    right: bool = False


def listing(rows: list[Row], width: int = UNLIMITED) -> list[str]:
    """Return the table's lines, each of at most ``width`` cells, the titles first."""
    limited = width < UNLIMITED
    fixed = _numbers(rows, width)
    dates = _column("date", [row.summary.date for row in rows], DATE if limited else 64)
    uids = _column("unique-id", [row.unique_id for row in rows], UNIQUE_ID if limited else 100)
    room = width - _taken(fixed) - ROOM
    shown = []
    for column in (dates, uids):
        if any(column.texts) and column.width + len(_GAP) <= room:
            shown.append(column)
            room -= column.width + len(_GAP)
    fixed += reversed(shown)
    lines = _lines(fixed, rows, room + ROOM, limited)
    return [cut(line, width) for line in lines] if limited else lines


def _numbers(rows: list[Row], width: int) -> list[_Column]:
    octets = ["" if row.octets is None else str(row.octets) for row in rows]
    columns = [
        _column("", ["D" if row.deleted else "" for row in rows], 1),
        _column("no.", [str(row.number) for row in rows], 20, right=True),
        _column("octets", octets, 20, right=True),
    ]
    if width - _taken(columns) >= NARROW:
        return columns
    return columns[:-1] if any(row.deleted for row in rows) else columns[1:-1]


def _taken(columns: list[_Column]) -> int:
    return sum(column.width + len(_GAP) for column in columns)


def _column(title: str, texts: list[str], most: int, right: bool = False) -> _Column:
    width = max(map(cells, [title, *texts]))
    return _Column(title, texts, min(width, max(most, len(title))), right)


def _lines(columns: list[_Column], rows: list[Row], room: int, limited: bool) -> list[str]:
    """Give sender and subject what room is left."""
    most = min(SENDER, max(room // 3, 8)) if limited else 100
    sender = _column("from", [row.summary.sender for row in rows], most)
    if room - _taken([sender]) >= SUBJECT:
        columns.append(sender)
        room -= _taken([sender])
    subjects = [_subject(row.summary) for row in rows]
    lines = [_line([column.title for column in columns], columns, "subject")]
    for index, subject in enumerate(subjects):
        texts = [column.texts[index] for column in columns]
        lines.append(_line(texts, columns, cut(subject, room)))
    return lines


def _subject(summary: Summary) -> str:
    trouble = f"({summary.trouble})" if summary.trouble else ""
    return " ".join(filter(None, (summary.subject, trouble)))


def _line(texts: list[str], columns: list[_Column], subject: str) -> str:
    parts = [
        padded(text, column.width, right=column.right)
        for text, column in zip(texts, columns, strict=True)
    ]
    return _GAP.join([*parts, subject]).rstrip()
