"""Hundreds of like exchanges: no flood above what was asked for, and nothing wrong kept quiet."""

from __future__ import annotations

from view_dialogues import GREETING, Screen, looks

from pop3shell.view.brevity import REFUSALS_SHOWN
from pop3shell.view.style import STYLE, Part

TOP = b"+OK\r\nSubject: a\r\n\r\n.\r\n"
REFUSED = b"-ERR gone\r\n"


class Brief(Screen):
    """A screen while the shell itself asks for many headers."""

    def __init__(self, **switches: bool) -> None:
        super().__init__(echo=True, **switches)
        self.run(GREETING)
        self.cleared = 0
        self.again()

    def again(self) -> None:
        self._quietly = self.printer.withheld.of_block()
        self._quietly.__enter__()
        self.printer.begin_brief(self._clear)

    def _clear(self) -> None:
        self.cleared += 1

    def each(self, *replies: bytes, first: int = 1) -> Brief:
        for number, reply in enumerate(replies, first):
            self.run(f"C: TOP {number} 0", reply)
        return self

    def ended(self) -> list[str]:
        self.printer.end_brief()
        self._quietly.__exit__(None, None, None)
        return self.lines[1:]


def test_the_first_exchange_stands_for_all_that_are_like_it():
    assert Brief().each(*[TOP] * 200).ended() == [
        "C: TOP 1 0", "+OK", "... 199 more TOP, 199 replied +OK",
    ]  # fmt: skip


def test_commands_sent_ahead_are_counted_just_so():
    screen = Brief().run(*[f"C: TOP {n} 0" for n in range(1, 1501)], TOP * 1500)
    assert screen.ended() == ["C: TOP 1 0", "+OK", "... 1,499 more TOP, 1,499 replied +OK"]


def test_what_is_said_of_the_others_is_told_from_the_dialogue():
    screen = Brief(colour=True).each(TOP, TOP)
    screen.printer.end_brief()
    assert looks(screen.octets, "... 1 more TOP") == set(STYLE[Part.QUIET].on[2:-1].split(";"))


def test_a_refusal_is_shown_with_its_command():
    assert Brief().each(TOP, TOP, REFUSED, TOP).ended() == [
        "C: TOP 1 0", "+OK", "C: TOP 3 0", "-ERR gone", "... 2 more TOP, 2 replied +OK",
    ]  # fmt: skip


def test_of_many_refusals_the_others_are_counted():
    shown = Brief().each(TOP, *[REFUSED] * 50, TOP).ended()
    assert shown.count("-ERR gone") == REFUSALS_SHOWN
    assert shown[-1] == "... 48 more TOP, 1 replied +OK, 47 replied -ERR"


def test_a_finding_is_shown_with_the_exchange_it_belongs_to():
    unstuffed = b"+OK\r\n.dot\r\n.\r\n"
    shown = Brief().each(TOP, TOP, b"+ok\r\nA: b\r\n.\r\n", TOP, unstuffed, TOP).ended()
    at = shown.index("C: TOP 3 0")
    assert shown[at + 1].startswith("finding RSP-01")
    assert shown[at + 2] == "+ok"
    assert shown[shown.index("C: TOP 5 0") + 1] == "+OK"
    assert shown[shown.index("C: TOP 5 0") + 2].startswith("finding MUL-02")
    assert "C: TOP 4 0" not in shown
    assert shown[-1] == "... 3 more TOP, 3 replied +OK"


def test_nothing_is_said_where_nothing_was_kept_back():
    assert Brief().each(TOP).ended() == ["C: TOP 1 0", "+OK"]
    assert Brief().ended() == []


def test_a_reply_that_comes_after_an_interruption_is_kept_back_too():
    screen = Brief().run(*[f"C: TOP {n} 0" for n in range(1, 65)], TOP * 10)
    shown = screen.ended()
    assert shown[-1] == "... 63 more TOP, 9 replied +OK, 54 not answered yet"
    screen.run(TOP * 54)
    assert screen.lines[1:] == shown
    screen.run("C: NOOP", "S: +OK still here")
    assert screen.lines[-1] == "+OK still here"


def test_a_connection_that_ends_meanwhile_leaves_nothing_behind():
    screen = Brief().run(*[f"C: TOP {n} 0" for n in range(1, 6)], TOP * 2, b"+OK\r\nSubj")
    screen.close()
    shown = screen.ended()
    assert "C: TOP 3 0" in shown  # the one that was cut off
    assert any("finding MUL-01" in line for line in shown)
    assert shown[-1] == "... 3 more TOP, 1 replied +OK, 2 not answered yet"


def test_the_next_time_it_counts_anew():
    screen = Brief().each(TOP, TOP, REFUSED)
    screen.ended()
    screen.again()
    screen.each(TOP, TOP, first=11)
    assert screen.ended()[-3:] == ["C: TOP 11 0", "+OK", "... 1 more TOP, 1 replied +OK"]


def test_what_a_person_sends_next_is_shown_whole():
    screen = Brief().each(TOP, TOP)
    screen.ended()
    assert screen.each(TOP).lines[-5:] == ["C: TOP 1 0", "+OK", "Subject: a", "", "."]


def test_a_dump_is_whole():
    """Who asks for every octet gets every octet."""
    screen = Brief(dump=True)
    screen.again()
    shown = screen.each(TOP, TOP, TOP).ended()
    assert sum("TOP " in line for line in shown) == 3
    assert not any("more" in line for line in shown)


def test_a_progress_line_is_taken_away_before_anything_is_shown():
    screen = Brief().each(TOP, TOP)
    assert screen.cleared == 0
    screen.each(REFUSED, first=3)
    assert screen.cleared == 1
    screen.ended()
    assert screen.cleared == 2
