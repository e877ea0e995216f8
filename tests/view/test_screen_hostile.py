"""A hostile server or mail: it can be read, and that is all it can do to a terminal."""

from __future__ import annotations

import unicodedata

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st
from view_dialogues import GREETING, SGR, Screen

COLUMNS, ROWS = 200, 800
ATTACKS = {
    "clear screen": b"\x1b[2J\x1b[H",
    "title": b"\x1b]0;pwned\x07",
    "title, ended by ST": b"\x1b]2;pwned\x1b\\",
    "hyperlink": b"\x1b]8;;http://evil.example/\x1b\\click\x1b]8;;\x1b\\",
    "clipboard": b"\x1b]52;c;cHduZWQ=\x07",
    "device control": b"\x1bP+q544e\x1b\\",
    "reset": b"\x1bc",
    "alternate screen": b"\x1b[?1049h",
    "hidden cursor": b"\x1b[?25l",
    "mouse": b"\x1b[?1000h",
    "keypad, charset, shift out": b"\x1b=\x1b(0\x0e",
    "colour left on": b"\x1b[41;5m",
    "answerback": b"\x05\x1b[c\x1b[6n",
    "C1 as UTF-8": "\x9b2J\x9d0;pwned\x9c".encode(),
    "C1 as octets": b"\x9b2J\x9d0;pwned\x9c\x90x\x9c",
    "overtyping": b"+OK\r-ERR\b\b\b\bgood\x7f\v\f",
    "override of direction": "\u202egnp.exe\u202c \u2066x\u2069 \u200f".encode(),
    "nothing to see": "a\u200bb\u2060c\u00add\ufeffe".encode(),
    "line separators": "a\u2028b\u2029c\u0085d".encode(),
    "byte-order mark": b"\xef\xbb\xbf+OK",
    "tags": "\U000e0041\U000e007f".encode(),
    "no UTF-8": b"\xff\xfe\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80",
    "NUL": b"\x00x",
    "over-long": b"\x1b[" + b"9" * 600 + b"m",
    "a forged prompt": b"\r\x1b[Kpop3> QUIT",
}


def session(attack: bytes, **switches: bool) -> Screen:
    """The attack at every place where a server can put it."""
    line = attack + b"\r\n"
    return Screen(**switches).run(
        b"+OK " + line,
        "C: USER mrose", b"-ERR [AUTH] " + line,
        "C: UIDL", b"+OK\r\n1 " + line + line + b".\r\n",
        "C: CAPA", b"+OK " + line + line + b"SASL " + line + b".\r\n",
        "C: RETR 1",
        b"+OK\r\nSubject: " + line + b" " + line + attack + b": x\r\n\r\n> " + line + b".." + line
        + line + b".\r\n",
        "C: RETR 2", b"+OK\nA: " + attack + b"\n\n" + attack + b"\n.\n",
        "C: AUTH X", b"+ " + line, b"-ERR\r\n",
        "C: HULLO", b"+OK\r\n" + line + b".\r\n",
        line,
    )  # fmt: skip


def wrapped(line: str) -> list[str]:
    """A line as the rows that a terminal needs for it."""
    return [line[at : at + COLUMNS] for at in range(0, len(line) or 1, COLUMNS)]


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
@pytest.mark.parametrize("switches", [{}, {"dump": True}], ids=["text", "hex"])
def test_a_terminal_only_ever_prints(attack, switches):
    shown = session(attack, colour=True, timing=True, echo=True, **switches)
    screen = pyte.Screen(COLUMNS, ROWS)
    modes, charset = set(screen.mode), screen.charset
    pyte.ByteStream(screen).feed(shown.octets.replace(b"\n", b"\r\n"))
    assert screen.title == ""
    assert screen.icon_name == ""
    assert screen.mode == modes
    assert screen.charset == charset
    assert not screen.cursor.hidden
    assert screen.cursor.attrs == screen.default_char
    # Every line stands where it belongs: nothing was moved, cleared or typed over.
    expected = [row.rstrip() for line in shown.text.split("\n") for row in wrapped(line)]
    assert len(expected) <= ROWS
    assert [row.rstrip() for row in screen.display[: len(expected)]] == expected


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_whoever_reads_without_colour_reads_the_same(attack):
    assert session(attack, colour=True).text == session(attack).text


anything = st.lists(
    st.one_of(st.binary(max_size=8), st.sampled_from([*ATTACKS.values(), b"\r\n", b"\n", b".\r\n",
                                                      b"+OK\r\n", b"> ", b"A: ", b"+ "])),
    max_size=10,
).map(b"".join)  # fmt: skip
commands = st.sampled_from(
    ["RETR 1", "LIST", "UIDL", "CAPA", "AUTH X", "HULLO", "STAT", "PASS abcdefg"]
)


@given(st.lists(st.tuples(commands, anything), max_size=4), st.booleans())
def test_no_control_character_but_the_line_feed_and_our_own_colours_goes_out(exchanges, hex_):
    screen = Screen(colour=True, echo=True, timing=True, dump=hex_).run(GREETING)
    for command, reply in exchanges:
        screen.run(f"C: {command}", reply)
    screen.close()
    text = SGR.sub(b"", screen.octets).decode()
    assert {c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")} <= {"\n"}
    assert text.endswith("\n")
