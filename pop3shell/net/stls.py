"""Whether TLS may begin now: STLS was accepted, and nothing came behind its reply."""

from __future__ import annotations

from pop3shell.protocol.events import Handlers, LongLine, ReplyEnd, Side, StrayLine
from pop3shell.protocol.replies import Status
from pop3shell.protocol.spec import commands

#: What to say of plaintext behind the reply to STLS.
INJECTED = (
    "plaintext followed the +OK of STLS: somebody in between may have put it there (TLS-05, "
    "RFC 2595 section 4); the connection was closed, nothing was sent"
)
_EVIDENCE = 512


class StlsWatch:
    """An observer that knows whether the last reply accepted STLS, and what came behind it."""

    def __init__(self) -> None:
        self.accepted = False
        self.behind = b""
        self.handlers: Handlers = {
            ReplyEnd: self._replied,
            StrayLine: self._strayed,
            LongLine: self._strayed,
        }

    def _replied(self, event: ReplyEnd) -> None:
        self.accepted = event.command.row is commands.STLS and event.status is Status.OK
        self.behind = b""

    def _strayed(self, event: StrayLine | LongLine) -> None:
        if getattr(event, "side", Side.SERVER) is Side.SERVER:
            self.behind += event.raw[: _EVIDENCE - len(self.behind)]
