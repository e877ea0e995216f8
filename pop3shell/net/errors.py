"""What can go wrong between here and a server, as sentences for the user."""

from __future__ import annotations


class ConnectionTrouble(Exception):
    """Could not connect, or the connection was cut off; the text says what to do."""
