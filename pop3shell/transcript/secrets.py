"""Putting the values of secrets back in the place of their placeholders."""

from __future__ import annotations

from collections.abc import Mapping

from pop3shell.transcript.errors import MissingSecret
from pop3shell.transcript.model import ClientLine, ServerLine


def names(line: ClientLine | ServerLine) -> list[str]:
    """Return the secrets that a line needs, e.g. ``["password"]``."""
    return [placeholder.name for placeholder in line.placeholders]


def fill(line: ClientLine | ServerLine, values: Mapping[str, bytes]) -> bytes:
    """Return the line's octets with the secrets in them; ``values`` by name, e.g. ``password2``.

    ``apop`` and ``sasl`` differ with each login: give those of the login at hand. Raises
    MissingSecret.
    """
    pieces: list[bytes] = []
    at = 0
    for placeholder in line.placeholders:
        value = values.get(placeholder.name)
        if value is None:
            raise MissingSecret(line.number, placeholder.name)
        pieces += line.octets[at : placeholder.start], value
        at = placeholder.stop
    return b"".join(pieces) + line.octets[at:]
