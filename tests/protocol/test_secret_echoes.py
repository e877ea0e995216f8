"""Secrets that come back, or come in pieces: no cut of a stream may bring one to light."""

from __future__ import annotations

import base64
from unittest.mock import patch

import pytest
from hearing import GREETING, Heard, chunks, feed
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pop3shell.protocol import events as ev
from pop3shell.protocol import limits
from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.events import Ending, Side
from pop3shell.protocol.secrets import Redactor

# ---- what the server says of it ----


def echoed(secret: str, *reply: str, line: str = "PASS {}") -> bytes:
    """The reply to a line with a secret, as it is shown."""
    heard = Heard()
    heard.c(line.format(secret))
    heard.s(*reply)
    redactor = Redactor()
    octets = [redactor.octets(event) for event in heard.events]
    return b"".join(octets[1:])


@pytest.mark.parametrize(
    ("secret", "reply", "masked"),
    [
        ("tanstaaf", "-ERR wrong password tanstaaf", b"-ERR wrong password ${password}\r\n"),
        ("tanstaaf", "-ERR 'tanstaaf' 'tanstaaf'", b"-ERR '${password}' '${password}'\r\n"),
        ("tanstaaf", "-ERR unknown PASS TANSTAAF", b"-ERR unknown PASS ${password}\r\n"),
        ("secret", "-ERR secret", b"-ERR ${password}\r\n"),
        ("short", "-ERR short", b"-ERR short\r\n"),
        (" tanstaaf ", "-ERR [tanstaaf]", b"-ERR [${password}]\r\n"),
        ("correct horse", "-ERR extra word correct", b"-ERR extra word ${password}\r\n"),
        ("password", "-ERR password is password", b"-ERR ${password} is ${password}\r\n"),
        ("a.c.d.e", "-ERR abcbdbe", b"-ERR abcbdbe\r\n"),
        ("tanstaaf", "+OK mrose", b"+OK mrose\r\n"),
    ],
)
def test_an_echo_of_six_octets_or_more_is_masked(secret, reply, masked):
    assert echoed(secret, reply) == masked


def test_what_stands_for_a_secret_is_left_alone_though_another_is_in_it():
    heard = Heard()
    heard.c("PASS tanstaaf", "PASS password")
    heard.s("-ERR not tanstaaf", "-ERR not password")
    redactor = Redactor()
    shown = b"".join(redactor.octets(event) for event in heard.events)
    assert shown.endswith(b"-ERR not ${password}\r\n-ERR not ${password2}\r\n")


def test_an_echo_of_a_response_is_masked():
    heard = Heard()
    heard.ask("AUTH PLAIN", "+ ")
    heard.ask("AG1yb3NlAHRhbnN0YWFm", "-ERR AG1yb3NlAHRhbnN0YWFm is wrong")
    assert heard.redacted().endswith(b"${sasl}\r\n-ERR ${sasl} is wrong\r\n")


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ([f"AUTH PLAIN {encoded(chr(0) + 'mrose@x.org' + chr(0) + 'tanstaaf')}"], "mrose@x.org"),
        (["AUTH PLAIN", encoded("\0mrose@x.org\0tanstaaf")], "mrose@x.org"),
        (["AUTH LOGIN", encoded("mrose@x.org"), encoded("tanstaaf")], "mrose@x.org"),
        ([f"AUTH LOGIN {encoded('mrose@x.org')}", encoded("tanstaaf")], "mrose@x.org"),
        (["AUTH XOAUTH2", encoded("user=mrose\1auth=Bearer tanstaaf\1\1")], "mrose"),
        (["AUTH OAUTHBEARER", encoded("n,,\1auth=bearer tanstaaf\1\1")], "mrose"),
    ],
)
def test_a_server_that_decodes_the_password_and_repeats_it_is_masked_too(lines, named):
    heard = Heard()
    for line in lines[:-1]:
        heard.ask(line, "+ ")
    heard.ask(lines[-1], f"-ERR no {named} with tanstaaf")
    masked = f"-ERR no {named} with ${{sasl}}\r\n".encode()
    assert heard.redacted().endswith(masked)
    redactor = Redactor()  # shared by the screen and a transcript
    assert [{redactor.octets(event) for _ in range(2)} for event in heard.events][-2] == {masked}


@pytest.mark.parametrize(
    "response", ["no base64!", "QQ", "", encoded("a\0b\0"), encoded("tanstaaf")]
)
def test_what_reveals_no_password_masks_nothing_more(response):
    heard = Heard()
    heard.ask(f"AUTH PLAIN {response}", "-ERR no tanstaaf")
    assert heard.redacted().endswith(b"-ERR no tanstaaf\r\n")


def test_an_echo_on_a_line_of_its_own_is_masked():
    assert echoed("tanstaaf", "-ERR wrong:", "tanstaaf") == b"-ERR wrong:\r\n${password}\r\n"
    assert echoed("tanstaaf", "what?", "tanstaaf?", "-ERR") == b"what?\r\n${password}?\r\n-ERR\r\n"


def test_an_echo_in_the_reply_to_a_misspelt_command_is_masked():
    assert echoed("tanstaaf", "+OK", "tanstaaf", ".", line="PASS\t{}") == (
        b"+OK\r\n${password}\r\n.\r\n"
    )


def test_an_echo_in_a_line_that_never_ends_is_masked():
    for text in (b"-ERR tanstaaf", b"-ERR tansta"):
        heard = Heard()
        heard.c("PASS tanstaaf")
        heard.server(text)
        heard.close()
        assert heard.redacted() == b"PASS ${password}\r\n-ERR ${password}"


def test_replies_to_other_commands_are_left_alone():
    heard = Heard()
    heard.ask("USER mrose", "+OK")
    heard.ask("PASS tanstaaf", "+OK")
    heard.ask("RETR 1", "+OK", "the word is tanstaaf", ".")
    assert b"the word is tanstaaf\r\n" in heard.redacted()


def test_each_of_several_passwords_sent_ahead_is_masked_in_its_reply():
    heard = Heard()
    heard.c("PASS first-one", "PASS second-one")
    heard.s("-ERR first-one", "-ERR second-one")
    assert heard.redacted().endswith(b"-ERR ${password}\r\n-ERR ${password2}\r\n")


def test_the_evidence_of_a_finding_can_be_masked():
    heard = Heard()
    heard.ask("PASS tanstaaf", "wrong: tanstaaf", "-ERR\t" + "x" * 189 + "tanstaaf")
    redactor = Redactor()
    for event in heard.events:
        redactor.octets(event)
    evidence = [redactor.mask(event.finding.evidence) for event in heard.of(ev.Noted)]
    assert evidence[0] == b"wrong: ${password}\r\n"
    assert len(evidence) > 1
    assert all(b"tanst" not in octets for octets in evidence), "nor the beginning of a cut one"


def test_only_so_many_echoes_are_looked_for():
    heard = Heard()
    for number in range(limits.ECHOES * 3):
        heard.ask(f"PASS secret-{number}", f"-ERR secret-{number}")
    assert b"secret-" not in heard.redacted()


# ---- lines that are cut ----


def test_a_line_that_never_ends_is_masked():
    for octets in (b"PASS tanstaaf", b"pass tanst", b"APOP mrose tanstaaf", b"AUTH PLAIN tanstaaf"):
        heard = Heard()
        heard.client(octets)
        heard.close()
        assert b"tanst" not in heard.redacted()


def test_a_response_that_never_ends_is_masked():
    heard = Heard()
    heard.ask("AUTH PLAIN", "+ ")
    heard.client(b"AG1yb3Nl")
    heard.close()
    assert heard.redacted() == b"AUTH PLAIN\r\n+ \r\n${sasl}"


@pytest.mark.parametrize("line", ["PASS ", "AUTH PLAIN ", "USER mrose ", ""])
def test_a_secret_longer_than_a_line_is_held_is_masked_in_all_its_parts(line):
    heard = Heard()
    if not line:
        heard.ask("AUTH PLAIN", "+ ")
        heard.events.clear()
    heard.client(line.encode() + b"Q" * (2 * limits.CLIENT_LINE))
    heard.client(b"QQQ\r\n")
    octets = heard.redacted()
    assert b"Q" not in octets.removeprefix(line.encode())
    assert octets.endswith(b"}\r\n")
    assert octets.count(b"${") == 1


def test_a_long_line_without_a_secret_stays():
    heard = Heard()
    heard.client(b"NOOP " + b"Q" * limits.CLIENT_LINE)
    heard.client(b"QQ\r\n")
    assert heard.redacted() == b"NOOP " + b"Q" * (limits.CLIENT_LINE + 2) + b"\r\n"


def test_the_echo_of_a_very_long_secret_takes_the_rest_of_the_line():
    secret = "Q" * (limits.ECHO + 500)
    assert echoed(secret, f"-ERR {secret} is wrong", "more") == b"-ERR ${password}\r\nmore\r\n"


# ---- any chunks ----

SECRETS = st.text("QZJXW#~", min_size=6, max_size=40)
LINES = st.sampled_from(
    [
        "PASS {}", "pass {}", " PASS {}", "\tPass\t{}", "PASS  {}", "PASS{}", "APOP mrose {}",
        "AUTH PLAIN {}", "HELO mrose {}", "USER mrose {}", "C: PASS {}", "XPASS: PASS {}",
    ]
)  # fmt: skip
IN_LOGIN = st.sampled_from(["{}", "PAS {}", "PWD {}", "pass={}"])
RESPONSES = st.sampled_from(["{}", " {}", "{}=="])
REPLIES = st.sampled_from(
    ["-ERR {}", "-ERR no {} {}", "{}", "+OK\r\n{}", "-ERR '{}'\r\n{}", "-ERR " + "x" * 60 + "{}",
     "-ERR " + "x" * 66 + "{}\n", "noise {}\r\n-ERR {}", "-ERR {"]
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    secret=SECRETS,
    place=st.one_of(
        LINES.map(lambda line: ("", line)),
        IN_LOGIN.map(lambda line: ("USER mrose", line)),
        RESPONSES.map(lambda line: ("AUTH PLAIN", line)),
    ),
    challenge=st.sampled_from(["+ ", "+OK", "-ERR", ""]),
    reply=REPLIES,
    end=st.sampled_from(["\r\n", "\n", ""]),
    lengths=st.lists(st.integers(1, 20), min_size=1, max_size=6),
    held=st.sampled_from([1 << 20, 40]),
)
@example("QZJXWQZJXW", ("", "PASS {}"), "", "-ERR " + "x" * 66 + "{}\n", "\r\n", [1], 40)
@example("QQQQQQQQQQQQ", ("", "PASS {}"), "", "-ERR {}", "\r\n", [7], 40)
def test_nothing_of_a_secret_is_shown_however_it_is_cut(
    secret, place, challenge, reply, end, lengths, held
):
    before, line = place
    steps = [(Side.SERVER, GREETING)]
    if before:
        steps.append((Side.CLIENT, f"{before}\r\n".encode()))
    if before and challenge:
        steps.append((Side.SERVER, f"{challenge}\r\n".encode()))
    steps.append((Side.CLIENT, (line.format(secret) + end).encode()))
    if end:  # no server can repeat a line before it has come
        steps.append((Side.SERVER, (reply.replace("{}", secret) + end).encode()))
    # A beginning such as the mechanism's name is held in practice, so it is here.
    with patch.multiple(limits, SERVER_LINE=71, CLIENT_LINE=held):
        dialogue, events = Dialogue(), []
        for side, octets in steps:
            for piece in chunks(octets, lengths):
                events += feed(dialogue, (side, piece))
        events += dialogue.closed(Side.SERVER, Ending.RESET)
    redactor = Redactor()
    shown = [redactor.octets(event) for event in events]
    assert secret.encode() not in b"".join(shown)
    shared = Redactor()  # by the screen and a transcript
    assert [(shared.octets(event), shared.octets(event)) for event in events] == [
        (octets, octets) for octets in shown
    ]
    for event in events:
        if isinstance(event, ev.Noted):
            assert secret.encode() not in redactor.mask(event.finding.evidence)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.booleans())
def test_any_line_can_be_redacted(line, in_login):
    heard = Heard()
    if in_login:
        heard.ask("USER mrose", "+OK")
    heard.client(line + b"\r\n")
    heard.server(b"-ERR " + line + b"\r\n")
    heard.close()
    assert heard.redacted()
