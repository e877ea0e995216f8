"""The last exchange of a dialogue, kept small: octets of a body are counted, not kept."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING

from pop3shell.protocol import events as ev
from pop3shell.protocol.commandline import CommandLine, strip_end
from pop3shell.protocol.events import Ending, Side
from pop3shell.protocol.findings import Finding
from pop3shell.protocol.record import Record
from pop3shell.protocol.replies import Status
from pop3shell.protocol.secrets import Redactor
from pop3shell.protocol.session import Session
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.commands import Command
from pop3shell.protocol.spec.states import Effect, State

if TYPE_CHECKING:
    from pop3shell.protocol.sasl.explain import Explainer, Step

#: Octets of a body whose lines are counted; counting those of a huge one would cost time.
COUNTED = 1 << 20
#: Lines of a login by AUTH that are told.
STEPS_KEPT = 20
#: Findings kept with an exchange; further ones are only counted.
FINDINGS_KEPT = 10


class Body:
    """What a multi-line reply held: octets as sent and as meant, without its terminator.

    ``lines`` is None where the body was too large to count them.
    """

    def __init__(self) -> None:
        self.octets = 0
        self.content = 0
        self.lines: int | None = 0
        self.terminator = b""

    @property
    def dots(self) -> int:
        """How many dots were taken off at the beginning of lines."""
        return self.octets - self.content


class LastExchange(Record):
    """A command and what came of it, secrets replaced in ``shown`` and ``text``.

    ``shown`` is the line as sent, without its end; ``before`` the state it was sent in,
    ``user_accepted`` whether USER was accepted right before it. ``seconds`` is None while the
    reply isn't complete. ``steps`` tell a login by AUTH line by line, secrets replaced.
    ``left_out`` is the index in ``command`` of a secret that a transcript left out, None if it is
    whole. ``command`` may hold a secret and is not for showing.
    """

    command: CommandLine
    shown: bytes
    before: State
    after: State
    user_accepted: bool = False
    status: Status | None = None
    text: bytes = b""
    seconds: float | None = None
    body: Body | None = None
    further_lines: int = 0
    strays: int = 0
    challenges: int = 0
    responses: int = 0
    findings: tuple[Finding, ...] = ()
    more_findings: int = 0
    ending: Ending | None = None
    ended_by: Side | None = None
    steps: tuple[Step, ...] = ()
    left_out: int | None = None

    def __repr__(self) -> str:
        return f"LastExchange({self.shown!r}, {self.status}, {self.text!r})"

    @property
    def row(self) -> Command | None:
        """The command's row in the command table."""
        return self.command.row


class _Growing:
    """An exchange as far as it has come; what isn't set is as the class has it."""

    status: ev.StatusLine | None = None
    end: ev.ReplyEnd | None = None
    after: State | None = None
    body: Body | None = None
    further_lines = 0
    strays = 0
    challenges = 0
    responses = 0
    findings: tuple[Finding, ...] = ()
    more_findings = 0
    ending: Ending | None = None
    ended_by: Side | None = None
    explainer: Explainer | None = None
    left_out: int | None = None

    def __init__(self, sent: ev.CommandSent, before: State, user_accepted: bool) -> None:
        self.sent = sent
        self.steps: list[Step] = []
        self.before = before
        self.user_accepted = user_accepted


def _begin_steps(growing: _Growing, raw: bytes, left_out: re.Pattern[bytes] | None) -> None:
    from pop3shell.protocol.sasl.explain import Explainer  # only a login by AUTH needs it

    growing.explainer = Explainer(left_out)
    growing.steps.append(growing.explainer.client(raw))


class Recorder:
    """Watches a dialogue and remembers its last exchange.

    ``session`` tells the session that is watched at the moment; a greeting begins a new one.
    ``left_out`` matches what stands for a secret in a dialogue that was recorded without it.
    """

    def __init__(
        self,
        session: Callable[[], Session],
        redactor: Redactor,
        left_out: re.Pattern[bytes] | None = None,
    ) -> None:
        self._session = session
        self._redactor = redactor
        self._left_out = left_out
        self._pending: deque[_Growing] = deque()
        self._done: _Growing | None = None
        self.handlers: ev.Handlers = {
            ev.Greeting: self._greeted,
            ev.CommandSent: self._sent,
            ev.ResponseSent: self._responded,
            ev.StatusLine: self._status,
            ev.Challenge: self._challenged,
            ev.BodyData: self._data,
            ev.BodyEnd: self._body_end,
            ev.OpenLine: self._open_line,
            ev.ReplyEnd: self._replied,
            ev.StateChanged: self._changed,
            ev.Noted: self._noted,
            ev.Closed: self._closed,
        }

    @property
    def last(self) -> LastExchange | None:
        """The command whose reply is due, or the one answered last; None before the first."""
        growing = self._pending[0] if self._pending else self._done
        if growing is None:
            return None
        exchange = LastExchange(
            growing.sent.command,
            strip_end(self._redactor.octets(growing.sent)),
            growing.before,
            growing.after or growing.before,
            growing.user_accepted,
            body=growing.body,
            further_lines=growing.further_lines,
            strays=growing.strays,
            challenges=growing.challenges,
            responses=growing.responses,
            findings=growing.findings,
            more_findings=growing.more_findings,
            ending=growing.ending,
            ended_by=growing.ended_by,
            steps=tuple(growing.steps),
            left_out=growing.left_out,
        )
        if (line := growing.status) is not None:
            text = self._redactor.octets(line._replace(raw=line.text))
            exchange = exchange._replace(status=line.status, text=text)
        return exchange._replace(seconds=growing.end.seconds) if growing.end else exchange

    # ---- what is sent ----

    def _greeted(self, event: ev.Greeting) -> None:
        self._pending.clear()
        self._done = None

    def _sent(self, event: ev.CommandSent) -> None:
        session, pending = self._session(), self._pending
        accepted = session.user_accepted
        if pending:  # sent ahead: the reply that decides hasn't come
            row = pending[-1].sent.command.row
            accepted = row is not None and row.effect is Effect.NAME_USER
        growing = _Growing(event, session.state, accepted)
        if event.command.row is commands.AUTH and event.command.arguments:
            _begin_steps(growing, event.raw, self._left_out)
        if self._left_out and event.secret and (found := self._left_out.search(event.raw)):
            growing.left_out = found.start()
        pending.append(growing)

    def _responded(self, event: ev.ResponseSent) -> None:
        if growing := self._of(event.command):
            growing.responses += 1
            if growing.explainer and len(growing.steps) < STEPS_KEPT:
                growing.steps.append(growing.explainer.client(event.raw))

    # ---- what comes ----

    def _of(self, command: CommandLine) -> _Growing | None:
        """The exchange that a reply belongs to; those before it have got none."""
        pending = self._pending
        while pending:
            if pending[0].sent.command is command:
                return pending[0]
            pending.popleft()
        return None

    def _status(self, event: ev.StatusLine) -> None:
        if growing := self._of(event.command):
            if event.status is None:
                growing.strays += 1
            else:
                growing.status = event

    def _challenged(self, event: ev.Challenge) -> None:
        if growing := self._of(event.command):
            growing.challenges += 1
            if growing.explainer and len(growing.steps) < STEPS_KEPT:
                growing.steps.append(growing.explainer.server(event.raw))

    def _data(self, event: ev.BodyData) -> None:
        if growing := self._of(event.command):
            body = growing.body = growing.body or Body()
            chunk = event.chunk
            body.octets += chunk.stop - chunk.start
            body.content += chunk.content_octets
            if body.lines is not None:
                if body.octets > COUNTED:
                    body.lines = None
                else:
                    body.lines += chunk.block.count(b"\n", chunk.start, chunk.stop)

    def _body_end(self, event: ev.BodyEnd) -> None:
        if growing := self._of(event.command):
            growing.body = growing.body or Body()
            growing.body.terminator = event.raw

    def _open_line(self, event: ev.OpenLine) -> None:
        if growing := self._of(event.command):
            growing.further_lines += 1

    def _replied(self, event: ev.ReplyEnd) -> None:
        if growing := self._of(event.command):
            growing.end = event
            self._done = self._pending.popleft()

    def _changed(self, event: ev.StateChanged) -> None:
        """The state after a reply; one that the end of the connection brings isn't its doing."""
        done = self._done
        if done is None or done.after is not None or event.before is not done.before:
            return
        row = done.sent.command.row
        if event.after is not State.CLOSED or (row is not None and row.effect is Effect.QUIT):
            done.after = event.after

    def _noted(self, event: ev.Noted) -> None:
        growing = self._pending[0] if self._pending else None
        if growing is None:
            return
        if len(growing.findings) < FINDINGS_KEPT:
            growing.findings += (event.finding,)
        else:
            growing.more_findings += 1

    def _closed(self, event: ev.Closed) -> None:
        if self._pending:
            growing = self._pending[0]
            growing.ending, growing.ended_by = event.ending, event.side
