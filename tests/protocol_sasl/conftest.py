"""A server's accounts and tokens."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from protocol_sasl_support import ACCOUNTS, NOW, TOKENS

from pop3shell.protocol.sasl.mechanism import Authority


@pytest.fixture
def authority() -> Authority:
    return Authority(
        password=ACCOUNTS.get,
        token=TOKENS.get,
        acts_as=lambda user, other: (user, other) == ("mrose", "shared"),
        external="mrose",
        anonymous="guest",
        host="pop.example.com",
        now=NOW,
    )
