"""A session of the practice server without a network."""

from __future__ import annotations

from pop3shell.server.context import Policy
from pop3shell.server.maildrops.maildrop import Maildrop
from pop3shell.server.session import Session

TIMESTAMP = b"<1896.697170952@dbc.mtview.ca.us>"


class Talk:
    """A session with a client that waits for each reply."""

    def __init__(
        self, maildrop: Maildrop, timestamp: bytes = TIMESTAMP, policy: Policy | None = None
    ) -> None:
        self.session = Session({"mrose": ("tanstaaf", maildrop)}, timestamp, policy)

    def raw(self, octets: bytes) -> bytes:
        return b"".join(self.session.receive(octets))

    def __call__(self, command: str) -> str:
        return self.raw(command.encode("latin-1") + b"\r\n").decode("latin-1")

    def log_in(self) -> Talk:
        assert self("USER mrose").startswith("+OK")
        assert self("PASS tanstaaf").startswith("+OK")
        return self
