"""The words of the format, as the writer and the readers share them (transcripts/README.md)."""

from __future__ import annotations

import re

MAGIC = b"%POP3-TRANSCRIPT"
VERSION = 1
BLANKS = b" \t"

#: Octets of a file line, at most. Writers break longer lines of the dialogue into parts.
LONGEST_FILE_LINE = 1 << 23

#: ``[seconds]``, tag, text. A blank behind the tag is syntax.
TAGGED = re.compile(
    rb"(?:\[([0-9]{1,10}(?:\.[0-9]{1,9})?)\] ?)?(C:|S:|\*:|S~|S\.\.\.) ?(.*)", re.DOTALL
)
HEADER = re.compile(rb"%([A-Za-z0-9-]+): ?(.*)", re.DOTALL)
PLACEHOLDER = re.compile(rb"\$\{(password(?:[2-9]|[1-9][0-9]{1,8})?|apop|sasl)\}")
