"""The maildrop: numbers that stay, one session at a time, deletion by QUIT alone."""

from __future__ import annotations

import pytest
from support.maildrops import TextMessage, TextSource, maildrop_of_sizes
from support.maildrops import opened as login

from pop3shell.server.maildrops.maildrop import Maildrop, OpenMaildrop, SourceError


def opened_of_sizes(*sizes: int) -> OpenMaildrop:
    return login(maildrop_of_sizes(*sizes))


def test_numbers_begin_at_one_and_outlive_marks() -> None:
    opened = opened_of_sizes(100, 200, 300)
    opened.mark(2)
    assert [(number, message.octets) for number, message in opened.scan()] == [(1, 100), (3, 300)]
    assert opened.stat() == (2, 400)
    assert len(opened) == 3
    assert [opened.is_marked(number) for number in (1, 2, 3)] == [False, True, False]


@pytest.mark.parametrize("number", [-1, 0, 4])
def test_no_message_has_a_number_outside_the_maildrop(number: int) -> None:
    opened = opened_of_sizes(100, 200, 300)
    with pytest.raises(IndexError):
        opened[number]
    with pytest.raises(IndexError):
        opened.mark(number)


def test_reset_brings_everything_back() -> None:
    opened = opened_of_sizes(100, 200)
    opened.mark(1)
    opened.reset()
    assert opened.stat() == (2, 300)


def test_a_second_session_is_kept_out_until_the_first_one_ends() -> None:
    maildrop = maildrop_of_sizes(100)
    opened = login(maildrop)
    assert maildrop.acquire() is None
    opened.release()
    assert maildrop.acquire() is not None


def test_releasing_twice_does_not_unlock_the_session_that_came_after() -> None:
    maildrop = maildrop_of_sizes(100)
    first = login(maildrop)
    first.release()
    assert maildrop.acquire() is not None
    first.release()
    assert maildrop.acquire() is None


def test_only_a_commit_removes_and_the_others_keep_their_unique_ids() -> None:
    maildrop = maildrop_of_sizes(100, 200, 300)
    opened = login(maildrop)
    opened.mark(2)
    opened.release()
    opened = login(maildrop)
    assert opened.stat() == (3, 600)
    opened.mark(2)
    assert opened.commit() == 1
    opened.release()
    left = login(maildrop)
    assert [(n, m.unique_id) for n, m in left.scan()] == [(1, "uid1"), (2, "uid3")]


def test_the_source_is_read_again_at_each_login_but_never_within_a_session() -> None:
    source = TextSource([TextMessage("a", b"one\r\n")])
    maildrop = Maildrop(source)
    opened = login(maildrop)
    source.held = [TextMessage("a", b"one\r\n"), TextMessage("b", b"three\r\n")]
    opened.reset()
    assert opened.stat() == (1, 5)
    opened.release()
    assert login(maildrop).stat() == (2, 12)


def test_a_source_that_fails_leaves_no_lock_behind() -> None:
    class Broken:
        def messages(self):
            raise SourceError("the disk is on fire")

    maildrop = Maildrop(Broken())
    for _ in range(2):
        with pytest.raises(SourceError, match="on fire"):
            login(maildrop)


def test_a_login_that_is_given_up_leaves_no_lock_behind_and_releases_it_once() -> None:
    maildrop = maildrop_of_sizes(100)
    given_up = maildrop.acquire()
    given_up.release()
    second = maildrop.acquire()
    given_up.read()  # in a thread that nobody waits for any more
    given_up.release()
    assert maildrop.acquire() is None
    second.opened().release()
    second.release()
    login(maildrop)
