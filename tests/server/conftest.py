"""Sessions without a network."""

from __future__ import annotations

import pytest
from support.maildrops import maildrop_of_sizes
from support.talk import Talk

from pop3shell.server.maildrops.maildrop import Maildrop


@pytest.fixture
def maildrop() -> Maildrop:
    return maildrop_of_sizes(120, 200)


@pytest.fixture
def new(maildrop) -> Talk:
    """A session in the AUTHORIZATION state."""
    return Talk(maildrop)


@pytest.fixture
def talk(maildrop) -> Talk:
    """A session in the TRANSACTION state."""
    return Talk(maildrop).log_in()
