"""What the prompt knows of the session."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pop3shell.protocol.record import Record
from pop3shell.shell.interactive.completion import Candidate

T = TypeVar("T")


class Surroundings(Record):
    """What the prompt asks of the session, all by functions, so that it knows none itself."""

    candidates: Callable[[str], list[Candidate]]
    secret_from: Callable[[str], int | None]
    message: Callable[[], str]
    toolbar: Callable[[], str]
    pasted: Callable[[list[str]], None]
    fits: Callable[[str], bool]


def guarded(around: Surroundings) -> Surroundings:
    """The same surroundings, whose faults don't end the session: what they fail to tell is missing.

    A secret that can't be told from the rest is taken to be the whole line.
    """

    def guard(function: Callable[..., T], otherwise: T) -> Callable[..., T]:
        def call(*arguments: object) -> T:
            try:
                return function(*arguments)
            except Exception:
                return otherwise

        return call

    return around._replace(
        candidates=guard(around.candidates, []),
        secret_from=guard(around.secret_from, 0),
        toolbar=guard(around.toolbar, ""),
        fits=guard(around.fits, False),
    )
