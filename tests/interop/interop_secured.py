"""A Dovecot with TLS and every way to log in that it can be configured for."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme
from interop_dovecot import HOST, Account, Dovecot, Setup
from interop_oauth import configuration
from interop_programs import Shell

MECHANISMS = ("PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256")
TOKENS = ("OAUTHBEARER", "XOAUTH2")

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


@contextmanager
def secured_dovecot(path: str) -> Iterator[Secured]:
    """Run it."""
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
