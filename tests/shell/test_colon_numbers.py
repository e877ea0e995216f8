"""Numbers typed to colon commands: what is none is told in a sentence, and nothing is done."""

from __future__ import annotations

import pytest

from pop3shell.shell.colon.numbers import count, message_range, port
from pop3shell.shell.shell import ColonError

NO_NUMBERS = ["", "0", "-1", "+1", "1.5", "x", "1 2", "²", "٣", "0x1", "1_0", "9" * 5000]


@pytest.mark.parametrize("text", NO_NUMBERS)
@pytest.mark.parametrize(
    "read", [lambda text: count(text, "say N"), message_range, port], ids=["count", "range", "port"]
)
def test_what_is_no_number_is_refused_with_a_sentence(read, text):
    with pytest.raises(ColonError, match=r"say N|is neither a|is no (range|port)"):
        read(text)


@pytest.mark.parametrize("text", ["1-", "-", "2-1", "0-3", "1-2-3", "1-²", "all"])
def test_what_is_no_range_is_refused(text):
    with pytest.raises(ColonError):
        message_range(text)


def test_what_is_a_number_is_taken():
    assert count("20", "") == 20
    assert message_range("3") == (3, 3)
    assert message_range("2-5") == (2, 5)
    assert (port("1"), port("65535")) == (1, 65535)


def test_what_else_could_have_been_typed_is_named():
    with pytest.raises(ColonError, match=r"such as 2-5 nor all$"):
        message_range("x", " nor all")


@pytest.mark.parametrize("text", ["65536", "99999", "000110"])
def test_a_port_has_its_bounds(text):
    with pytest.raises(ColonError, match="from 1 to 65535"):
        port(text)


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (":history ²", "say :history, or :history N"),
        (":history 0", "say :history, or :history N"),
        (":history " + "9" * 5000, "say :history, or :history N"),
        (":reconnect localhost ²", "is no port; give a number from 1 to 65535"),
        (":reconnect localhost 0", "is no port; give a number from 1 to 65535"),
        (":view 0", "say which message"),
        (":messages ²", "is neither a message number nor a range"),
        (":save ² x", "is neither a message number nor a range such as 2-5 nor all"),
    ],
    ids=lambda text: text[:20],
)
def test_a_script_goes_on_behind_it(here, line, told):
    ran = here("demo", lines=(*("USER mrose", "PASS tanstaaf"), line, "NOOP"))
    assert ran.status == 1
    assert len(ran.errors) == 1
    assert told in ran.err
    assert ran.sent[-2:] == ["NOOP", "QUIT"]
