"""A time is read at a glance, or it isn't read at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pop3shell.view.units import duration


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-1, "under 1 ms"),
        (0.0, "under 1 ms"),
        (0.0004, "under 1 ms"),
        (0.001, "1 ms"),
        (0.0123, "12 ms"),
        (0.9994, "999 ms"),
        (0.9996, "1 s"),
        (1.5, "1.5 s"),
        (10.5, "10.5 s"),
        (75, "75 s"),
        (99.96, "1 min 40 s"),
        (600.2, "10 min"),
        (3599.6, "1 h"),
        (5432, "1 h 30 min"),
        (360_000, "100 h"),
    ],
)
def test_a_time_is_told_in_the_unit_that_reads_best(seconds, said):
    assert duration(seconds) == said


@given(st.floats(min_value=0, max_value=1e9))
def test_no_time_is_a_power_of_ten(seconds):
    assert "e" not in duration(seconds).removeprefix("under")
    assert len(duration(seconds)) < 20
