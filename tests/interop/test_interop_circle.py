"""Closing the circle: a session recorded from Dovecot is served by `mock` and replayed.

Against the mock not an octet may differ, against Dovecot again nothing but what differs each day.
Otherwise a recording would be no way to reproduce a bug.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from interop_dovecot import HOST, Account
from interop_messages import MESSAGES
from interop_oauth import token
from interop_programs import Finished, home, run
from interop_secured import MECHANISMS, TOKENS, Secured

pytestmark = pytest.mark.interop

FEW = {name: MESSAGES[name] for name in ("plain", "dots", "empty-body")}
WAYS = ("USER", "APOP", *MECHANISMS, *TOKENS)
SECONDS = 20
PROGRAM = [sys.executable, "-m", "pop3shell"]


@contextmanager
def mocked(file: Path) -> Iterator[int]:
    """The transcript's server side on a port of its own."""
    process = subprocess.Popen(
        [*PROGRAM, "mock", str(file)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, **home(file.parent)},
    )
    assert process.stdout is not None
    try:
        found = re.fullmatch(r"listening on .*:(\d+)\n", process.stdout.readline())
        assert found
        yield int(found[1])
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)


def replayed(file: Path, port: int, account: Account, secret: str, compare: str) -> Finished:
    words = [*PROGRAM, "replay", str(file), HOST, str(port), "--compare", compare]
    env = {**home(file.parent), "POP3SHELL_PASSWORD": secret}
    return run([*words, "--user", account.name], env=env)


@pytest.mark.parametrize("way", WAYS)
def test_the_circle_closes(secured: Secured, tmp_path: Path, way: str) -> None:
    account = secured.server.account(FEW)
    secret = token(account.name) if way in TOKENS else account.password
    file = tmp_path / "session.pop3"
    done = secured.shell(account, "none", tmp_path, secret)(
        "CAPA", f":login {account.name} {way}", "STAT", "LIST", "UIDL", "RETR 1", "RETR 2",
        "TOP 3 0", "LIST 99", ":pipeline NOOP; STAT; LIST 2", "DELE 1", "RSET", "QUIT",
        options=("--record", str(file)),
    )  # fmt: skip
    assert done.status == 0, done.err
    assert secret.encode() not in file.read_bytes()
    with mocked(file) as port:
        again = replayed(file, port, account, secret, "exact")
        assert again.status == 0, again.out + again.err
    again = replayed(file, secured.server.port, account, secret, "shape")
    assert again.status == 0, again.out + again.err
