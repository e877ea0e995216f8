"""Passwords in notes: who plays a file on a projector shows none."""

from __future__ import annotations

import pytest

from pop3shell.transcript.notes import masked


@pytest.mark.parametrize(("text", "shown"), [
    ("PASS tanstaaf", "PASS ${password}"),
    ("pass my old dog", "pass ${password}"),
    ("C - PASS a long and winding pass phrase", "C - PASS ${password}"),
    ("[1.2] you> PASS tanstaaf", "[1.2] you> PASS ${password}"),
    ("12:30:01 PASS tanstaaf", "12:30:01 PASS ${password}"),
    ("APOP mrose c4c9334bac560ecc979e58001b3e22fb", "APOP mrose ${apop}"),
    ("> AUTH PLAIN AGRhdmUAc2VjcmV0", "> AUTH PLAIN ${sasl}"),
])  # fmt: skip
def test_the_secret_of_a_command_is_masked(text, shown):
    assert masked(text) == shown


@pytest.mark.parametrize("text", [
    "PASS has to follow an accepted USER directly (section 7).",
    "USER and PASS come next",
    "C: PASS ${password}",
    "AUTH PLAIN works.",
    "AUTH EXTERNAL =",
    "AUTH LOGIN: never a standard, but many clients know it",
    "APOP needs a timestamp in the greeting",
    "PASS",
    "",
])  # fmt: skip
def test_what_is_no_secret_stays(text):
    assert masked(text) == text


def test_a_note_of_any_length_is_looked_at():
    for text in ("a." * 500_000, "-" * 1_000_000, "C: " * 300_000, "PASS " * 200_000):
        assert masked(text) == text
