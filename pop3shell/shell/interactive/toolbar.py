"""Where the session stands, in one line that fits the terminal."""

from __future__ import annotations

from pop3shell.protocol.session import Session
from pop3shell.protocol.visible import visible_text
from pop3shell.view.units import duration

_UNITS = ("octets", "KiB", "MiB", "GiB", "TiB")


def size(octets: int) -> str:
    """Octets in the unit that reads best."""
    amount = float(octets)
    for unit in _UNITS:
        if amount < 1024 or unit == _UNITS[-1]:
            break
        amount /= 1024
    return f"{octets} octets" if unit == _UNITS[0] else f"{amount:.1f} {unit}"


def toolbar(
    session: Session,
    *,
    closed: bool,
    round_trip: float | None,
    findings: int,
    columns: int,
    recording: bool = False,
) -> str:
    """Return the parts that fit ``columns``, the most important first."""
    parts: list[tuple[int, str]] = [
        (0, "CLOSED" if closed else session.state.value),
        (1, "REC" if recording else ""),
        (3, "TLS" if session.tls else "no TLS"),
        (2, visible_text(session.user)[:30]),
        (1, _maildrop(session)),
        (4, f"{len(session.deleted)} deleted" if session.deleted else ""),
        (5, duration(round_trip) if round_trip is not None else ""),
        (4, f"{findings} finding{'s' * (findings > 1)}" if findings else ""),
    ]
    parts = [part for part in parts if part[1]]
    while len(parts) > 1 and len(_joined(parts)) > columns:
        parts.remove(max(parts, key=_importance))
    return _joined(parts)[:columns]


def _importance(part: tuple[int, str]) -> int:
    return part[0]


def _joined(parts: list[tuple[int, str]]) -> str:
    return " " + " | ".join(text for _, text in parts) + " "


def _maildrop(session: Session) -> str:
    if session.messages is None:
        return ""
    plural = "" if session.messages == 1 else "s"
    octets = f", {size(session.octets)}" if session.octets is not None else ""
    return f"{session.messages} message{plural}{octets}"
