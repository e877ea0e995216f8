"""Where a fact comes from."""

from __future__ import annotations

from pop3shell.protocol.record import Record


class Reference(Record):
    """A section of an RFC, or another document where there is no RFC.

    ``source`` is the RFC's number ("1939") or a document's name; ``section`` may be empty.
    """

    source: str
    section: str = ""

    def __str__(self) -> str:
        name = f"RFC {self.source}" if self.source.isdigit() else self.source
        return f"{name} section {self.section}" if self.section else name


def rfc(number: int, section: str = "") -> Reference:
    """Return the reference to ``section`` of RFC ``number``."""
    return Reference(str(number), section)
