"""Fixtures for tests of transcripts."""

from __future__ import annotations

import pytest
from remembering import Recording


@pytest.fixture
def recording() -> Recording:
    """A session that has got its greeting."""
    made = Recording()
    made.server(b"+OK ready\r\n")
    return made
