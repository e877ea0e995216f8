"""What may be wrong with a status line (RFC 1939 section 3, RFC 2449 section 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pop3shell.protocol.findings import Rule
from pop3shell.protocol.rules import reading, wording
from pop3shell.protocol.spec import lengths

# Compiled by `re` when they are first used: few lines have faults.
_INDICATOR = rb"(?i)(\+OK|-ERR)( |\r?\n)?"
_CONTROL = rb"[\x00-\x1f\x7f]"


def status_faults(line: bytes, octets: int, text: bytes) -> Iterator[tuple[Rule, str]]:
    """Yield each rule that a status line breaks, and how.

    ``line`` is the line, or the beginning of a long one, with its end; ``octets`` counts the whole
    line; ``text`` is what stands behind the status indicator.
    """
    found = re.match(_INDICATOR, line)
    if found is None:
        yield reading.INDICATOR, wording.INDICATOR
    elif found[1].upper() != found[1]:
        yield reading.UPPER_CASE, wording.UPPER_CASE
    if found and not found[2]:
        yield reading.INDICATOR, wording.AFTER_INDICATOR
    if octets > lengths.STATUS_LINE:
        yield reading.LINE_LENGTH, wording.LINE_LENGTH.format(octets)
    if control := re.search(_CONTROL, text):
        yield reading.CONTROL, wording.CONTROL.format(control[0][0])
