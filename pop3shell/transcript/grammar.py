"""The words of the format, as the writer and the readers share them (transcripts/README.md)."""

from __future__ import annotations

import re

MAGIC = b"%POP3-TRANSCRIPT"
VERSION = 1
#: How alike a first word and MAGIC are, at least, where MAGIC is meant; 1 is the same.
ALIKE = 0.8
BLANKS = b" \t"

#: Octets of a file line, at most. Writers break longer lines of the dialogue into parts.
LONGEST_FILE_LINE = 1 << 23

#: ``[seconds]``, tag, text. A blank behind the tag is syntax.
TAGGED = re.compile(
    rb"(?:\[([0-9]{1,10}(?:\.[0-9]{1,9})?)\] ?)?(C:|S:|\*:|S~|S\.\.\.) ?(.*)", re.DOTALL
)
HEADER = re.compile(rb"%([A-Za-z0-9-]+): ?(.*)", re.DOTALL)
PLACEHOLDER = re.compile(rb"\$\{(password(?:[2-9]|[1-9][0-9]{1,8})?|apop|sasl)\}")


def resembles_magic(line: bytes) -> bool:
    """Whether a line means to say that the file is versioned, however it is spelt."""
    from difflib import SequenceMatcher

    word = line[: len(MAGIC)].decode("latin-1").upper()
    return SequenceMatcher(None, word, MAGIC.decode(), autojunk=False).ratio() >= ALIKE


def misplaced_magic(number: int) -> str:
    """Say what is wrong with such a line, which is line ``number`` of a file that isn't."""
    magic = f"{MAGIC.decode()} {VERSION}"
    if number > 1:
        return f"{magic} must be the file's first line, and be written so"
    return f"this must be {magic}, in capitals; leave it out if the file has no escapes"
