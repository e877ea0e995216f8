"""From a transcript's entries to turns; following the dialogue tells what answers what."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pop3shell.protocol import events as ev
from pop3shell.protocol.events import Ending, Event, Side
from pop3shell.protocol.secrets import Redactor
from pop3shell.server.mock.recollection import Asked, Piece, Recollection, Turn, asked
from pop3shell.transcript import happenings, model, reader
from pop3shell.transcript.errors import TranscriptError
from pop3shell.transcript.escapes import visible
from pop3shell.transcript.follow import OK, Follower, is_tls

#: Octets of a client's line that are shown.
SHOWN = 200


def recollect(entries: Iterable[model.Entry]) -> Recollection:
    """Make turns of a transcript. Raises TranscriptError where it can't be served."""
    memory = _Memory()
    for entry in entries:
        memory.take(entry)
    return memory.end()


def from_file(path: Path) -> Recollection:
    """Make turns of a file. Raises OSError and TranscriptError."""
    return recollect(reader.read_file(path))


def from_text(text: str) -> Recollection:
    """Make turns of a transcript that is no file. Raises TranscriptError."""
    return recollect(reader.read(io.BytesIO(text.encode("utf-8", "surrogateescape"))))


def shown(octets: bytes) -> str:
    """Return a client's line, already without secrets, so that it can be shown."""
    text = visible(octets.rstrip(b"\r\n")[:SHOWN]).decode()
    return text + ("..." if len(octets) > SHOWN else "")


class _Memory:
    """Takes the entries in, one by one."""

    def __init__(self) -> None:
        self._follower = Follower()
        self._redactor = Redactor()
        self._opening = Turn(None)
        self._turns: list[Turn] = []
        self._owners: dict[int, Turn] = {}  # by the identity of the command that is replied to
        self._remarks: list[str] = []
        self._implicit_tls = False
        self._made_up = False  # the greeting
        self._delay = 0.0
        self._long: list[bytes] = []  # the beginning of a server's line of any length
        self._placed: list[model.Placeholder] = []  # in what the client's lines have in all
        self._sent = self._read = 0  # octets of the client

    def take(self, entry: model.Entry) -> None:
        """Take in an entry. Raises TranscriptError for one that says what is to be expected."""
        self._pass(getattr(entry, "seconds", None))
        match entry:
            case model.ClientLine():
                self._client(entry)
            case model.ServerLine() | model.ServerLines() | model.StandIn():
                self._server(entry)
            case model.Pattern() | model.AnyLines():
                text = "an expectation (S~, S...) does not say what the server said; write it out"
                raise TranscriptError(entry.number, f"{text} as S: to serve this file")
            case model.Happened():
                self._happened(entry)
            case model.Torn():
                text = "was cut off when it was written, and is left out"
                self._remarks.append(f"line {entry.number} {text}")
            case model.Version():
                self._follower.plain = False
            case _:
                pass

    def end(self) -> Recollection:
        """Take in that this was all."""
        if self._follower.plain:
            self._end_body("at the end")
        self._hear(self._follower.closed(Side.SERVER, Ending.ORDERLY))
        if not self._opening.reply:
            raise TranscriptError(1, "the server says nothing in this file that could be served")
        last, unfinished = self._latest, self._body_of
        if last.closes is None and (last.quits or unfinished or not last.reply):
            last.closes = 0.0
        if unfinished and unfinished.closes is None:
            unfinished.closes = 0.0
        return Recollection(self._opening, self._turns, self._remarks, self._implicit_tls)

    @property
    def _latest(self) -> Turn:
        return self._turns[-1] if self._turns else self._opening

    @property
    def _body_of(self) -> Turn | None:
        """Whose reply the body belongs to that has begun and not ended."""
        body = self._follower.body
        return self._owners.get(id(body.command), self._latest) if body else None

    def _pass(self, seconds: float | None) -> None:
        """Take in when something was said."""
        ended = self._follower.pass_time(seconds)
        self._delay = self._follower.gap or 0.0
        self._hear(ended)

    # ---- the client ----

    def _client(self, entry: model.ClientLine) -> None:
        if self._follower.lacks_greeting:
            self._greet(f"line {entry.number}: there is no greeting before it")
        if self._follower.plain:
            self._end_body(f"before line {entry.number}")
        for place in entry.placeholders:
            start, stop = self._sent + place.start, self._sent + place.stop
            self._placed.append(model.Placeholder(start, stop, place.name))
        self._sent += len(entry.octets)
        for event in self._follower.client(entry.octets):
            if isinstance(event, ev.CommandSent | ev.ResponseSent):
                self._asked(event, entry.number)
            else:
                self._heard(event, None)
            if isinstance(event, ev.CommandSent | ev.ResponseSent | ev.LongLine):
                self._read += len(event.raw)

    def _asked(self, event: ev.CommandSent | ev.ResponseSent, number: int) -> None:
        begin, end = self._read, self._read + len(event.raw)
        placed = [
            model.Placeholder(place.start - begin, place.stop - begin, place.name)
            for place in self._placed
            if begin <= place.start and place.stop <= end
        ]
        self._placed = [place for place in self._placed if place.stop > end]
        text = event.raw if placed else self._redactor.octets(event)
        turn = Turn(asked(number, event, placed, shown(text)))
        self._turns.append(turn)
        self._owners[id(event.command)] = turn

    # ---- the server ----

    def _server(self, entry: model.ServerLine | model.ServerLines | model.StandIn) -> None:
        events = self._follower.server(entry.octets)
        whole = sum(bool(event.raw) for event in events) == 1
        marked = isinstance(entry, model.ServerLine) and entry.placeholders and whole
        for event in events:
            self._heard(event, entry if marked and isinstance(entry, model.ServerLine) else None)

    def _greet(self, why: str) -> None:
        """Without a greeting every client would wait."""
        self._made_up = True
        self._remarks.append(f'{why}; "+OK" is sent as one')
        self._hear(self._follower.server(OK))

    def _end_body(self, where: str) -> None:
        """In a plain dialogue the end of a body may be left out."""
        if ended := self._follower.end_body():
            self._remarks.append(f"{where}: a reply lacks its end; a line with a lone dot is sent")
            self._hear(ended)

    def _hear(self, events: list[Event]) -> None:
        for event in events:
            self._heard(event, None)

    def _heard(self, event: Event, line: model.ServerLine | None) -> None:
        if isinstance(event, ev.LongLine):
            self._long.append(event.raw)
            return
        if isinstance(event, ev.Incomplete) and event.side is Side.CLIENT:
            return
        turn = self._owner(event)
        self._follow(event, turn)
        if not event.raw:
            return
        if line is not None and line.octets != event.raw:
            line = None
        octets, self._long = b"".join((*self._long, event.raw)), []
        stray = isinstance(event, ev.StrayLine)
        (turn.unasked if stray else turn.reply).append(Piece(octets, self._delay, line))
        self._delay = 0.0

    def _owner(self, event: Event) -> Turn:
        """Whose reply it is."""
        if isinstance(event, ev.Greeting | ev.Banner):
            return self._opening
        command = getattr(event, "command", None)
        if command is not None:
            return self._owners.get(id(command), self._latest)
        if isinstance(event, ev.Incomplete):
            return self._body_of or self._latest
        return self._latest

    def _follow(self, event: Event, turn: Turn) -> None:
        """Take in what an event means for its turn."""
        if isinstance(event, ev.StatusLine):
            turn.status = event.status
        elif isinstance(event, ev.Challenge):
            self._sent_ahead(turn)

    def _sent_ahead(self, turn: Turn) -> None:
        """Where the client sent its response ahead of this challenge, it looked like a command."""
        at = len(self._turns)  # looked for from the end: it is one of the last
        while at and self._turns[at - 1] is not turn:
            at -= 1
        if not at or at == len(self._turns) or not turn.asked:
            return
        ahead = self._turns[at]
        said: Asked | None = ahead.asked
        if said and not said.response and said.command.row is None and not ahead.reply:
            ahead.asked = replace(said, command=turn.asked.command, response=True)
            self._owners[id(turn.asked.command)] = ahead

    # ---- what happened ----

    def _happened(self, entry: model.Happened) -> None:
        if is_tls(entry.text):
            said = (self._opening.reply and not self._made_up) or self._turns
            self._implicit_tls = self._implicit_tls or not said
        elif happenings.as_joined(entry.text) and not self._follower.dialogue.greeted:
            self._greet(f"line {entry.number}: recording began behind the greeting")
        elif closed := happenings.as_closed(entry.text):
            if closed[0] is Side.SERVER:
                self._latest.closes = self._delay
        elif left_out := happenings.as_elided(entry.text):
            self._remarks.append(
                f"line {entry.number}: {left_out.octets} octets were left out of a reply when "
                "this was recorded; the reply is sent without them"
            )
        self._follower.happened(entry.text)
