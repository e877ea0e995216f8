"""Observers of a dialogue: who wants to hear hears, and who fails hides nothing."""

from __future__ import annotations

import pytest

from pop3shell.net.observers import Observers
from pop3shell.protocol import events as ev
from pop3shell.protocol.dialogue import Dialogue


@pytest.fixture
def events() -> list[ev.Event]:
    dialogue = Dialogue()
    greeted = dialogue.server(b"+OK ready\r\n")
    return [*greeted, *dialogue.client(b"NOOP\r\n"), *dialogue.server(b"+OK\r\n")]


class Greeted:
    """Hears of greetings only."""

    def __init__(self) -> None:
        self.heard: list[object] = []
        self.handlers: ev.Handlers = {ev.Greeting: self.heard.append}


def test_each_hears_what_it_asked_for_until_it_is_taken_out(events):
    observers, all_of_it, some = Observers(), [], Greeted()
    observers.append(every := all_of_it.append)
    observers.append(some)
    observers.tell(events)
    assert all_of_it == events
    assert [type(event) for event in some.heard] == [ev.Greeting]
    observers.remove(every)
    observers.tell(events)
    assert (len(all_of_it), len(some.heard)) == (len(events), 2)


def test_of_several_faults_the_first_is_kept_and_the_others_hear_on(events):
    """What follows from it, in others or later, would only hide the cause."""

    def fails(name: str):
        def on(_event: object) -> None:
            raise OSError(28, name)

        return on

    observers, heard = Observers(), []
    for observer in (fails("the cause"), fails("a consequence"), heard.append):
        observers.append(observer)
    observers.tell(events)
    assert heard == events
    assert isinstance(observers.fault, OSError)
    assert observers.fault.strerror == "the cause"
