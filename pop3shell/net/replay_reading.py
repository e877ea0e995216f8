"""From the entries of a transcript to a script: an observer of the dialogue tells what replies."""

from __future__ import annotations

from collections.abc import Iterable

from pop3shell.net.replay_exchange import plain_exchange, status_like
from pop3shell.net.replay_script import Expected, Reply, Script, Turn
from pop3shell.net.replay_sources import Sources
from pop3shell.protocol import events as ev
from pop3shell.protocol import limits, replies
from pop3shell.protocol.commandline import CommandLine
from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.events import Event, Side
from pop3shell.protocol.framing import TERMINATOR
from pop3shell.protocol.replies import Status
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.commands import Shape
from pop3shell.transcript import happenings
from pop3shell.transcript.errors import TranscriptError
from pop3shell.transcript.happenings import Login
from pop3shell.transcript.model import (
    AnyLines,
    ClientLine,
    Entry,
    Happened,
    Pattern,
    ServerEntry,
    ServerLine,
    ServerLines,
    StandIn,
    Torn,
)


def make_script(entries: Iterable[Entry]) -> Script:
    """Make a script of a transcript. Raises TranscriptError where that can't be done."""
    reading = _Reading()
    given = list(entries)
    at = 0
    while at < len(given):
        if reading.take_exchange(given, at):
            at += 2
        else:
            reading.take(given[at], given, at)
            at += 1
    return reading.end()


class _Reading:
    """Feeds the observer of the dialogue, which tells what replies to what.

    For an expectation by hand it is fed with a line that has the same part in the dialogue.
    """

    def __init__(self) -> None:
        self._dialogue = Dialogue()
        self._greeting = Reply(0, None)
        self._script = Script(self._greeting, [])
        self._owners: dict[int, Reply] = {}
        self._sources = Sources()
        self._long = 0
        self._in_body: Reply | None = None
        self._loose = False  # the body has an expectation in it: its end may not be written
        self._whole: Reply | None = None  # S... alone: takes all up to the client's next line
        self._login: Login | None = None
        self._auth: Reply | None = None
        self._time: float | None = None
        self._gap: float | None = None

    def take_exchange(self, given: list[Entry], at: int) -> bool:
        """Take in a command and its reply at once where nothing about them is in doubt."""
        if self._owners or self._whole or not self._dialogue.greeted:
            return False
        turn = plain_exchange(given, at)
        if turn is None or (at and _is_part(given[at - 1])):
            return False
        self._script.turns.append(turn)
        said = getattr(given[at + 1], "seconds", None)
        self._time = self._time if said is None else said
        return True

    def take(self, entry: Entry, given: list[Entry], at: int) -> None:
        """Take in an entry, which is ``given[at]``."""
        self._pass(getattr(entry, "seconds", None))
        match entry:
            case ClientLine():
                self._client(entry, after_part=bool(at) and _is_part(given[at - 1]))
            case ServerLine() | ServerLines() | StandIn() | Pattern() | AnyLines():
                self._server(entry, given, at)
            case Happened():
                self._happened(entry)
            case Torn():
                self._script.notes.append((entry.number, "was cut off and is left out"))
            case _:
                pass

    def end(self) -> Script:
        """Take in that this was all. Raises TranscriptError if there was nothing."""
        self._end_whole()
        self._end_loose_body()
        if (patience := self._dialogue.patience) is not None and patience <= limits.QUIET:
            self._hear(self._dialogue.quiet())
        script = self._script
        if not script.turns and not self._greeting.complete:
            raise TranscriptError(1, "there is no line of a client (C:) or server (S:) in this")
        script.notes += [
            (reply.number, "no whole reply was recorded, so none is compared")
            for turn in script.turns
            if not turn.response
            for reply in turn.replies
            if not reply.complete
        ]
        script.notes.sort()
        return script

    def _pass(self, seconds: float | None) -> None:
        self._gap = None
        if seconds is not None:
            self._gap = None if self._time is None else seconds - self._time
            self._time = seconds
        patience = self._dialogue.patience
        if patience is not None and self._gap is not None and self._gap >= patience:
            self._hear(self._dialogue.quiet())

    # ---- the client ----

    def _client(self, entry: ClientLine, after_part: bool) -> None:
        if not self._dialogue.greeted and self._whole is None:
            self._hear(self._dialogue.server(b"+OK\r\n"))  # an excerpt
            self._greeting.complete = False
        self._end_whole()
        self._end_loose_body()
        dialogue, turns = self._dialogue, self._script.turns
        if self._gap is None and dialogue.patience == limits.QUIET:
            self._hear(dialogue.quiet())  # no status line came: it must have been given up
        if after_part and turns:
            turns[-1].lines.append(entry)
        else:
            turns.append(Turn(entry.number, [entry]))
        turn = turns[-1]
        for event in dialogue.client(entry.octets):
            self._said(event, turn)
        turn.due = dialogue.outstanding - len(turn.replies)

    def _said(self, event: Event, turn: Turn) -> None:
        if isinstance(event, ev.CommandSent):
            reply = Reply(turn.number, event.command)
            self._owners[id(event.command)] = reply
            turn.replies.append(reply)
            if event.command.row is commands.AUTH:
                self._auth = reply
                self._name(reply)
        elif isinstance(event, ev.ResponseSent):
            turn.response = True
            turn.replies = [self._owners[id(event.command)]]
        else:
            self._heard(event)

    # ---- the server ----

    def _server(self, entry: ServerEntry, given: list[Entry], at: int) -> None:
        if self._whole is not None:
            self._whole.parts[-1].append(entry)
        elif isinstance(entry, ServerLine | ServerLines):
            self._feed(entry, entry.octets)
        elif self._in_body:
            self._loose = True
            if isinstance(entry, Pattern):
                self._feed(entry, b"x\r\n")
            else:
                self._sources.add(entry, 0)
        elif isinstance(entry, Pattern):
            self._feed(entry, status_like(entry, self._oldest, given[at + 1 :]))
        else:
            self._begin_whole(entry)

    def _feed(self, entry: Expected | None, octets: bytes) -> None:
        self._sources.add(entry, len(octets))
        self._hear(self._dialogue.server(octets))

    def _begin_whole(self, entry: AnyLines | StandIn) -> None:
        """An expectation of any lines where a status line is due: up to the client's next line."""
        if self._dialogue.outstanding > 1:
            text = "what stands for any lines can be no whole reply where several are due"
            raise TranscriptError(entry.number, f"{text}; write a line of each: S~ REGEX")
        command = self._oldest
        owner = self._greeting if not self._dialogue.greeted else None
        if command is not None:
            owner = self._owners[id(command)]
        if owner is None:
            self._unasked(entry.number)
            return
        owner.parts[-1].append(entry)
        self._whole = owner

    def _end_whole(self) -> None:
        whole, self._whole = self._whole, None
        if whole is None:
            return
        command = whole.command
        self._feed(None, b"+OK\r\n")
        if command is not None and command.shape is Shape.MULTI:
            self._feed(None, TERMINATOR)
        self._hear(self._dialogue.quiet())

    def _end_loose_body(self) -> None:
        if self._in_body and self._loose:
            self._feed(None, TERMINATOR)

    @property
    def _oldest(self) -> CommandLine | None:
        """The command that is replied to next."""
        oldest = next(iter(self._owners.values()), None)
        return oldest.command if oldest else None

    # ---- what the observer tells ----

    def _hear(self, events: list[Event]) -> None:
        for event in events:
            self._heard(event)

    def _heard(self, event: Event) -> None:
        if isinstance(event, ev.LongLine) and event.side is Side.SERVER:
            self._long += len(event.raw)
            return
        if isinstance(event, ev.ReplyEnd):
            self._complete(event)
            return
        owner = self._owner(event)
        if owner is None:
            for entry in self._taken(len(event.raw)) if isinstance(event, ev.StrayLine) else ():
                self._unasked(entry.number)
            return
        owner.parts[-1] += self._taken(len(event.raw))
        self._follow(event, owner)

    def _owner(self, event: Event) -> Reply | None:
        if isinstance(event, ev.Greeting | ev.Banner):
            return self._greeting
        command = getattr(event, "command", None)
        return self._owners.get(id(command)) if command is not None and event.raw else None

    def _follow(self, event: Event, owner: Reply) -> None:
        if isinstance(event, ev.Greeting):
            owner.status, owner.complete = event.status, True
            owner.number = getattr(owner.parts[0][0], "number", 0) if owner.parts[0] else 0
        elif isinstance(event, ev.StatusLine):
            owner.status, owner.code = event.status, replies.response_code(event.text)
            multi = event.status is Status.OK and event.command.shape is Shape.MULTI
            self._in_body, self._loose = owner if multi else None, False
        elif isinstance(event, ev.BodyEnd):
            self._in_body = None
        elif isinstance(event, ev.Challenge):
            owner.parts.append([])
            if not self._dialogue.challenged:
                self._sent_ahead(owner)

    def _sent_ahead(self, owner: Reply) -> None:
        """The client sent its response before this challenge; it was taken for a command."""
        for turn in self._script.turns:
            first = turn.replies[0] if turn.replies else None
            if first and first.command and first.command.row is None and not first.complete:
                self._owners.pop(id(first.command), None)
                turn.response, turn.replies = True, [owner]
                return

    def _complete(self, event: ev.ReplyEnd) -> None:
        reply = self._owners.pop(id(event.command), None)
        if reply is not None:
            reply.complete = True

    def _taken(self, octets: int) -> list[Expected]:
        """Return the entries that these octets of an event came from."""
        octets, self._long = octets + self._long, 0
        return self._sources.take(octets)

    # ---- what happened ----

    def _happened(self, entry: Happened) -> None:
        if happenings.as_elided(entry.text):
            if self._whole is not None:
                self._whole.parts[-1].append(entry)
            elif self._in_body:
                self._sources.add(entry, 0)
        elif login := happenings.as_auth(entry.text):
            self._login = login
            if self._auth is not None and id(self._auth) not in self._script.logins:
                self._name(self._auth)

    def _name(self, auth: Reply) -> None:
        """Tell who logs in by this AUTH, if an event before it or inside it did."""
        login, words = self._login, auth.command.arguments if auth.command else ()
        if login and words and words[0].decode("latin-1").upper() == login.mechanism.upper():
            self._script.logins[id(auth)], self._login = login, None

    def _unasked(self, number: int) -> None:
        text = "the server said this unasked when it was recorded; it is not waited for"
        self._script.notes.append((number, text))


def _is_part(entry: Entry) -> bool:
    """Whether the next line of the client goes on with this one."""
    return isinstance(entry, ClientLine) and not entry.octets.endswith(b"\n")
