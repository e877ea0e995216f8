"""Dialogues made up by hypothesis: plausible ones, and what faults make of them."""

from __future__ import annotations

from hearing import GREETING, Step
from hypothesis import strategies as st

from pop3shell.protocol.events import Side

_BODY_LINES = st.sampled_from(
    [b"", b"..", b"...", b".x", b"+OK", b"-ERR no", b"Subject: Column", b"1 120", b"2 200 x",
     b"1 whqtswO00WBw418f9t5JxYwZ", b"UIDL", b"SASL PLAIN", b"\0\xff\x1b", b"a\rb", b"a\nb"]
)  # fmt: skip
_TERMINATOR = st.sampled_from([b".\r\n"] * 8 + [b".\n", b""])
_LISTING = st.integers(1, 9).map(lambda count: [b"%d %d0" % (n, n) for n in range(1, count + 1)])
_STATUS = st.sampled_from(
    [b"+OK\r\n"] * 9
    + [b"+OK 2 320\r\n", b"+OK\n", b"+ok fine\r\n", b"+OK\tx\r\n", b"-ERR\r\n",
     b"-ERR [IN-USE] no\r\n", b"-err\r\n", b"noise\r\n", b"+ \r\n", b"+\r\n", b"+ PDE4OTYuNj4=\r\n",
     b"+OK " + b"x" * 600 + b"\r\n", b"+OK caf\xc3\xa9 \x07\r\n"]
)  # fmt: skip
_COMMANDS = st.sampled_from(
    [b"USER mrose", b"PASS tanstaaf", b"APOP mrose c4c9334bac560ecc979e58001b3e22fb",
     b"AUTH PLAIN", b"AUTH PLAIN AG1yb3NlAHRhbnN0YWFm", b"AUTH", b"AG1yb3NlAHRhbnN0YWFm", b"*", b"",
     b"STLS", b"CAPA", b"capa", b"LANG", b"LANG de", b"STAT", b"LIST", b"list", b"LIST ", b"LIST 1",
     b"RETR 1", b"TOP 1 0", b"UIDL", b"UIDL 2", b"DELE 1", b"DELE 0", b"NOOP", b"RSET", b"QUIT",
     b"XYZZ", b"XTND XLST subject", b"\0", b"\xff" * 300, b"HELO x y"]
)  # fmt: skip


@st.composite
def replies(draw: st.DrawFn) -> bytes:
    status = draw(_STATUS)
    if draw(st.booleans()):
        return status
    lines = draw(st.one_of(_LISTING, st.lists(_BODY_LINES, max_size=4)))
    return status + b"".join(line + b"\r\n" for line in lines) + draw(_TERMINATOR)


@st.composite
def exchanges(draw: st.DrawFn) -> list[Step]:
    """Some commands, sent together or one by one, and their replies."""
    commands = [line + b"\r\n" for line in draw(st.lists(_COMMANDS, min_size=1, max_size=3))]
    answers = draw(st.lists(replies(), min_size=len(commands), max_size=len(commands) + 1))
    if draw(st.booleans()):
        return [(Side.CLIENT, b"".join(commands)), (Side.SERVER, b"".join(answers))]
    steps: list[Step] = []
    for command, answer in zip(commands, answers, strict=False):
        steps += [(Side.CLIENT, command), (Side.SERVER, answer)]
    return steps


_greetings = st.sampled_from(
    [GREETING, GREETING, b"+OK\r\n", b"banner\r\n+OK <x>\r\n", b"-ERR busy\r\n", b"+OK\n", b""]
)
_faults = st.sampled_from(
    [b"", b"\r\n", b"\n", b"\r", b".", b".\r\n", b"\0", b"+OK\r\n", b"x" * 90]
)


def _splice(octets: bytes, at: int, cut: int, fault: bytes) -> bytes:
    at %= len(octets) + 1
    return octets[:at] + fault + octets[at + cut :]


@st.composite
def dialogues(draw: st.DrawFn) -> list[Step]:
    """A whole dialogue; faults cut it, splice it and put in what doesn't belong there."""
    steps: list[Step] = [(Side.SERVER, draw(_greetings))]
    if draw(st.booleans()):
        steps += [(Side.CLIENT, b"USER a\r\nPASS b\r\n"), (Side.SERVER, b"+OK\r\n+OK\r\n")]
    for exchange in draw(st.lists(exchanges(), max_size=5)):
        steps += exchange
    for index, at, cut, fault in draw(
        st.lists(
            st.tuples(st.integers(0, 50), st.integers(0, 99), st.integers(0, 9), _faults),
            max_size=3,
        )
    ):
        step = steps[index % len(steps)]
        if step is not None:
            steps[index % len(steps)] = (step[0], _splice(step[1], at, cut, fault))
    for index in draw(st.lists(st.integers(0, 50), max_size=2)):
        steps.insert(index % (len(steps) + 1), None)
    if draw(st.booleans()):
        del steps[draw(st.integers(0, len(steps) - 1))]
    return steps
