"""The maildrop: numbers that stay, one session at a time, deletion by QUIT alone."""

from __future__ import annotations

import pytest
from support.maildrops import TextMessage, TextSource, maildrop_of_sizes

from pop3shell.server.maildrop import Maildrop, SourceError


def test_numbers_begin_at_one_and_outlive_marks() -> None:
    opened = maildrop_of_sizes(100, 200, 300).acquire()
    opened.mark(2)
    assert [(number, message.octets) for number, message in opened.scan()] == [(1, 100), (3, 300)]
    assert opened.stat() == (2, 400)
    assert len(opened) == 3
    assert opened.marked == {2}


@pytest.mark.parametrize("number", [-1, 0, 4])
def test_no_message_has_a_number_outside_the_maildrop(number: int) -> None:
    opened = maildrop_of_sizes(100, 200, 300).acquire()
    with pytest.raises(IndexError):
        opened[number]
    with pytest.raises(IndexError):
        opened.mark(number)


def test_reset_brings_everything_back() -> None:
    opened = maildrop_of_sizes(100, 200).acquire()
    opened.mark(1)
    opened.reset()
    assert opened.stat() == (2, 300)


def test_a_second_session_is_kept_out_until_the_first_one_ends() -> None:
    maildrop = maildrop_of_sizes(100)
    opened = maildrop.acquire()
    assert maildrop.acquire() is None
    opened.release()
    assert maildrop.acquire() is not None


def test_releasing_twice_does_not_unlock_the_session_that_came_after() -> None:
    maildrop = maildrop_of_sizes(100)
    first = maildrop.acquire()
    first.release()
    assert maildrop.acquire() is not None
    first.release()
    assert maildrop.in_use


def test_only_a_commit_removes_and_the_others_keep_their_unique_ids() -> None:
    maildrop = maildrop_of_sizes(100, 200, 300)
    opened = maildrop.acquire()
    opened.mark(2)
    opened.release()
    opened = maildrop.acquire()
    assert opened.stat() == (3, 600)
    opened.mark(2)
    assert opened.commit() == 1
    opened.release()
    left = maildrop.acquire()
    assert [(n, m.unique_id) for n, m in left.scan()] == [(1, "uid1"), (2, "uid3")]


def test_the_source_is_read_again_at_each_login_but_never_within_a_session() -> None:
    source = TextSource([TextMessage("a", b"one\r\n")])
    maildrop = Maildrop(source)
    opened = maildrop.acquire()
    source.held = [TextMessage("a", b"one\r\n"), TextMessage("b", b"three\r\n")]
    opened.reset()
    assert opened.stat() == (1, 5)
    opened.release()
    assert maildrop.acquire().stat() == (2, 12)


def test_a_source_that_fails_leaves_no_lock_behind() -> None:
    class Broken:
        def messages(self):
            raise SourceError("the disk is on fire")

    maildrop = Maildrop(Broken())
    with pytest.raises(SourceError, match="on fire"):
        maildrop.acquire()
    assert not maildrop.in_use
