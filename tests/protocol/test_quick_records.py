"""Records behave as the named tuples that they stand for."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from pop3shell.protocol.record import Record


class Letter(Record):
    """Has what a class of records may have."""

    sender: str
    size: int
    read: bool = False
    tags: tuple[str, ...] = ()

    @property
    def large(self) -> bool:
        return self.size > 1000

    def __str__(self) -> str:
        return f"from {self.sender}"


LETTER = Letter("mrose", 120)


def test_what_is_not_given_has_its_default():
    assert LETTER == ("mrose", 120, False, ())
    assert Letter("mrose", 120, True).read
    assert Letter("mrose", 120, tags=("new",)) == ("mrose", 120, False, ("new",))
    assert Letter(size=5, sender="a") == ("a", 5, False, ())


def test_it_is_a_tuple_with_names():
    sender, size, *_ = LETTER
    assert (sender, size) == (LETTER.sender, LETTER.size) == ("mrose", 120)
    assert {LETTER: 1}[Letter("mrose", 120)] == 1
    match LETTER:
        case Letter(who, 120, read=False):
            assert who == "mrose"
        case _:
            pytest.fail("it did not match")


def test_it_has_its_own_methods():
    assert str(LETTER) == "from mrose"
    assert not LETTER.large
    assert Letter("a", 5000).large


def test_its_representation_can_be_read_in_a_failed_test():
    assert repr(LETTER) == "Letter(sender='mrose', size=120, read=False, tags=())"


def test_nothing_about_it_can_be_changed():
    for name in ("sender", "new"):
        with pytest.raises(AttributeError):
            setattr(LETTER, name, "x")


def test_another_is_made_with_some_fields_replaced():
    assert LETTER._replace(size=7, read=True) == Letter("mrose", 7, True)
    assert type(LETTER._replace(size=7)) is Letter
    with pytest.raises(TypeError):
        LETTER._replace(colour="red")


@pytest.mark.parametrize(
    "again", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))]
)
def test_a_copy_is_the_same(again: Any):
    assert again(LETTER) == LETTER
    assert type(again(LETTER)) is Letter


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ((), {}),
        (("a",), {}),
        (("a", 1, True, (), "more"), {}),
        (("a", 1), {"size": 2}),
        (("a", 1), {"colour": "red"}),
        (("a",), {"read": True}),
        ((), {"sender": "a"}),
    ],
)
def test_wrong_fields_are_refused_by_name(values: tuple[Any, ...], named: dict[str, Any]):
    with pytest.raises(TypeError, match="Letter takes sender, size, read, tags"):
        Letter(*values, **named)
