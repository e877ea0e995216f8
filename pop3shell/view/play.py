"""A transcript as it is shown: entry by entry, as the shell shows a session, and in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, BinaryIO, cast

from pop3shell.protocol import events as ev
from pop3shell.protocol.events import Ending, Event, Side
from pop3shell.protocol.framing import CRLF, LF, BodyChunk
from pop3shell.protocol.lastexchange import LastExchange, Recorder
from pop3shell.protocol.secrets import Redactor
from pop3shell.protocol.session import Session
from pop3shell.protocol.spec.states import State
from pop3shell.protocol.visible import visible_text
from pop3shell.transcript import follow, happenings, model, notes
from pop3shell.transcript.follow import Follower
from pop3shell.transcript.grammar import PLACEHOLDER
from pop3shell.view import colour as paint
from pop3shell.view.narrate import WIDTH, narrate, narrate_greeting
from pop3shell.view.screen import ScreenPrinter
from pop3shell.view.sheet import Sheet
from pop3shell.view.style import Part

_CLIENT = (ev.CommandSent, ev.ResponseSent)
_SERVER = (ev.Greeting, ev.Banner, ev.StatusLine, ev.Challenge, ev.BodyEnd, ev.OpenLine,
           ev.StrayLine)  # fmt: skip
_TITLES = ("server", "started")


class Player:
    """Shows a transcript's entries, one after the other: ``show`` returns what is to be printed.

    Secrets that stand in a plain dialogue are masked like those of a session, also in what was
    taken for a note. ``timing`` shows how long each reply took, where that was recorded;
    ``explain`` what each exchange means, in lines of ``width`` columns at most. Other lines are as
    long as they are.
    """

    def __init__(
        self,
        *,
        colour: bool,
        timing: bool = False,
        explain: bool = False,
        width: int = WIDTH,
    ) -> None:
        self._colour = colour
        self._timing = timing
        self._explain = explain
        self._width = width
        self._sheet = Sheet(paint.line(iter([(Part.SIDE, "S: ")]), colour=colour))
        self._follower = Follower()
        self._begin()

    @property
    def state(self) -> State:
        """The state that the session shown is in."""
        return self._session().state

    @property
    def answered(self) -> bool:
        """Whether no reply is due, or being shown."""
        return not self._follower.dialogue.outstanding

    def show(self, entry: model.Entry) -> bytes:
        """Return what is shown of an entry: UTF-8, safe for any terminal, in whole lines."""
        seconds = getattr(entry, "seconds", None)
        if seconds is not None:
            self._printer.timing = self._timing
        self._tell(self._follower.pass_time(seconds))
        _SHOWN[type(entry)](self, entry)
        return self._sheet.take()

    def end(self) -> bytes:
        """Return what is left when there are no more entries: also of a line that has no end."""
        if not self._over:
            ended = self._follower.closed(Side.SERVER, Ending.ORDERLY)
            self._tell([event for event in ended if isinstance(event, ev.Incomplete)])
        self._end_line()
        return self._sheet.take()

    def _begin(self) -> None:
        """Get ready for another session."""
        now, plain = self._follower.now, self._follower.plain
        self._follower, self._redactor = Follower(now, plain=plain), _Redactor()
        out = cast(BinaryIO, self._sheet)
        self._printer = ScreenPrinter(out, self._redactor, colour=self._colour)
        self._printer.echo = True
        self._printer.timing = self._timing and now is not None
        self._recorder = Recorder(self._session, self._redactor, PLACEHOLDER)
        self._ahead = False  # a line end of the body was shown before its time
        self._due: LastExchange | ev.Greeting | None = None  # to be explained
        self._skipped = False  # an expectation stands for what was not printed
        self._over = False

    def _session(self) -> Session:
        return self._follower.dialogue.session

    # ---- entries ----

    def _version(self, entry: model.Version) -> None:
        self._follower.plain = False

    def _header(self, entry: model.Header) -> None:
        if entry.name in _TITLES:
            self._line(Part.META, f"{entry.name}: {entry.value}")

    def _note(self, entry: model.Note) -> None:
        self._line(Part.NOTE, f"# {notes.masked(entry.text)}".rstrip())

    def _torn(self, entry: model.Torn) -> None:
        self._line(Part.QUIET, "-- the transcript was cut off in the middle of a line")

    def _happened(self, entry: model.Happened) -> None:
        text = entry.text
        if closed := happenings.as_closed(text):
            self._tell(self._follower.closed(*closed))
            self._over = True
        elif self._over and text.startswith(happenings.connected("")):
            self._begin()
        self._line(Part.EVENT, f"*: {text}")
        self._follower.happened(text)

    def _client(self, entry: model.ClientLine) -> None:
        follower = self._follower
        follower.join()
        if self._skipped and not follower.body and follower.dialogue.outstanding:
            self._tell(follower.server(follow.OK), hidden=True)
        if follower.plain or self._skipped:
            self._tell(follower.end_body(), hidden=True)
        self._skipped = False
        self._tell(follower.client(entry.octets))

    def _server(self, entry: model.ServerLine | model.ServerLines | model.StandIn) -> None:
        octets = entry.octets
        self._tell(self._follower.server(octets))
        self._end_body_line(octets)

    def _pattern(self, entry: model.Pattern) -> None:
        text = entry.regex.pattern
        self._line(Part.PATTERN, f"S~ {text}")
        self._tell(self._follower.expect(text), hidden=True)

    def _any_lines(self, entry: model.AnyLines) -> None:
        self._line(Part.PATTERN, "S...")
        self._skipped = True

    # ---- events ----

    def _tell(self, events: list[Event], *, hidden: bool = False) -> None:
        for event in events:
            if not isinstance(event, ev.StateChanged | ev.Noted):
                self._explain_due()  # the change of state belongs to what is explained
            if isinstance(event, ev.ReplyEnd):
                self._due = self._ended(event)
            if handle := self._recorder.handlers.get(type(event)):
                handle(event)
            if not hidden or isinstance(event, ev.ReplyEnd | ev.StateChanged):
                self._print(event)
            self._follow(event)
        self._explain_due()

    def _print(self, event: Event) -> None:
        if isinstance(event, ev.StateChanged):
            if event.after is not State.CLOSED:  # the transcript tells who closed, and how
                self._line(Part.QUIET, f"-- {event.after.value} state")
            return
        shown: Event | None = event
        server = isinstance(event, (*_SERVER, ev.BodyData)) or _is_servers_part(event)
        if isinstance(event, ev.BodyData):
            shown = self._body_data(event)
        elif isinstance(event, ev.Incomplete) and not server:
            said = self._redactor.octets(event).decode("utf-8", "surrogateescape")
            self._line(Part.TEXT, f"C: {said}  (cut off)")
        if shown is not None and (handle := self._printer.handlers.get(type(shown))):
            with self._sheet.prefixed(server):
                handle(shown)

    def _follow(self, event: Event) -> None:
        if isinstance(event, ev.BodyEnd):
            self._ahead = False
        elif isinstance(event, ev.Greeting):
            self._due = event
        elif isinstance(event, ev.StateChanged) and isinstance(self._due, LastExchange):
            self._due = self._due._replace(after=event.after)

    def _ended(self, event: ev.ReplyEnd) -> LastExchange | None:
        """The exchange whose reply ends here, while it still is the recorder's first."""
        last = self._recorder.last
        ours = last is not None and last.command is event.command
        return last._replace(seconds=event.seconds) if last is not None and ours else None

    # ---- bodies: an entry is shown in whole lines, though the observer holds line ends back ----

    def _body_data(self, event: ev.BodyData) -> ev.BodyData | None:
        if not self._ahead:
            return event
        self._ahead = False
        line_end = event.chunk.line_end
        rest = event.raw.removeprefix(line_end)
        return _body_of(rest, line_end, event) if rest else None

    def _end_body_line(self, octets: bytes) -> None:
        status = self._follower.body
        if status is None or self._ahead or octets.endswith(status.raw):
            return
        line_end = CRLF if status.raw.endswith(CRLF) else LF
        if octets.endswith(line_end):
            with self._sheet.prefixed(True):
                self._printer.handlers[ev.BodyData](_body_of(line_end, line_end, status))
            self._ahead = True

    # ---- lines of our own ----

    def _explain_due(self) -> None:
        due, self._due = self._due, None
        if due is None or not self._explain:
            return
        if isinstance(due, ev.Greeting):
            text = narrate_greeting(due, self._width)
        else:
            text = narrate(due, self._session(), self._width)
        wanted = True
        for line in text.split("\n"):
            if not line.startswith("    "):  # else it goes on with the one before
                timed = self._follower.now is not None or not line.startswith("  time:")
                wanted = line.startswith("  ") and timed  # others are of the dialogue itself
            if wanted:
                self._line(Part.QUIET, line)

    def _line(self, part: Part, text: str) -> None:
        self._end_line()
        shown = paint.line(iter([(part, visible_text(text))]), colour=self._colour)
        self._sheet.write(shown + b"\n")

    def _end_line(self) -> None:
        if not self._sheet.fresh:
            self._printer.end_line()
        if not self._sheet.fresh:
            self._sheet.write(b"\n")


class _Redactor(Redactor):
    """Leaves the placeholders of a transcript as they are."""

    def placeholder(self, octets: bytes, label: str) -> bytes:
        return octets if PLACEHOLDER.fullmatch(octets) else super().placeholder(octets, label)


def _is_servers_part(event: Event) -> bool:
    return isinstance(event, ev.LongLine | ev.Incomplete) and event.side is Side.SERVER


def _body_of(octets: bytes, line_end: bytes, event: ev.BodyData | ev.StatusLine) -> ev.BodyData:
    return ev.BodyData(BodyChunk(octets, 0, len(octets), [octets], line_end), event.command)


_SHOWN: dict[type, Callable[[Player, Any], None]] = {
    model.Version: Player._version,
    model.Header: Player._header,
    model.Note: Player._note,
    model.Torn: Player._torn,
    model.Happened: Player._happened,
    model.ClientLine: Player._client,
    model.ServerLine: Player._server,
    model.ServerLines: Player._server,
    model.StandIn: Player._server,
    model.Pattern: Player._pattern,
    model.AnyLines: Player._any_lines,
}
