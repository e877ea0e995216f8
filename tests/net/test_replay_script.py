"""Whether a secret was refused decides if the same session asks for it: a busy server says nothing
of the password.
"""

from __future__ import annotations

import pytest

from pop3shell.net.replay.script import Reply
from pop3shell.protocol.replies import Status


@pytest.mark.parametrize("code", ["IN-USE", "in-use", "LOGIN-DELAY", "SYS/TEMP", "SYS/PERM/x"])
def test_a_server_that_is_busy_or_broken_refused_no_secret(code):
    assert not Reply(1, None, status=Status.ERR, code=code).refused


@pytest.mark.parametrize("code", ["", "AUTH", "X-ODD", "SYSTEM"])
def test_any_other_refusal_is_one(code):
    assert Reply(1, None, status=Status.ERR, code=code).refused
    assert not Reply(1, None, status=Status.OK, code=code).refused
