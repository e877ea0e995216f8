"""A session as a person at a terminal sees it, in words first and then in colour."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from view_dialogues import GREETING, Screen, cells, looks

from pop3shell.protocol import limits
from pop3shell.view.style import STYLE, Part


def code(part: Part) -> set[str]:
    return set(STYLE[part].on[2:-1].split(";")) - {""}


SESSION = (
    "S: +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>",
    "C: USER mrose", "S: +OK mrose is a real hoopy frood",
    "C: PASS tanstaaf", "S: +OK mrose's maildrop has 2 messages (320 octets)",
    "C: LIST", "S: +OK 2 messages", "S: 1 120", "S: 2 200", "S: .",
    "C: UIDL", "S: +OK", "S: 1 whqtswO00WBw418f9t5JxYwZ", "S: .",
    "C: CAPA", "S: +OK list follows", "S: SASL PLAIN", "S: .",
    "C: RETR 1", "S: +OK 120 octets", "S: Subject: Column", "S:", "S: > quoted", "S: ..dot",
    "S: text", "S: .",
    "C: DELE 9", "S: -ERR [SYS/TEMP] no such message",
)  # fmt: skip


def test_the_server_is_shown_as_it_speaks_and_the_client_is_not():
    expected = [line.partition(":")[2].removeprefix(" ") for line in SESSION if line[0] == "S"]
    assert Screen().run(*SESSION).lines == expected


def test_colour_changes_nothing_that_can_be_read():
    assert Screen(colour=True).run(*SESSION).text == Screen().run(*SESSION).text


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("+OK", Part.OK), ("<1896.697170952@dbc.mtview.ca.us>", Part.TIMESTAMP),
        ("-ERR", Part.ERR), ("[SYS/TEMP]", Part.CODE), ("120", Part.NUMBER),
        ("320", Part.NUMBER), ("whqtswO00WBw418f9t5JxYwZ", Part.UNIQUE_ID), ("SASL", Part.TAG),
        ("Subject:", Part.HEADER_NAME), (" Column", Part.HEADER_VALUE), ("> quoted", Part.QUOTED),
        (".dot\ntext", Part.BODY),
    ],
)  # fmt: skip
def test_each_part_of_a_reply_has_its_look(text, part):
    assert looks(Screen(colour=True).run(*SESSION).octets, text) == code(part)


def test_the_stuffed_dot_and_the_terminator_are_told_from_the_content():
    shown = cells(Screen(colour=True).run(*SESSION).octets)
    text = "".join(character for character, _ in shown)
    assert set(shown[text.index("..dot")][1]) == code(Part.DOT)
    assert set(shown[text.index(".\n-ERR")][1]) == code(Part.TERMINATOR)


def test_what_the_shell_sends_by_itself_is_shown_with_its_secrets_masked():
    screen = Screen(echo=True)
    screen.run(*SESSION[:5], "C: AUTH PLAIN", "S: + ", "C: AG1yb3NlAHRhbnN0YWFm", "S: +OK")
    asked = [line for line in screen.lines if line.startswith("C:")]
    assert asked == ["C: USER mrose", "C: PASS ${password}", "C: AUTH PLAIN", "C: ${sasl}"]
    coloured = Screen(colour=True, echo=True).run(*SESSION[:5]).octets
    assert looks(coloured, "USER") == code(Part.VERB)
    assert looks(coloured, "${password}") == code(Part.SECRET)


def test_a_password_that_the_server_repeats_is_not_shown():
    screen = Screen().run("S: +OK", "C: PASS tanstaaf", "S: -ERR tanstaaf is wrong")
    assert screen.lines == ["+OK", "-ERR ${password} is wrong"]


# ---- the time it took ----


def test_a_short_reply_has_its_time_behind_it_and_a_long_one_on_a_line_of_its_own():
    screen = Screen(timing=True).run(GREETING, "C: NOOP", "S: +OK", "C: LIST", b"+OK\r\n.\r\n")
    assert screen.lines == ["+OK ready", "+OK  (12 ms)", "+OK", ".", "(12 ms)"]
    coloured = Screen(timing=True, colour=True).run(GREETING, "C: NOOP", "S: +OK")
    assert looks(coloured.octets, "(12 ms)") == code(Part.QUIET)


def test_no_time_is_told_that_says_nothing_of_the_server():
    screen = Screen(timing=True)
    screen.run(GREETING, "C: AUTH X", "S: + ", "C: abc", "S: +OK in")  # the user thought meanwhile
    screen.run("C: HULLO", "S: +OK", "S: what", "C: NOOP", "S: +OK")  # ended by the next command
    assert screen.lines == ["+OK ready", "+ ", "+OK in", "+OK", "what", "+OK  (12 ms)"]


# ---- at once ----


class Flushed(Screen):
    """Only what a person has really seen so far."""

    def __init__(self) -> None:
        super().__init__()
        self.seen = b""
        flush = self.out.flush

        def flushed() -> None:
            flush()
            self.seen = self.out.getvalue()

        self.out.flush = flushed  # type: ignore[method-assign]


def test_a_slow_reply_is_seen_as_it_comes():
    screen = Flushed()
    screen.run(GREETING, "C: RETR 1", b"+OK 120 octets\r\n")
    assert screen.seen == b"+OK ready\n+OK 120 octets\n"
    screen.run(b"Subj")
    assert screen.seen.endswith(b"\nSubj")
    screen.run(b"ect: x\r\n\r\nhalf a li")
    assert screen.seen.endswith(b"\nSubject: x\n\nhalf a li")


def test_a_challenge_is_seen_before_it_is_answered_and_is_told_in_words():
    screen = Flushed()
    screen.run(GREETING, "C: AUTH LOGIN", "S: + VXNlcm5hbWU6")
    assert screen.seen == b"+OK ready\n+ VXNlcm5hbWU6  (decoded: Username:)\n"


@pytest.mark.parametrize("challenge", ["", "!!!", "AAECAw==", "4oCu", "G1sybQ==", "A" * 4096])
def test_a_challenge_that_people_cannot_read_is_left_as_it_is(challenge):
    screen = Screen().run(GREETING, "C: AUTH X", f"S: + {challenge}")
    assert screen.lines == ["+OK ready", f"+ {challenge}"]


def test_a_challenge_cannot_repeat_the_secret_in_base64():
    screen = Screen().run(GREETING, "C: AUTH PLAIN c2VjcmV0MQ==", "S: + c2VjcmV0MQ==")
    assert "c2VjcmV0MQ" not in screen.text


# ---- what is not in order ----


def test_a_line_that_nobody_asked_for_says_so():
    screen = Screen().run(GREETING, "S: -ERR autologout", "S: hello")
    assert screen.lines[1] == "-ERR autologout  (not asked for)"
    assert "hello  (not asked for)" in screen.lines


def test_a_finding_is_one_line_with_its_source():
    screen = Screen().run(GREETING, "C: NOOP", "S: +ok")
    text = "finding RSP-01: the status indicator is not in upper case (RFC 1939 section 3)"
    assert screen.lines == ["+OK ready", text, "+ok"]


def test_a_finding_is_broken_between_words_where_the_terminal_is_narrow():
    screen = Screen()
    screen.out.columns = 40
    screen.run(GREETING, "C: NOOP", "S: +ok")
    assert screen.lines[1:-1] == [
        "finding RSP-01: the status indicator is",
        "not in upper case (RFC 1939 section 3)",
    ]


def test_findings_in_a_body_wait_for_its_end_and_are_few():
    body = b"+OK\r\nA: b\r\n\r\n" + b".x\r\n" * 20 + b"half"
    screen = Screen()
    screen.out.columns = 200
    screen.run(GREETING, "C: RETR 1", body)
    assert "finding" not in screen.text
    screen.run(b" a line\r\n.\r\n")
    found = [number for number, line in enumerate(screen.lines) if line.startswith("finding")]
    assert found == [26, 27, 28]
    assert screen.lines[24:26] == ["half a line", "."]
    assert screen.lines[28].endswith("; more of this kind are not shown")


def test_a_bare_line_feed_is_shown():
    screen = Screen()
    screen.out.columns = 200
    screen.run(GREETING, "C: RETR 1", b"+OK\nA: b\n\nx\n.\n")
    assert [line for line in screen.lines[1:] if not line.startswith("finding")] == [
        r"+OK\x0a", r"A: b\x0a", r"\x0a", r"x\x0a", r".\x0a",
    ]  # fmt: skip


def test_a_line_without_end_is_one_line(monkeypatch):
    monkeypatch.setattr(limits, "SERVER_LINE", 600)
    screen = Screen().run(GREETING, "C: NOOP", b"+OK " + b"x" * 1500, b"y\r\n", "C: NOOP", "S: +OK")
    assert [line for line in screen.lines if not line.startswith("finding")] == [
        "+OK ready", "+OK " + "x" * 1500 + "y", "+OK",
    ]  # fmt: skip
    assert any(line.startswith("finding LIN-02") for line in screen.lines)


def test_a_long_line_of_the_client_is_not_shown_in_parts_that_may_hide_a_secret(monkeypatch):
    monkeypatch.setattr(limits, "CLIENT_LINE", 100)
    screen = Screen(echo=True).run(GREETING)
    screen.client(b"PASS " + b"secret" * 50)
    screen.client(b"secret\r\n")
    assert "secret" not in screen.text
    assert screen.lines[1].startswith("C: ...")


@pytest.mark.parametrize("begun", [b"+OK 12", b"A: b\r\n\r\nhalf"])
def test_what_was_cut_off_is_shown(begun):
    screen = Screen().run(GREETING, "C: RETR 1", *([b"+OK\r\n"] if b":" in begun else []), begun)
    screen.close()
    assert any(line.startswith(begun.decode().split("\n")[-1]) for line in screen.lines)
    assert "cut off" in screen.text or "finding MUL-01: the connection ended" in screen.text
    assert screen.octets.endswith(b"\n")


# ---- switches ----


def test_what_a_colon_command_takes_elsewhere_is_not_timed():
    screen = Screen(timing=True).run(GREETING)
    with screen.printer.withheld.of_block():
        screen.run("C: RETR 1", b"+OK\r\nA: b\r\n\r\nx\r\n.\r\n", "C: NOOP", "S: +OK")
    assert screen.lines == ["+OK ready", "+OK", "+OK  (12 ms)"]


def test_only_what_was_not_typed_is_echoed():
    screen = Screen(echo=True).run(GREETING)
    with screen.printer.typed():
        screen.run("C: NOOP")
    screen.run("S: +OK", "C: STAT", "S: +OK 0 0")
    assert screen.lines == ["+OK ready", "+OK", "C: STAT", "+OK 0 0"]


def test_an_interrupted_line_is_ended_and_the_next_reply_is_whole():
    screen = Screen(colour=True).run(GREETING, "C: RETR 1", b"+OK\r\nA: b\r\n\r\n> half")
    screen.printer.withheld.rest()
    screen.printer.end_line()
    assert screen.text.endswith("> half\n")
    screen.run(b" a line\r\n.\r\n")
    screen.run("C: RETR 2", b"+OK\r\nC: d\r\n.\r\n")
    assert screen.text.endswith("> half\n+OK\nC: d\n.\n")
    assert looks(screen.octets, "C:") == code(Part.HEADER_NAME)


def test_hex_shows_every_octet_of_both_sides_but_secrets():
    screen = Screen(dump=True, timing=True)
    screen.run(GREETING, "C: PASS tanstaaf", "S: -ERR\x07", "C: RETR 1", b"+OK\r\n..\xff\r\n.\r\n")
    rows = [line for line in screen.lines if line[:2] in ("C ", "S ")]
    assert rows[0].startswith("S 000000  2b 4f 4b 20 72 65 61 64 79 0d 0a ")
    assert "74 61 6e 73 74 61 61 66" not in screen.text
    assert rows[1].endswith("PASS ${password}")
    assert "2d 45 52 52 07 0d 0a" in rows[3]
    assert [row[10:] for row in rows[-2:]] == [
        f"{'2e 2e ff 0d 0a':<47}  .....", f"{'2e 0d 0a':<47}  ...",
    ]  # fmt: skip
    assert screen.lines.count("(12 ms)") == 2


def test_hex_fits_the_window_after_it_was_resized():
    screen = Screen(dump=True).run(GREETING)
    screen.out.columns = 60
    screen.run("C: NOOP", b"+OK " + b"x" * 60 + b"\r\n")
    assert max(map(len, screen.lines[1:])) <= 60


def test_hex_can_be_switched_off_again():
    screen = Screen(dump=True).run(GREETING)
    screen.printer.dump = False
    screen.run("C: NOOP", "S: +OK")
    assert screen.lines[1:] == ["+OK"]


def test_a_body_can_be_switched_to_hex_and_back_in_mid_line():
    screen = Screen().run(GREETING, "C: RETR 1", b"+OK\r\nA: b\r\n\r\nhalf")
    screen.printer.dump = True
    screen.run(b" a line\r\nnext")
    screen.printer.dump = False
    screen.run(b" line\r\n.\r\n")
    assert screen.lines[1:] == [
        "+OK", "A: b", "", "half",
        f"S 000000  {'20 61 20 6c 69 6e 65 0d 0a':<47}   a line..",
        f"S 000009  {'6e 65 78 74':<47}  next",
        " line", ".",
    ]  # fmt: skip


# ---- however it is cut ----

STREAM = [
    ("LIST", b"+OK 2 messages\r\n1 120\r\n2 200\r\n.\r\n"),
    ("RETR 1", "+OK\r\nSubject: ä\x1b\r\n x\r\n\r\n> é\r\n..\r\n.x\r\n\u202e\r\n.\r\n".encode()),
    ("RETR 2", b"+OK\nA: b\n\nbare\n.\n"),
    ("UIDL 1", b"+OK 1 abc\r\n"),
    ("TOP 1 0", b"-ERR [SYS/PERM] \xff\xfe no\r\n"),
]


@given(
    st.lists(st.sampled_from(STREAM), max_size=4), st.integers(1, 40), st.booleans(), st.booleans()
)
def test_the_screen_is_the_same_however_the_network_cuts_it(exchanges, size, colour, hex_):
    whole, cut_up = Screen(dump=hex_), Screen(colour=colour, dump=hex_)
    for command, reply in exchanges:
        whole.run(f"C: {command}", reply)
        chunks = [reply[at : at + size] for at in range(0, len(reply), size)]
        cut_up.run(f"C: {command}", *chunks)
    whole.close()
    cut_up.close()
    assert cut_up.text == whole.text
