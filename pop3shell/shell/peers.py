"""What a peer looks like that does not greet as a POP3 server does."""

from __future__ import annotations

import re

_LOOKS = (
    (rb"HTTP/|<!DOCTYPE|<html", "an HTTP server", "POP3 is usually on port 110 or 995"),
    (rb"2[0-9][0-9][ -]", "an SMTP (or FTP) server", "that is for sending mail; try port 110"),
    (rb"5[0-9][0-9][ -]", "an SMTP (or FTP) server that refuses you", "try port 110"),
    (rb"\* (OK|PREAUTH|BYE)", "an IMAP server", "POP3 is usually on port 110 or 995"),
    (rb"SSH-", "an SSH server", "POP3 is usually on port 110 or 995"),
    (rb"\+ ", "a POP2 server", "POP2 is another protocol; try port 110"),
    (rb"[\x15\x16]\x03[\x00-\x04]", "a TLS server", "give --tls implicit"),
)


def looks_like(received: bytes) -> str:
    """Say what a peer looks like and what to try, from the first octets that it sent."""
    for pattern, name, hint in _LOOKS:
        if re.match(pattern, received, re.IGNORECASE):
            return f"it looks like {name}; {hint}"
    return "it may be another service; check the port (POP3 is usually on 110 or 995)"


#: What to say of a peer that sends nothing at all.
SILENT_PEER = (
    "it may wait for you to speak first (an HTTP server), or want TLS from the first byte "
    "(port 995)"
)
