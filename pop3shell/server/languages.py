"""The languages of the server's texts (RFC 6856 section 3).

Texts are written in English; they are translated on their way out.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pop3shell.server.german import TEXTS

if TYPE_CHECKING:
    from pop3shell.server.replies import Reply

DEFAULT = "en"
#: Each language by its tag, named in itself.
NAMES = {"en": "English", "de": "Deutsch"}
#: What LANG answers behind the tag.
CHOSEN = {"en": "texts are in English now", "de": "Texte sind jetzt auf Deutsch"}


def find(wanted: str) -> str:
    """Return the tag for a language range, `*` for the default; empty if there is none.

    A longer range is shortened from its end (RFC 4647 section 3.4): de-CH is served by de.
    """
    tag = DEFAULT if wanted == "*" else wanted.lower()
    while tag and tag not in NAMES:
        tag = tag.rpartition("-")[0]
    return tag


def translated(reply: Reply, language: str) -> Reply:
    """Return the reply with its text in a language, where there is a translation."""
    return replace(reply, text=german(reply.text)) if language == "de" else reply


def german(text: str) -> str:
    """Return a text in German, or as it is where there is none."""
    for english, wanted in TEXTS.items():
        if found := re.fullmatch(english, text):
            return _filled(wanted, found)
    return text


def _filled(wanted: str, found: re.Match[str]) -> str:
    words = [found[0], *found.groups()]
    if inner := found.re.groupindex.get("text"):
        words[inner] = german(words[inner])
    return re.sub(r"\\(\d)", lambda place: words[int(place[1])], wanted)
