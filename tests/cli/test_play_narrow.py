"""`play` on narrow terminals: words stay whole, and the keys stay seen."""

from __future__ import annotations

import pytest
from support.terminal import Terminal

from pop3shell.cli import stepping

NOTE = "# " + "some words that explain what is to be seen " * 3 + "here"
SESSION = f"%POP3-TRANSCRIPT 1\n{NOTE}\nS: +OK ready\nC: QUIT\nS: +OK bye\n"


@pytest.fixture
def session(tmp_path):
    path = tmp_path / "session.pop3"
    path.write_text(SESSION)
    return path


def rows(terminal: Terminal) -> list[str]:
    return [row.rstrip() for row in terminal.text.splitlines() if row.strip()]


def note(terminal: Terminal) -> list[str]:
    """Return the rows of the note, which are all there."""
    shown = rows(terminal)
    last = next(at for at, row in enumerate(shown) if row.endswith(" here"))
    return shown[: last + 1]


def test_a_note_is_broken_between_words_with_a_hanging_indent(session, tmp_path):
    with Terminal("play", session, home=tmp_path, columns=40) as terminal:
        assert terminal.ended() == 0
        shown = note(terminal)
        assert " ".join(row.strip() for row in shown) == NOTE
        assert all(row.startswith("  ") for row in shown[1:])


def test_in_a_pipe_a_note_is_one_line(here, session):
    assert NOTE in here("play", session).lines


def test_in_another_size_a_note_is_broken_anew(session, tmp_path):
    with Terminal("play", "--step", session, home=tmp_path, columns=80) as terminal:
        terminal.wait_for("step 1,")
        for columns, keys in (40, "space: on, b: back"), (20, "n on b back q"), (150, "-- step 1"):
            seen = len(terminal.raw)
            terminal.resize(24, columns)
            terminal.wait(lambda seen=seen: b"back" in terminal.raw[seen:], "the step again")
            terminal.wait_for(keys)
            shown = note(terminal)
            assert " ".join(row.strip() for row in shown) == NOTE
            assert all(row.startswith("  ") for row in shown[1:])
        terminal.type("q")
        assert terminal.ended() == 0


def test_at_20_columns_one_sees_the_keys_forward_and_back(session, tmp_path):
    with Terminal("play", "--step", session, home=tmp_path, columns=20, rows=5) as terminal:
        terminal.wait_for("n on b back q quit")
        terminal.type("n")
        terminal.wait_for("S: +OK ready")
        terminal.wait_for("n on b back q quit")
        terminal.type("b")
        terminal.wait(lambda: "+OK" not in terminal.text, "the step before")
        terminal.wait_for("n on b back q quit")
        terminal.type("q")
        assert terminal.ended() == 0
        assert "quit" not in terminal.text


@pytest.mark.parametrize("columns", range(20, 100))
@pytest.mark.parametrize("number", [1, 12, 99_999])
def test_the_status_line_fits_and_tells_how_to_go_on_back_and_out(number, columns):
    status = stepping.status_line(number, "AUTHORIZATION", columns - 1)
    assert len(status) < columns
    for word in ("on", "back", "quit"):
        assert word in status


@pytest.mark.parametrize("columns", range(20))
def test_a_status_line_fits_whatever_the_width(columns):
    assert len(stepping.status_line(7, "TRANSACTION", columns - 1)) <= max(columns - 1, 0)
