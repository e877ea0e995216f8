"""The languages of the server's texts (RFC 6856 section 3).

Texts are written in English. What is said often is there in German too; the rest stays English.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pop3shell.server.replies import Reply

DEFAULT = "en"
#: Each language by its tag, named in itself.
NAMES = {"en": "English", "de": "Deutsch"}
#: What LANG answers behind the tag.
CHOSEN = {"en": "texts are in English now", "de": "Texte sind jetzt auf Deutsch, soweit übersetzt"}

_GERMAN = {
    r"now send (\w+)": r"jetzt \1 senden",
    r"(\w+) must follow (\w+) directly, send \2 first": r"\1 muss direkt auf \2 folgen",
    r"wrong name or password": r"Name oder Passwort ist falsch",
    r"the maildrop is in use by another session":
        r"das Postfach ist in einer anderen Sitzung offen",
    r"too soon after the last login, wait (\d+) s":
        r"zu früh nach der letzten Anmeldung, noch \1 s",
    r"(.+)'s maildrop has 1 message \((\d+) octets\)": r"Postfach von \1: 1 Nachricht (\2 Oktette)",
    r"(.+)'s maildrop has (\d+) messages \((\d+) octets\)":
        r"Postfach von \1: \2 Nachrichten (\3 Oktette)",
    r"1 message \((\d+) octets\)": r"1 Nachricht (\1 Oktette)",
    r"(\d+) messages \((\d+) octets\)": r"\1 Nachrichten (\2 Oktette)",
    r"(\d+) octets": r"\1 Oktette",
    r"top of message follows": r"Anfang der Nachricht folgt",
    r"message (\d+) deleted": r"Nachricht \1 zum Löschen vorgemerkt",
    r"no such message, only 1 message in maildrop": r"keine solche Nachricht, nur 1 im Postfach",
    r"no such message, only (\d+) messages in maildrop":
        r"keine solche Nachricht, nur \1 im Postfach",
    r"message (\d+) is marked as deleted, (\w+) takes that back":
        r"Nachricht \1 ist zum Löschen vorgemerkt, \2 nimmt das zurück",
    r"nothing done, as you wished": r"nichts getan, wie gewünscht",
    r"capability list follows": r"Liste der Fähigkeiten folgt",
    r"mechanisms follow": r"Liste der Mechanismen folgt",
    r"language list follows": r"Liste der Sprachen folgt",
    r"begin TLS negotiation": r"TLS-Aushandlung beginnt",
    r"UTF-8 mode is on": r"UTF-8-Modus ist an",
    r"cancelled by the client": r"vom Client abgebrochen",
    r"unknown command, (\w+) lists what this server can do":
        r"unbekannter Befehl, \1 zeigt, was dieser Server kann",
    r"no texts in that language, (\w+) alone lists those there are":
        r"keine Texte in dieser Sprache, \1 allein zeigt die vorhandenen",
    r"log in first, (\w+) is for the (\w+) state": r"zuerst anmelden, \1 gehört zum Zustand \2",
    r"already logged in, (\w+) is for the (\w+) state":
        r"bereits angemeldet, \1 gehört zum Zustand \2",
    r"an argument is missing: (.+)": r"ein Argument fehlt: \1",
    r"too many arguments: (.+)": r"zu viele Argumente: \1",
    r"pop3shell practice server signing off": r"der Übungsserver verabschiedet sich",
    r"pop3shell practice server signing off, (\d+) deleted":
        r"der Übungsserver verabschiedet sich, \1 gelöscht",
}  # fmt: skip


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
    if language != "de":
        return reply
    for english, german in _GERMAN.items():
        if found := re.fullmatch(english, reply.text):
            return replace(reply, text=found.expand(german))
    return reply
