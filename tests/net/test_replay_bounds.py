"""A server that never stops: the replay ends, with a difference that says what was too much."""

from __future__ import annotations

import asyncio
import io

import pytest
from support.practice import SECONDS
from support.scripted import ScriptedServer, dialogue, expect

from pop3shell.net.replay.bounds import MOST_LINE, MOST_UNASKED
from pop3shell.net.replay.judge import MOST_DIFFERENCES
from pop3shell.net.replay.model import MOST_REPLY, Outcome, Rules, Target
from pop3shell.net.replay.player import replay
from pop3shell.net.replay.reading import make_script
from pop3shell.net.replay.secrets import Secrets
from pop3shell.transcript.compare import Level
from pop3shell.transcript.reader import read

LINES = ("S: +OK", "C: RETR 1", "S: +OK", "S: text", "S: .", "C: QUIT", "S: +OK")
MUCH = "more, so the connection was closed"


def without_end(octets: bytes):
    """A step: say this again and again, until the client is gone."""

    def step(_server, client) -> None:
        block = octets * (1 + (1 << 16) // len(octets))
        try:
            while True:
                client.sendall(block)
        except TimeoutError:
            raise AssertionError("the client neither reads nor closes") from None
        except OSError:
            client.close()

    return step


def against(*steps, lines=LINES, **rules) -> Outcome:
    text = "%POP3-TRANSCRIPT 1\n" + "".join(f"{line}\n" for line in lines)
    script = make_script(read(io.BytesIO(text.encode())))

    async def play(server) -> Outcome:
        target = Target(server.host, server.port, SECONDS)
        async with asyncio.timeout(SECONDS):
            return await replay(script, Secrets(), target, Rules(**rules))

    with ScriptedServer(*dialogue(*steps)) as server:
        return asyncio.run(play(server))


def last(outcome: Outcome) -> tuple[int, str, str, str]:
    assert outcome.trouble == ""
    found = outcome.differences[-1]
    return found.number, found.where, found.expected, found.got


UNASKED = f"{MOST_UNASKED} octets at most"


@pytest.mark.parametrize("level", list(Level))
@pytest.mark.parametrize("octets", [b"+OK and on\r\n", b"x" * 99_999 + b"\r\n"])
def test_lines_after_quit(level, octets) -> None:
    outcome = against(*LINES, without_end(octets), level=level)
    assert last(outcome) == (7, "said unasked", UNASKED, MUCH)
    assert len(outcome.differences) <= MOST_DIFFERENCES + 1  # this one is told all the same


def test_lines_that_are_no_reply_where_one_is_due() -> None:
    outcome = against("S: +OK", expect("RETR 1"), without_end(b"hello\r\n"))
    assert last(outcome) == (3, "said unasked", UNASKED, MUCH)


@pytest.mark.parametrize("begin", [b"", b"+OK "])
def test_a_status_line_without_end(begin) -> None:
    outcome = against("S: +OK", expect("RETR 1"), begin, without_end(b"x"))
    where = "the length of a line"
    number, told, expected, got = last(outcome)
    assert (number, told, got) == (3, where, MUCH)
    assert expected == f"{MOST_LINE + len(b'+OK' + b'text' + b'.') + 6} octets at most"


@pytest.mark.parametrize("octets", [b"text\r\n", b"x", b"..\r\n"])
def test_a_body_without_end(octets) -> None:
    outcome = against("S: +OK", expect("RETR 1"), "S: +OK", without_end(octets), most_reply=99_986)
    assert last(outcome) == (3, "the length of the reply", "100000 octets at most", MUCH)


def test_a_reply_to_an_unknown_command_without_end() -> None:
    lines = ("S: +OK", "C: XTND", "S: +OK", "C: QUIT", "S: +OK")
    steps = ("S: +OK", expect("XTND"), "S: +OK", without_end(b"text\r\n"))
    outcome = against(*steps, lines=lines, most_reply=99_995)
    assert last(outcome) == (3, "the length of the reply", "100000 octets at most", MUCH)


def test_a_reply_as_long_as_the_recorded_one_is_no_fault() -> None:
    body = [f"S: {'x' * 70}"] * 3000
    lines = ("S: +OK", "C: RETR 1", "S: +OK", *body, "S: .", "C: QUIT", "S: +OK")
    assert against(*lines, lines=lines, most_reply=0).differences == []


def test_each_reply_has_the_bound_for_itself() -> None:
    again = ("C: RETR 1", "S: +OK", f"S: {'x' * 900}", "S: .")
    lines = ("S: +OK", *("C: RETR 1", "S: +OK", "S: .") * 9)
    outcome = against("S: +OK", *again * 9, lines=lines, most_reply=1000, level=Level.STATUS)
    assert (outcome.differences, outcome.trouble, outcome.replies) == ([], "", 10)


def test_what_was_recorded_unasked_may_be_said_again() -> None:
    chatter = [f"S: {'x' * 998}"] * (MOST_UNASKED // 1000 + 9)
    lines = ("S: +OK", "C: NOOP", "S: +OK", *chatter)
    outcome = against(*lines, lines=lines, level=Level.STATUS)
    assert (outcome.differences, outcome.trouble) == ([], "")


def test_a_large_mail_is_honest() -> None:
    assert MOST_REPLY > 1 << 30
