"""A transcript as it is shown: what a person who plays it must see, and never see."""

from __future__ import annotations

import io
import re

import pytest

from pop3shell.transcript.reader import read
from pop3shell.view.play import Player

HEAD = "%POP3-TRANSCRIPT 1\n"
LOGIN = "C: USER mrose\nS: +OK\nC: PASS ${password}\nS: +OK\n"


def played(text: str, **options) -> list[str]:
    """Return the lines shown; each entry ends its line."""
    options.setdefault("colour", False)
    player = Player(**options)
    shown = []
    for entry in read(io.BytesIO(text.encode("utf-8", "surrogateescape"))):
        shown.append(player.show(entry).decode())
        assert shown[-1].endswith("\n") or not shown[-1], shown
    shown.append(player.end().decode())
    return "".join(shown).splitlines()


def said(lines: list[str]) -> list[str]:
    return [line for line in lines if line.startswith(("C:", "S:"))]


def test_both_sides_are_shown_as_recorded():
    text = "S: +OK ready\nC: NOOP\nS: -ERR log in first\nC: QUIT\nS: +OK bye\n"
    assert said(played(HEAD + text)) == text.splitlines()


def test_the_state_is_shown_where_it_changes():
    lines = played(HEAD + "S: +OK ready\n" + LOGIN)
    assert lines[:2] == ["S: +OK ready", "-- AUTHORIZATION state"]
    assert lines[-1] == "-- TRANSACTION state"


def test_where_and_when_it_was_recorded_is_shown():
    lines = played(HEAD + "%server: mail.example.com:110\n%started: 2026-11-21T10:00:00.123Z\n")
    assert lines == ["server: mail.example.com:110", "started: 2026-11-21T10:00:00.123Z"]


def test_notes_and_events_are_shown_in_their_place():
    text = "*: connected 192.0.2.1:110\n# look\nS: +OK ready\n*: closed by server: reset\n"
    lines = [line for line in played(HEAD + text) if not line.startswith("--")]
    assert lines == text.splitlines()


@pytest.mark.parametrize("between", ["# a note", "*: something"])
def test_a_note_in_a_message_stands_on_a_line_of_its_own(between):
    text = f"S: +OK\n{LOGIN}C: RETR 1\nS: +OK\nS: one\n{between}\nS: two\nS:\nS: .\n"
    lines = played(HEAD + text)
    at = lines.index("S: one")
    assert lines[at:] == ["S: one", between, "S: two", "S: ", "S: ."]


@pytest.mark.parametrize("times", ["", "[1.000] "])
def test_the_lines_of_a_message_are_shown_once_each(times):
    body = ["S: A: b", "S: ", "S: text", "S: ..dot", "S: ", "S: "]
    text = "".join(f"{times}{line}\n" for line in body)
    lines = played(HEAD + f"S: +OK\n{LOGIN}C: RETR 1\n[1.000] S: +OK\n{text}[1.000] S: .\n")
    assert lines[lines.index("C: RETR 1") + 2 :] == [*body, "S: ."]


def test_an_empty_message_has_no_lines():
    lines = played(HEAD + f"S: +OK\n{LOGIN}C: RETR 1\nS: +OK\nS: .\nC: NOOP\nS: +OK\n")
    assert lines[-5:] == ["C: RETR 1", "S: +OK", "S: .", "C: NOOP", "S: +OK"]


def test_a_message_that_was_left_out_in_part_says_so():
    digest = "a" * 64
    text = f"C: RETR 1\nS: +OK\nS: one\n*: elided 9 octets sha256={digest}\nS: .\nC: NOOP\nS: +OK\n"
    lines = played(HEAD + "S: +OK\n" + LOGIN + text)
    assert f"*: elided 9 octets sha256={digest}" in lines
    assert lines[-3:] == ["S: .", "C: NOOP", "S: +OK"]


# ---- secrets ----


@pytest.mark.parametrize("login", ["PASS tanstaaf", "pass tanstaaf", "APOP mrose tanstaaf"])
def test_a_password_in_a_plain_dialogue_is_not_shown(login):
    shown = "\n".join(played(f"S: +OK <1@x>\nC: USER mrose\nS: +OK\nC: {login}\nS: +OK\n"))
    assert "tanstaaf" not in shown
    assert "${" in shown


def test_nor_is_its_echo():
    assert "tanstaaf" not in "\n".join(played("C: PASS tanstaaf\nS: -ERR tanstaaf is wrong\n"))


def test_nor_the_lines_of_an_authentication():
    text = "S: +OK\nC: AUTH PLAIN\nS: +\nC: AG1yb3NlAHRhbnN0YWFm\nS: +OK\n"
    assert "AG1yb3NlAHRhbnN0YWFm" not in "\n".join(played(text))


def test_nor_by_an_explanation():
    text = "S: +OK\nC: USER mrose\nS: +OK\nC: PASS tanstaaf\nS: +OK\n"
    assert "tanstaaf" not in "\n".join(played(text, explain=True))


SECOND_PASSWORD = HEAD + "S: +OK\nC: USER a\nS: +OK\nC: PASS ${password2}\nS: +OK\n"


def test_a_placeholder_keeps_its_number():
    assert "C: PASS ${password2}" in played(SECOND_PASSWORD)
    told = played(SECOND_PASSWORD, explain=True)
    assert [line for line in told if "secret" in line] == [
        "  password: a secret, shown as ${password2}"
    ]


def test_explanations_fit_the_screen():
    lines = played(SECOND_PASSWORD, explain=True, width=40)
    assert max(map(len, lines)) <= 40
    assert " ".join(" ".join(lines).split()) == " ".join(
        " ".join(played(SECOND_PASSWORD, explain=True)).split()
    )


# ---- safety ----

HOSTILE = r"\x1b]0;pwned\x07\xe2\x80\xae\x9b2J"


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("where", ["S: +OK ", "S: +OK\nC: ", "*: "])
def test_what_a_server_or_client_sent_cannot_reach_the_terminal(colour, where):
    shown = "\n".join(played(f"{HEAD}{where}{HOSTILE}\n", colour=colour, explain=True))
    assert r"\x1b" in shown
    safe_of_colour = re.sub("\x1b\\[[0-9;]*m", "", shown)
    assert safe_of_colour.replace("\n", "").isprintable()


def test_nor_what_somebody_wrote_into_the_file():
    text = "%server: \x1b[2J\n# \x1b]0;pwned\x07\nS~ \x1b\\[2J\n"
    shown = "\n".join(played(HEAD + text))
    assert "\x1b" not in shown


# ---- explanations ----


def test_each_exchange_is_explained_with_its_section():
    lines = played(HEAD + "S: +OK ready\n" + LOGIN + "C: NOOP\nS: +OK\n", explain=True)
    text = "\n".join(lines)
    assert "  greeting: the server speaks first (RFC 1939 section 4)" in text
    for verb in ("USER", "PASS", "NOOP"):
        assert re.search(rf"\n  {verb}: .*RFC 1939", text), verb
    assert "state: AUTHORIZATION, now TRANSACTION" in text
    assert said(lines) == said(played(HEAD + "S: +OK ready\n" + LOGIN + "C: NOOP\nS: +OK\n"))


def test_replies_in_a_row_are_each_explained():
    text = "S: +OK\nC: NOOP\nC: STAT\nC: RSET\nS: -ERR no\nS: +OK 1 2\nS: +OK\n"
    shown = "\n".join(played(HEAD + text, explain=True))
    assert all(f"\n  {verb}: " in shown for verb in ("NOOP", "STAT", "RSET"))


def test_no_time_is_told_that_was_not_recorded():
    assert "  time:" not in "\n".join(played(HEAD + "S: +OK\n" + LOGIN, explain=True, timing=True))


def test_the_time_that_was_recorded_is_told():
    text = "[0.100] S: +OK\n[1.000] C: NOOP\n[1.250] S: +OK\n"
    assert "S: +OK  (250 ms)" in played(HEAD + text, timing=True)
    assert "  time: 250 ms from" in "\n".join(played(HEAD + text, explain=True))


def test_a_wait_for_the_user_is_told_in_seconds():
    text = "[0.100] S: +OK\n[1.000] C: AUTH PLAIN\n[1.1] S: + \n[9] C: ${sasl}\n[11.5] S: +OK\n"
    assert "  time: 10.5 s from" in "\n".join(played(HEAD + text, explain=True))


@pytest.mark.parametrize("behind", ["[60.0] C: NOOP", "C: NOOP"])
def test_a_message_whose_end_was_not_printed_took_until_its_last_line(behind):
    text = f"[0.1] S: +OK\n[1.0] C: RETR 1\n[1.1] S: +OK\n[1.25] S: text\n{behind}\nS: +OK\n"
    assert "(250 ms)" in played(text, timing=True)


LEFT_OUT = [
    "AUTH PLAIN\nS: + \nC: ${sasl}", "AUTH PLAIN ${sasl}", "AUTH LOGIN\nS: + \nC: ${sasl}",
    "AUTH NTLM ${sasl}", "APOP mrose ${apop}", "PASS ${password2}", "${password}",
]  # fmt: skip


@pytest.mark.parametrize("reply", ["+OK", "-ERR no", "-ERR [AUTH] no"])
@pytest.mark.parametrize("sent", LEFT_OUT)
@pytest.mark.parametrize("head", [HEAD, ""])
def test_a_secret_that_was_left_out_is_not_taken_for_what_was_sent(sent, reply, head):
    """Whoever reads a recording must not look for a fault that nobody made."""
    lines = played(f"{head}S: +OK <1@x>\nC: USER a\nS: +OK\nC: {sent}\nS: {reply}\n", explain=True)
    text = " ".join(line.strip() for line in lines)
    for wrong in ("base64", "malformed", "hexadecimal", "it must be", "must be", "octet 1"):
        assert wrong not in text, text
    if "AUTH" in sent:
        assert "a secret, left out of the transcript" in text


def test_what_was_wrong_before_the_secret_is_still_told():
    text = "\n".join(played(HEAD + "S: +OK\nC: AUTH PL?IN ${sasl}\nS: -ERR no\n", explain=True))
    assert "the mechanism must be a SASL mechanism" in text


# ---- what is not a whole session ----


def test_an_excerpt_without_a_greeting_is_understood():
    lines = played("C: STAT\nS: +OK 2 320\nC: RETR 1\nS: +OK\nS: text\nS: .\n", explain=True)
    assert any(line.startswith("  STAT: ") for line in lines)
    assert any("ended by a line with a lone dot" in line for line in lines)


def test_a_recording_that_began_in_the_middle_knows_the_state():
    text = "*: joined 192.0.2.1:110 in the TRANSACTION state\nC: STAT\nS: +OK 2 320\n"
    shown = "\n".join(played(HEAD + text, explain=True))
    assert "not allowed" not in shown


def test_a_message_whose_end_was_not_printed_does_not_swallow_the_rest():
    text = "S: +OK\nC: RETR 1\nS: +OK\nS: <the message>\nC: STAT\nS: +OK 2 320\n"
    shown = played(text, explain=True)
    assert "C: STAT" in shown
    assert any(line.startswith("  STAT: ") for line in shown)


def test_expectations_are_shown_and_keep_the_replies_in_step():
    text = "S: +OK\nC: STAT\nS~ \\+OK \\d+ \\d+\nC: LIST\nS...\nC: NOOP\nS: +OK\n"
    shown = played(HEAD + text, explain=True)
    assert "S~ \\+OK \\d+ \\d+" in shown
    assert "S..." in shown
    assert any(line.startswith("  NOOP: ") for line in shown)


def test_a_transcript_cut_off_in_a_line_shows_what_is_whole_and_says_it():
    lines = played(HEAD + "S: +OK ready\nC: ST")
    assert lines[0] == "S: +OK ready"
    assert lines[-1] == "-- the transcript was cut off in the middle of a line"


def test_another_connection_is_another_session():
    one = "*: connected 192.0.2.1:110\nS: +OK ready\n" + LOGIN + "*: closed by server\n"
    lines = played(HEAD + one + one)
    assert lines[: len(lines) // 2] == lines[len(lines) // 2 :]


@pytest.mark.parametrize("text", [
    "c: USER a\ns: +OK\nc: PASS tanstaaf\ns: +OK\n",
    "+OK\nUSER a\n+OK\nPASS tanstaaf\n+OK\n",
    "C - PASS tanstaaf\nS: +OK\n",
    "# C: PASS tanstaaf\nS: +OK\n",
    HEAD + "# C: PASS tanstaaf\nS: +OK\n",
])  # fmt: skip
def test_no_password_is_shown_whoever_is_taken_to_have_said_it(text):
    lines = "\n".join(played(text))
    assert "PASS ${password}" in lines
    assert "tanstaaf" not in lines
