"""What is said of findings: each in a line, few of one kind, when there is room for it."""

from __future__ import annotations

from collections import Counter

from pop3shell.protocol.findings import Finding
from pop3shell.protocol.rules.tls import CERTIFICATE, INJECTED, USABLE
from pop3shell.protocol.secrets import Redactor
from pop3shell.protocol.visible import visible

#: Findings of one rule that are shown; a finding's characters.
FINDINGS_SHOWN, FINDING_LENGTH = 3, 300
#: Of these the sentence that the session ends with says all.
_TOLD = (CERTIFICATE, INJECTED, USABLE)


class Noted:
    """Findings that wait to be shown, secrets replaced and made safe."""

    def __init__(self, redactor: Redactor) -> None:
        self._redactor = redactor
        self._count: Counter[str] = Counter()
        self._waiting: list[str] = []

    def take(self, finding: Finding) -> bool:
        """Take in a finding; whether it is to be shown."""
        rule = finding.rule
        self._count[rule.id] += 1
        count = self._count[rule.id]
        if count > FINDINGS_SHOWN or rule in _TOLD:
            return False
        more = "; more of this kind are not shown" if count == FINDINGS_SHOWN else ""
        text = self._redactor.mask(finding.text.encode("utf-8", "surrogateescape"))
        shown = visible(text)[:FINDING_LENGTH]
        self._waiting.append(f"finding {rule.id}: {shown} ({rule.reference}){more}")
        return True

    def lines(self, columns: int) -> list[str]:
        """Return, once, what waits, in lines of ``columns`` (0: as long as they are)."""
        waiting, self._waiting = self._waiting, []
        if not (columns and waiting):
            return waiting
        from pop3shell.view.columns import wrapped  # most sessions have no findings

        return [part for line in waiting for part in wrapped(line, columns).split("\n")]
