"""What can go wrong between here and a server, as sentences for the user."""

from __future__ import annotations


class ConnectionTrouble(Exception):
    """Could not connect, or the connection was cut off; the text says what to do."""


def silent(address: str, seconds: float) -> str:
    """Say that nothing came from ``address`` for so many seconds."""
    return f"{address} was silent for {seconds:g} second{'' if seconds == 1 else 's'}"
