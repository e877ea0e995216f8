"""The table of messages: as many columns as fit, the unique-id given up first, then the date."""

from __future__ import annotations

from dataclasses import dataclass

from pop3shell.view.columns import cells, cut, padded
from pop3shell.view.mail import Summary

#: Cells that sender and subject together need before a further column is shown.
ROOM = 36
#: The most cells of a date, a unique-id, and a sender, where the width is limited.
DATE, UNIQUE_ID, SENDER = 16, 20, 24
#: A width that is no limit.
UNLIMITED = 1 << 20
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
    fixed = [
        _column("", ["D" if row.deleted else "" for row in rows], 1),
        _column("no.", [str(row.number) for row in rows], 20, right=True),
        _column("octets", ["" if r.octets is None else str(r.octets) for r in rows], 20, True),
    ]
    limited = width < UNLIMITED
    dates = _column("date", [row.summary.date for row in rows], DATE if limited else 64)
    uids = _column("unique-id", [row.unique_id for row in rows], UNIQUE_ID if limited else 100)
    room = width - sum(column.width + len(_GAP) for column in fixed) - ROOM
    shown = []
    for column in (dates, uids):
        if any(column.texts) and column.width + len(_GAP) <= room:
            shown.append(column)
            room -= column.width + len(_GAP)
    fixed += reversed(shown)
    return _lines(fixed, rows, room + ROOM, limited)


def _column(title: str, texts: list[str], most: int, right: bool = False) -> _Column:
    width = max(map(cells, [title, *texts]))
    return _Column(title, texts, min(width, max(most, len(title))), right)


def _lines(columns: list[_Column], rows: list[Row], room: int, limited: bool) -> list[str]:
    """Give sender and subject what room is left."""
    most = min(SENDER, max(room // 3, 8)) if limited else 100
    columns.append(_column("from", [row.summary.sender for row in rows], most))
    left = max(room - columns[-1].width - len(_GAP), 8)
    subjects = [_subject(row.summary) for row in rows]
    lines = [_line([column.title for column in columns], columns, "subject")]
    for index, subject in enumerate(subjects):
        texts = [column.texts[index] for column in columns]
        lines.append(_line(texts, columns, cut(subject, left)))
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
