"""Masking secrets whose values are known beforehand, wherever they stand."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count

from pop3shell.protocol import events as ev
from pop3shell.protocol.echoes import SHORTEST_ECHO
from pop3shell.protocol.events import Event
from pop3shell.protocol.secrets import Redactor
from pop3shell.protocol.spec.arguments import PASSWORD


class KnownSecrets(Redactor):
    """A redactor that knows secrets by their names, and in lines that no table tells of."""

    def __init__(self, values: Mapping[str, bytes] | None = None) -> None:
        super().__init__()
        self._names: dict[bytes, bytes] = {}
        self._lines: dict[bytes, bytes] = {}
        for name, value in (values or {}).items():
            self._names.setdefault(value, b"${%s}" % name.encode())

    def know_line(self, raw: bytes, masked: bytes) -> None:
        """Take in that a line of the client has secrets in it; ``masked`` is it without them."""
        self._lines = {raw: masked}

    def octets(self, event: Event) -> bytes:
        """Return ``event.raw`` with placeholders for what is secret."""
        octets = super().octets(event)
        if getattr(event, "secret", None) is not None or isinstance(event, ev.BodyData):
            return octets
        if isinstance(event, ev.CommandSent) and event.command.row is not None:
            return self._lines.get(event.raw, octets)
        return self._lines.get(event.raw) or self._mask_values(octets)

    def mask(self, octets: bytes) -> bytes:
        """Replace the values, and any echo of what was sent last."""
        return super().mask(self._mask_values(octets))

    def placeholder(self, octets: bytes, label: str) -> bytes:
        """Return the placeholder of a secret, by the name it is known by."""
        if label != PASSWORD.secret:
            return super().placeholder(octets, label)
        if octets not in self._names:
            self._names[octets] = self._fresh()
        return self._names[octets]

    def _fresh(self) -> bytes:
        """A password's placeholder that no other has: the first has no number."""
        taken = set(self._names.values())
        label = PASSWORD.secret.encode()
        names = (b"${%s%s}" % (label, b"%d" % n if n > 1 else b"") for n in count(1))
        return next(name for name in names if name not in taken)

    def _mask_values(self, octets: bytes) -> bytes:
        for value, placeholder in self._names.items():
            if len(value) >= SHORTEST_ECHO and value in octets:
                octets = octets.replace(value, placeholder)
        return octets
