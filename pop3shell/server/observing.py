"""A server's sessions as transcripts: the observer of the dialogue hears both sides of each."""

from __future__ import annotations

import functools
import ssl
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from pop3shell.net.resolve import shown
from pop3shell.protocol import events as ev
from pop3shell.protocol.commandline import strip_end
from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.events import Ending, Event, Side
from pop3shell.protocol.sasl.identity import identity
from pop3shell.protocol.sasl.registry import Mechanism, find
from pop3shell.protocol.secrets import Redactor
from pop3shell.protocol.spec import commands
from pop3shell.transcript import happenings
from pop3shell.transcript.recording import Recording, Records

if TYPE_CHECKING:
    import asyncio


class Observed:
    """One session; as a context it ends with its block, by whatever exception that ends.

    The octets of both sides are to be handed over in the order in which they are read and written.
    """

    def __init__(self, recording: Recording, address: str, client: str) -> None:
        """``address`` is the server's, ``client`` the other side's."""
        self._recording = recording
        self._dialogue = Dialogue()
        self._logins = _Logins()
        self._heard = time.monotonic()
        self._over = False
        self._tell(self._dialogue.connected(address))
        recording.note(f"the client is {client}")

    def client(self, octets: bytes) -> None:
        """Take in octets that were read."""
        now = self._now()
        self._tell(self._dialogue.client(octets, now))

    def server(self, octets: bytes) -> None:
        """Take in octets that are written."""
        now = self._now()
        self._tell(self._dialogue.server(octets, now))

    def secured(self, tls: ssl.SSLObject) -> None:
        """Take in that TLS holds."""
        cipher = tls.cipher()
        name = cipher[0] if cipher else ""
        self._tell(self._dialogue.tls_started(tls.version() or "", name))

    def closed(self, side: Side, ending: Ending = Ending.ORDERLY) -> None:
        """Take in who ended the connection; only the first time counts."""
        if not self._over:
            self._tell(self._dialogue.closed(side, ending, self._now()))
            self._over = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the transcript."""
        self.closed(*_ended_by(error))
        self._recording.stop()

    def _now(self) -> float:
        """Return the time; what only silence ends has ended if it was silent for long enough."""
        now = time.monotonic()
        patience = self._dialogue.patience
        if patience is not None and now - self._heard >= patience:
            self._tell(self._dialogue.quiet(now))
        self._heard = now
        return now

    def _tell(self, events: list[Event]) -> None:
        if self._over:
            return
        for event in events:
            self._recording(event)
            if login := self._logins.heard(event):
                self._recording.happened(login)


class _Logins:
    """Tells who logs in by AUTH, so that the same can be done again in a replay."""

    def __init__(self) -> None:
        self._mechanism: Mechanism | None = None

    def heard(self, event: Event) -> str:
        """Return the text of the event to be written; empty for none."""
        if isinstance(event, ev.CommandSent) and event.command.row is commands.AUTH:
            name, *initial = event.command.arguments or (b"",)
            self._mechanism = find(name.decode("latin-1"))
            return self._named(initial[0]) if initial else ""
        if isinstance(event, ev.ResponseSent):
            return self._named(strip_end(event.raw))
        return ""

    def _named(self, response: bytes) -> str:
        mechanism, self._mechanism = self._mechanism, None
        found = identity(mechanism, response) if mechanism else None
        return happenings.auth(mechanism.name, *found) if mechanism and found else ""


def observe(
    records: Records, writer: asyncio.StreamWriter, redactor: Redactor | None = None
) -> Observed | None:
    """Begin to record the session with the client at the other end; None where that fails."""
    address, client = (_address(writer, side) for side in ("sockname", "peername"))
    name = client.rpartition(":")[0]
    make = functools.partial(
        Recording,
        name=name,
        server=address,
        tell=records.tell,
        say=records.say,
        redactor=redactor,
    )
    recording = records.begin(make)
    return Observed(recording, address, client) if recording else None


def _address(writer: asyncio.StreamWriter, side: str) -> str:
    found = writer.get_extra_info(side)
    return shown(*found[:2]) if found else "unknown"


def _ended_by(error: BaseException | None) -> tuple[Side, Ending]:
    """Who ended a connection and how, by what was raised then; None: nothing was."""
    if isinstance(error, ssl.SSLError):
        theirs = "alert" in str(error).lower()
        return Side.CLIENT if theirs else Side.SERVER, Ending.TLS_FAILED
    if isinstance(error, ConnectionAbortedError):  # by asyncio: the handshake takes too long
        return Side.SERVER, Ending.TLS_FAILED
    if isinstance(error, TimeoutError):
        return Side.SERVER, Ending.SILENT
    if isinstance(error, OSError):
        return Side.CLIENT, Ending.RESET
    return Side.SERVER, Ending.ORDERLY
