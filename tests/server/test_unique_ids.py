"""Unique-ids: a client that leaves mail on the server knows by them what it has seen."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pop3shell.server.maildrops import unique_ids


@given(st.binary())
def test_a_content_always_yields_the_same_legal_unique_id(content: bytes) -> None:
    assert unique_ids.is_legal(unique_ids.of_content(content))
    assert unique_ids.of_content(content) == unique_ids.of_content(bytes(content))


@given(st.text())
def test_any_stored_name_yields_a_legal_unique_id(name: str) -> None:
    assert unique_ids.is_legal(unique_ids.of_name(name))


def test_a_legal_name_stays_as_it_is() -> None:
    assert unique_ids.of_name("1736000000.M1P2.host") == "1736000000.M1P2.host"


def test_names_are_limited_to_70_octets_without_blanks() -> None:
    assert unique_ids.is_legal("x" * 70)
    assert not unique_ids.is_legal("x" * 71)
    assert not unique_ids.is_legal("")
    assert not unique_ids.is_legal("a b")
    assert not unique_ids.is_legal("a\n")


def test_equal_unique_ids_are_numbered_in_their_order() -> None:
    assert unique_ids.distinct(["x", "y", "x", "x"]) == ["x", "y", "x-2", "x-3"]


@given(st.lists(st.sampled_from(["x", "x-2", "x-3", "y", "z" * 70])))
def test_no_two_messages_ever_share_a_unique_id(wanted: list[str]) -> None:
    made = unique_ids.distinct(wanted)
    assert len(set(made)) == len(wanted)
    assert all(map(unique_ids.is_legal, made))
