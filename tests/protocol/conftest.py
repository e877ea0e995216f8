"""Fixtures, and the way to this folder's own modules in any import mode."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from advising import session

from pop3shell.protocol.session import Session


@pytest.fixture
def before_login() -> Session:
    return session()


@pytest.fixture
def named() -> Session:
    return session(("USER mrose", "+OK"))


@pytest.fixture
def logged_in() -> Session:
    return session(
        ("LIST", "+OK", "1 120", "2 200", "3 300", "."), ("DELE 2", "+OK"), logged_in=True
    )
