"""The lines of our own in what is played, made to fit the terminal; the dialogue stays as it is."""

from __future__ import annotations

import re

from pop3shell.view.columns import LOOKS, wrapped
from pop3shell.view.narrate import WIDTH

_LOOKS = LOOKS.encode()
#: Neither the dialogue nor what is expected of it: a line of more octets has as many cells or less.
_OURS = rb"(?m)^(?!(?:%s)*[CS][:~.])[^\n]{%d,}"
#: What a note, an event, a state, or an explanation begins with, also an item in a note's list.
_MARKER = re.compile("((?:# |\\*: |-- )?)( *)((?:[-*] |[0-9]+[.)] )?)")


def fitted(shown: bytes, columns: int) -> bytes:
    """Break notes, events and explanations between words, into lines of ``columns`` cells."""

    def fit(found: re.Match[bytes]) -> bytes:
        line = found[0].decode("utf-8", "surrogateescape")
        return _fitted(line, columns).encode("utf-8", "surrogateescape")

    return re.sub(_OURS % (_LOOKS, min(columns, WIDTH) + 1), fit, shown)


def _fitted(line: str, columns: int) -> str:
    marker, indent, item = _marker(line)
    if indent and not marker:  # an explanation, in lines that are good to read
        return wrapped(line, min(columns, WIDTH), len(indent + item) + 2)
    return wrapped(line, columns, len(marker + indent + item) or 2)


def _marker(line: str) -> tuple[str, str, str]:
    found = _MARKER.match(re.sub(LOOKS, "", line))
    assert found is not None  # it matches nothing, too
    return found[1], found[2], found[3]
