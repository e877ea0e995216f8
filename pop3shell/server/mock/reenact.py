"""One client of a recorded session: what it says, and what was said to that when recorded.

A line of the client is answered by the first of these turns that nobody had yet, looked for from
the last answer on and then from the start:

1. the one in which exactly this was said, whatever the value of a secret;
2. the same command with the same arguments, in any case of letters and with any line end;
3. the same verb with as many arguments, if its reply is read in the same way (never AUTH).

Inside AUTH any response stands for the recorded one; only ``*`` stands for ``*``.
"""

from __future__ import annotations

from dataclasses import dataclass

from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.events import CommandSent, ResponseSent
from pop3shell.protocol.secrets import Redactor
from pop3shell.server.mock.recollect import shown
from pop3shell.server.mock.recollection import Asked, Piece, Recollection, Turn, cancels
from pop3shell.server.mock.turn_index import TurnSearch
from pop3shell.transcript.secrets import fill

UNKNOWN = b"-ERR that is not in the recording\r\n"
NO_TLS = b"-ERR TLS is not possible here, there is no certificate\r\n"
_REFUSAL = b"-ERR\r\n"

#: Lines of the client that are kept for the report.
KEPT = 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say: (seconds to wait before, octets). ``turn`` is None where none was found."""

    said: list[tuple[float, bytes]]
    turn: Turn | None
    starts_tls: bool = False


class Reenactment:
    """Plays the server of a recording to one client. ``tls``: whether STLS can be followed.

    ``unmatched`` are the lines of the client that are not in the recording, ``substituted`` pairs
    of a line and the one whose reply it got. Both are without secrets.
    """

    def __init__(self, recording: Recollection, *, tls: bool = False) -> None:
        self.unmatched: list[str] = []
        self.substituted: list[tuple[str, str]] = []
        self._recording = recording
        self._tls = tls
        self._left = dict.fromkeys(range(len(recording.turns)))
        self._search = TurnSearch(recording.index, self._left)
        self._next = 0
        self._current: Turn = recording.opening
        self._dialogue = Dialogue()
        self._redactor = Redactor()
        self._values: dict[str, bytes] = {}

    @property
    def unasked(self) -> list[Asked]:
        """What the client has not asked for; of a login never begun only its first line."""
        left = [turn.asked for at in self._left if (turn := self._recording.turns[at]).asked]
        lines = [asked for asked in left if asked]
        commands = {id(asked.command) for asked in lines if not asked.response}
        return [one for one in lines if not one.response or id(one.command) not in commands]

    @property
    def as_recorded(self) -> bool:
        """Whether the client said what was recorded, and all of it."""
        return not (self.unmatched or self.substituted or self._left)

    def opening(self) -> Answer:
        """Return the greeting."""
        return self._answer(self._recording.opening)

    def hear(self, octets: bytes) -> Answer | None:
        """Take in at most one line; None while it has no end yet."""
        for event in self._dialogue.client(octets):
            if isinstance(event, CommandSent | ResponseSent):
                text = shown(self._redactor.octets(event))
                turn = self._found(event, text)
                return self._unknown(text) if turn is None else self._answer(turn)
        return None

    def text(self, piece: Piece) -> bytes:
        """Return the octets of a piece, with the client's own secret where it is repeated."""
        if piece.line is None:
            return piece.octets
        names = {place.name: b"${%s}" % place.name.encode() for place in piece.placeholders}
        return fill(piece.line, {**names, **self._values})

    # ---- looking for the turn ----

    def _found(self, event: CommandSent | ResponseSent, text: str) -> Turn | None:
        if isinstance(event, ResponseSent):
            return self._response(event.raw)
        said, index = event.command, self._recording.index
        at = self._search.find(index.same(said), self._next)
        if at is None:
            at = self._search.find(index.similar(said), self._next)
        if at is None:
            at = self._search.find(index.like(said), self._next)
            if at is not None:
                self._note_substitute(text, self._recording.turns[at])
        return None if at is None else self._take(at, said.raw)

    def _response(self, raw: bytes) -> Turn | None:
        """The turn of a response: the next one, where it belongs to the same AUTH."""
        if self._next not in self._left:
            return None
        asked, current = self._recording.turns[self._next].asked, self._current.asked
        if not (asked and current and asked.response and asked.command is current.command):
            return None
        return self._take(self._next, raw) if asked.cancels is cancels(raw) else None

    def _take(self, at: int, raw: bytes) -> Turn:
        del self._left[at]
        self._next = at + 1
        turn = self._recording.turns[at]
        if turn.asked:
            self._values.update(turn.asked.line.value(raw))
        return turn

    def _note_substitute(self, text: str, turn: Turn) -> None:
        if turn.asked and len(self.substituted) < KEPT:
            self.substituted.append((text, turn.asked.shown))

    # ---- answering ----

    def _answer(self, turn: Turn) -> Answer:
        self._current = turn
        said = [(piece.delay, self.text(piece)) for piece in turn.reply]
        starts_tls = turn.starts_tls and self._tls
        if turn.starts_tls and not self._tls:
            said = [(0.0, NO_TLS)]
        self._follow(b"".join(octets for _, octets in said))
        if starts_tls:
            self._tls = False
            self._dialogue.tls_started()
        return Answer(said, turn, starts_tls)

    def _unknown(self, text: str) -> Answer:
        if len(self.unmatched) < KEPT:
            self.unmatched.append(text)
        self._follow(UNKNOWN)
        return Answer([(0.0, UNKNOWN)], None)

    def _follow(self, octets: bytes) -> None:
        """Keep the observer in step: for it every command has its reply."""
        outstanding = self._dialogue.outstanding
        self._dialogue.server(octets)
        if outstanding and not octets:
            self._dialogue.server(_REFUSAL)
