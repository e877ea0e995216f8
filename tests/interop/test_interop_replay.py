"""Replaying against Dovecot: an admin can trust a transcript to tell what a real server changed."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from interop_dovecot import HOST, Account, Dovecot
from interop_messages import MESSAGES
from interop_programs import Finished, home, run

pytestmark = pytest.mark.interop

ROOT = Path(__file__).parents[2]
SMOKE = ROOT / "transcripts" / "smoke-test.pop3"
HEAD = "%POP3-TRANSCRIPT 1\nS~ \\+OK .+\n"
SESSION = """\
C: CAPA
S: +OK
S...
S~ SASL( [A-Z0-9_-]+)+
S...
S: .
C: STAT
S~ -ERR.*
{login}
C: STAT
S: +OK 2 1
C: LIST
S: +OK 2 messages:
S: 1 1
S: 2 1
S: .
C: UIDL
C: NOOP
C: RETR 1
S: +OK
S: 1 x
S: 2 x
S: .
S: +OK
S: +OK
S: <the server sends message 1>
S: .
C: RETR 3
S: -ERR There's no message 3.
C: DELE 1
S: +OK Marked to be deleted.
C: STAT
S: +OK 1 1
C: QUIT
S: +OK Logging out, messages deleted.
"""
USER = "C: USER {name}\nS: +OK\nC: PASS ${{password}}\nS: +OK Logged in."
FAILED = "C: USER {name}\nS: +OK\nC: PASS ${{password}}\nS: -ERR [AUTH] Authentication failed.\n"
LOGINS = {
    "USER": USER,
    "a wrong password first": FAILED + USER.replace("password", "password2"),
    "APOP": "C: APOP {name} ${{apop}}\nS: +OK Logged in.",
    "PLAIN": "*: auth PLAIN as {name}\nC: AUTH PLAIN ${{sasl}}\nS: +OK Logged in.",
    "PLAIN, in two lines": "*: auth PLAIN as {name}\nC: AUTH PLAIN\nS: +\\x20\nC: ${{sasl}}\n"
    "S: +OK",
    "LOGIN": "*: auth LOGIN as {name}\nC: AUTH LOGIN\nS~ \\+ .*\nC: ${{sasl}}\nS~ \\+ .*\n"
    "C: ${{sasl}}\nS: +OK",
    "CRAM-MD5": "*: auth CRAM-MD5 as {name}\nC: AUTH CRAM-MD5\nS~ \\+ .*\nC: ${{sasl}}\nS: +OK",
}


def replay(folder: Path, server: Dovecot, account: Account, file: Path, *options: str) -> Finished:
    program = [sys.executable, "-m", "pop3shell", "replay", str(file), HOST, str(server.port)]
    env = {**home(folder), "POP3SHELL_PASSWORD": account.password, "PYTHONPATH": str(ROOT)}
    return run([*program, *options], env=env)


def two_messages(server: Dovecot) -> Account:
    return server.account({name: MESSAGES[name] for name in list(MESSAGES)[:2]})


@pytest.mark.parametrize("login", LOGINS)
def test_a_session_by_each_login(dovecot: Dovecot, tmp_path: Path, login: str) -> None:
    account = two_messages(dovecot)
    file = tmp_path / "session.pop3"
    file.write_text(HEAD + SESSION.format(login=LOGINS[login].format(name=account.name)))
    done = replay(tmp_path, dovecot, account, file)
    assert (done.status, done.err) == (0, b"")
    assert b"RSET was sent before QUIT" in done.out
    assert len(account.files) == 2


def test_messages_are_removed_if_that_is_allowed(dovecot: Dovecot, tmp_path: Path) -> None:
    account = two_messages(dovecot)
    file = tmp_path / "session.pop3"
    file.write_text(HEAD + SESSION.format(login=USER.format(name=account.name)))
    assert replay(tmp_path, dovecot, account, file, "--allow-delete").status == 0
    assert len(account.files) == 1
    done = replay(tmp_path, dovecot, account, file, "--json")
    assert done.status == 1
    (told,) = json.loads(done.out)["files"]
    assert told["differences"][0]["where"] == "reply to STAT"


def test_the_smoke_test(dovecot: Dovecot, plain_dovecot: Dovecot, tmp_path: Path) -> None:
    for server in (dovecot, plain_dovecot):
        done = replay(tmp_path, server, server.account({}), SMOKE)
        assert (done.status, done.err) == (0, b"")


def test_without_a_timestamp_apop_stops(plain_dovecot: Dovecot, tmp_path: Path) -> None:
    account = two_messages(plain_dovecot)
    file = tmp_path / "session.pop3"
    file.write_text(HEAD + LOGINS["APOP"].format(name=account.name) + "\nC: STAT\nS: +OK 2 1\n")
    done = replay(tmp_path, plain_dovecot, account, file)
    assert done.status == 1
    assert b"no timestamp, which this login needs; nothing more was sent" in done.out
