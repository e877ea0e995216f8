"""Findings are said shortly: what a user reads of them, and what would be said twice."""

from __future__ import annotations

import pytest

from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.findings import Finding, Level, Rule
from pop3shell.protocol.rules import tls
from pop3shell.protocol.secrets import Redactor
from pop3shell.protocol.spec.references import rfc
from pop3shell.view.noted import FINDINGS_SHOWN, Noted

ONE = Rule("ONE-01", Level.MUST, "one thing holds", rfc(1939, "3"))
OTHER = Rule("TWO-02", Level.MUST, "another holds", rfc(1939, "3"))


@pytest.fixture
def noted() -> Noted:
    return Noted(Redactor())


def found(noted: Noted, rule: Rule, text: str = "it does not") -> bool:
    return noted.take(Finding(rule, text, b""))


def test_few_of_one_kind_are_shown_each_once_and_the_last_says_so(noted):
    shown = [found(noted, ONE, f"number {n}") for n in range(FINDINGS_SHOWN + 2)]
    assert shown == [True] * FINDINGS_SHOWN + [False] * 2
    assert found(noted, OTHER)
    *most, last, other = noted.lines(0)
    assert [line.split(" (")[0] for line in most] == [
        f"finding ONE-01: number {n}" for n in range(FINDINGS_SHOWN - 1)
    ]
    assert last.endswith("; more of this kind are not shown")
    assert other.startswith("finding TWO-02: it does not (")
    assert noted.lines(0) == []


@pytest.mark.parametrize("rule", [tls.CERTIFICATE, tls.INJECTED, tls.USABLE])
def test_what_the_sentence_at_the_end_says_is_not_said_twice(noted, rule):
    assert not found(noted, rule)
    assert noted.lines(0) == []


def test_what_does_not_end_the_session_is_said(noted):
    assert found(noted, tls.CLOSE_NOTIFIED)
    assert noted.lines(0)[0].startswith("finding TLS-10: ")


def test_a_secret_and_what_would_move_the_cursor_are_not_shown():
    dialogue, redactor = Dialogue(), Redactor()
    dialogue.server(b"+OK\r\n")
    for event in dialogue.client(b"PASS tanstaaf\r\n"):
        redactor.octets(event)
    noted = Noted(redactor)
    found(noted, ONE, "the server said tanstaaf \x1b[2J")
    (line,) = noted.lines(0)
    assert r"the server said ${password} \x1b[2J" in line


@pytest.mark.parametrize("columns", [20, 60, 80])
def test_long_ones_fit_the_screen(noted, columns):
    found(noted, ONE, "some words " * 12)
    assert max(map(len, noted.lines(columns))) <= columns
