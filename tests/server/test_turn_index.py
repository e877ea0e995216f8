"""Which recorded reply a client's line gets, and that finding it is cheap in a long recording."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from pop3shell.protocol.commandline import CommandLine, parse, strip_end
from pop3shell.protocol.spec import commands
from pop3shell.server.mock import recollect
from pop3shell.server.mock.reenact import Reenactment
from pop3shell.server.mock.turn_index import TurnIndex, TurnSearch

HEAD = "%POP3-TRANSCRIPT 1\nS: +OK ready\n"
RECORDED = (
    "NOOP", "noop", "NOOP\\x20", "NOOP\\n", "STAT", "LIST", "LIST 1", "LIST 2", "RETR 1", "RETR 2",
    "TOP 1 0", "TOP 1", "XFOO", "XFOO a", "xfoo A", "XSECRET ${password} end",
    "XSECRET ${password}", "xSecret ${password} End", "USER mrose", "PASS ${password}",
    "PASS ${password2}",
    "APOP mrose ${apop}", "APOP ana ${apop}", "AUTH", "AUTH XFOO",
)  # fmt: skip
SAID = (
    b"NOOP\r\n", b"noop\r\n", b"NOOP \r\n", b"NOOP\n", b"Noop  \r\n", b"NOOP x\r\n", b"STAT\r\n",
    b"LIST\r\n", b"list\r\n", b"LIST 1\r\n", b"LIST 3\r\n", b"LIST \r\n", b"RETR 2\r\n",
    b"RETR 9\r\n", b"TOP 1 5\r\n", b"TOP 1\r\n", b"XFOO\r\n", b"XFOO a\r\n", b"XFOO b\r\n",
    b"XSECRET 1 end\r\n", b"xsecret 1 END\r\n", b"XSECRET end\r\n", b"XSECRET end end\n",
    b"USER ana\r\n", b"PASS x\r\n", b"pass  x y\r\n", b"PASS\r\n", b"APOP mrose 12\r\n",
    b"apop MROSE 34\r\n", b"APOP ana 56\r\n", b"APOP x 78\r\n", b"AUTH\r\n", b"AUTH XBAR\r\n",
    b"\r\n", b"\xff\r\n",
)  # fmt: skip


def recording(lines: list[str]) -> recollect.Recollection:
    return recollect.from_text(HEAD + "".join(f"C: {line}\nS: -ERR\n" for line in lines))


class OneByOne:
    """The same by looking at every turn, as the rules say it."""

    def __init__(self, turns: list) -> None:
        self.turns = turns
        self.left = set(range(len(turns)))
        self.next = 0

    def find(self, said: CommandLine) -> int | None:
        for fits in (self.same, self.similar, self.like):
            for at in self.order():
                asked = self.turns[at].asked
                if asked.response or asked.command.row is not said.row:
                    continue
                if fits(asked, said):
                    self.left.remove(at)
                    self.next = at + 1
                    return at
        return None

    def order(self) -> Iterator[int]:
        yield from (at for at in sorted(self.left) if at >= self.next)
        yield from (at for at in sorted(self.left) if at < self.next)

    @staticmethod
    def around(asked) -> tuple[bytes, bytes] | None:
        text, line = strip_end(asked.command.raw), asked.line
        if not line.any_value:
            return None
        return text[: line.start], text[len(text) - len(line.tail) :]

    def same(self, asked, said: CommandLine) -> bool:
        around, recorded = self.around(asked), asked.command.raw
        if around is None:
            return said.raw == recorded
        end = said.raw[len(said.text) :]
        return recorded[len(strip_end(recorded)) :] == end and self.has(said.text, *around)

    def similar(self, asked, said: CommandLine) -> bool:
        around = self.around(asked)
        if around is None:
            return said.text.lower().strip() == asked.command.text.lower().strip()
        return self.has(said.text.lower(), around[0].lower(), around[1].lower())

    @staticmethod
    def has(text: bytes, head: bytes, tail: bytes) -> bool:
        return len(text) >= len(head) + len(tail) and text.startswith(head) and text.endswith(tail)

    @staticmethod
    def like(asked, said: CommandLine) -> bool:
        one = asked.command
        if said.row is None or said.row is commands.AUTH:
            return False
        return len(one.arguments) == len(said.arguments) and one.shape is said.shape


@given(
    st.lists(st.sampled_from(RECORDED), min_size=1, max_size=12),
    st.lists(st.sampled_from(SAID), max_size=14),
)
@settings(max_examples=400, deadline=None)
def test_each_line_gets_the_turn_that_looking_at_all_of_them_would_find(lines, said) -> None:
    remembered = recording(lines)
    expected = OneByOne(remembered.turns)
    play = Reenactment(remembered)
    play.opening()
    for line in said:
        answer = play.hear(line)
        assert answer is not None
        at = expected.find(parse(line))
        assert answer.turn is (None if at is None else remembered.turns[at])


class Counted:
    """The turns that are left; counts how often it is asked."""

    def __init__(self, turns: int) -> None:
        self.left = set(range(turns))
        self.asked = 0

    def __contains__(self, at: object) -> bool:
        self.asked += 1
        return at in self.left


def search_all(index: TurnIndex, search: TurnSearch, raw: bytes, start: int) -> int | None:
    said = parse(raw)
    for keys in (index.same(said), index.similar(said), index.like(said)):
        if (at := search.find(keys, start)) is not None:
            return at
    return None


class TestALongRecording:
    TURNS = 20_000

    def test_a_line_that_is_not_in_it_is_not_compared_with_each(self) -> None:
        kinds = ("RETR {}", "XFOO {}", "PASS ${{password{}}}", "USER u{}")
        lines = [kinds[n % 4].format(n + 2) for n in range(self.TURNS)]
        index = recording(lines).index
        left = Counted(self.TURNS)
        search = TurnSearch(index, left)
        for raw in (b"DELE 1\r\n", b"XBAR\r\n", b"QUIT\r\n", b"RETR\r\n", b"LIST 5 6 7\r\n") * 20:
            said = parse(raw)
            assert sum(1 for _ in (*index.same(said), *index.similar(said), *index.like(said))) < 9
            assert search_all(index, search, raw, self.TURNS // 2) is None
        assert left.asked == 0

    def test_each_turn_is_passed_over_once_however_often_one_asks(self) -> None:
        index = recording(["NOOP"] * self.TURNS).index
        left = Counted(self.TURNS)
        search = TurnSearch(index, left)
        for at in range(self.TURNS):
            assert search_all(index, search, b"NOOP\r\n", at) == at
            left.left.remove(at)
        for _ in range(100):
            assert search_all(index, search, b"noop \r\n", self.TURNS) is None
        assert left.asked < 6 * self.TURNS

    def test_all_clients_share_one_index(self) -> None:
        remembered = recording(["NOOP"])
        first, second = Reenactment(remembered), Reenactment(remembered)
        assert first.hear(b"NOOP\r\n").turn is second.hear(b"NOOP\r\n").turn
        assert remembered.index is remembered.index
