"""Expectations by hand: what a test of a server that is written by hand would let pass unseen."""

from __future__ import annotations

import asyncio
import io

import pytest
from support.practice import SECONDS
from support.scripted import ScriptedServer, dialogue

from pop3shell.net.replay.model import Rules, Target
from pop3shell.net.replay.player import replay
from pop3shell.net.replay.reading import make_script
from pop3shell.net.replay.secrets import WRONG_WORD, find_secrets
from pop3shell.transcript.reader import read

END = ("C: QUIT", "S: +OK")


def differences(expected: tuple[str, ...], said: tuple[str, ...]) -> list[str]:
    """Replay what is expected against a server that says something else, or not."""
    text = "".join(f"{line}\n" for line in ("%POP3-TRANSCRIPT 1", *expected, *END))
    script = make_script(read(io.BytesIO(text.encode())))

    async def nobody(_name: str, _account: bool) -> str | None:
        return pytest.fail("a password was asked for")

    async def play() -> list[str]:
        secrets = await find_secrets(script, {}, "", nobody)
        where = Target(server.host, server.port, timeout=SECONDS)
        outcome = await replay(script, secrets, where, Rules())
        assert (outcome.trouble, outcome.notes) == ("", [])
        return [str(difference) for difference in outcome.differences]

    with ScriptedServer(*dialogue(*said, *END)) as server:
        return asyncio.run(play())


STATUS_LINES = (r"S~ \+OK.*", "C: NOOP", r"S~ \+OK.*", "C: STAT", r"S~ \+OK \d+ 320", "C: NOOP")


@pytest.mark.parametrize(
    ("last", "octets", "told"),
    [
        (r"S~ -ERR.*", 320, []),
        (r"S~ -ERR .*later", 320, ["8, reply to NOOP: expected a line like -ERR .*later"]),
        (r"S~ -ERR.*", 321, ["6, reply to STAT: expected a line like \\+OK \\d+ 320"]),
    ],
)
def test_one_status_line_after_the_other_can_be_a_pattern(last, octets, told):
    said = ("S: +OK", "C: NOOP", "S: +OK", "C: STAT", f"S: +OK 2 {octets}", "C: NOOP", "S: -ERR x")
    found = differences((*STATUS_LINES, last), said)
    assert [text.removeprefix("line ").partition(", got")[0] for text in found] == told


LISTING = ("S: +OK", "C: LIST", "S: +OK", "S: 1 120", "S: 2 200", "S: .")


@pytest.mark.parametrize(
    ("behind", "same"),
    [(("S: 2 200", "S: ."), True), (("S~ 2 .*", "S: ."), True), (("S~ 3 .*", "S: ."), False)],
)
def test_lines_behind_any_lines_are_still_expected(behind, same):
    found = differences(("S: +OK", "C: LIST", "S...", *behind), LISTING)
    assert (not found) is same
    assert all("reply to LIST" in text for text in found)


@pytest.mark.parametrize(("count", "same"), [(2, True), (3, False)])
def test_a_pattern_for_a_status_line_is_followed_by_its_body(count, same):
    expected = ("S: +OK", "C: NOOP", r"S~ \+OK", "C: LIST", rf"S~ \+OK {count} .*", *LISTING[3:])
    said = ("S: +OK", "C: NOOP", "S: +OK", "C: LIST", "S: +OK 2 messages", *LISTING[3:])
    assert (not differences(expected, said)) is same


def test_a_login_that_is_to_be_refused_needs_no_password_where_patterns_say_so():
    """Else a test in CI would stop at a question for one."""
    expected = (r"S~ \+OK.*", "C: USER mrose", r"S~ \+OK.*", "C: PASS ${password}", "S~ -ERR.*")
    said = ("S: +OK", "C: USER mrose", "S: +OK", f"C: PASS {WRONG_WORD.decode()}", "S: -ERR no")
    assert differences(expected, said) == []
