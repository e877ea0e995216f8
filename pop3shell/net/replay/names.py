"""Who logs in by which AUTH of a transcript."""

from __future__ import annotations

from pop3shell.net.replay.script import Reply
from pop3shell.transcript.happenings import Login


class LoginNames:
    """Brings the events that name a login together with the commands that begin one.

    The event may stand before its command, or inside the exchange. ``found`` is by the identity
    of the reply.
    """

    def __init__(self) -> None:
        self.found: dict[int, Login] = {}
        self._login: Login | None = None
        self._auth: Reply | None = None

    def begins(self, auth: Reply) -> None:
        """Take in an AUTH with its reply."""
        self._auth = auth
        self._match(auth)

    def told(self, login: Login) -> None:
        """Take in an event that tells who logs in."""
        self._login = login
        if self._auth is not None and id(self._auth) not in self.found:
            self._match(self._auth)

    def _match(self, auth: Reply) -> None:
        login, words = self._login, auth.command.arguments if auth.command else ()
        if login and words and words[0].decode("latin-1").upper() == login.mechanism.upper():
            self.found[id(auth)], self._login = login, None
