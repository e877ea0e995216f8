"""How POP3 carries SASL: base64 lines, ``=``, ``*``, and the list of mechanisms (RFC 5034)."""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable

from pop3shell.protocol.sasl.mechanism import SaslError
from pop3shell.protocol.sasl.registry import Mechanism
from pop3shell.protocol.spec import commands, lengths

#: An initial response of no octets.
EMPTY = b"="

_BASE64 = re.compile(rb"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?", re.ASCII)


def encode(octets: bytes) -> bytes:
    """Return a challenge or response as it stands on a line."""
    return binascii.b2a_base64(octets, newline=False)


def encode_initial(octets: bytes) -> bytes:
    """Return an initial response as it stands behind the mechanism: ``=`` for an empty one."""
    return encode(octets) or EMPTY


def decode(text: bytes) -> bytes:
    """Read a challenge or response, without the ``+ `` and the line's end.

    Nothing but base64 passes (RFC 5034 section 4). Raises SaslError, which doesn't quote it.
    """
    if not _BASE64.fullmatch(text):
        raise SaslError(f"{_fault(text)} (RFC 5034 section 4)")
    return binascii.a2b_base64(text)


def decode_initial(text: bytes) -> bytes:
    """Read an initial response. Raises SaslError."""
    return b"" if text == EMPTY else decode(text)


def _fault(text: bytes) -> str:
    strange = re.search(rb"[^A-Za-z0-9+/=]", text)
    if strange:
        return f"not base64: octet {strange.start() + 1} of the line is 0x{strange[0][0]:02x}"
    if b"=" in text.rstrip(b"=") or len(text) - len(text.rstrip(b"=")) > 2:
        return "not base64: '=' may only stand at the end, twice at most"
    return f"not base64: {len(text)} octets, but groups of four are needed"


def command(mechanism: Mechanism, initial: bytes | None) -> bytes:
    """Return the AUTH line, CRLF included.

    The initial response is left out where the line would grow longer than 255 octets; it is then
    sent in answer to an empty challenge (RFC 5034 section 4).
    """
    line = f"{commands.AUTH.verb} {mechanism.name}".encode()
    if initial is not None:
        whole = line + b" " + encode_initial(initial) + b"\r\n"
        if len(whole) <= lengths.COMMAND_LINE:
            return whole
    return line + b"\r\n"


def capability(mechanisms: Iterable[Mechanism]) -> str:
    """Return the SASL capability line of a server; empty if there is nothing to list."""
    names = " ".join(mechanism.name for mechanism in mechanisms)
    return f"SASL {names}" if names else ""
