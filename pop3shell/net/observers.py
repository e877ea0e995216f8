"""Who hears of the events of a dialogue, and of which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, get_args

from pop3shell.protocol.events import Event

Handler = Callable[[Any], None]


class Observers:
    """The observers of one dialogue, in the order in which they came.

    An observer is a callable that takes every event, or an object whose ``handlers`` maps the
    kinds of event it wants to callables: what happens thousands of times a second then reaches
    only those who asked for it.
    """

    def __init__(self) -> None:
        #: What an observer raised first, until somebody took it: the connection goes on.
        self.fault: Exception | None = None
        self._observers: list[object] = []
        self._handlers: dict[type, tuple[Handler, ...]] = {}
        self._arrange()

    def append(self, observer: object) -> None:
        """Add an observer behind those there are."""
        self._observers.append(observer)
        self._arrange()

    def remove(self, observer: object) -> None:
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


def _handlers_of(observer: object) -> Mapping[type, Handler]:
    chosen = getattr(observer, "handlers", None)
    if chosen is not None:
        return chosen  # type: ignore[no-any-return]
    assert callable(observer)
    return dict.fromkeys(get_args(Event), observer)
