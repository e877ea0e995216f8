"""Every way to log in that Dovecot can be configured for, over every way to be connected.

What an admin would lose otherwise: knowing that a login that fails, fails because of the server.
"""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from interop_dovecot import HOST, Account, Dovecot, Setup, unsupported
from interop_messages import MESSAGES
from interop_oauth import configuration, token
from interop_programs import Finished, Shell, program

pytestmark = pytest.mark.interop

MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")
TOKENS = ("OAUTHBEARER", "XOAUTH2")
MODES = ("none", "starttls", "implicit")
FEW = {"plain": MESSAGES["plain"]}

EXTERNAL = """\
passdb {{
  driver = static
  mechanisms = external
  args = nopassword
}}
ssl_ca = <{ca}
ssl_verify_client_cert = yes
ssl_require_crl = no
auth_ssl_username_from_cert = yes
ssl_cert_username_field = commonName
"""


@dataclass(frozen=True)
class Secured:
    """A Dovecot with everything switched on, and what a client needs for it."""

    server: Dovecot
    authority: trustme.CA
    folder: Path

    @property
    def ca(self) -> str:
        return str(self.folder / "ca.pem")

    def shell(self, account: Account, mode: str, home: Path, secret: str = "") -> Shell:
        port = self.server.tls_port if mode == "implicit" else self.server.port
        return Shell("localhost", port, home, secret or account.password)

    def options(self, mode: str) -> tuple[str, ...]:
        return ("--tls", mode, "--ca", self.ca)


@pytest.fixture(scope="session")
def secured() -> Iterator[Secured]:
    path = program("dovecot")
    if why := unsupported(path):
        pytest.skip(why)
    folder = Path(tempfile.mkdtemp(prefix="dt-"))
    folder.chmod(0o755)
    try:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(folder / "ca.pem"))
        own = authority.issue_cert("localhost", HOST)
        own.private_key_pem.write_to_path(str(folder / "key.pem"))
        for blob in own.cert_chain_pems:
            blob.write_to_path(str(folder / "cert.pem"), append=True)
        setup = Setup(
            mechanisms=(*(name.lower() for name in (*MECHANISMS, *TOKENS)), "apop", "external"),
            certificate=folder / "cert.pem",
            key=folder / "key.pem",
            extra=configuration(folder / "oauth") + EXTERNAL.format(ca=folder / "ca.pem"),
        )
        with Dovecot(path, setup) as server:
            yield Secured(server, authority, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


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
