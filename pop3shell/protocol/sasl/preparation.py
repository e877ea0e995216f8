"""Preparing names and passwords for comparing: SASLprep and the trace profile (RFC 3454)."""

from __future__ import annotations

import stringprep
import unicodedata
from collections.abc import Callable

from pop3shell.protocol.sasl.mechanism import SaslError

_Table = Callable[[str], bool]

_TRACE: tuple[_Table, ...] = (
    stringprep.in_table_c21_c22,
    stringprep.in_table_c3,
    stringprep.in_table_c4,
    stringprep.in_table_c5,
    stringprep.in_table_c6,
    stringprep.in_table_c8,
    stringprep.in_table_c9,
)
_SASL: tuple[_Table, ...] = (*_TRACE, stringprep.in_table_c12, stringprep.in_table_c7)


def saslprep(text: str, *, stored: bool = False) -> str:
    """Prepare a name or a password (RFC 4013).

    ``stored`` strings must not hold unassigned code points; those a client sent may. Raises
    SaslError for a character that is not allowed.
    """
    if text.isascii() and text.isprintable():
        return text
    kept = (c for c in text if not stringprep.in_table_b1(c))
    mapped = "".join(" " if stringprep.in_table_c12(c) else c for c in kept)
    prepared = unicodedata.ucd_3_2_0.normalize("NFKC", mapped)
    _check(prepared, (*_SASL, stringprep.in_table_a1) if stored else _SASL)
    return prepared


def trace(text: str) -> str:
    """Prepare the trace information of ANONYMOUS (RFC 4505 section 3). Raises SaslError."""
    _check(text, _TRACE)
    return text


def _check(text: str, prohibited: tuple[_Table, ...]) -> None:
    for character in text:
        if any(table(character) for table in prohibited):
            raise SaslError(f"the character U+{ord(character):04X} is not allowed (RFC 3454)")
    _check_directions(text)


def _check_directions(text: str) -> None:
    """Text from right to left begins and ends so and holds none the other way (RFC 3454, 6)."""
    if not any(map(stringprep.in_table_d1, text)):
        return
    ends = stringprep.in_table_d1(text[0]) and stringprep.in_table_d1(text[-1])
    if not ends or any(map(stringprep.in_table_d2, text)):
        raise SaslError("text of both writing directions is not allowed (RFC 3454 section 6)")
