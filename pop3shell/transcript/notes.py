"""Secrets in notes: a command that somebody put into a remark, or whose side wasn't understood."""

from __future__ import annotations

import re

from pop3shell.protocol.secrets import PLAIN_RESPONSES
from pop3shell.transcript.grammar import PLACEHOLDER

#: Words behind PASS in a note that are a password, at most; more of them are a sentence.
WORDS = 3

# What may mark a side, or a time: "C:", "> ", "[1.2] you>", "C -".
_COMMAND = re.compile(
    r"([^\w+]{0,20}(?:[\w.:]{1,20}[^\w]{1,8}){0,2}?)"
    r"(?:(pass)[ \t]+|(apop)[ \t]+\S+[ \t]+|(auth)[ \t]+\S+[ \t]+)(\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_MARK = re.compile(r"[:>$%#)\]-]\s*$")


def masked(text: str) -> str:
    """Return a note's text with placeholders for the secrets of PASS, APOP and AUTH in it.

    Only a line that is such a command counts: ``PASS has to follow USER directly`` is a sentence.
    """
    found = _COMMAND.fullmatch(text)
    if not found or not _is_said(found):
        return text
    name = "password" if found[2] else "apop" if found[3] else "sasl"
    return text if PLACEHOLDER.match(found[5].encode()) else f"{text[: found.start(5)]}${{{name}}}"


def _is_said(found: re.Match[str]) -> bool:
    lead, behind = found[1], found[5]
    marked = _MARK.search(lead) is not None
    if any(letter.isalpha() for letter in lead) and not marked:
        return False  # words before it: a sentence
    words = len(behind.split())
    if found[2]:
        return marked or words <= WORDS
    return words == 1 and behind not in PLAIN_RESPONSES and (bool(found[3]) or not _is_word(behind))


def _is_word(text: str) -> bool:
    """Whether it is a word of a sentence, rather than octets in base64."""
    return text.rstrip(".,:;!?").isalpha() and (text.islower() or text.isupper()) and len(text) < 12
