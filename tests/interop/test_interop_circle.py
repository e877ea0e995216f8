"""Closing the circle: a session recorded from Dovecot is served by `mock` and replayed.

Against the mock not an octet may differ, against Dovecot again nothing but what differs each day.
Otherwise a recording would be no way to reproduce a bug.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from interop_dovecot import HOST, Account, Dovecot
from interop_messages import MESSAGES
from interop_oauth import token
from interop_programs import Finished, Mocked, home, run
from interop_secured import MECHANISMS, TOKENS, Secured

pytestmark = pytest.mark.interop

FEW = {name: MESSAGES[name] for name in ("plain", "dots", "empty-body")}
WAYS = ("USER", "APOP", *MECHANISMS, *TOKENS)
SECURED = [
    (mode, way) for mode in ("starttls", "implicit") for way in ("USER", "PLAIN", "SCRAM-SHA-256")
]
LINES = (
    *("STAT", "LIST", "UIDL", "RETR 1", "RETR 2", "TOP 3 0", "LIST 99"),
    *(":pipeline NOOP; STAT; LIST 2", "DELE 1", "RSET", "CAPA", "QUIT"),
)


@dataclass(frozen=True)
class Circle:
    """An account on Dovecot, how to get there, and the folder of the test."""

    secured: Secured
    account: Account
    folder: Path
    mode: str = "none"
    secret: str = ""
    options: tuple[str, ...] = ()

    @property
    def file(self) -> Path:
        return self.folder / "session.pop3"

    def record(self, login: str) -> None:
        """Record a session from Dovecot."""
        shell = self.secured.shell(self.account, self.mode, self.folder, self.secret)
        options = (*self._tls, "--record", str(self.file))
        done = shell("CAPA", login, *LINES, options=options)
        assert done.status == 0, done.err
        assert (self.secret or self.account.password).encode() not in self.file.read_bytes()

    def assert_closed(self) -> None:
        """No octet differs from the mock, and nothing that matters from Dovecot."""
        own = self.secured.authority.issue_cert("localhost", HOST)
        own.private_key_and_cert_chain_pem.write_to_path(str(self.folder / "mock.pem"))
        certificate = ("--tls-cert", str(self.folder / "mock.pem"), "--tls-port", "0")
        with Mocked(self.file, *(certificate if self.mode != "none" else ())) as mock:
            again = self._replay(mock, "exact")
        assert again.status == 0, again.out + again.err
        assert (mock.status, mock.err) == (0, b"session 1: as recorded\n")
        again = self._replay(self.secured.server, "shape")
        assert again.status == 0, again.out + again.err

    def _replay(self, server: Dovecot | Mocked, compare: str) -> Finished:
        port = server.tls_port if self.mode == "implicit" else server.port
        words = ["replay", str(self.file), "localhost", str(port), "--compare", compare]
        env = {
            **home(self.folder),
            "POP3SHELL_PASSWORD": self.secret or self.account.password,
        }
        program = [sys.executable, "-m", "pop3shell", *words, *self._tls]
        return run([*program, "--user", self.account.name], env=env)

    @property
    def _tls(self) -> tuple[str, ...]:
        return (*self.secured.options(self.mode), *self.options)


@pytest.mark.parametrize(("mode", "way"), [*(("none", way) for way in WAYS), *SECURED])
def test_the_circle_closes(secured: Secured, tmp_path: Path, mode: str, way: str) -> None:
    account = secured.server.account(FEW)
    secret = token(account.name) if way in TOKENS else ""
    circle = Circle(secured, account, tmp_path, mode, secret)
    circle.record(f":login {account.name} {way}")
    assert (b"TLS established" in circle.file.read_bytes()) == (mode != "none")
    circle.assert_closed()


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
def test_the_circle_closes_with_a_certificate_of_the_client(
    secured: Secured, tmp_path: Path, mode: str
) -> None:
    account = secured.server.account(FEW)
    own = secured.authority.issue_cert(common_name=account.name)
    own.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "own.pem"))
    shown = ("--client-cert", str(tmp_path / "own.pem"))
    circle = Circle(secured, account, tmp_path, mode, options=shown)
    circle.record(f":auth EXTERNAL {account.name}")
    assert b"AUTH EXTERNAL" in circle.file.read_bytes()
    circle.assert_closed()
