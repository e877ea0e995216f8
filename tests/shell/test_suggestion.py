"""What is offered behind the cursor: the latest line that begins the same, at every key."""

from __future__ import annotations

import pytest
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.history import InMemoryHistory

from pop3shell.shell.interactive.suggestion import SuggestLatest


class Typing:
    def __init__(self, *lines: str) -> None:
        self.history = InMemoryHistory()
        self.buffer = Buffer(history=self.history)
        self.suggest = SuggestLatest()
        for line in lines:
            self.history.append_string(line)

    def at(self, text: str) -> str | None:
        found = self.suggest.get_suggestion(self.buffer, Document(text))
        return found.text if found else None


@pytest.fixture
def typing() -> Typing:
    return Typing("RETR 1", "STAT", "RETR 2", "RETR 12")


def test_the_latest_line_that_begins_the_same_is_offered_at_every_key(typing):
    assert [typing.at("RETR 12"[:end]) for end in range(1, 8)] == [
        "ETR 12", "TR 12", "R 12", " 12", "12", "2", "",
    ]  # fmt: skip


def test_a_key_that_rules_the_latest_out_brings_an_older_one(typing):
    assert typing.at("RETR ") == "12"
    assert typing.at("RETR 2") == ""


def test_what_was_ruled_out_comes_back_when_it_is_typed_anew(typing):
    assert typing.at("RETR 9") is None
    assert typing.at("RETR 99") is None
    assert typing.at("RETR ") == "12"
    assert typing.at("S") == "TAT"


def test_a_line_that_would_be_held_back_is_not_offered_but_one_before_it(typing):
    typing.suggest = SuggestLatest(lambda line: line != "RETR 12")
    assert typing.at("RETR ") == "2"
    assert typing.at("RETR 12") == ""
    typing.suggest = SuggestLatest(lambda line: False)
    assert typing.at("RETR ") is None


def test_a_line_just_performed_is_offered_next(typing):
    assert typing.at("U") is None
    typing.history.append_string("UIDL")
    assert typing.at("UI") == "DL"


@pytest.mark.parametrize("text", ["", " ", "nothing like it"])
def test_nothing_is_offered_where_nothing_fits(typing, text):
    assert typing.at(text) is None
