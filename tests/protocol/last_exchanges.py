"""A dialogue with the recorder of its last exchange on it, for the tests of this folder."""

from __future__ import annotations

from hearing import Heard

from pop3shell.protocol.events import Event
from pop3shell.protocol.lastexchange import LastExchange, Recorder
from pop3shell.protocol.secrets import Redactor


class Remembered(Heard):
    """Remembers the last exchange of a dialogue that is fed by hand."""

    def __init__(self, greeting: str = "+OK ready", *, logged_in: bool = False) -> None:
        self.recorder = Recorder(lambda: self.session, Redactor())
        super().__init__(greeting.encode() + b"\r\n", logged_in=logged_in)

    @property
    def last(self) -> LastExchange:
        last = self.recorder.last
        assert last is not None
        return last

    def _heard(self, events: list[Event]) -> list[str]:
        for event in events:
            if handler := self.recorder.handlers.get(type(event)):
                handler(event)
        return super()._heard(events)
