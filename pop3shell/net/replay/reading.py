"""From the entries of a transcript to a script: following the dialogue tells what replies."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from pop3shell.net.replay.exchange import plain_exchange, status_like
from pop3shell.net.replay.hearing import Hearing
from pop3shell.net.replay.script import Expected, Reply, Script, Turn
from pop3shell.protocol import limits
from pop3shell.protocol.events import StatusLine
from pop3shell.protocol.framing import TERMINATOR
from pop3shell.protocol.replies import Status
from pop3shell.protocol.spec import commands
from pop3shell.transcript import happenings
from pop3shell.transcript.errors import TranscriptError
from pop3shell.transcript.follow import OK, Follower, is_tls
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
    Version,
)


def make_script(entries: Iterable[Entry]) -> Script:
    """Make a script of a transcript. Raises TranscriptError where that can't be done."""
    reading = _Reading()
    with _no_collection():
        given = list(entries)
        at = 0
        while at < len(given):
            taken = reading.take_exchange(given, at)
            if not taken:
                reading.take(given[at], given, at)
            at += taken or 1
    return reading.end()


@contextmanager
def _no_collection() -> Iterator[None]:
    """Look for no garbage: there is none, and with many objects that takes a fifth of the time."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


class _Reading:
    """Follows the dialogue, which tells what replies to what.

    For an expectation by hand a line is fed that has the same part in the dialogue.
    """

    def __init__(self) -> None:
        self._follower = Follower()
        self._dialogue = self._follower.dialogue
        self._hearing = Hearing(self._dialogue)
        self._script = self._hearing.script
        self._whole: Reply | None = None  # S... alone: takes all up to the client's next line
        self._loose: StatusLine | None = None  # of a body with expectations: may lack its end

    def take_exchange(self, given: list[Entry], at: int) -> int:
        """Take in a command and its reply at once where nothing about them is in doubt.

        Returns how many entries these are; 0 if each must be taken in by itself.
        """
        dialogue = self._dialogue
        if self._hearing.oldest or self._whole or not dialogue.greeted or dialogue.unfinished:
            return 0
        turn = plain_exchange(given, at)
        if turn is None or self._is_in_line():
            return 0
        self._script.turns.append(turn)
        taken = 1 + len(turn.replies[0].parts[0])
        for entry in reversed(given[at : at + taken]):
            seconds = getattr(entry, "seconds", None)
            if seconds is not None:
                self._pass(seconds)
                break
        return taken

    def _is_in_line(self) -> bool:
        """Whether the client's next line goes on with the one before."""
        turns = self._script.turns
        return bool(turns) and not turns[-1].lines[-1].octets.endswith(b"\n")

    def take(self, entry: Entry, given: list[Entry], at: int) -> None:
        """Take in an entry, which is ``given[at]``."""
        self._pass(getattr(entry, "seconds", None))
        match entry:
            case ClientLine():
                self._client(entry)
            case ServerLine() | ServerLines() | StandIn() | Pattern() | AnyLines():
                self._server(entry, given, at)
            case Happened():
                self._happened(entry)
            case Version():
                self._follower.plain = False
            case Torn():
                self._script.notes.append((entry.number, "was cut off and is left out"))
            case _:
                pass

    def end(self) -> Script:
        """Take in that this was all. Raises TranscriptError if there was nothing."""
        self._end_whole()
        self._end_loose_body()
        if (patience := self._dialogue.patience) is not None and patience <= limits.QUIET:
            self._hearing.server(self._dialogue.quiet())
        script = self._script
        if not script.turns and not self._script.greeting.complete:
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
        self._hearing.server(self._follower.pass_time(seconds))

    # ---- the client ----

    def _client(self, entry: ClientLine) -> None:
        if self._whole is None:
            self._follower.join()
        self._end_whole()
        self._end_loose_body()
        dialogue, turns = self._dialogue, self._script.turns
        if self._follower.gap is None and dialogue.patience == limits.QUIET:
            self._hearing.server(dialogue.quiet())  # no status line came: it was given up
        if self._is_in_line():
            turns[-1].lines.append(entry)
        else:
            turns.append(Turn(entry.number, [entry]))
        turn = turns[-1]
        self._hearing.client(self._follower.client(entry.octets), turn)
        turn.due = dialogue.outstanding - len(turn.replies)

    # ---- the server ----

    def _server(self, entry: ServerEntry, given: list[Entry], at: int) -> None:
        if self._whole is not None:
            self._whole.parts[-1].append(entry)
        elif isinstance(entry, ServerLine | ServerLines):
            self._feed(entry, entry.octets)
        elif self._follower.body:
            self._loose = self._follower.body
            if isinstance(entry, Pattern):
                self._feed(entry, b"x\r\n")
            else:
                self._hearing.sources.add(entry, 0)
        elif isinstance(entry, Pattern):
            oldest = self._hearing.oldest
            command = oldest.command if oldest else None
            behind = (given[index] for index in range(at + 1, len(given)))
            self._feed(entry, status_like(entry, command, behind))
        else:
            self._begin_whole(entry)

    def _feed(self, entry: Expected | None, octets: bytes) -> None:
        self._hearing.sources.add(entry, len(octets))
        self._hearing.server(self._follower.server(octets))

    def _begin_whole(self, entry: AnyLines | StandIn) -> None:
        """An expectation of any lines where a status line is due: up to the client's next line."""
        if self._dialogue.outstanding > 1:
            text = "what stands for any lines can be no whole reply where several are due"
            raise TranscriptError(entry.number, f"{text}; write a line of each: S~ REGEX")
        greeting = None if self._dialogue.greeted else self._script.greeting
        owner = self._hearing.oldest or greeting
        if owner is None:
            self._hearing.unasked(entry.number)
            return
        owner.parts[-1].append(entry)
        self._whole = owner

    def _end_whole(self) -> None:
        whole, self._whole = self._whole, None
        if whole is None:
            return
        self._feed(None, OK)
        if self._follower.body:
            self._feed(None, TERMINATOR)
        self._hearing.server(self._dialogue.quiet())

    def _end_loose_body(self) -> None:
        if self._loose is not None and self._loose is self._follower.body:
            self._feed(None, TERMINATOR)

    # ---- what happened ----

    def _happened(self, entry: Happened) -> None:
        self._follower.happened(entry.text)
        if happenings.as_elided(entry.text):
            if self._whole is not None:
                self._whole.parts[-1].append(entry)
            elif self._follower.body:
                self._hearing.sources.add(entry, 0)
        elif is_tls(entry.text):
            self._secured(entry)
        elif login := happenings.as_auth(entry.text):
            self._hearing.names.told(login)
        elif state := happenings.as_joined(entry.text):
            text = "what was said before is missing, so it is not sent"
            where = f"recording began in the {state.value} state"
            self._script.notes.append((entry.number, f"{where}: {text}"))

    def _secured(self, entry: Happened) -> None:
        """TLS holds from here on; where a STLS began it, sending that does so again."""
        turns = self._script.turns
        replies = [reply for turn in turns for reply in turn.replies]
        began = any(
            reply.command is not None
            and reply.command.row is commands.STLS
            and reply.status is Status.OK
            for reply in replies
        )
        if not began:
            self._script.secured = self._script.secured or entry.number
