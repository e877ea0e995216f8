"""Recording what a client says and hears: each of its connections in a file of its own."""

from __future__ import annotations

from pop3shell.net.client import Client
from pop3shell.net.resolve import shown
from pop3shell.protocol.events import Connected, Event
from pop3shell.protocol.secrets import Redactor
from pop3shell.transcript import happenings
from pop3shell.transcript.place import Place
from pop3shell.transcript.recording import Recording, Tell


class ClientRecording(Recording):
    """Records a client, and the one that takes its place after a reconnect."""

    def __init__(
        self,
        place: Place,
        client: Client,
        *,
        tell: Tell,
        say: Tell,
        redactor: Redactor | None = None,
        name: str = "",
        server: str = "",
    ) -> None:
        """Open the first file, for ``server`` (host:port) if it is still to be connected to.

        Raises RecordingFailed.
        """
        super().__init__(
            place,
            name or client.host,
            server=server or _server(client.host, client.address),
            tell=tell,
            say=say,
            redactor=redactor,
        )
        self._connected = bool(client.address)
        if client.greeting is not None:
            self.happened(happenings.joined(client.address, client.session.state))
            if client.tls is not None:  # else a replay would send all that follows in clear
                self.happened(happenings.tls_established(client.tls.protocol, client.tls.cipher))
        elif self._connected:
            self.happened(happenings.connected(client.address))

    def __call__(self, event: Event) -> None:
        """Take in the next event of the dialogue; another connection has another file."""
        if isinstance(event, Connected):
            if self._connected and self.active:
                self._next(event.host, _server(event.host, event.address))
            self._connected = True
        super().__call__(event)

    def logs_in(self, mechanism: str, user: str, nonce: str) -> None:
        """Write what it takes to answer the challenges that follow once more."""
        self.happened(happenings.auth(mechanism, user, nonce))


def _server(host: str, address: str) -> str:
    """Host and port as in ``mail.example.com:110``."""
    port = address.rpartition(":")[2]
    return shown(host, int(port)) if port.isdecimal() and host else address
