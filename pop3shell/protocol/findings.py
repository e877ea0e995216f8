"""Findings: deviations from the protocol, with the rule and the octets that break it."""

from __future__ import annotations

from collections import Counter
from enum import Enum

from pop3shell.protocol import limits
from pop3shell.protocol.record import Record
from pop3shell.protocol.spec.references import Reference


class Level(Enum):
    """How binding the rule is. ``REQUIRED``: the RFC demands it flatly, without a keyword.

    ``QUIRK``: no norm is broken, but others stumble over it; that is for audits of a server.
    """

    MUST = "MUST"
    REQUIRED = "required"
    SHOULD = "SHOULD"
    QUIRK = "quirk"
    SECURITY = "security"


class Rule(Record):
    """A conformance rule: its identifier, how binding it is, what is demanded and where.

    ``demand`` is for the report of an audit, which names the rules that were kept too.
    """

    id: str
    level: Level
    demand: str
    reference: Reference


class Finding(Record):
    """One breach of a rule. ``evidence`` holds the octets, cut to ``limits.EVIDENCE``.

    The server may have repeated a secret in them: ``Redactor.mask`` them before they are shown.
    """

    rule: Rule
    text: str
    evidence: bytes


class Findings:
    """Counts the findings of a session and keeps a flood of them from being handed on."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self._handed_on = 0

    @property
    def total(self) -> int:
        """How many findings there were, handed on or not."""
        return self.counts.total()

    def note(self, rule: Rule, text: str, evidence: bytes) -> Finding | None:
        """Count a breach of ``rule``; return the finding to hand on, or None past the limits."""
        self.counts[rule.id] += 1
        count = self.counts[rule.id]
        if count > limits.FINDINGS_PER_RULE or self._handed_on >= limits.FINDINGS:
            return None
        self._handed_on += 1
        if count == limits.FINDINGS_PER_RULE:
            text += " (further ones of this kind are only counted)"
        return Finding(rule, text, evidence[: limits.EVIDENCE])

    def count(self, rule: Rule, times: int) -> None:
        """Count breaches of ``rule`` that are not handed on."""
        self.counts[rule.id] += times
