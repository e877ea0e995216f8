"""Numbers as they are typed: how many, which messages, which port."""

from __future__ import annotations

import re

from pop3shell.net.resolve import port_number
from pop3shell.shell.shell import ColonError

_COUNT = re.compile("[0-9]{1,10}")
_RANGE = re.compile("([0-9]{1,10})(?:-([0-9]{1,10}))?")


def count(text: str, otherwise: str) -> int:
    """Return a number from 1 up. Raises ColonError with the sentence ``otherwise``."""
    number = int(text) if _COUNT.fullmatch(text) else 0
    if number < 1:
        raise ColonError(otherwise)
    return number


def message_range(text: str, also: str = "") -> tuple[int, int]:
    """Return the first and the last message of ``N`` or ``N-M``.

    ``also`` tells what else could have been typed. Raises ColonError with a sentence.
    """
    found = _RANGE.fullmatch(text)
    if found is None:
        raise ColonError(f"{text} is neither a message number nor a range such as 2-5{also}")
    first, last = int(found[1]), int(found[2] or found[1])
    if first < 1 or last < first:
        raise ColonError(f"{text} is no range of messages: numbers begin with 1 and go up")
    return first, last


def port(text: str) -> int:
    """Return the number of a port. Raises ColonError with a sentence."""
    try:
        return port_number(text)
    except ValueError as error:
        raise ColonError(str(error)) from None
