"""Every way to log in that Dovecot can be configured for, over every way to be connected.

What an admin would lose otherwise: knowing that a login that fails, fails because of the server.
"""

from pathlib import Path

import pytest
from interop_dovecot import Account
from interop_messages import MESSAGES
from interop_oauth import token
from interop_programs import Finished
from interop_secured import MECHANISMS, TOKENS, Secured

pytestmark = pytest.mark.interop

MODES = ("none", "starttls", "implicit")
FEW = {"plain": MESSAGES["plain"]}


def assert_logged_in(done: Finished, account: Account, secret: str = "") -> None:
    assert done.status == 0, done.out + done.err
    assert f"+OK 1 {len(FEW['plain'])}" in done.said("S: ")
    assert (secret or account.password).encode() not in done.out + done.err


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("mechanism", [*MECHANISMS, "USER", "APOP"])
def test_a_password_logs_in(secured: Secured, tmp_path: Path, mechanism: str, mode: str) -> None:
    account = secured.server.account(FEW)
    shell = secured.shell(account, mode, tmp_path)
    done = shell(
        "CAPA", f":login {account.name} {mechanism}", "STAT", options=secured.options(mode)
    )
    assert_logged_in(done, account)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("mechanism", TOKENS)
def test_a_token_logs_in(secured: Secured, tmp_path: Path, mechanism: str, mode: str) -> None:
    account = secured.server.account(FEW)
    secret = token(account.name)
    shell = secured.shell(account, mode, tmp_path, secret)
    done = shell(f":login {account.name} {mechanism}", "STAT", options=secured.options(mode))
    assert_logged_in(done, account, secret)


@pytest.mark.parametrize("mechanism", TOKENS)
def test_an_expired_token_is_said_to_be_expired(
    secured: Secured, tmp_path: Path, mechanism: str
) -> None:
    account = secured.server.account(FEW)
    secret = token(account.name, seconds=-60)
    shell = secured.shell(account, "implicit", tmp_path, secret)
    done = shell(f":login {account.name} {mechanism}", options=secured.options("implicit"))
    assert done.status == 1
    assert b"expired" in done.err
    assert secret.encode() not in done.out + done.err


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
def test_a_certificate_logs_in(secured: Secured, tmp_path: Path, mode: str) -> None:
    account = secured.server.account(FEW)
    own = secured.authority.issue_cert(common_name=account.name)
    own.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "own.pem"))
    shell = secured.shell(account, mode, tmp_path)
    done = shell(
        f":auth EXTERNAL {account.name}",
        "STAT",
        options=(*secured.options(mode), "--client-cert", str(tmp_path / "own.pem")),
    )
    assert_logged_in(done, account)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("mechanism", [*MECHANISMS, "USER", "APOP"])
def test_a_wrong_password_is_refused_and_told_nowhere(
    secured: Secured, tmp_path: Path, mechanism: str, mode: str
) -> None:
    account = secured.server.account(FEW)
    shell = secured.shell(account, mode, tmp_path, "no-such-password")
    done = shell(f":login {account.name} {mechanism}", options=secured.options(mode))
    assert done.status == 1
    assert b"no-such-password" not in done.out + done.err
    assert b"Traceback" not in done.err


def test_the_strongest_way_is_taken_where_none_is_named(secured: Secured, tmp_path: Path) -> None:
    account = secured.server.account(FEW)
    done = secured.shell(account, "none", tmp_path)(f":login {account.name}", "STAT")
    assert_logged_in(done, account)
    assert any(line.startswith("AUTH SCRAM-SHA-256") for line in done.said("C: "))


def test_stls_typed_by_hand_upgrades_the_connection(secured: Secured, tmp_path: Path) -> None:
    account = secured.server.account(FEW)
    shell = secured.shell(account, "none", tmp_path)
    done = shell(
        "CAPA", "STLS", ":state", ":cert", f":login {account.name} PLAIN", "STAT",
        options=("--ca", secured.ca),
    )  # fmt: skip
    assert_logged_in(done, account)
    assert b"# TLS: on" in done.out
    assert b"localhost" in done.out


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
def test_an_unknown_issuer_gets_no_password(secured: Secured, tmp_path: Path, mode: str) -> None:
    account = secured.server.account(FEW)
    shell = secured.shell(account, mode, tmp_path)
    done = shell(f":login {account.name}", "STAT", options=("--tls", mode))
    assert done.status == 3
    assert b"issuer" in done.err
    assert not any(line.startswith(("AUTH", "PASS", "APOP")) for line in done.said("C: "))
