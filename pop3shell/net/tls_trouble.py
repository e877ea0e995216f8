"""Why TLS failed, in one sentence each: what happened, and what to do."""

from __future__ import annotations

import ssl
from datetime import datetime

from pop3shell.net.certificate import Certificate, problems, read_certificate
from pop3shell.net.tls import ClosedInHandshake, NotTls, PinMismatch, TlsLayer
from pop3shell.protocol.visible import visible, visible_text

_INSECURE = "--insecure would talk to it all the same, but then anybody may be listening"

#: OpenSSL's verification results (X509_V_ERR_...).
_NOT_YET, _EXPIRED = 9, 10
_SELF_SIGNED, _UNKNOWN_ROOT = 18, 19
_NO_ISSUER = (2, 20, 21)
_WRONG_NAME = (62, 64)

#: Parts of OpenSSL's reasons, and what they mean.
_REASONS: tuple[tuple[str, str], ...] = (
    ("CERTIFICATE_REQUIRED", "the server wants a client certificate; give one with its key"),
    ("UNKNOWN_CA", "the server does not know who issued the client certificate"),
    ("BAD_CERTIFICATE", "the server does not like the client certificate"),
    ("CERTIFICATE_EXPIRED", "the server says that the client certificate has expired"),
    ("UNRECOGNIZED_NAME", "the server knows no host of that name; connect by its proper name"),
    ("HANDSHAKE_FAILURE", "the server wants another protocol or cipher, or a client certificate"),
    ("NO_SHARED_CIPHER", "there is no cipher that both sides accept"),
    ("KEY_TOO_SMALL", "the server's key is too small to be safe; it needs a new certificate"),
    ("MD_TOO_WEAK", "the server's certificate has a signature that can be forged"),
)  # fmt: skip
_TOO_OLD = ("UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION", "NO_PROTOCOLS", "UNSUPPORTED_SSL")


def explain_layer(layer: TlsLayer, now: datetime) -> str:
    """Say why a layer failed; empty if it didn't. ``now`` has a time zone."""
    if layer.failure is None:
        return ""
    der = layer.certificate
    found = read_certificate(der) if der else None
    return explain_failure(layer.failure, found, layer.host, now, offered=layer.offered)


def explain_failure(
    error: Exception,
    certificate: Certificate | None,
    host: str,
    now: datetime,
    *,
    offered: str = "",
) -> str:
    """Say why TLS failed.

    ``certificate`` is the server's if it came; ``offered`` the protocol that the server chose.
    """
    if isinstance(error, NotTls):
        return _not_tls(error.octets)
    if isinstance(error, ClosedInHandshake):
        return _closed(error.begun)
    if isinstance(error, PinMismatch):
        return (
            f"the certificate is not the pinned one: its SHA-256 is {error.fingerprint}; if the "
            "server has got a new one, pin that, otherwise somebody is in between"
        )
    if isinstance(error, ssl.SSLCertVerificationError):
        return _unverified(error, certificate, host, now)
    return _refused(error, offered)


def _not_tls(octets: bytes) -> str:
    line = visible(octets.split(b"\n")[0].rstrip(b"\r")[:100])
    if octets[:3].upper() == b"+OK":
        return (
            f"the server speaks plain POP3 where TLS should begin ({line}); connect without TLS, "
            "or with STLS if it has that"
        )
    if octets[:4].upper() == b"-ERR":
        return f"the server refuses in plain text where TLS should begin: {line}"
    return f"what came is not TLS but {line!r}; check the port"


def _closed(begun: bool) -> str:
    if begun:
        return (
            "the server closed the connection in the middle of the TLS handshake; its log may say "
            "why, often it wants another protocol or a client certificate"
        )
    return (
        "the server closed the connection instead of a TLS handshake; it may speak no TLS on this "
        "port, or not to this client"
    )


def _unverified(
    error: ssl.SSLCertVerificationError, found: Certificate | None, host: str, now: datetime
) -> str:
    code = error.verify_code
    issued, advice = _issuer_problem(code, found)
    wrong = problems(found, host, now) if found else []
    if not issued and not wrong:
        issued = _code_problem(code, error.verify_message, host)
    said = "; ".join([issued, *wrong] if issued else wrong)
    if not advice:
        advice = _advice(code)
    return f"the certificate is refused: {said}; {advice}; {_INSECURE}"


def _issuer_problem(code: int, found: Certificate | None) -> tuple[str, str]:
    """What is wrong with who issued it, and what to do; empty if that is fine."""
    who = f" ({found.issuer})" if found and found.issuer else ""
    pin = f", or pin it: --pin {found.fingerprint}" if found else ""
    if code == _SELF_SIGNED:
        return "it is self-signed, nobody vouches for it", f"if it is yours, name it by --ca{pin}"
    if code == _UNKNOWN_ROOT:
        what = f"its chain ends in an issuer that is not trusted here{who}"
        return what, f"if you trust that issuer, name its certificate by --ca{pin}"
    if code in _NO_ISSUER:
        advice = f"name the issuer's certificate by --ca{pin}; or the server forgot to send its "
        return f"its issuer is not known here{who}", advice + "intermediate certificates"
    return "", ""


def _code_problem(code: int, message: str, host: str) -> str:
    """What OpenSSL says where the certificate itself can't be read, or looks fine."""
    if code == _EXPIRED:
        return "a certificate of its chain has expired"
    if code == _NOT_YET:
        return "a certificate of its chain is not valid yet"
    if code in _WRONG_NAME:
        return f"it is not for {visible_text(host)}"
    return visible_text(message).rstrip(".")


def _advice(code: int) -> str:
    if code == _NOT_YET:
        return "check this machine's clock"
    if code in _WRONG_NAME:
        return "connect by a name that it has"
    return "the server needs a new certificate"


def _refused(error: Exception, offered: str) -> str:
    reason = str(getattr(error, "reason", "") or "")
    if any(part in reason for part in _TOO_OLD):
        what = f"only offers {offered}" if offered else "speaks none of the protocols allowed here"
        return f"the server {what}; TLS 1.2 is the oldest allowed (RFC 8314 section 4.1)"
    for part, meaning in _REASONS:
        if part in reason:
            return f"TLS failed: {meaning} ({reason})"
    told = reason or visible_text(str(error))
    return f"TLS failed: OpenSSL says {told}; the server's log may tell more"
