"""What the tests of advice share."""

from __future__ import annotations

from hearing import Heard

from pop3shell.protocol.advice import Advice, advise
from pop3shell.protocol.session import Session


def session(*exchanges: tuple[str, ...], logged_in: bool = False) -> Session:
    """A session after these exchanges (command, reply lines...)."""
    heard = Heard(logged_in=logged_in)
    for command, *reply in exchanges:
        heard.ask(command, *reply)
    return heard.session


def only(found: list[Advice]) -> Advice:
    assert len(found) == 1, [str(advice) for advice in found]
    return found[0]


def marked(line: bytes, advice: Advice) -> bytes:
    return line[advice.start : advice.stop]


def assert_advised(line: bytes, where: Session, octets: bytes, *words: str) -> Advice:
    advice = only(advise(line, where))
    assert marked(line, advice) == octets
    for word in words:
        assert word in str(advice)
    assert str(advice.reference) in str(advice)
    return advice
