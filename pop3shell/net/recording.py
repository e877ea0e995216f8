"""Recording what a client says and hears: each of its connections in a file of its own."""

from __future__ import annotations

from collections.abc import Callable

from pop3shell.net.client import Client
from pop3shell.net.resolve import shown
from pop3shell.protocol.secrets import Redactor
from pop3shell.transcript import happenings
from pop3shell.transcript.joining import joined
from pop3shell.transcript.place import Place
from pop3shell.transcript.recording import Recording, Tell


class ClientRecording(Recording):
    """Records the client that ``current`` returns; after a reconnect that is another one."""

    def __init__(
        self,
        place: Place,
        current: Callable[[], Client],
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
        client = current()
        self._current = current
        self._client: Client | None = None
        self._secured = False
        super().__init__(
            place,
            name or client.host,
            server=server or _server(client),
            tell=tell,
            say=say,
            redactor=redactor,
        )
        if client.greeting is not None:
            self._join(client)

    def catch_up(self) -> None:
        """Write what no event tells: that a connection was made, that TLS holds."""
        client = self._current()
        if client.address and client is not self._client:
            self._begin(client)
        layer = client.tls
        if not self._secured and layer is not None and layer.established:
            self._secured = True
            self.happened(happenings.tls_established(layer.protocol, layer.cipher))

    def logs_in(self, mechanism: str, user: str, nonce: str) -> None:
        """Write what it takes to answer the challenges that follow once more."""
        self.happened(happenings.auth(mechanism, user, nonce))

    def _begin(self, client: Client) -> None:
        """Another connection than the one before, if any."""
        if self._client is not None and self.active:
            self._next(client.host, _server(client))
        self._client, self._secured = client, False
        self.happened(happenings.connected(client.address))

    def _join(self, client: Client) -> None:
        self._client = client
        self._secured = client.session.tls
        self.happened(joined(client.address, client.session.state))


def _server(client: Client) -> str:
    """Host and port as in ``mail.example.com:110``."""
    port = client.address.rpartition(":")[2]
    return shown(client.host, int(port)) if port.isdigit() and client.host else client.address
