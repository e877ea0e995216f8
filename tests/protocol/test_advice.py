"""Advice: a person is told before sending what is wrong, where, and what to do instead.

And not bothered where nothing is wrong.
"""

from __future__ import annotations

import hashlib

import pytest
from advising import assert_advised, marked, only, session
from hearing import Heard
from hypothesis import given, settings
from hypothesis import strategies as st

from pop3shell.protocol.advice import advise
from pop3shell.protocol.spec.commands import COMMANDS, Standing
from pop3shell.protocol.spec.states import State
from pop3shell.protocol.visible import visible_text

# ---- one case a line: line, octets marked, words of the advice ----


@pytest.mark.parametrize(
    ("line", "octets", "words"),
    [
        (b"STST", b"STST", ["did you mean STAT?"]),
        (b"RETRR 1", b"RETRR", ["did you mean RETR?"]),
        (b"uidll", b"uidll", ["did you mean UIDL?"]),
        (b"QIUT", b"QIUT", ["did you mean QUIT?"]),
        (b"HELP", b"HELP", ["did you mean :help?"]),
        (b"exit", b"exit", ["did you mean QUIT?"]),
        (b"login mrose", b"login", ["did you mean :login?"]),
        (b"starttls", b"starttls", ["did you mean STLS?"]),
        (b"RERT 1", b"RERT", ["did you mean RETR?"]),
        (b"lits", b"lits", ["did you mean LIST?"]),
        (b"USR x", b"USR", ["did you mean USER?"]),
        (b"XYZZY 1", b"XYZZY", ["no such command", ":help"]),
        (b"FETCH", b"FETCH", ["no such command"]),
        (b"C: STAT", b"C:", ["written dialogue", "behind C:"]),
        (b"client: STAT", b"client:", ["written dialogue"]),
        (b"S: +OK 2 320", b"S:", ["written dialogue"]),
        (b"", b"", ["empty line"]),
        (b" STAT", b" ", ["start of the line"]),
        (b"   ", b"", ["empty line"]),
    ],
)
def test_what_is_no_command(line, octets, words, logged_in):
    assert assert_advised(line, logged_in, octets, *words).stops


def test_of_near_commands_that_which_can_be_used_here_is_meant(before_login, logged_in):
    assert "did you mean STLS?" in str(only(advise(b"STST", before_login)))
    assert "did you mean STAT?" in str(only(advise(b"STST", logged_in)))


@pytest.mark.parametrize("line", [b"hunter2-secret", b"tanstaaf my password", b"\xff\xfe\xfd"])
def test_what_is_far_from_any_command_is_not_repeated(line, named):
    for advice in advise(line, named):
        for word in line.decode("latin-1").split():
            assert word not in str(advice)


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.verb)
@pytest.mark.parametrize("state", [State.AUTHORIZATION, State.TRANSACTION])
def test_a_command_in_the_wrong_state(row, state, before_login, logged_in):
    where = before_login if state is State.AUTHORIZATION else logged_in
    line = f"{row.verb} 1".encode()
    if state in row.states:
        assert not any("not allowed" in str(advice) for advice in advise(line, where))
    elif row.standing is Standing.FOREIGN:
        assert_advised(line, where, row.verb.encode(), "POP2", "RFC 937")
    else:
        advice = only([found for found in advise(line, where) if "not allowed" in found.text])
        assert marked(line, advice) == row.verb.encode()
        way = "log in first with USER and PASS" if state is State.AUTHORIZATION else "QUIT"
        assert way in advice.text
        assert state.value in advice.text


def test_after_the_end_no_way_out_is_promised(before_login):
    before_login.state = State.CLOSED
    assert only(advise(b"STAT", before_login)).text.endswith("CLOSED state")


@pytest.mark.parametrize(
    ("line", "octets", "words"),
    [
        (b"PASS tanstaaf", b"PASS", ["directly after", "USER"]),
        (b"pass tanstaaf", b"pass", ["USER"]),
        (b"USER", b"", ["the name is missing", "USER name", "RFC 1939 section 7"]),
        (b"USER a b", b"b", ["too many arguments", "USER name"]),
        (b"USER a\x7f", b"a\x7f", ["name must be"]),
        (b"APOP", b"", ["the name is missing", "APOP name digest"]),
        (b"APOP mrose", b"", ["the digest is missing"]),
        (b"APOP mrose xyz", b"xyz", ["32 lower-case"]),
        (b"APOP mrose C4C9334BAC560ECC979E58001B3E22FB", b"C4C9334BAC560ECC979E58001B3E22FB",
         ["lower-case"]),
        (b"APOP mrose c4c9334bac560ecc979e58001b3e22fb x", b"x", ["too many"]),
        (b"AUTH PL@IN", b"PL@IN", ["mechanism must be"]),
        (b"AUTH PLAIN !!", b"!!", ["base64"]),
        (b"AUTH PLAIN AAA", b"AAA", ["base64"]),
        (b"AUTH PLAIN AAAA BBBB", b"BBBB", ["too many"]),
        (b"STLS now", b"now", ["too many", "STLS"]),
        (b"CAPA x", b"x", ["too many"]),
        (b"UTF8 USER", b"USER", ["too many"]),
        (b"LANG e_n", b"e_n", ["language"]),
        (b"LANG en de", b"de", ["too many"]),
        (b"QUIT now", b"now", ["too many"]),
        (b"RPOP", b"", ["the name is missing"]),
        (b"XOIP", b"", ["the text is missing"]),
    ],
)  # fmt: skip
def test_arguments_before_login(line, octets, words, before_login):
    assert assert_advised(line, before_login, octets, *words).stops


@pytest.mark.parametrize(
    ("line", "octets", "words"),
    [
        (b"STAT x", b"x", ["too many arguments", "the syntax is STAT"]),
        (b"STAT x y", b"x y", ["too many"]),
        (b"NOOP 1", b"1", ["too many"]),
        (b"RSET 1", b"1", ["too many"]),
        (b"LAST 1", b"1", ["too many"]),
        (b"LIST x", b"x", ["msg must be a message number"]),
        (b"LIST 1 2", b"2", ["too many", "LIST [msg]"]),
        (b"LIST 0", b"0", ["1 or more"]),
        (b"LIST -1", b"-1", ["digits"]),
        (b"LIST  1", b" ", ["blank too many"]),
        (b"UIDL x", b"x", ["message number"]),
        (b"RETR", b"", ["the message number is missing", "RETR msg"]),
        (b"RETR 0", b"0", ["1 or more"]),
        (b"RETR 00", b"00", ["1 or more"]),
        (b"RETR +1", b"+1", ["digits"]),
        (b"RETR 1 2", b"2", ["too many"]),
        (b"RETR \xef\xbc\x91", b"\xef\xbc\x91", ["digits"]),
        (b"DELE", b"", ["the message number is missing"]),
        (b"DELE x", b"x", ["message number"]),
        (b"TOP", b"", ["the message number is missing", "TOP msg n"]),
        (b"TOP 1", b"", ["the line count is missing"]),
        (b"TOP 1 -1", b"-1", ["0 or more"]),
        (b"TOP 1  1", b" ", ["blank too many"]),
        (b"TOP x 1", b"x", ["message number"]),
        (b"TOP 1 1 1", b"1", ["too many"]),
        (b"XTND", b"", ["the text is missing"]),
        (b"RETR 4", b"4", ["there is no message 4", "has 3", "RFC 1939 section 5"]),
        (b"RETR 99999999999999999999", b"9" * 20, ["there is no message"]),
        (b"LIST 17", b"17", ["no message 17"]),
        (b"TOP 4 0", b"4", ["no message 4"]),
        (b"RETR 2", b"2", ["marked as deleted", "RSET"]),
        (b"DELE 2", b"2", ["marked as deleted"]),
        (b"retr 02", b"02", ["marked as deleted"]),
    ],
)
def test_arguments_after_login(line, octets, words, logged_in):
    found = [advice for advice in advise(line, logged_in) if "ASCII" not in advice.text]
    advice = only(found)
    assert marked(line, advice) == octets
    assert advice.stops
    for word in words:
        assert word in str(advice)


@pytest.mark.parametrize(
    "line", [b"RETR 1", b"RETR 3", b"TOP 1 0", b"LIST", b"LIST 3", b"UIDL 1", b"stat", b"LANG *"]
)
def test_nothing_is_said_about_what_is_right(line, logged_in):
    assert advise(line, logged_in) == []


def test_a_message_number_is_not_judged_before_the_count_is_known():
    assert advise(b"RETR 99", session(logged_in=True)) == []


# ---- nothing to say ----


def test_the_example_session_of_rfc_1939_needs_no_advice():
    digest = hashlib.md5(b"<1896.697170952@dbc.mtview.ca.us>tanstaaf").hexdigest()
    heard = Heard()
    for line, *reply in (
        (f"APOP mrose {digest}", "+OK mrose's maildrop has 2 messages (320 octets)"),
        ("STAT", "+OK 2 320"),
        ("LIST", "+OK 2 messages (320 octets)", "1 120", "2 200", "."),
        ("RETR 1", "+OK 120 octets", "<the POP3 server sends message 1>", "."),
        ("DELE 1", "+OK message 1 deleted"),
        ("RETR 2", "+OK 200 octets", "<the POP3 server sends message 2>", "."),
        ("DELE 2", "+OK message 2 deleted"),
        ("QUIT", "+OK dewey POP3 server signing off (maildrop empty)"),
    ):
        assert advise(line.encode(), heard.session) == []
        heard.ask(line, *reply)


@pytest.mark.parametrize(
    "line", ["USER mrose", "CAPA", "STLS", "AUTH", "AUTH PLAIN", "AUTH plain =", "UTF8", "LANG",
             "LANG de-CH", "QUIT", "quit", "XCLIENT", "XCLIENT ADDR=192.0.2.1 PORT=110"]
)  # fmt: skip
def test_right_lines_before_login_need_no_advice(line, before_login):
    assert advise(line.encode(), before_login) == []


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.verb)
def test_the_example_of_each_command_is_right_where_it_belongs(row):
    line = next(line for line in row.example if line.startswith("C: "))[3:]
    typed = line.replace("${apop}", "0" * 32).replace("${password}", "x").encode()
    if row.standing is Standing.FOREIGN:
        return
    where = session(logged_in=State.AUTHORIZATION not in row.states)
    where.user_accepted = True
    obsolete = [row.verb] * (row.standing is Standing.OBSOLETE)
    assert [advice.text.split(" is obsolete")[0] for advice in advise(typed, where)] == obsolete


@pytest.mark.parametrize(
    ("line", "words"),
    [(b"last", ["LAST is obsolete", "use UIDL"]), (b"XTND XMIT", ["XTND is obsolete"])],
)
def test_what_few_servers_know_is_only_warned_of(line, words, logged_in):
    advice = assert_advised(line, logged_in, line[:4], *words)
    assert not advice.stops


@pytest.mark.parametrize("name", [b"CRAM-MD5", b"tanstaaf"])
def test_a_mechanism_that_is_not_announced_is_only_warned_of_and_not_repeated(name):
    where = session(("CAPA", "+OK", "SASL PLAIN login", "."))
    advice = assert_advised(b"AUTH " + name, where, name, "it announces PLAIN login")
    assert not advice.stops
    assert name.decode() not in str(advice)


@pytest.mark.parametrize("line", [b"AUTH plain", b"AUTH LOGIN", b"AUTH"])
def test_a_mechanism_that_is_announced_is_right(line):
    assert advise(line, session(("CAPA", "+OK", "SASL PLAIN login", "."))) == []


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.booleans())
def test_any_line_can_be_judged(line, is_logged_in):
    where = session(logged_in=is_logged_in)
    for advice in advise(line, where):
        assert 0 <= advice.start <= advice.stop <= max(len(line), 1)
        assert "\n" not in str(advice)
        assert visible_text(str(advice)) == str(advice)
