"""Secrets: whatever is shown, logged or recorded goes through here, so nothing of one may pass."""

from __future__ import annotations

import pytest
from hearing import Heard

from pop3shell.protocol import events as ev
from pop3shell.protocol.secrets import Redactor
from pop3shell.protocol.spec.commands import COMMANDS
from pop3shell.protocol.spec.states import Effect

DIGEST = "c4c9334bac560ecc979e58001b3e22fb"


def shown(*lines: str, replies: tuple[str, ...] = (), logged_in: bool = False) -> list[str]:
    """The client's lines as they are shown, each answered by the next reply, or by +OK."""
    heard = Heard(logged_in=logged_in)
    for index, line in enumerate(lines):
        heard.c(line)
        heard.s(replies[index] if index < len(replies) else "+OK")
    redactor = Redactor()
    octets = b"".join(
        redactor.octets(event)
        for event in heard.events
        if isinstance(event, ev.CommandSent | ev.ResponseSent)
    )
    return octets.decode("latin-1").split("\r\n")[:-1]


# ---- the secret argument of a command ----


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("PASS tanstaaf", "PASS ${password}"),
        ("pass tanstaaf", "pass ${password}"),
        ("PaSs tanstaaf", "PaSs ${password}"),
        ("PASS x", "PASS ${password}"),
        ("PASS *", "PASS ${password}"),
        ("PASS =", "PASS ${password}"),
        ("PASS two words ", "PASS ${password}"),
        ("PASS  tanstaaf", "PASS ${password}"),
        (" PASS tanstaaf", " PASS ${password}"),
        ("\t PASS tanstaaf", "\t PASS ${password}"),
        ("PASS\ttanstaaf", "PASS\t${password}"),
        ("\0PASS tanstaaf", "\0PASS ${password}"),
        ("PASS\0tanstaaf", "PASS${password}"),
        ("PASStanstaaf", "PASS${password}"),
        ("PASS:tanstaaf", "PASS${password}"),
        ("PASSWORD tanstaaf", "PASS${password}"),
        ("PASS tan\rstaaf", "PASS ${password}"),
        ("C: PASS tanstaaf", "C: PASS ${password}"),
        ("> pass tanstaaf", "> pass ${password}"),
        ("\xef\xbb\xbfPASS tanstaaf", "\xef\xbb\xbfPASS ${password}"),
        ("'PASS tanstaaf'", "'PASS ${password}"),
        (f"APOP mrose {DIGEST}", "APOP mrose ${apop}"),
        (f"apop  mrose  {DIGEST}", "apop  mrose  ${apop}"),
        (f"\tAPOP\tmrose\t{DIGEST}", "\tAPOP\tmrose\t${apop}"),
        ("AUTH PLAIN AG1yb3NlAHRhbnN0YWFm", "AUTH PLAIN ${sasl}"),
        ("auth plain  AG1yb3NlAHRhbnN0YWFm", "auth plain  ${sasl}"),
        (" AUTH PLAIN AG1yb3NlAHRhbnN0YWFm", " AUTH PLAIN ${sasl}"),
        ("AUTH LOGIN mrose tanstaaf", "AUTH LOGIN ${sasl}"),
        ("HELO mrose tanstaaf", "HELO mrose ${password}"),
        ("helo mrose tanstaaf", "helo mrose ${password}"),
        ("USER mrose tanstaaf", "USER mrose ${password}"),
        (" user mrose tanstaaf", " user mrose ${password}"),
    ],
)
def test_the_secret_argument_is_replaced_however_it_is_typed(line, masked):
    assert shown(line) == [masked]


@pytest.mark.parametrize(
    "line",
    [
        "PASS", "PASS ", "APOP mrose", "APOP mrose ", "AUTH", "AUTH PLAIN", "AUTH PLAIN =",
        "AUTH PLAIN *", "HELO mrose", "USER mrose", "USER mrose ", "USER", "", "  ", "CAPA",
        "XYZZ something", "COMPASS", "COMPASS ", "COMPASSES north", "APOPLEXY a b", "LANG pass",
        "STATPASS", "RETR 1PASS", "TOP 1 0", "UIDL 2", "AUTHORITY a b",
    ],
)  # fmt: skip
def test_lines_without_a_secret_stay(line):
    assert shown(line) == [line]


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("STATPASS tanstaaf", "STATPASS ${password}"),
        ("statpass  tanstaaf", "statpass  ${password}"),
        ("STATPASS\ttanstaaf", "STATPASS\t${password}"),
        ("STAT PASS tanstaaf", "STAT PASS ${password}"),
        ("STAT PASS 12345", "STAT PASS ${password}"),
        ("RETR 1PASS tanstaaf", "RETR 1PASS ${password}"),
        ("TOP 1 0PASS two words", "TOP 1 0PASS ${password}"),
        ("SATTPASS tanstaaf", "SATTPASS ${password}"),
        ("LISTUSER mrosePASS tanstaaf", "LISTUSER mrosePASS ${password}"),
        ("LISTUSER mrose tanstaaf", "LISTUSER mrose ${password}"),
        ("COMPASS north", "COMPASS ${password}"),
        (f"STATAPOP mrose {DIGEST}", "STATAPOP mrose ${apop}"),
        ("STATAUTH PLAIN AG1yb3NlAHRhbnN0YWFm", "STATAUTH PLAIN ${sasl}"),
    ],
)
def test_a_secret_typed_on_behind_a_line_that_was_held_back_is_replaced(line, masked):
    assert shown(line) == [masked]


@pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.verb)
def test_a_line_typed_correctly_shows_all_but_the_secret(row):
    words = [row.verb]
    for argument in row.arguments:
        secret = argument.kind.secret
        words.append(f"${{{secret}}}" if secret else "1")
    typed = [word.replace("${", "secret").replace("}", "") for word in words]
    assert shown(" ".join(typed)) == [" ".join(words)]


def test_every_command_that_logs_in_with_a_secret_has_it_in_the_table():
    bare = {row.verb for row in COMMANDS if row.effect is Effect.LOG_IN}
    bare -= {row.verb for row in COMMANDS if row.secret_argument is not None}
    assert bare == {"RPOP"}  # which trusts the host, and has no secret


# ---- responses ----


def test_responses_are_replaced_and_challenges_stay():
    heard = Heard()
    heard.ask("AUTH LOGIN", "+ VXNlcm5hbWU6")
    heard.ask("bXJvc2U=", "+ UGFzc3dvcmQ6")
    heard.ask("dGFuc3RhYWY=", "+OK")
    assert heard.redacted() == (
        b"AUTH LOGIN\r\n+ VXNlcm5hbWU6\r\n${sasl}\r\n+ UGFzc3dvcmQ6\r\n${sasl}\r\n+OK\r\n"
    )


@pytest.mark.parametrize("response", ["*", "=", ""])
def test_responses_that_say_nothing_stay(response):
    assert shown("AUTH PLAIN", response, replies=("+ ",)) == ["AUTH PLAIN", response]


@pytest.mark.parametrize("response", ["STAT", "PASS x", "x", " *", "* ", "QUIT"])
def test_all_other_responses_are_secrets(response):
    assert shown("AUTH PLAIN", response, replies=("+ ",)) == ["AUTH PLAIN", "${sasl}"]


@pytest.mark.parametrize("reply", ["-ERR not supported", "+OK"])
def test_a_response_sent_without_a_challenge_is_a_secret(reply):
    lines = ("AUTH LOGIN", "bXJvc2U=", "dGFuc3RhYWY=")
    assert shown(*lines, replies=(reply, "-ERR what?")) == ["AUTH LOGIN", "${sasl}", "${sasl}"]


def test_responses_sent_ahead_of_their_challenges_are_secrets():
    heard = Heard()
    heard.c("AUTH LOGIN", "bXJvc2U=", "dGFuc3RhYWY=", "*", "")
    assert heard.redacted() == b"AUTH LOGIN\r\n${sasl}\r\n${sasl}\r\n*\r\n\r\n"


def test_a_response_that_begins_like_a_command_is_a_secret_as_a_whole():
    heard = Heard()
    heard.c("AUTH PLAIN", "PASSd29yZHM=")
    assert heard.redacted() == b"AUTH PLAIN\r\n${sasl}\r\n"


def test_the_response_after_a_refused_one_is_a_secret():
    lines = ("AUTH LOGIN", "bXJvc2U=", "dGFuc3RhYWY=")
    assert shown(*lines, replies=("+ ", "-ERR no", "-ERR what?"))[2] == "${sasl}"


def test_after_an_exchange_was_cancelled_a_login_is_no_longer_by_auth():
    lines = ("AUTH PLAIN", "*", "CAPA", "XYZZ")
    assert shown(*lines, replies=("+ ", "-ERR")) == ["AUTH PLAIN", "*", "CAPA", "XYZZ"]


# ---- a password in the wrong place ----


@pytest.mark.parametrize("line", ["tanstaaf", "PAS tanstaaf", "P tanstaaf", "my password", "*"])
@pytest.mark.parametrize(
    "before", [("USER mrose",), ("USER mrose", "CAPA"), ("USER mrose", "XYZZ")]
)
def test_an_unknown_line_inside_a_login_is_a_secret(before, line):
    assert shown(*before, line)[-1].startswith("${password")


@pytest.mark.parametrize(
    ("lines", "replies"),
    [
        (("USER mrose", "tanstaaf"), ("-ERR",)),
        (("USER mrose", "PASS wrong", "tanstaaf"), ("+OK", "-ERR")),
        ((f"APOP mrose {DIGEST}", "tanstaaf"), ("-ERR",)),
        (("PASS wrong", "tanstaaf"), ("-ERR",)),
    ],
)
def test_an_unknown_line_after_a_refused_login_is_a_secret(lines, replies):
    assert shown(*lines, replies=replies)[-1].startswith("${password")


def test_a_password_sent_together_with_the_name_is_a_secret():
    heard = Heard()
    heard.c("USER mrose", "PSAS tanstaaf")
    assert heard.redacted() == b"USER mrose\r\n${password}\r\n"


@pytest.mark.parametrize(
    ("lines", "logged_in"),
    [(("XYZZ tanstaaf",), False), (("CAPA", "XYZZ"), False), (("XYZZ",), True)],
)
def test_an_unknown_line_outside_a_login_is_shown(lines, logged_in):
    assert shown(*lines, logged_in=logged_in)[-1] == lines[-1]


def test_an_unknown_line_after_a_login_by_auth_is_shown():
    assert shown("AUTH PLAIN AAAA", "XYZZ")[-1] == "XYZZ"
    assert shown("AUTH PLAIN", "AAAA", "XYZZ", replies=("+ ",))[-1] == "XYZZ"


def test_blank_lines_inside_a_login_are_shown():
    assert shown("USER mrose", "", "  ") == ["USER mrose", "", "  "]


# ---- placeholders ----


def test_passwords_that_differ_have_placeholders_that_differ():
    lines = ("PASS one-one", "PASS two-two", "PASS one-one", "PASS three-x")
    assert shown(*lines, replies=("-ERR",) * 4) == [
        "PASS ${password}", "PASS ${password2}", "PASS ${password}", "PASS ${password3}",
    ]  # fmt: skip


def test_digests_and_responses_have_one_placeholder_each():
    lines = (f"APOP a {DIGEST}", "APOP a " + "0" * 32, "AUTH PLAIN AAAA", "AUTH PLAIN BBBB")
    assert shown(*lines, replies=("-ERR",) * 4) == [
        "APOP a ${apop}", "APOP a ${apop}", "AUTH PLAIN ${sasl}", "AUTH PLAIN ${sasl}",
    ]  # fmt: skip
