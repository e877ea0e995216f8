"""Secrets in what clients of a recorded server say: where the recording has some, they have too."""

from __future__ import annotations

from pop3shell.protocol import events as ev
from pop3shell.protocol.events import Event
from pop3shell.server.mock.recollection import Recollection, Wildcard
from pop3shell.transcript.masking import KnownSecrets


class RecordedSecrets(KnownSecrets):
    """A redactor that also masks what stands in the place of a secret of ``recording``.

    That matters for lines that are no known commands, such as ``XSECRET ${password}``.
    """

    def __init__(self, recording: Recollection) -> None:
        super().__init__()
        lines: dict[tuple[bytes, bytes], Wildcard] = {}
        for turn in recording.turns:
            asked = turn.asked
            if asked and asked.line.name and not asked.response:
                line = asked.line
                lines.setdefault((line.head.lower(), line.tail.lower()), line)
        self._lines_with_secrets = list(lines.values())

    def octets(self, event: Event) -> bytes:
        """Return ``event.raw`` with placeholders for what is secret."""
        if isinstance(event, ev.CommandSent) and event.secret is None:
            self._look_into(event.raw)
        return super().octets(event)

    def _look_into(self, raw: bytes) -> None:
        for line in self._lines_with_secrets:
            if line.resembles(raw):
                value = line.value(raw)[line.name]
                at = line.start
                shown = self.placeholder(value, line.name.rstrip("0123456789"))
                self.know_line(raw, raw[:at] + shown + raw[at + len(value) :])
                return
