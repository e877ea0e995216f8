"""Who hears of the events of a dialogue, and of which."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, get_args

from pop3shell.protocol.events import Event, Handlers


class Listener(Protocol):
    """Hears of the kinds of event that it has handlers for, and of no others."""

    handlers: Handlers


#: Hears of every event if it is a callable. What happens thousands of times a second should reach
#: only those who asked for it.
Observer = Listener | Callable[[Event], None]


class Observers:
    """The observers of one dialogue, in the order in which they came."""

    def __init__(self) -> None:
        #: What an observer raised first, until somebody took it: the connection goes on.
        self.fault: Exception | None = None
        self._observers: list[Observer] = []
        self._handlers: dict[type, tuple[Callable[[Any], None], ...]] = {}
        self._arrange()

    def append(self, observer: Observer) -> None:
        """Add an observer behind those there are."""
        self._observers.append(observer)
        self._arrange()

    def remove(self, observer: Observer) -> None:
        """Take an observer out. Raises ValueError if it isn't there."""
        self._observers.remove(observer)
        self._arrange()

    def tell(self, events: list[Event]) -> None:
        """Hand events to those who want them."""
        handlers = self._handlers
        for event in events:
            for handle in handlers[type(event)]:
                try:
                    handle(event)
                except Exception as fault:
                    self.fault = self.fault or fault

    def _arrange(self) -> None:
        wanted = [(o, _handlers_of(o)) for o in self._observers]
        self._handlers = {
            kind: tuple(handlers[kind] for _, handlers in wanted if kind in handlers)
            for kind in get_args(Event)
        }


def _handlers_of(observer: Observer) -> Handlers:
    if callable(observer):
        return dict.fromkeys(get_args(Event), observer)
    return observer.handlers
