"""What a certificate says: read for people, never to decide whom to trust."""

from __future__ import annotations

import hashlib
import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pop3shell.protocol.visible import visible_text

#: Certificates that end sooner are warned of.
SOON = timedelta(days=14)
_SMALLEST_RSA = 2048


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate's facts; text without control characters.

    ``names`` are those it is valid for (DNS names and addresses), ``fingerprint`` the SHA-256 of
    the whole in hexadecimal. What could not be read is empty or None.
    """

    fingerprint: str
    subject: str = ""
    issuer: str = ""
    names: tuple[str, ...] = ()
    begins: datetime | None = None
    ends: datetime | None = None
    self_signed: bool = False
    key: str = ""
    weak_key: bool = False
    hash_name: str = ""


def read_certificate(der: bytes) -> Certificate:
    """Read a certificate; of one that cannot be read only the fingerprint is told."""
    fingerprint = hashlib.sha256(der).hexdigest()
    try:
        return _read(der, fingerprint)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        return Certificate(fingerprint)


def _read(der: bytes, fingerprint: str) -> Certificate:
    from asn1crypto import x509  # type: ignore[import-untyped]  # here: it takes a while

    found = x509.Certificate.load(der)
    validity = found["tbs_certificate"]["validity"]
    key, weak = _key(found.public_key)
    return Certificate(
        fingerprint=fingerprint,
        subject=visible_text(found.subject.human_friendly),
        issuer=visible_text(found.issuer.human_friendly),
        names=_names(found),
        begins=validity["not_before"].native.astimezone(UTC),
        ends=validity["not_after"].native.astimezone(UTC),
        self_signed=found.subject == found.issuer,
        key=key,
        weak_key=weak,
        hash_name=_hash_name(found),
    )


def _names(found: Any) -> tuple[str, ...]:
    held = found.subject_alt_name_value or ()
    kinds = ("dns_name", "ip_address")
    return tuple(visible_text(str(name.native)) for name in held if name.name in kinds)


def _key(key: Any) -> tuple[str, bool]:
    kind = key.algorithm
    size = key.bit_size if kind in ("rsa", "dsa", "ec") else 0
    return f"{kind.upper()} {size}" if size else kind, kind == "rsa" and size < _SMALLEST_RSA


def _hash_name(found: Any) -> str:
    try:
        return str(found["signature_algorithm"].hash_algo)
    except ValueError:  # an algorithm that has its hash built in
        return ""


def covers(name: str, host: str) -> bool:
    """Whether a name in a certificate is that of ``host`` (RFC 6125 section 6.4)."""
    name, host = name.lower().rstrip("."), host.lower().rstrip(".")
    if address := _address(host):
        return address == _address(name)
    if name.startswith("*."):
        _, dot, parent = host.partition(".")
        return bool(dot) and parent == name[2:]
    return name == host


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def day(moment: datetime | None) -> str:
    """Return a date as people read it, in UTC."""
    return moment.strftime("%Y-%m-%d %H:%M UTC") if moment else "?"


def problems(found: Certificate, host: str, now: datetime) -> list[str]:
    """Return what is wrong with a certificate, apart from who issued it; clauses without stop."""
    wrong = []
    if found.ends and now > found.ends:
        wrong.append(f"it expired on {day(found.ends)}, {_days(now - found.ends)} ago")
    if found.begins and now < found.begins:
        wrong.append(f"it is valid only from {day(found.begins)} on")
    if not any(covers(name, host) for name in found.names):
        wrong.append(f"it is not for {visible_text(host)} but {_for(found)}")
    return wrong


def _for(found: Certificate) -> str:
    if not found.names:
        return "names no host at all"
    shown = ", ".join(found.names[:5])
    more = len(found.names) - 5
    return f"for {shown} and {more} more" if more > 0 else f"for {shown}"


def _days(span: timedelta) -> str:
    if span.days:
        return "1 day" if span.days == 1 else f"{span.days} days"
    hours = span.seconds // 3600
    return "1 hour" if hours == 1 else f"{hours} hours"


def warnings_of(found: Certificate, host: str, now: datetime) -> list[str]:
    """Return what to look at in a certificate, one clause each."""
    said = problems(found, host, now)
    if found.ends and now <= found.ends <= now + SOON:
        said.append(f"it expires in {_days(found.ends - now)}")
    if found.self_signed:
        said.append("it is self-signed")
    if found.weak_key:
        said.append(f"its key is weak ({found.key})")
    if found.hash_name in ("md5", "sha1"):
        said.append(f"it is signed with {found.hash_name.upper()}, which can be forged")
    return said


def describe_certificate(
    found: Certificate, host: str, now: datetime, *, protocol: str = "", cipher: str = ""
) -> list[str]:
    """Return lines that tell a certificate, and what was agreed upon, ``label: value`` each."""
    facts = [
        ("protocol", protocol),
        ("cipher", cipher),
        ("subject", found.subject),
        ("names", ", ".join(found.names)),
        ("issuer", found.issuer),
        ("valid", f"{day(found.begins)} to {day(found.ends)}" if found.ends else ""),
        ("key", found.key),
        ("SHA-256", found.fingerprint),
    ]
    told = [f"{label}: {value}" for label, value in facts if value]
    return told + [f"warning: {text}" for text in warnings_of(found, host, now)]
