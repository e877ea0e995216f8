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
        (CAPA, "AUTH PLAIN AGEAYg==", "-ERR no", ("name or password are wrong", ":login")),
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
        ((), "CAPA", "-ERR invalid command", ("does not support CAPA",)),
        (LOGGED_IN, "QUIT", "-ERR some not removed", ("not have been removed", "LIST")),
    ],
)
def test_the_likeliest_cause_and_what_to_try(before, command, reply, expected):
    text = said(before, command, reply)
    assert all(part in text for part in expected), text
    assert "\n" not in text


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
