"""Who is stuck after an -ERR learns the likeliest cause and the next thing to try, in one line."""

from __future__ import annotations

import pytest
from last_exchanges import Remembered

from pop3shell.protocol.hints import hint

PLAIN = "+OK ready"
LOGGED_IN = ("USER mrose", "+OK", "PASS tanstaaf", "+OK")
CAPA = ("CAPA", "+OK\r\nTOP\r\nUSER\r\nUIDL\r\nSASL PLAIN CRAM-MD5\r\n.")
FEW = ("CAPA", "+OK\r\nUSER\r\n.")
TLS_ONLY = ("CAPA", "+OK\r\nSTLS\r\n.")
DELAY = ("CAPA", "+OK\r\nLOGIN-DELAY 90\r\nUSER\r\n.")
TWO = (*LOGGED_IN, "LIST", "+OK\r\n1 120\r\n2 200\r\n.")
#: XOAUTH2's message, well-formed: name and token.
GOOD = "dXNlcj1tcm9zZQFhdXRoPUJlYXJlciB0b2tlbgEB"


def said(before: tuple[str, ...], command: str, reply: str, greeting: str = PLAIN) -> str:
    """The hint after a dialogue of commands and replies in turn, and a last pair."""
    heard = Remembered(greeting)
    for line, answer in zip((*before[::2], command), (*before[1::2], reply), strict=True):
        heard.ask(line, *answer.split("\r\n"))
    return hint(heard.last, heard.session) or ""


@pytest.mark.parametrize(
    ("before", "command", "reply", "expected"),
    [
        # a login that is refused
        (LOGGED_IN[:2], "PASS x", "-ERR no", ("password is wrong", "whole address", "@DOMAIN")),
        (LOGGED_IN[:2], "PASS x", "-ERR [AUTH] no", ("password is wrong", "whole address")),
        (("USER a@b.example", "+OK"), "PASS x", "-ERR no", ("wrong", "for programs", "USER a@b")),
        ((), "PASS x", "-ERR no", ("no accepted USER", "try: USER name")),
        (("USER a", "-ERR"), "PASS x", "-ERR no", ("no accepted USER",)),
        ((), "USER mrose", "-ERR never heard of it", ("no such account", "USER mrose@DOMAIN")),
        ((), "USER mrose", "-ERR unknown user", ("no such account",)),
        ((), "USER a@b.example", "-ERR no", ("no such account", ":caps")),
        ((), "USER mrose", "-ERR Plaintext authentication disallowed", ("TLS", "port 995")),
        (TLS_ONLY, "USER mrose", "-ERR no", ("TLS", "try: STLS")),
        (TLS_ONLY, "AUTH PLAIN", "-ERR no", ("TLS", "try: STLS")),
        ((), "AUTH PLAIN", "-ERR begin TLS with STLS first", ("no password", "try: STLS")),
        (FEW, "USER mrose", "-ERR use STLS first", ("no password", "port 995")),
        ((), "AUTH XOAUTH2", "-ERR use TLS first", ("no access token is taken", "port 995")),
        (LOGGED_IN[:2], "PASS x", "-ERR use TLS first", ("without TLS",)),
        (LOGGED_IN[:2], "PASS x", "-ERR [IN-USE] no", ("[IN-USE]", "another session", "wait")),
        (LOGGED_IN[:2], "PASS x", "-ERR mailbox is locked", ("another session",)),
        ((*DELAY, *LOGGED_IN[:2]), "PASS x", "-ERR [LOGIN-DELAY] no", ("90 seconds",)),
        (LOGGED_IN[:2], "PASS x", "-ERR [LOGIN-DELAY] no", ("LOGIN-DELAY in CAPA",)),
        (LOGGED_IN[:2], "PASS x", "-ERR too many failures", ("too many logins", "wait")),
        (LOGGED_IN[:2], "PASS x", "-ERR [SYS/TEMP/disk] no", ("[SYS/TEMP/disk]", "later")),
        (LOGGED_IN[:2], "PASS x", "-ERR [SYS/PERM] no", ("administrator",)),
        ((), f"APOP mrose {'a' * 32}", "-ERR no", ("does not support APOP", "try: USER")),
        ((), f"APOP mrose {'a' * 31}", "-ERR no", ("32 lower-case",)),
        (CAPA, "AUTH NTLM", "-ERR no", ("does not announce NTLM", "PLAIN CRAM-MD5")),
        (CAPA, "AUTH PLAIN AGEAYg==", "-ERR no", ("name or password are wrong", ":login NAME")),
        (CAPA, "AUTH PLAIN AGEAYg==", "-ERR [AUTH] no", ("name or password are wrong", "PLAIN")),
        ((), "AUTH SCRAM-SHA-1 YWJj", "-ERR no", ("malformed", ":auth SCRAM-SHA-1")),
        ((), "AUTH EXTERNAL =", "-ERR no", ("certificate", "--client-cert", ":login NAME")),
        ((), "AUTH ANONYMOUS Z3Vlc3Q=", "-ERR no", ("no guests", ":login NAME")),
        ((), "AUTH NTLM c2VjcmV0", "-ERR no", ("not what NTLM wants", ":login NAME")),
        ((), "AUTH PLAIN AGE", "-ERR no", ("must be base64",)),
        ((), "AUTH PLAIN YWJj", "-ERR no", ("NUL name NUL password", ":auth PLAIN NAME --step")),
        (
            (),
            f"AUTH XOAUTH2 {GOOD}",
            "-ERR [AUTH] no",
            ("token has expired", ":login NAME XOAUTH2"),
        ),
        ((), "AUTH PLAIN", "-ERR no", ("no such mechanism",)),
        ((), "AUTH PLAIN", "-ERR unsupported mechanism", ("no such mechanism",)),
        ((), "AUTH PLAIN", "-ERR unknown command", ("does not support AUTH", "try: USER")),
        ((), "AUTH", "-ERR unknown command", ("lists no mechanisms", "CAPA")),
        ((), "STLS", "-ERR no", ("no TLS on this port", "995")),
        ((), "STLS", "-ERR unknown command", ("does not support STLS", "995")),
        # a command out of place, or none
        ((), "STAT", "-ERR no", ("not allowed in the AUTHORIZATION state", "log in first")),
        (LOGGED_IN, "USER x", "-ERR no", ("not allowed in the TRANSACTION state",)),
        ((), "QIUT", "-ERR no", ("did you mean QUIT",)),
        ((), "1234567", "-ERR no", ("no such command", ":help")),
        (LOGGED_IN, "RETR", "-ERR no", ("number is missing", "RETR msg")),
        (LOGGED_IN, "TOP 1", "-ERR no", ("count is missing",)),
        (LOGGED_IN, f"NOOP {'x' * 300}", "-ERR no", ("307 octets", "255")),
        # a message that isn't to be had
        (TWO, "RETR 3", "-ERR no", ("no message 3", "has 2")),
        ((*TWO, "DELE 2", "+OK"), "RETR 2", "-ERR no", ("marked as deleted", "RSET")),
        ((*TWO, "DELE 2", "+OK"), "DELE 2", "-ERR no", ("marked as deleted", "RSET")),
        (LOGGED_IN, "RETR 3", "-ERR no", ("no message 3", "deleted", "try: LIST")),
        (TWO, "RETR 2", "-ERR no", ("cannot read this message", "try: TOP 2 0")),
        (TWO, "TOP 2 0", "-ERR no", ("cannot read this message", "try: RETR 2")),
        (TWO, "DELE 2", "-ERR no", ("reading only", "LIST 2")),
        (LOGGED_IN, "RETR 1", "-ERR [UTF8] no", ("UTF-8 mode", "UTF8")),
        # a command that the server lacks
        (LOGGED_IN, "TOP 1 0", "-ERR unknown command", ("does not support TOP", "RETR")),
        ((*FEW, *LOGGED_IN), "TOP 1 0", "-ERR no", ("does not support TOP",)),
        (LOGGED_IN, "UIDL", "-ERR not implemented", ("does not support UIDL", "LIST")),
        ((), "CAPA", "-ERR invalid command", ("support CAPA; only trying a command",)),
        (LOGGED_IN, "QUIT", "-ERR some not removed", ("not have been removed", "LIST")),
    ],
)
def test_the_likeliest_cause_and_what_to_try(before, command, reply, expected):
    text = said(before, command, reply)
    assert all(part in text for part in expected), text
    assert "\n" not in text


def exchanged(*lines: str, before: tuple[str, ...] = ()) -> str:
    """The hint after an AUTH of lines of client and server in turn, the last one refusing."""
    heard = Remembered(PLAIN)
    for line, answer in zip(before[::2], before[1::2], strict=True):
        heard.ask(line, *answer.split("\r\n"))
    for line, answer in zip(lines[::2], lines[1::2], strict=True):
        heard.ask(line, answer)
    return hint(heard.last, heard.session) or ""


# {"status":"invalid_token"}, {"status":"insufficient_scope"}, {"status":"x"}, nothing readable
EXPIRED, SCOPE = (
    "eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=",
    "eyJzdGF0dXMiOiJpbnN1ZmZpY2llbnRfc2NvcGUifQ==",
)
OTHER, NONE = "eyJzdGF0dXMiOiJ4In0=", "AAEC"


@pytest.mark.parametrize(
    ("mechanism", "error", "dummy", "expected"),
    [
        ("XOAUTH2", EXPIRED, "", "the access token has expired, was revoked"),
        ("XOAUTH2", SCOPE, "", "issued without the scope that mail needs"),
        ("XOAUTH2", OTHER, "", "the server refuses the token"),
        ("XOAUTH2", NONE, "", "the server refuses the token"),
        ("OAUTHBEARER", EXPIRED, "AQ==", "the access token has expired, was revoked"),
    ],
)
@pytest.mark.parametrize("reply", ["-ERR no", "-ERR [AUTH] Authentication failed."])
def test_a_refused_token_is_not_taken_for_a_wrong_password(
    mechanism, error, dummy, expected, reply
):
    """The challenge has told what is wrong; a password would be typed again in vain."""
    sent = GOOD if mechanism == "XOAUTH2" else "bixhPXUsAWF1dGg9QmVhcmVyIHQBAQ=="
    text = exchanged(f"AUTH {mechanism}", "+ ", sent, f"+ {error}", dummy, reply)
    assert expected in text
    assert f":login NAME {mechanism}, with a new token" in text
    assert "password" not in text
    assert "USER" not in text


def test_a_token_refused_without_a_word_is_still_a_token():
    text = exchanged("AUTH XOAUTH2", "+ ", GOOD, "-ERR [AUTH] no", before=("USER mrose", "+OK"))
    assert "likely the access token has expired or was revoked" in text
    assert ":login mrose XOAUTH2, with a new token" in text
    assert "password" not in text


@pytest.mark.parametrize("answer", ["*", "YWJj", ""])
def test_what_the_server_told_counts_whatever_answered_it(answer):
    text = exchanged("AUTH XOAUTH2", "+ ", GOOD, f"+ {EXPIRED}", answer, "-ERR no")
    assert "the access token has expired, was revoked" in text


def test_a_login_that_the_user_cancelled_is_not_taken_for_a_wrong_password():
    text = exchanged("AUTH CRAM-MD5", "+ PDFAeD4=", "*", "-ERR cancelled")
    assert "the client cancelled the login" in text
    assert ":auth CRAM-MD5 NAME --step" in text
    assert "wrong" not in text


def test_a_response_that_is_no_base64_is_told_as_that():
    text = exchanged("AUTH PLAIN", "+ ", "tanstaaf!", "-ERR no")
    assert "the response is not base64" in text
    assert "tanstaaf" not in text


@pytest.mark.parametrize(("capa", "other"), [((), "USER"), (CAPA, "PLAIN")])
def test_a_digest_refused_may_be_for_want_of_a_readable_password(capa, other):
    digest = "bXJvc2UgMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDA="
    text = exchanged("AUTH CRAM-MD5", "+ PDFAeD4=", digest, "-ERR no", before=capa)
    assert "does not keep the password in a form that CRAM-MD5 can use" in text
    assert f":login NAME {other}" in text


def test_a_server_that_tells_its_reason_in_scram_is_quoted():
    steps = ("AUTH SCRAM-SHA-1", "+ ", "biwsbj11LHI9cg==", "+ ZT11bmtub3duLXVzZXI=", "", "-ERR no")
    assert "the server knows no such user" in exchanged(*steps)


def test_apop_where_the_greeting_offers_it():
    text = said((), f"APOP mrose {'a' * 32}", "-ERR no", "+OK <1.2@example.org>")
    assert "password is wrong" in text
    assert ":login mrose USER" in text


@pytest.mark.parametrize(
    ("before", "command", "reply"),
    [
        ((), "USER mrose", "+OK"),
        (LOGGED_IN, "STAT", "+OK 2 320"),
        (LOGGED_IN, "STAT", "-ERR who knows"),
        (LOGGED_IN, "NOOP", "-ERR [X-UNKNOWN] who knows"),
    ],
)
def test_nothing_is_said_where_nothing_is_known(before, command, reply):
    assert said(before, command, reply) == ""


@pytest.mark.parametrize(
    ("before", "command"),
    [
        (LOGGED_IN[:2], "PASS open-sesame"),
        ((), "PASS open-sesame"),
        ((), "USER mrose open-sesame"),
        ((), "APOP mrose open-sesame"),
        ((), "AUTH PLAIN b3Blbi1zZXNhbWU="),
        (LOGGED_IN[:2], "open-sesame"),
    ],
)
def test_a_secret_is_never_repeated(before, command):
    text = said(before, command, "-ERR open-sesame is wrong")
    assert "open-sesame" not in text
    assert "b3Blbi1" not in text


def test_a_password_sent_ahead_of_the_reply_to_user_is_no_fault_of_order():
    heard = Remembered(PLAIN)
    heard.c("USER mrose", "PASS x")
    heard.s("+OK", "-ERR no")
    assert "password is wrong" in (hint(heard.last, heard.session) or "")


def test_a_refusal_that_closes_the_connection_is_still_explained():
    heard = Remembered(PLAIN)
    heard.ask("USER mrose", "+OK")
    heard.ask("PASS x", "-ERR no")
    heard.close()
    assert "password is wrong" in (hint(heard.last, heard.session) or "")


@pytest.mark.parametrize(
    ("listed", "command", "hidden"),
    [
        ("SASL PLAIN", "USER mrose", True),
        ("SASL PLAIN", "AUTH PLAIN AGEAYg==", False),
        ("USER", "USER mrose", False),
        ("USER", "AUTH PLAIN AGEAYg==", True),
    ],
)
def test_only_the_way_to_log_in_that_is_not_listed_is_said_to_wait_for_tls(listed, command, hidden):
    capa = ("CAPA", f"+OK\r\nSTLS\r\n{listed}\r\n.")
    assert ("without TLS" in said(capa, command, "-ERR no")) is hidden
