"""The rules on TLS that a client sees broken while it talks."""

from __future__ import annotations

from pop3shell.protocol.findings import Level, Rule
from pop3shell.protocol.spec.references import rfc

USABLE = Rule(
    "TLS-01", Level.MUST, "TLS can be had, by STLS or on a port of its own", rfc(8314, "4")
)
INJECTED = Rule(
    "TLS-05",
    Level.SECURITY,
    "nothing in plaintext follows the +OK of STLS",
    rfc(2595, "4"),
)
CERTIFICATE = Rule(
    "TLS-09",
    Level.MUST,
    "the certificate is valid, trusted, and has the name of the host",
    rfc(8314, "4.4"),
)
CLOSE_NOTIFIED = Rule(
    "TLS-10", Level.SHOULD, "TLS is closed by an alert before TCP is", rfc(8314, "3.4")
)
