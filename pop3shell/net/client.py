"""The client's side of a session: a connection with the observer of its dialogue on it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from pop3shell.net.connection import Connection
from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.greeting import Opening
from pop3shell.net.observers import Observers
from pop3shell.net.resolve import CONNECT_WITHIN, open_socket, shown
from pop3shell.net.stls import INJECTED, StlsWatch
from pop3shell.net.timers import Timers
from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.events import Ending, Event, Greeting, Noted, Side
from pop3shell.protocol.findings import Rule
from pop3shell.protocol.rules import tls as rules
from pop3shell.protocol.session import Session

if TYPE_CHECKING:  # imported when TLS begins: most sessions, and the first prompt, go without
    from pop3shell.net.tls import TlsLayer
    from pop3shell.net.tls_settings import TlsSettings


class Client:
    """Speaks the client's side; hands every event of the dialogue to its observers, in order.

    ``timeout`` is in seconds of silence while a reply is due; 0 waits for ever.
    """

    def __init__(self, timeout: float = 60.0) -> None:
        self.dialogue = Dialogue()
        self.observers = Observers()
        self.opening = Opening(self.dialogue)
        self.ending: Ending | None = None
        self.closed_by: Side | None = None
        self.address = ""
        self.tls: TlsLayer | None = None
        self.timeout = timeout
        self.ahead: Callable[[], bytes] | None = None
        """Gives what to send as soon as replies were read, before the observers hear of them."""
        self.unended = False
        """Whether the last octets sent left a line without its end."""
        self._loop = asyncio.get_running_loop()
        self._connection: Connection | None = None
        self._waiters: set[asyncio.Future[None]] = set()
        self._outstanding = 0
        self.host = ""
        self._stls = StlsWatch()
        self.observers.append(self._stls)
        self._timers = Timers(self.dialogue, timeout, self._silent, self._be_quiet)

    @property
    def session(self) -> Session:
        """What the dialogue has told so far."""
        return self.dialogue.session

    @property
    def greeting(self) -> Greeting | None:
        """The greeting, once it has come."""
        return self.opening.greeting

    @property
    def closed(self) -> bool:
        """Whether the connection is over."""
        return self.ending is not None

    @property
    def awaits_tls(self) -> bool:
        """Whether STLS was accepted, so that the server waits for the TLS handshake."""
        accepted = self._stls.accepted and not self.dialogue.outstanding
        return accepted and self.tls is None and not self.closed

    async def connect(
        self,
        host: str,
        port: int,
        *,
        family: socket.AddressFamily = socket.AF_UNSPEC,
        connect_timeout: float = CONNECT_WITHIN,
        tls: TlsSettings | None = None,
    ) -> None:
        """Connect within ``connect_timeout`` seconds, or ``timeout`` if that is less.

        With ``tls`` it is there from the first octet on. Raises ConnectionTrouble. The greeting is
        waited for by ``greeted``.
        """
        self.host = host
        layer = _layer(tls, host) if tls is not None else None
        within = min(connect_timeout, self.timeout or connect_timeout)
        sock = await open_socket(host, port, family=family, within=within)
        self._timers.heard = self._loop.time()
        self._connection = await Connection.over(sock, self._receive, self._ended)
        address, known = self._connection.peer  # neither is known once the peer has reset
        self.address = shown(address or host, known or port)
        self._dispatch(self.dialogue.connected(self.address, host))
        if layer is not None:
            await self._secure(layer, within)
        self._timers.start()

    async def start_tls(self, settings: TlsSettings, *, within: float = 20.0) -> None:
        """Negotiate TLS after STLS was accepted; ``tls`` tells what came of it.

        Fails closed: raises ConnectionTrouble and ends the connection if plaintext followed the
        ``+OK``, or the handshake fails or takes longer than ``within`` seconds.
        """
        if self.closed or self._connection is None:
            raise ConnectionTrouble("the connection is closed; there is nothing to secure")
        if not self._stls.accepted or self.dialogue.outstanding or self.unended:
            raise ConnectionTrouble("TLS can only begin right after STLS was accepted")
        if behind := self._stls.behind + self.dialogue.unfinished:
            self.note(rules.INJECTED, INJECTED, behind)
            self._connection.abort(Ending.TLS_FAILED)
            raise ConnectionTrouble(INJECTED)
        try:
            layer = _layer(settings, self.host)
        except ConnectionTrouble:  # the server waits for TLS now, nothing else can be said to it
            self._connection.abort(Ending.TLS_FAILED)
            raise
        await self._secure(layer, within)

    async def _secure(self, layer: TlsLayer, within: float) -> None:
        from pop3shell.net.securing import negotiate

        assert self._connection is not None

        def established() -> None:
            self._dispatch(self.dialogue.tls_started(layer.protocol, layer.cipher))

        self.tls = layer
        await negotiate(self._connection, layer, within, established)

    async def greeted(self) -> Greeting | None:
        """Wait for the greeting; None if the peer said something else, or nothing, and why not.

        What came instead is told by ``opening``; the ending by ``ending``.
        """
        return await self.opening.wait(lambda: self.closed, self._wait)

    def send(self, octets: bytes) -> None:
        """Send octets as they are. Raises ConnectionTrouble if the connection is over."""
        if self.closed or self._connection is None:
            raise ConnectionTrouble("the connection is closed; nothing was sent")
        if self.tls is not None and not self.tls.established:
            raise ConnectionTrouble("TLS is being negotiated; nothing was sent")
        now = self._loop.time()
        if not self.dialogue.outstanding or self.dialogue.challenged:
            self._timers.heard = now
        self._say(octets, now)
        self._connection.send(octets)
        self._timers.adjust()

    def _say(self, octets: bytes, now: float) -> None:
        self.unended = not octets.endswith(b"\n")
        self._dispatch(self.dialogue.client(octets, now))

    async def settled(self, outstanding: int = 0) -> None:
        """Wait until at most ``outstanding`` replies are due, a challenge came, or the end."""
        dialogue = self.dialogue
        self._outstanding = outstanding
        while dialogue.outstanding > outstanding and not dialogue.challenged and not self.closed:
            await self._wait()
        self._raise_fault()

    async def until_closed(self, seconds: float) -> bool:
        """Wait for the server to close, ``seconds`` at most; return whether it did."""
        try:
            async with asyncio.timeout(seconds):
                while not self.closed:
                    await self._wait()
        except TimeoutError:
            return False
        return True

    async def close(self) -> None:
        """Close the connection from this side."""
        self._timers.cancel()
        if self._connection is None:
            return
        if not self.closed:
            self.ending, self.closed_by = Ending.ORDERLY, Side.CLIENT
            self._dispatch(self.dialogue.closed(Side.CLIENT, Ending.ORDERLY, self._loop.time()))
        self._connection.close()
        try:
            async with asyncio.timeout(1.0):
                await asyncio.shield(self._connection.gone)
        except TimeoutError:
            self._connection.abort(Ending.ORDERLY)

    # ---- what comes ----

    def _receive(self, data: bytes) -> None:
        self._timers.heard = now = self._loop.time()
        self.opening.receive(len(data))
        events = self.dialogue.server(data, now)
        octets = self.ahead() if self.ahead is not None else b""
        if octets and self._connection is not None:
            self._connection.send(octets)
        self._dispatch(events)
        if octets:
            self._say(octets, now)
        if self._waiters and self._is_over():
            self._wake()
        self._timers.adjust()

    def _silent(self) -> None:
        if self._connection is not None:
            self._connection.abort(Ending.SILENT)

    def _be_quiet(self) -> None:
        self._dispatch(self.dialogue.quiet(self._loop.time()))
        self._wake()

    def _is_over(self) -> bool:
        """Whether what is waited for may have come; a wake-up for each block would cost time."""
        dialogue = self.dialogue
        due = dialogue.outstanding > self._outstanding and not dialogue.challenged
        return not due or self.observers.fault is not None

    def _ended(self, ending: Ending) -> None:
        self._timers.cancel()
        self.ending = ending
        if self.tls is not None:
            self._note_breach(self.tls, ending)
        ours = ending in (Ending.SILENT, Ending.TLS_FAILED)
        self.closed_by = side = Side.CLIENT if ours else Side.SERVER
        self._dispatch(self.dialogue.closed(side, ending, self._loop.time()))
        self._wake()

    def _note_breach(self, layer: TlsLayer, ending: Ending) -> None:
        from pop3shell.net.securing import breach

        if found := breach(layer, ending, self._stls.accepted):
            self.note(*found)

    def _dispatch(self, events: list[Event]) -> None:
        self.opening.watch(events)
        self.observers.tell(events)

    def note(self, rule: Rule, text: str, evidence: bytes) -> None:
        """Tell the observers of a breach that the connection itself saw."""
        finding = self.dialogue.findings.note(rule, text, evidence)
        if finding:
            self._dispatch([Noted(finding)])

    # ---- waiting ----

    async def _wait(self) -> None:
        self._raise_fault()
        waiter = self._loop.create_future()
        self._waiters.add(waiter)
        try:
            await waiter
        finally:
            self._waiters.discard(waiter)
        self._raise_fault()

    def _raise_fault(self) -> None:
        """Let who waits know that an observer failed, e.g. that what it writes to is full."""
        fault, self.observers.fault = self.observers.fault, None
        if fault is not None:
            raise fault

    def _wake(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)


def _layer(settings: TlsSettings, host: str) -> TlsLayer:
    from pop3shell.net.tls import TlsLayer

    return TlsLayer(settings, host)
