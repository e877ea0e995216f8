"""Following a remembered dialogue: an observer hears it once more, as far as it was written down.

Whoever reads a transcript learns from it what each line is; what to make of that is theirs.
"""

from __future__ import annotations

from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.events import BodyEnd, Ending, Event, Side, StatusLine
from pop3shell.protocol.framing import TERMINATOR
from pop3shell.protocol.replies import looks_like_status
from pop3shell.protocol.spec.states import State
from pop3shell.transcript import happenings

OK, ERR = b"+OK\r\n", b"-ERR\r\n"

_CONNECTED = happenings.connected("")
_TLS = happenings.tls_established("", "").rstrip()


class Follower:
    """Feeds ``dialogue``, the observer, with a transcript and hands back what it tells.

    ``body`` is the status line of the multi-line reply that has begun and not ended, else None.
    ``now`` is the time, in seconds since the recording's start, as far as it was recorded; ``gap``
    are the seconds before the last entry, None where its time, or any before, is not known.
    ``plain`` tells that it is a dialogue as people print it, who leave out what they like.
    """

    def __init__(self, now: float | None = None, *, plain: bool = True) -> None:
        self.dialogue = Dialogue()
        self.plain = plain
        self._connected = False  # a client that speaks before the greeting did so
        self.body: StatusLine | None = None
        self.now = now
        self.gap: float | None = None
        self._before = now  # the time of the entry before

    # ---- what was said ----

    def client(self, octets: bytes) -> list[Event]:
        """Take in what the client said."""
        return self.dialogue.client(octets, self.now or 0.0)

    def server(self, octets: bytes) -> list[Event]:
        """Take in what the server said."""
        return self._server(octets, self.now)

    def _server(self, octets: bytes, now: float | None) -> list[Event]:
        events = self.dialogue.server(octets, now or 0.0)
        for event in events:
            if isinstance(event, StatusLine):
                self.body = event if event.begins_body else None
            elif isinstance(event, BodyEnd):
                self.body = None
        return events

    # ---- what happened ----

    def pass_time(self, seconds: float | None) -> list[Event]:
        """Take in the time of the next entry, if it has one: silence before it may end a reply.

        A time before the last one is where another recording was put behind; no time passed then.
        """
        self._before = before = self.now
        self.gap = None
        if seconds is None:
            return []
        self.now = seconds
        if before is None:
            return []
        self.gap = max(seconds - before, 0.0)
        patience = self.dialogue.patience
        if patience is None or self.gap < patience:
            return []
        return self.dialogue.quiet(before + patience)

    def happened(self, text: str) -> None:
        """Take in an event ``*:`` that changes how what follows is to be read."""
        if text.startswith(_CONNECTED):
            self._connected = not self.plain
        elif is_tls(text):
            self.dialogue.tls_started()
        elif state := happenings.as_joined(text):
            self.dialogue.joined(state)

    def closed(self, side: Side, ending: Ending) -> list[Event]:
        """Take in that ``side`` ended the connection."""
        return self.dialogue.closed(side, ending, self.now or 0.0)

    # ---- what was not written down ----

    @property
    def lacks_greeting(self) -> bool:
        """Whether this is an excerpt, should the client speak next."""
        return not (self.dialogue.greeted or self._connected)

    def join(self) -> None:
        """Take in that the client speaks next: with no greeting before it, this is an excerpt."""
        if self.lacks_greeting:
            self.dialogue.joined(State.AUTHORIZATION)

    def end_body(self) -> list[Event]:
        """Take in that a body is over, if there is one: the dot at its end is left out."""
        return self._server(TERMINATOR, self._before) if self.body else []

    def expect(self, regex: str) -> list[Event]:
        """Take in a pattern for a line of the server, if it tells which part of a reply that is.

        A line with the same part stands for it.
        """
        plainly = regex.replace("\\", "").encode("utf-8", "replace")
        if self.body is None and looks_like_status(plainly):
            return self.server(OK if plainly.startswith(b"+") else ERR)
        if self.body is not None and plainly == b".":
            return self.server(TERMINATOR)
        return []


def is_tls(text: str) -> bool:
    """Whether an event ``*:`` says that TLS holds from here on."""
    return text.startswith(_TLS)
