"""On a terminal of another encoding letters are letters, and none of them steers it."""

from __future__ import annotations

import io

import pytest

from pop3shell.view.recoded import recoded, recoder


@pytest.mark.parametrize("encoding", [None, "utf-8", "UTF8", "nonsense"])
def test_utf_8_is_left_alone(encoding):
    stream = io.BytesIO()
    assert recoder(encoding) is None
    assert recoded(stream, encoding) is stream


@pytest.mark.parametrize(
    ("encoding", "text", "shown"),
    [
        ("latin-1", "Zoë", b"Zo\xeb"),
        ("latin-1", "Łódź 🍲", rb"\xc5\x81" + b"\xf3" + rb"d\xc5\xba \xf0\x9f\x8d\xb2"),
        ("ascii", "Zoë", rb"Zo\xc3\xab"),
        ("cp437", "Zoë", b"Zo\x89"),
        ("shift_jis", "日本", b"\x93\xfa\x96\x7b"),
    ],
)
def test_letters_are_the_terminals_own_or_octets(encoding, text, shown):
    recode = recoder(encoding)
    assert recode(text.encode()) == shown
    assert b"".join(recode(bytes([octet])) for octet in text.encode()) == shown


def test_letters_whose_octets_are_controls_elsewhere_are_none():
    # U+00DD is C3 9D: to a terminal in Latin-1 that is a letter, and the begin of a window title.
    letters = "".join(map(chr, range(0xA0, 0x3000)))
    shown = recoder("latin-1")(letters.encode())
    assert not [octet for octet in shown if octet < 0x20 or 0x7F <= octet < 0xA0]


def test_what_is_no_utf_8_is_shown_as_octets():
    assert recoder("latin-1")(b"a\xff\x9bb") == rb"a\xff\x9bb"


def test_a_stream_takes_everything_though_what_is_below_takes_little():
    taken = []

    class Narrow(io.RawIOBase):
        def write(self, octets):
            taken.append(bytes(octets[:3]))
            return len(taken[-1])

        def writable(self):
            return True

    out = io.BufferedWriter(recoded(Narrow(), "latin-1"), 16)
    out.write("Żółć, naïveté".encode() * 3)
    out.flush()
    once = rb"\xc5\xbb" + b"\xf3" + rb"\xc5\x82\xc4\x87, na" + b"\xefvet\xe9"
    assert b"".join(taken) == once * 3
