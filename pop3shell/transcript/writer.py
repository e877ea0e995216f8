"""Writing a transcript while the dialogue goes on: an observer of its events."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pop3shell.protocol import events as ev
from pop3shell.protocol.commandline import CommandLine
from pop3shell.protocol.events import Event, Side
from pop3shell.protocol.secrets import Redactor
from pop3shell.transcript import happenings
from pop3shell.transcript.elision import Elision
from pop3shell.transcript.errors import RecordingFailed
from pop3shell.transcript.escapes import escape, escape_line, file_lines, visible
from pop3shell.transcript.grammar import MAGIC, VERSION
from pop3shell.transcript.output import Octets, Output, reason, write_all
from pop3shell.transcript.redaction import Pieces, lines_of, pieces_of

#: Octets of a body's line that is not at its end after which it is written in parts.
LONGEST_PART = 1 << 16
#: Octets of a body written at once.
BLOCK = 1 << 18

_CLIENT, _SERVER, _EVENT = b"C:", b"S:", b"*:"


class TranscriptWriter:
    """Writes each event at once: whatever happens, only the line being written can be lost.

    ``now`` (seconds, any clock) is the start, ``started`` the same moment for people. Secrets are
    replaced from the first octet on; share ``redactor`` with whatever else shows the session, so
    that placeholders are the same. ``max_body`` octets of a multi-line body are recorded, all of
    it when None.

    What the disk refuses raises RecordingFailed, once, with ``name`` for the file; after that
    nothing more is written.
    """

    def __init__(
        self,
        out: Output,
        now: float,
        *,
        started: datetime | None = None,
        server: str = "",
        redactor: Redactor | None = None,
        max_body: int | None = None,
        name: str = "the transcript",
    ) -> None:
        self._out: Output | None = out
        self._name = name
        self._start = now
        self._stamped = -1
        self._redactor = redactor or Redactor()
        self._elision = None if max_body is None else Elision(max_body)
        self._tail = b""  # of a body: the line that has no end yet
        self._command: CommandLine | None = None  # that the body replies to
        head = b"%s %d\n" % (MAGIC, VERSION)
        if server:
            head += _header("server", server)
        if started:
            utc = started.astimezone(UTC).replace(tzinfo=None)
            head += _header("started", utc.isoformat(timespec="milliseconds") + "Z")
        self._write(head)

    def __call__(self, event: Event, now: float) -> None:
        """Take in the next event of the dialogue."""
        if self._out is None:
            return
        if handle := _HANDLERS.get(type(event)):
            handle(self, event, now)

    def happened(self, text: str, now: float) -> None:
        """Write an event ``*:``; ``pop3shell.transcript.happenings`` makes the texts."""
        self._line(_EVENT, [text.encode("utf-8", "surrogateescape") + b"\r\n"], now)

    def note(self, text: str) -> None:
        """Write a note, which may have several lines."""
        for line in text.splitlines() or [""]:
            octets = b"# " + visible(line.encode("utf-8", "surrogateescape"))
            self._write(octets.rstrip(b" ") + b"\n")

    @property
    def left_out(self) -> str:
        """Say what of bodies was left out so far, as a clause; empty if nothing was."""
        return self._elision.total if self._elision else ""

    def close(self, now: float | None = None) -> None:
        """Write what is held back of an unfinished line, and close the file."""
        if self._out is None:
            return
        self._end_body(self._start + self._stamped / 1000 if now is None else now)
        out, self._out = self._out, None
        try:
            out.close()
        except (OSError, ValueError) as error:
            raise self._failed(error) from error

    # ---- lines ----

    def _client_line(self, event: Event, now: float) -> None:
        self._line(_CLIENT, pieces_of(event, self._redactor), now)

    def _server_line(self, event: Event, now: float) -> None:
        self._end_body(now)
        self._line(_SERVER, pieces_of(event, self._redactor), now)

    def _part(self, event: ev.LongLine | ev.Incomplete, now: float) -> None:
        handle = self._client_line if event.side is Side.CLIENT else self._server_line
        handle(event, now)

    def _incomplete(self, event: ev.Incomplete, now: float) -> None:
        self._held_of_body(now)
        if event.side is Side.SERVER and self._tail:
            self._body(event.raw, now)
        else:
            self._part(event, now)

    def _connected(self, event: ev.Connected, now: float) -> None:
        self.happened(happenings.connected(event.address), now)

    def _secured(self, event: ev.Secured, now: float) -> None:
        self.happened(happenings.tls_established(event.version, event.cipher), now)

    def _closed(self, event: ev.Closed, now: float) -> None:
        self._end_body(now)
        self.happened(happenings.closed(event.side, event.ending), now)

    def _line(self, tag: bytes, pieces: Pieces, now: float) -> None:
        """Write one line, or a part of one; its last piece has its end."""
        if not pieces or pieces == [b""]:
            return
        placed = [piece if at % 2 else escape(piece) for at, piece in enumerate(pieces[:-1])]
        text = b"".join(placed) + escape_line(pieces[-1])
        stamp = self._stamp(now) or b"[%d.%03d] " % divmod(self._stamped, 1000)
        self._write(stamp + tag + (b" " if text else b"") + text + b"\n")

    # ---- bodies ----

    def _body_data(self, event: ev.BodyData, now: float) -> None:
        if self._elision is None:
            self._part_of_body(event, now)
            return
        self._command = event.command
        if kept := self._elision.take(event.raw):
            self._part_of_body(ev.OpenLine(kept, event.command), now)

    def _part_of_body(self, said: Event, now: float) -> None:
        pieces = pieces_of(said, self._redactor)
        if len(pieces) > 1:
            pieces[0], self._tail = self._tail + pieces[0], b""
            for line in lines_of(pieces):
                self._line(_SERVER, line, now)
            return
        octets = pieces[0]
        for at in range(0, len(octets), BLOCK):
            self._body(octets[at : at + BLOCK], now)

    def _held_of_body(self, now: float) -> None:
        """Write the line that was held back until it is known whether it fits."""
        held = self._elision.rest() if self._elision else b""
        if held and self._command:
            self._part_of_body(ev.OpenLine(held, self._command), now)

    def _body(self, octets: bytes, now: float) -> None:
        """Write the whole lines of a body, each behind its tag, and hold back the rest."""
        begun = self._tail
        cut = octets.rfind(b"\n") + 1
        if cut:
            self._tail = octets[cut:]
            begins = self._stamp(now) + _SERVER
            self._write(file_lines((begun, octets), _SERVER, begins))
        else:
            self._tail += octets
        if len(self._tail) >= LONGEST_PART:
            self._end_part(now)

    def _end_part(self, now: float) -> None:
        tail, self._tail = self._tail, b""
        self._line(_SERVER, [tail], now)

    def _end_body(self, now: float) -> None:
        self._held_of_body(now)
        if self._tail:
            self._end_part(now)
        left_out = self._elision.end() if self._elision else None
        if left_out:
            self._line(_EVENT, [happenings.elided(left_out).encode() + b"\r\n"], now)

    # ---- writing ----

    def _stamp(self, now: float) -> bytes:
        """Return the time in brackets; nothing where the last one still holds."""
        elapsed = max(0, round((now - self._start) * 1000))
        if elapsed == self._stamped:
            return b""
        self._stamped = elapsed
        return b"[%d.%03d] " % divmod(elapsed, 1000)

    def _write(self, octets: Octets) -> None:
        if self._out is None:
            return
        try:
            write_all(self._out, octets)
        except (OSError, ValueError) as error:
            out, self._out = self._out, None
            with contextlib.suppress(OSError):
                out.close()
            raise self._failed(error) from error

    def _failed(self, error: Exception) -> RecordingFailed:
        why = reason(error)
        return RecordingFailed(f"recording to {self._name} stopped: {why}")


def _header(name: str, value: str) -> bytes:
    return b"%%%s: %s\n" % (name.encode(), escape(value.encode("utf-8", "surrogateescape")))


_HANDLERS: dict[type, Callable[[TranscriptWriter, Any, float], None]] = {
    **dict.fromkeys((ev.CommandSent, ev.ResponseSent), TranscriptWriter._client_line),
    **dict.fromkeys(
        (
            ev.Greeting,
            ev.Banner,
            ev.StatusLine,
            ev.Challenge,
            ev.BodyEnd,
            ev.OpenLine,
            ev.StrayLine,
        ),
        TranscriptWriter._server_line,
    ),
    ev.Connected: TranscriptWriter._connected,
    ev.Secured: TranscriptWriter._secured,
    ev.BodyData: TranscriptWriter._body_data,
    ev.LongLine: TranscriptWriter._part,
    ev.Incomplete: TranscriptWriter._incomplete,
    ev.Closed: TranscriptWriter._closed,
}
