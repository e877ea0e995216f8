"""UTF8, LANG and LOGIN-DELAY: what CAPA announces is what is done."""

from __future__ import annotations

import hashlib

import pytest
from support.maildrops import maildrop_of, maildrop_of_sizes
from support.talk import Talk

from pop3shell.server.context import Policy
from pop3shell.server.delay import LoginDelay
from pop3shell.server.maildrops.maildrop import Maildrop
from pop3shell.server.maildrops.sample import SampleSource
from pop3shell.server.session import Session


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class TestUtf8:
    def test_texts_are_utf8_after_it_and_ascii_before(self) -> None:
        def login(*before: str) -> bytes:
            session = Session({"zoë": ("x", maildrop_of_sizes(120))})
            lines = [*before, "USER zoë", "PASS x"]
            return b"".join(session.receive("".join(f"{x}\r\n" for x in lines).encode()))

        assert b"+OK zo?'s maildrop" in login()
        assert "+OK zoë's maildrop".encode() in login("UTF8")

    def test_stls_is_refused_after_it_and_no_longer_announced(self, maildrop) -> None:
        talk = Talk(maildrop, policy=Policy(stls=True))
        assert "\r\nSTLS\r\n" in talk("CAPA")
        assert talk("UTF8") == "+OK UTF-8 mode is on\r\n"
        assert "\r\nSTLS\r\n" not in talk("CAPA")
        assert "\r\nUTF8 USER\r\n" in talk("CAPA")
        assert talk("STLS").startswith("-ERR STLS is not allowed after UTF8")
        assert not talk.session.negotiating

    RAW = "Subject: Żółć\r\n\r\nbody\r\n".encode()

    def opened(self, message: bytes, *before: str, utf8: bool = True) -> Talk:
        talk = Talk(maildrop_of(message), policy=Policy(utf8=utf8))
        for line in before:
            talk(line)
        return talk.log_in()

    def test_a_header_that_is_not_ascii_is_only_sent_in_its_mode(self) -> None:
        """RFC 6856 section 2.1: it MUST NOT be sent as it is to others."""
        talk = self.opened(self.RAW)
        for command in ("RETR 1", "TOP 1 0"):
            assert talk(command) == (
                "-ERR [UTF8] the header of message 1 is not ASCII, log in again and send UTF8 "
                "before that (RFC 6856 section 2.1)\r\n"
            )
        assert talk("LIST 1") == f"+OK 1 {len(self.RAW)}\r\n"
        assert talk("DELE 1").startswith("+OK")
        talk = self.opened(self.RAW, "UTF8")
        assert talk.raw(b"RETR 1\r\n").endswith(self.RAW + b".\r\n")
        assert talk.raw(b"TOP 1 0\r\n").endswith(self.RAW.replace(b"body\r\n", b".\r\n"))

    @pytest.mark.parametrize("octets", [b"\xe9", "é".encode(), b"\x1b]0;x\x07 \xff\x00"])
    def test_a_body_of_eight_bits_is_served_as_stored_in_either(self, octets) -> None:
        message = b"Subject: ASCII\r\n\r\nabonn" + octets + b"\r\n"
        for before in ((), ("UTF8",)):
            talk = self.opened(message, *before)
            assert talk.raw(b"RETR 1\r\n").endswith(message + b".\r\n")
            assert talk.raw(b"TOP 1 1\r\n").endswith(message + b".\r\n")

    @pytest.mark.parametrize(
        ("message", "sent"),
        [
            (b"\r\n\xe9\r\n", True),  # no header, so all of it is the body
            (b"\xe9\r\n", False),  # no body
            (b"A: 1\r\n\r\n\xe9\r\n", True),
            (b"A: \xe9", False),
            (b"", True),
        ],
    )
    def test_what_is_the_header_is_told_in_odd_messages_too(self, message, sent) -> None:
        assert self.opened(message)("RETR 1").startswith("+OK" if sent else "-ERR [UTF8]")

    def test_a_server_without_it_serves_every_header_as_stored(self) -> None:
        talk = self.opened(self.RAW, utf8=False)
        assert talk.raw(b"RETR 1\r\n").endswith(self.RAW + b".\r\n")
        assert "UTF8" not in talk("CAPA")
        talk("QUIT")
        talk = Talk(maildrop_of(self.RAW), policy=Policy(utf8=False))
        assert talk("UTF8") == "-ERR UTF8 is not supported by this server\r\n"

    def test_of_the_sample_maildrop_all_is_sent_then(self) -> None:
        talk = Talk(Maildrop(SampleSource()))
        talk("UTF8")
        talk.log_in()
        assert all(talk(f"RETR {number}").startswith("+OK") for number in range(1, 18))
        others = Talk(Maildrop(SampleSource())).log_in()
        refused = [n for n in range(1, 18) if others(f"RETR {n}").startswith("-ERR [UTF8]")]
        assert refused == [5]

    def test_a_long_text_is_not_cut_within_a_character(self) -> None:
        session = Session({"é" * 124: ("x", maildrop_of_sizes(120))})
        lines = f"UTF8\r\nUSER {'é' * 124}\r\nPASS x\r\n".encode()
        last = b"".join(session.receive(lines)).split(b"\r\n")[-2]
        assert last.decode().startswith("+OK ééé")


class TestUtf8User:
    def test_names_and_passwords_may_be_utf_8(self) -> None:
        session = Session({"zoë": ("żółć", maildrop_of_sizes(120))})
        replies = b"".join(session.receive("USER zoë\r\nPASS żółć\r\n".encode()))
        assert replies.endswith(b"+OK zo?'s maildrop has 1 message (120 octets)\r\n")

    def test_octets_that_are_no_text_are_refused(self, new) -> None:
        assert new("USER \xff\xfe") == (
            "-ERR a name must be ASCII or UTF-8 (RFC 6856 section 2.2)\r\n"
        )
        new("USER mrose")
        assert new("PASS \xff").startswith("-ERR [AUTH]")
        assert new(f"APOP \xff {'0' * 32}").startswith("-ERR [AUTH]")

    def test_names_and_passwords_are_compared_as_saslprep_leaves_them(self) -> None:
        session = Session({"zoë": ("ⅸ", maildrop_of_sizes(120))})
        replies = b"".join(session.receive("USER zoe\u0308\r\nPASS i\u00adx\r\n".encode()))
        assert b"+OK zo?'s maildrop" in replies

    @pytest.mark.parametrize("given", ["\u00ad", "\u200e", "\ue000"])
    def test_a_password_that_saslprep_leaves_nothing_of_fits_nobody(self, given) -> None:
        session = Session({"zoe": ("\ue000", maildrop_of_sizes(120))}, b"<1@x>")
        replies = b"".join(session.receive(f"USER zoe\r\nPASS {given}\r\n".encode()))
        assert replies.endswith(b"-ERR [AUTH] wrong name or password\r\n")
        digest = hashlib.md5(b"<1@x>").hexdigest()
        assert b"[AUTH]" in b"".join(session.receive(f"APOP zoe {digest}\r\n".encode()))


class TestLang:
    def test_the_languages_are_listed_by_their_own_names(self, new) -> None:
        assert new("LANG") == "+OK language list follows\r\nen English\r\nde Deutsch\r\n.\r\n"

    @pytest.mark.parametrize(
        ("wanted", "tag"),
        [("en", "en"), ("EN", "en"), ("de", "de"), ("de-CH", "de"), ("de-*", "de"), ("*", "en")],
    )
    def test_a_language_is_chosen_by_its_tag(self, new, wanted, tag) -> None:
        assert new(f"LANG {wanted}").startswith(f"+OK {tag} ")

    def test_texts_are_german_after_lang_de_in_both_states(self, new) -> None:
        new("LANG de")
        assert new("USER mrose") == "+OK jetzt PASS senden\r\n"
        assert new("PASS wrong") == "-ERR [AUTH] Name oder Passwort ist falsch\r\n"
        new.log_in()
        assert new.raw(b"DELE 1\r\n").decode() == "+OK Nachricht 1 zum Löschen vorgemerkt\r\n"
        assert new("STAT") == "+OK 1 200\r\n"
        assert new("LANG en").startswith("+OK en ")
        assert new("RSET") == "+OK 2 messages (320 octets)\r\n"

    @pytest.mark.parametrize("wanted", ["MUL", "uga", "x", "deu", "en1"])
    def test_an_unknown_one_is_refused_and_the_language_stays(self, new, wanted) -> None:
        new("LANG de")
        assert new(f"LANG {wanted}").startswith("-ERR keine Texte in dieser Sprache")
        assert new("USER mrose") == "+OK jetzt PASS senden\r\n"

    @pytest.mark.parametrize("wanted", ["", "-", "de_CH", "a" * 9, "ä", "de "])
    def test_what_is_no_language_tag_is_refused(self, new, wanted) -> None:
        assert new(f"LANG {wanted}").startswith("-ERR ")

    def test_every_language_listed_can_be_chosen(self, new) -> None:
        tags = [line.split()[0] for line in new("LANG").split("\r\n")[1:-2]]
        assert all(new(f"LANG {tag}").startswith(f"+OK {tag} ") for tag in tags)


class TestLoginDelay:
    def sessions(self, maildrop) -> tuple[Clock, Policy]:
        clock = Clock()
        return clock, Policy(delay=LoginDelay(60, clock))

    def test_a_login_too_soon_after_the_last_is_refused_until_the_time_is_over(
        self, maildrop
    ) -> None:
        clock, policy = self.sessions(maildrop)
        assert Talk(maildrop, policy=policy).log_in()("QUIT").startswith("+OK")
        talk = Talk(maildrop, policy=policy)
        clock.now += 17.5
        talk("USER mrose")
        assert talk("PASS tanstaaf") == (
            "-ERR [LOGIN-DELAY] too soon after the last login, wait 43 s\r\n"
        )
        talk("USER mrose")
        assert talk("PASS wrong").startswith("-ERR [AUTH] ")  # tells nobody that mrose was here
        assert talk("AUTH PLAIN AG1yb3NlAHRhbnN0YWFm").startswith("-ERR [LOGIN-DELAY] ")
        clock.now += 42.5
        talk.log_in()

    def test_the_delay_is_each_accounts_own(self) -> None:
        policy = Policy(delay=LoginDelay(60, Clock()))
        accounts = {name: ("x", maildrop_of_sizes(100)) for name in "ab"}
        for name in accounts:
            session = Session(accounts, policy=policy)
            replies = b"".join(session.receive(f"USER {name}\r\nPASS x\r\n".encode()))
            assert b"maildrop has" in replies

    def test_a_refused_login_does_not_count(self, maildrop) -> None:
        _, policy = self.sessions(maildrop)
        talk = Talk(maildrop, policy=policy)
        talk("USER mrose")
        talk("PASS wrong")
        talk.log_in()

    def test_it_is_announced_alike_before_and_after_login(self, maildrop) -> None:
        _, policy = self.sessions(maildrop)
        talk = Talk(maildrop, policy=policy)
        assert "\r\nLOGIN-DELAY 60\r\n" in talk("CAPA")
        assert "\r\nLOGIN-DELAY 60\r\n" in talk.log_in()("CAPA")

    def test_without_one_nothing_is_announced_or_refused(self, maildrop) -> None:
        for _ in range(3):
            talk = Talk(maildrop).log_in()
            assert "LOGIN-DELAY" not in talk("CAPA")
            talk("QUIT")
