"""What was recorded under TLS isn't to be said in plaintext, unless that was asked for."""

from __future__ import annotations

import ipaddress

from pop3shell.net.replay.model import Target
from pop3shell.net.replay.script import Script
from pop3shell.transcript.errors import TranscriptError

#: What is said where it is sent in plaintext all the same.
SENT = "TLS held when this was recorded, and here it is sent in plaintext"
_SECURE = "--tls implicit (port 995), --tls starttls"


def in_plaintext(script: Script, target: Target) -> bool:
    """Whether nothing would begin the TLS that held from the start when this was recorded."""
    return bool(script.secured) and not (target.implicit or target.starttls)


def check_plaintext(script: Script, target: Target) -> None:
    """See to it that nothing recorded under TLS goes over a network in plaintext by mistake.

    A STLS in the transcript begins TLS itself. Raises TranscriptError.
    """
    if in_plaintext(script, target) and not (target.plaintext or _is_here(target.host)):
        text = f"TLS held when this was recorded, so it is not sent in plaintext; give {_SECURE}"
        raise TranscriptError(script.secured, f"{text}, or --tls none to send it all the same")


def _is_here(host: str) -> bool:
    """Whether it is this machine, by an address or by the name kept for it (RFC 6761, 6.3)."""
    name = host.strip("[]").partition("%")[0].rstrip(".").lower()
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
