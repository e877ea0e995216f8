"""What was recorded goes out again, in step and safely, and every other answer is told."""

from __future__ import annotations

import asyncio
import hashlib
import io
import socket
import ssl
from base64 import b64decode, b64encode
from pathlib import Path

import pytest
import trustme
from support.practice import SECONDS
from support.scripted import ScriptedServer, close, dialogue, expect, reset, stall

from pop3shell.net.replay.model import Outcome, Rules, Target
from pop3shell.net.replay.player import replay
from pop3shell.net.replay.reading import make_script
from pop3shell.net.replay.script import Script
from pop3shell.net.replay.secrets import (
    WRONG_WORD,
    Secrets,
    check_logins,
    find_secrets,
)
from pop3shell.net.tls_settings import TlsSettings
from pop3shell.protocol import limits
from pop3shell.transcript.compare import Level
from pop3shell.transcript.errors import MissingSecret, TranscriptError
from pop3shell.transcript.reader import read, read_file

HEAD = "%POP3-TRANSCRIPT 1\n"
WRONG = WRONG_WORD.decode()
SMOKE = Path(__file__).parents[2] / "transcripts" / "smoke-test.pop3"
LOGIN = ("S: +OK ready", "C: USER mrose", "S: +OK", "C: PASS secret-word", "S: +OK")


def script_of(*lines: str) -> Script:
    return make_script(read(io.BytesIO((HEAD + "".join(f"{line}\n" for line in lines)).encode())))


def run(server, script: Script, *, values=None, user="", rules=None, **target) -> Outcome:
    """Replay with these values of secrets; the account's password is ``tanstaaf``."""

    async def ask(name: str, account: bool) -> str | None:
        return "tanstaaf" if account else None

    async def play() -> Outcome:
        found = await find_secrets(script, values or {}, user, ask)
        check_logins(script, found)
        where = Target(server.host, server.port, **{"timeout": SECONDS, **target})
        async with asyncio.timeout(SECONDS):
            return await replay(script, found, where, rules or Rules())

    return asyncio.run(play())


def told(outcome: Outcome) -> list[str]:
    return [str(difference) for difference in outcome.differences]


def against(*steps, lines, **options) -> Outcome:
    """Replay ``lines`` against a server that does ``steps``."""
    with ScriptedServer(*dialogue(*steps)) as server:
        return run(server, script_of(*lines), **options)


class TestSending:
    def test_a_server_that_answers_the_same(self) -> None:
        lines = (*LOGIN, "C: STAT", "S: +OK 2 320", "C: QUIT", "S: +OK bye")
        outcome = against(*lines, lines=lines, rules=Rules(Level.EXACT))
        assert (told(outcome), outcome.trouble, outcome.notes) == ([], "", [])
        assert outcome.replies == 5

    def test_each_line_waits_for_the_reply_to_the_one_before(self) -> None:
        lines = ["S: +OK ready", *(f"{side} {n}" for n in range(50) for side in ("C: TOP", "S: +"))]
        lines = [line.replace("TOP", "NOOP").replace("S: +", "S: +OK") for line in lines]
        assert told(against(*lines, lines=lines)) == []

    def test_what_was_pipelined_is_pipelined_again(self) -> None:
        together = expect(b"STAT\r\nLIST 1\r\nNOOP\r\n")
        steps = ("S: +OK ready", together, "S: +OK 2 320", "S: +OK 1 120", "S: +OK")
        lines = ("S: +OK ready", "C: STAT", "C: LIST 1", "C: NOOP", *steps[2:])
        outcome = against(*steps, lines=lines)
        assert (told(outcome), outcome.replies) == ([], 4)

    def test_replies_in_one_block_are_told_apart(self) -> None:
        lines = ("S: +OK", "C: LIST", "C: RETR 1", "C: STAT",
                 "S: +OK", "S: 1 5", "S: .", "S: +OK", "S: text", "S: .", "S: +OK 1 5")  # fmt: skip
        steps = ("S: +OK", expect(b"LIST\r\nRETR 1\r\nSTAT\r\n"), *lines[4:-1], "S: +OK 7 5")
        assert told(against(*steps, lines=lines)) == [
            'line 12, reply to STAT: expected "+OK 1 5", got "+OK 7 5"'
        ]

    def test_a_client_that_was_half_a_window_ahead(self) -> None:
        lines = ("S: +OK", "C: STAT", "C: NOOP", "S: +OK 1 5", "C: LIST 1", "S: +OK", "S: +OK 1 5")
        steps = ("S: +OK", expect(b"STAT\r\nNOOP\r\n"), "S: +OK 1 5", *lines[4:])
        assert told(against(*steps, lines=lines)) == []

    def test_a_line_goes_out_as_it_stands_odd_octets_and_all(self) -> None:
        lines = ("S: +OK", r"C: noop \xff\x09\n", "S: -ERR", "C: QUIT", "S: +OK")
        steps = ("S: +OK", expect(b"noop \xff\t\n"), "S: -ERR", "C: QUIT", "S: +OK")
        assert told(against(*steps, lines=lines)) == []

    def test_a_line_that_was_recorded_in_parts(self) -> None:
        lines = ("S: +OK", "C: NO\\", "C: OP", "S: +OK")
        assert told(against("S: +OK", "C: NOOP", "S: +OK", lines=lines)) == []

    def test_an_excerpt_without_a_greeting(self) -> None:
        outcome = against("S: +OK x", "C: NOOP", "S: +OK", lines=("C: NOOP", "S: +OK"))
        assert (told(outcome), outcome.replies) == ([], 1)

    def test_a_recording_begun_in_the_middle_says_that_its_beginning_is_not_sent(self) -> None:
        lines = ("*: joined 192.0.2.1:110 in the TRANSACTION state", "C: NOOP", "S: +OK")
        outcome = against("S: +OK x", "C: NOOP", "S: +OK", lines=lines)
        assert told(outcome) == []
        text = "what was said before is missing, so it is not sent"
        assert outcome.notes == [(2, f"recording began in the TRANSACTION state: {text}")]

    def test_a_transcript_that_was_cut_off(self) -> None:
        script = make_script(read(io.BytesIO((HEAD + "S: +OK\nC: RETR 1\nS: +OK\nS: te").encode())))
        with ScriptedServer(*dialogue("S: +OK", "C: RETR 1", "S: +OK", "S: x", "S: .")) as server:
            outcome = run(server, script)
        assert (told(outcome), outcome.trouble) == ([], "")
        assert [number for number, _ in outcome.notes] == [3, 5]

    def test_what_the_server_said_unasked_is_not_waited_for(self) -> None:
        lines = ("S: +OK", "C: NOOP", "S: +OK", "S: -ERR autologout", "*: closed by server")
        outcome = against("S: +OK", "C: NOOP", "S: +OK", lines=lines)
        assert outcome.notes == [
            (5, "the server said this unasked when it was recorded; it is not waited for")
        ]


class TestComparing:
    LINES = ("S: +OK ready", "C: STAT", "S: +OK 2 320", "C: QUIT", "S: +OK bye")

    @pytest.mark.parametrize(
        ("level", "differing"), [("status", []), ("shape", [4]), ("exact", [2, 4, 6])]
    )
    def test_as_closely_as_asked(self, level, differing) -> None:
        steps = ("S: +OK hello", "C: STAT", "S: +OK 3 320", "C: QUIT", "S: +OK gone")
        outcome = against(*steps, lines=self.LINES, rules=Rules(Level(level)))
        assert [difference.number for difference in outcome.differences] == differing

    def test_it_goes_on_behind_a_difference(self) -> None:
        steps = ("S: +OK", "C: STAT", "S: -ERR no", "C: QUIT", "S: -ERR no")
        assert told(against(*steps, lines=self.LINES)) == [
            'line 4, reply to STAT: expected "+OK 2 320", got "-ERR no"',
            'line 6, reply to quit: expected "+OK bye", got "-ERR no"'.replace("quit", "QUIT"),
        ]

    def test_or_stops_at_the_first(self) -> None:
        steps = ("S: +OK", "C: STAT", "S: -ERR no", close)
        with ScriptedServer(*dialogue(*steps)) as server:
            outcome = run(server, script_of(*self.LINES), rules=Rules(fail_fast=True))
            assert len(outcome.differences) == 1
        assert server.received == b"STAT\r\n"

    def test_or_stops_at_the_first_behind_a_login(self) -> None:
        lines = (*LOGIN, "C: STAT", "S: +OK 2 320", "C: NOOP", "S: +OK", "C: QUIT", "S: +OK bye")
        steps = (*LOGIN, "C: STAT", "S: -ERR no", close)
        with ScriptedServer(*dialogue(*steps)) as server:
            outcome = run(server, script_of(*lines), rules=Rules(fail_fast=True))
            assert len(outcome.differences) == 1
        assert server.received.endswith(b"STAT\r\n")

    def test_a_line_that_nothing_answers(self) -> None:
        steps = ("S: +OK", "C: STAT", "S: +OK 2 320", "S: +OK again", "C: QUIT", "S: +OK bye")
        assert told(against(*steps, lines=self.LINES)) == [
            'line 3, said unasked: expected nothing, got "+OK again"'
        ]

    def test_expectations_by_hand(self) -> None:
        lines = (r"S~ \+OK.*", "C: CAPA", "S: +OK", "S...", "S~ SASL .*PLAIN.*", "S...", "S: .",
                 "C: NOOP", r"S~ (\+OK|-ERR).*")  # fmt: skip
        good = ("S: +OK", "C: CAPA", "S: +OK", "S: TOP", "S: SASL LOGIN PLAIN", "S: .",
                "C: NOOP", "S: +OK")  # fmt: skip
        assert told(against(*good, lines=lines)) == []
        bad = [line.replace("PLAIN", "X") for line in good]
        assert told(against(*bad, lines=lines)) == [
            "line 6, reply to CAPA: expected a line like SASL .*PLAIN.*, got nothing more"
        ]

    @pytest.mark.parametrize("reply", [("S: -ERR no",), ("S: +OK", "S: TOP", "S: ."), ("S: +OK",)])
    def test_any_lines_alone_are_any_reply(self, reply) -> None:
        lines = ("S: +OK", "C: CAPA" if len(reply) != 1 or "E" in reply[0] else "C: NOOP", "S...",
                 "C: QUIT", "S: +OK")  # fmt: skip
        steps = ("S: +OK", lines[1], *reply, "C: QUIT", "S: +OK")
        assert told(against(*steps, lines=lines)) == []

    def test_any_lines_cannot_be_a_reply_among_several(self) -> None:
        with pytest.raises(TranscriptError, match="line 5: what stands for any lines"):
            script_of("S: +OK", "C: STAT", "C: NOOP", "S...", "S: +OK")

    def test_the_smoke_test_holds_for_the_practice_server(self, practice_server) -> None:
        outcome = run(practice_server(), make_script(read_file(SMOKE)))
        assert (told(outcome), outcome.trouble, outcome.replies) == ([], "", 5)

    def test_the_smoke_test_holds_for_a_server_without_capa_too(self) -> None:
        steps = ["S: +OK"]
        for line in ("CAPA", "STAT", "XYZZY"):
            steps += [f"C: {line}", "S: -ERR"]
        with ScriptedServer(*dialogue(*steps, "C: quit", "S: +OK")) as server:
            assert told(run(server, make_script(read_file(SMOKE)))) == []

    def test_and_fails_for_one_that_is_too_willing(self) -> None:
        steps = ("S: +OK", "C: CAPA", "S: -ERR", "C: STAT", "S: +OK 0 0", "C: XYZZY", "S: -ERR",
                 "C: quit", "S: +OK")  # fmt: skip
        with ScriptedServer(*dialogue(*steps)) as server:
            outcome = run(server, make_script(read_file(SMOKE)))
        assert [difference.where for difference in outcome.differences] == ["reply to STAT"]

    def test_an_elided_body_is_compared_by_its_digest(self) -> None:
        digest = hashlib.sha256(b"two\r\n").hexdigest()
        lines = ("S: +OK", "C: RETR 1", "S: +OK", "S: one", f"*: elided 5 octets sha256={digest}",
                 "S: .")  # fmt: skip
        steps = ("S: +OK", "C: RETR 1", "S: +OK", "S: one", "S: two", "S: .")
        assert told(against(*steps, lines=lines, rules=Rules(Level.EXACT))) == []
        steps = (*steps[:4], "S: TWO", "S: .")
        assert len(told(against(*steps, lines=lines, rules=Rules(Level.EXACT)))) == 1

    @pytest.mark.parametrize("name", ["rfc1939-example", "telnet-column", "client-and-server"])
    def test_the_sessions_that_people_learn_from_can_be_replayed(self, name) -> None:
        script = make_script(read_file(SMOKE.with_name(f"{name}.txt")))
        assert script.turns[-1].command.verb.upper() == b"QUIT"
        assert all(reply.complete for turn in script.turns for reply in turn.replies)


class TestDeleting:
    LINES = ("S: +OK", "C: DELE 1", "S: +OK", "C: QUIT", "S: +OK bye (1 deleted)")

    def test_a_recorded_quit_removes_nothing(self) -> None:
        steps = ("S: +OK", "C: DELE 1", "S: +OK", "C: RSET", "S: +OK", "C: QUIT", "S: +OK bye")
        outcome = against(*steps, lines=self.LINES, rules=Rules(Level.EXACT))
        assert told(outcome) == []
        ((number, text),) = outcome.notes
        assert number == 5
        assert "RSET was sent before QUIT, so they stay; --allow-delete" in text

    def test_unless_that_is_allowed(self) -> None:
        steps = ("S: +OK", "C: DELE 1", "S: +OK", "C: QUIT", "S: +OK")
        outcome = against(*steps, lines=self.LINES, rules=Rules(allow_delete=True))
        assert (told(outcome), outcome.notes) == ([], [])

    def test_a_refused_mark_is_none(self) -> None:
        steps = ("S: +OK", "C: DELE 1", "S: -ERR", "C: QUIT", "S: +OK")
        assert len(told(against(*steps, lines=self.LINES))) == 1

    def test_marks_that_were_taken_back_need_no_reset(self) -> None:
        lines = (*self.LINES[:3], "C: RSET", "S: +OK", "C: QUIT", "S: +OK")
        outcome = against(*lines, lines=lines)
        assert (told(outcome), outcome.notes) == ([], [])

    def test_where_rset_is_refused_the_session_is_left_without_quit(self) -> None:
        steps = ("S: +OK", "C: DELE 1", "S: +OK", "C: RSET", "S: -ERR no", close)
        with ScriptedServer(*dialogue(*steps)) as server:
            (difference,) = run(server, script_of(*self.LINES)).differences
        assert (difference.number, "QUIT was not sent" in difference.got) == (5, True)
        assert b"QUIT" not in server.received

    def test_a_pipelined_quit_waits_until_it_is_known_what_is_marked(self) -> None:
        lines = ("S: +OK", "C: DELE 1", "C: QUIT", "S: +OK", "S: +OK")
        steps = ("S: +OK", "C: DELE 1", "S: +OK", "C: RSET", "S: +OK", "C: QUIT", "S: +OK")
        assert told(against(*steps, lines=lines)) == []

    @pytest.mark.parametrize("mark", [r"dele 1", r"DELE  1", r"\x20DELE 1", r"NOOP\x0dDELE 1",
                                      r"DELE 1\n", r"DELE\x091"])  # fmt: skip
    @pytest.mark.parametrize(
        "leave", [r"quit", r"\x20QUIT", r"QUIT\n", r"NOOP\x0dQUIT", "QUIT now"]
    )
    def test_no_odd_spelling_gets_past_that(self, mark, leave, monkeypatch) -> None:
        # What replies to no known command has its end by silence; that much is none of loopback's.
        monkeypatch.setattr(limits, "QUIET", 0.1)

        def octets(text: str) -> bytes:
            raw = text.removesuffix(r"\n").encode().decode("unicode_escape").encode()
            return raw + (b"\n" if text.endswith(r"\n") else b"\r\n")

        lines = ("S: +OK", f"C: {mark}", "S: +OK", f"C: {leave}", "S: +OK")
        steps = ("S: +OK", expect(octets(mark)), "S: +OK", "C: RSET", "S: +OK",
                 expect(octets(leave)), "S: +OK")  # fmt: skip
        with ScriptedServer(*dialogue(*steps)) as server:
            run(server, script_of(*lines))
        assert b"RSET" in server.received

    @pytest.mark.parametrize("between", ["# a note", "*: what", "S: what?"])
    def test_nor_does_one_in_two_parts(self, between) -> None:
        lines = ("S: +OK", "C: DELE 1", "S: +OK", "C: QU\\", between, "C: IT", "S: +OK")
        steps = ("S: +OK", "C: DELE 1", "S: +OK", "C: RSET", "S: +OK", "C: QUIT", "S: +OK")
        with ScriptedServer(*dialogue(*steps)) as server:
            run(server, script_of(*lines))
        assert server.received == b"DELE 1\r\nRSET\r\nQUIT\r\n"

    def test_the_practice_server_keeps_its_mail(self, practice_server) -> None:
        server = practice_server()
        lines = ("S: +OK", "C: USER mrose", "S: +OK", "C: PASS tanstaaf", "S: +OK", "C: DELE 1",
                 "S: +OK", "C: QUIT", "S: +OK")  # fmt: skip
        for _ in range(2):
            assert told(run(server, script_of(*lines))) == []
        assert told(run(server, script_of(*lines), rules=Rules(allow_delete=True))) == []
        client = server.dial()
        client.log_in()
        assert client.ask("STAT").startswith("+OK 16 ")
        client.close()


class TestSecrets:
    def test_a_password_takes_its_place(self) -> None:
        lines = ("S: +OK", "C: USER u", "S: +OK", "C: PASS ${password}", "S: +OK")
        steps = ("S: +OK", "C: USER u", "S: +OK", "C: PASS tanstaaf", "S: +OK")
        assert told(against(*steps, lines=lines)) == []

    def test_one_that_was_refused_is_sent_as_a_wrong_word(self) -> None:
        lines = ("S: +OK", "C: PASS ${password}", "S: -ERR no", "C: PASS ${password2}", "S: +OK")
        steps = ("S: +OK", f"C: PASS {WRONG}", "S: -ERR no", "C: PASS tanstaaf", "S: +OK")
        assert told(against(*steps, lines=lines)) == []

    def test_one_that_was_refused_for_another_reason_is_the_right_one(self) -> None:
        lines = ("S: +OK", "C: PASS ${password}", "S: -ERR [IN-USE] wait")
        steps = ("S: +OK", "C: PASS tanstaaf", "S: -ERR [IN-USE] wait")
        assert told(against(*steps, lines=lines)) == []

    def test_values_that_are_given_come_first(self) -> None:
        lines = ("S: +OK", "C: PASS ${password}", "S: -ERR no", "C: PASS ${password2}", "S: +OK")
        steps = ("S: +OK", "C: PASS one", "S: -ERR no", "C: PASS two", "S: +OK")
        values = {"password": b"one", "password2": b"two"}
        assert told(against(*steps, lines=lines, values=values)) == []

    def test_a_value_that_nobody_knows_is_told_with_its_line(self) -> None:
        lines = ("S: +OK", "C: PASS ${password}", "S: +OK", "C: XA ${password2}", "S: +OK")
        with pytest.raises(MissingSecret, match=r"line 5: no value is given for \$\{password2\}"):
            against(lines=lines)

    def test_a_secret_that_the_server_repeats_is_in_no_difference(self) -> None:
        lines = ("S: +OK", "C: XSECRET ${password}", "S: +OK")
        steps = ("S: +OK", "C: XSECRET tanstaaf", "S: -ERR tanstaaf is wrong")
        assert told(against(*steps, lines=lines))[0].endswith('got "-ERR ${password} is wrong"')

    def test_the_digest_is_made_of_the_new_greeting(self) -> None:
        digest = hashlib.md5(b"<2@host>tanstaaf").hexdigest()
        lines = ("S: +OK <1@host>", "C: APOP mrose ${apop}", "S: +OK")
        steps = ("S: +OK <2@host>", f"C: APOP mrose {digest}", "S: +OK")
        assert told(against(*steps, lines=lines)) == []

    def test_a_digest_that_was_given_is_sent_as_it_is(self) -> None:
        lines = ("S: +OK <1@host>", "C: APOP mrose ${apop}", "S: +OK")
        steps = ("S: +OK <2@host>", "C: APOP mrose 0123", "S: +OK")
        assert told(against(*steps, lines=lines, values={"apop": b"0123"})) == []

    def test_without_a_timestamp_there_is_no_digest(self) -> None:
        lines = ("S: +OK <1@host>", "C: APOP mrose ${apop}", "S: +OK", "C: QUIT", "S: +OK")
        with ScriptedServer(b"+OK\r\n", close) as server:
            (difference,) = run(server, script_of(*lines)).differences
        assert (difference.number, server.received) == (3, b"")
        assert "no timestamp" in difference.got

    def test_a_refused_digest_is_refused_again(self) -> None:
        lines = ("S: +OK <1@host>", "C: APOP mrose ${apop}", "S: -ERR no")
        digest = hashlib.md5(b"<2@host>" + WRONG_WORD).hexdigest()
        steps = ("S: +OK <2@host>", f"C: APOP mrose {digest}", "S: -ERR no")
        assert told(against(*steps, lines=lines)) == []


SCRAM = ("S~ \\+ .+", "C: ${sasl}", "S~ \\+ .+", "C:", "S: +OK")
FIRST = ("S:+\\x20".replace(":", ": "), "C: ${sasl}")
EXCHANGES = {
    "PLAIN": (*FIRST, "S: +OK"),
    "LOGIN": ("S~ \\+ .+", "C: ${sasl}", "S~ \\+ .+", "C: ${sasl}", "S: +OK"),
    "CRAM-MD5": ("S~ \\+ .+", "C: ${sasl}", "S: +OK"),
    "SCRAM-SHA-256": (*FIRST, *SCRAM),
}


class TestSasl:
    @pytest.mark.parametrize("mechanism", EXCHANGES)
    def test_a_login_is_done_again(self, practice_server, mechanism) -> None:
        lines = ("S: +OK", f"*: auth {mechanism} as mrose", f"C: AUTH {mechanism}",
                 *EXCHANGES[mechanism], "C: STAT", "S: +OK 17 1", "C: QUIT", "S: +OK")  # fmt: skip
        outcome = run(practice_server(), script_of(*lines))
        assert (told(outcome), outcome.trouble, outcome.notes) == ([], "", [])

    @pytest.mark.parametrize("place", ["before", "behind the challenge", "behind the end"])
    def test_the_event_may_stand_anywhere_about_the_login(self, practice_server, place) -> None:
        lines = ["S: +OK", "C: AUTH PLAIN", *FIRST, "S: +OK", "C: STAT", "S: +OK 17 1"]
        at = {"before": 1, "behind the challenge": 3, "behind the end": 5}[place]
        lines.insert(at, "*: auth PLAIN as mrose")
        assert told(run(practice_server(), script_of(*lines))) == []

    @pytest.mark.parametrize(("mechanism", "rest"), [("PLAIN", ()), ("SCRAM-SHA-256", SCRAM[:-1])])
    def test_with_an_initial_response(self, practice_server, mechanism, rest) -> None:
        lines = ("S: +OK", f"C: auth {mechanism} ${{sasl}}", *rest, "S: +OK", "C: NOOP", "S: +OK")
        assert told(run(practice_server(), script_of(*lines), user="mrose")) == []

    def test_one_that_was_refused_is_refused_again(self, practice_server) -> None:
        lines = ("S: +OK", "C: AUTH PLAIN ${sasl}", "S: -ERR [AUTH] no", "C: QUIT", "S: +OK")
        assert told(run(practice_server(), script_of(*lines), user="mrose")) == []

    def test_who_logs_in_must_be_known(self) -> None:
        with pytest.raises(TranscriptError, match=r"line 3: who logs in by PLAIN .* --user"):
            against(lines=("S: +OK", "C: AUTH PLAIN ${sasl}", "S: +OK"))

    def test_how_must_be_known_too_but_a_response_can_be_given(self) -> None:
        lines = ("S: +OK", "C: AUTH XOWN ${sasl}", "S: +OK")
        with pytest.raises(TranscriptError, match="line 3: its mechanism isn't known here"):
            against(lines=lines)
        steps = ("S: +OK", "C: AUTH XOWN QUJD", "S: +OK")
        assert told(against(*steps, lines=lines, values={"sasl": b"QUJD"})) == []

    def test_no_response_is_sent_that_nobody_asked_for(self) -> None:
        lines = ("S: +OK", "C: AUTH PLAIN", *FIRST, "S: +OK", "C: QUIT", "S: +OK")
        steps = ("S: +OK", "C: AUTH PLAIN", "S: -ERR unknown", "C: QUIT", "S: +OK")
        outcome = against(*steps, lines=lines, user="mrose")
        assert outcome.notes == [(5, "not sent: the server asked for no response")]
        assert [difference.number for difference in outcome.differences] == [4]

    def test_a_challenge_that_nobody_recorded_is_cancelled(self) -> None:
        lines = ("S: +OK", "C: AUTH PLAIN", "S: -ERR no", "C: QUIT", "S: +OK")
        steps = ("S: +OK", "C: AUTH PLAIN", "S: + ", "C: *", "S: -ERR", "C: QUIT", "S: +OK")
        outcome = against(*steps, lines=lines)
        assert outcome.trouble == ""
        assert outcome.differences[0].got == '"+ "'

    def test_a_server_that_never_stops_asking(self) -> None:
        steps = ["S: +OK", "C: AUTH PLAIN", "S: + ", *(["C: *", "S: + "] * 10), close]
        outcome = against(*steps, lines=("S: +OK", "C: AUTH PLAIN", "S: -ERR"))
        assert "goes on to ask for responses" in outcome.trouble

    @pytest.mark.parametrize("greeting", ["+OK the same", "+OK another"])
    def test_the_recorded_nonce_is_used_for_a_server_that_repeats_itself(self, greeting) -> None:
        first = b64encode(b"n,,n=mrose,r=abcdef").decode()
        lines = ("S: +OK the same", "*: auth SCRAM-SHA-1 as mrose nonce=abcdef",
                 "C: AUTH SCRAM-SHA-1 ${sasl}", "S: +OK")  # fmt: skip

        def take(server, client) -> None:
            server.read(client)

        with ScriptedServer(*dialogue(f"S: {greeting}", take, "S: +OK")) as server:
            assert told(run(server, script_of(*lines))) == []
        repeats = greeting == "+OK the same"
        assert (server.received == f"AUTH SCRAM-SHA-1 {first}\r\n".encode()) == repeats

    def test_a_server_that_does_not_prove_itself_gets_no_further(self) -> None:
        lines = ("S: +OK", "*: auth SCRAM-SHA-256 as mrose", "C: AUTH SCRAM-SHA-256", *FIRST,
                 *SCRAM, "C: QUIT", "S: +OK")  # fmt: skip

        def take_any(server, client) -> None:
            assert server.read(client).endswith(b"\r\n")

        def add_nonce(server, client) -> None:
            first = b64decode(server.read(client)).decode()
            text = f"r={first.partition('r=')[2]}x,s=c2FsdA==,i=4096"
            client.sendall(b"+ " + b64encode(text.encode()) + b"\r\n")

        lie = "S: + " + b64encode(b"v=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=").decode()
        steps = ("S: +OK", "C: AUTH SCRAM-SHA-256", "S: + ", add_nonce, take_any, lie,
                 "C: *", "S: -ERR", "C: QUIT", "S: +OK")  # fmt: skip
        outcome = against(*steps, lines=lines)
        assert any("impostor" in difference.got for difference in outcome.differences)


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    """A server's TLS context, and the client's settings that trust it."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    file = tmp_path_factory.mktemp("pki") / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return context, TlsSettings(ca=str(file))


def over_tls(context, *steps):
    """A step: do the handshake, then these steps."""

    def step(server, client) -> None:
        with context.wrap_socket(client, server_side=True) as secured:
            for one in dialogue(*steps):
                if isinstance(one, bytes):
                    secured.sendall(one)
                else:
                    one(server, secured)

    return step


class TestTls:
    LINES = ("S: +OK", "C: STLS", "S: +OK", "*: TLS established TLSv1.3 X", "C: NOOP", "S: +OK")

    def test_a_recorded_stls_begins_tls(self, pki) -> None:
        steps = ("S: +OK", "C: STLS", "S: +OK", over_tls(pki[0], "C: NOOP", "S: +OK"))
        outcome = against(*steps, lines=self.LINES, tls=pki[1])
        assert (told(outcome), outcome.trouble, outcome.replies) == ([], "", 3)

    @pytest.mark.parametrize("starttls", [False, True])
    def test_where_it_is_refused_nothing_more_is_said(self, starttls) -> None:
        with ScriptedServer(*dialogue("S: +OK", "C: STLS", "S: -ERR no", close)) as server:
            outcome = run(server, script_of(*self.LINES), starttls=starttls)
        assert server.received == b"STLS\r\n"
        assert bool(outcome.trouble) == starttls
        assert len(outcome.differences) == 1

    def test_from_the_first_octet(self, pki) -> None:
        steps = (over_tls(pki[0], "S: +OK", "C: NOOP", "S: +OK"),)
        outcome = against(*steps, lines=self.LINES, tls=pki[1], implicit=True)
        assert told(outcome) == []
        assert outcome.notes == [(3, "STLS is passed over: TLS holds already")]

    def test_before_all_that_was_recorded(self, pki) -> None:
        begin = ("S: +OK", "C: CAPA", "S: +OK", "S: STLS", "S: .", "C: STLS", "S: +OK")
        steps = (*begin, over_tls(pki[0], "C: PASS tanstaaf", "S: +OK"))
        lines = ("S: +OK", "C: PASS ${password}", "S: +OK")
        outcome = against(*steps, lines=lines, tls=pki[1], starttls=True)
        assert (told(outcome), outcome.trouble, outcome.replies) == ([], "", 2)

    def test_not_to_be_had(self) -> None:
        steps = ("S: +OK", "C: CAPA", "S: -ERR", close)
        outcome = against(*steps, lines=("S: +OK", "C: NOOP", "S: +OK"), starttls=True)
        assert "does not announce STLS; nothing was replayed" in outcome.trouble

    def test_an_unknown_issuer(self, pki) -> None:
        def shake(server, client) -> None:
            with pytest.raises(ssl.SSLError):
                pki[0].wrap_socket(client, server_side=True)

        outcome = against("S: +OK", "C: STLS", "S: +OK", shake, lines=self.LINES)
        assert "issuer" in outcome.trouble


class TestTrouble:
    LINES = ("S: +OK", "C: STAT", "S: +OK 1 5", "C: NOOP", "S: +OK")

    def test_nobody_listens(self) -> None:
        with ScriptedServer(close) as server:
            socket.create_connection((server.host, server.port)).close()
        outcome = run(server, script_of(*self.LINES))
        assert not outcome.connected
        assert "refused" in outcome.trouble

    @pytest.mark.parametrize(("step", "how"), [(close, "closed"), (reset, "reset")])
    def test_cut_off_within_a_reply(self, step, how) -> None:
        outcome = against("S: +OK", "C: STAT", step, lines=self.LINES)
        assert outcome.trouble.startswith("line 3: the ")
        assert how in outcome.trouble

    def test_closed_before_the_next_line(self) -> None:
        outcome = against("S: +OK", "C: STAT", "S: +OK 1 5", close, lines=self.LINES)
        assert outcome.trouble.startswith("line ")

    def test_closed_by_a_quit_that_was_refused_when_recorded(self) -> None:
        lines = ("S: +OK", "C: QUIT", "S: -ERR", "C: NOOP", "S: +OK")
        outcome = against("S: +OK", "C: QUIT", "S: +OK", close, lines=lines)
        assert outcome.trouble == ""
        assert len(outcome.differences) >= 1

    def test_a_server_that_falls_silent(self) -> None:
        outcome = against("S: +OK", "C: STAT", stall, lines=self.LINES, timeout=0.2)
        assert "after 0.2 seconds of silence while a reply was due" in outcome.trouble

    @pytest.mark.parametrize("said", [b"220 smtp ESMTP\r\n", b"-ERR [SYS/TEMP] later\r\n", b""])
    def test_no_greeting(self, said) -> None:
        with ScriptedServer(said, close) as server:
            outcome = run(server, script_of(*self.LINES))
        assert outcome.trouble
        assert server.received == b""

    def test_an_end_that_was_recorded_is_none(self) -> None:
        lines = ("S: +OK", "C: NOOP", "*: closed by server: reset")
        outcome = against("S: +OK", "C: NOOP", reset, lines=lines)
        assert (outcome.trouble, told(outcome)) == ("", [])

    @pytest.mark.parametrize("text", ["", "# a note\n", "just some text\n"])
    def test_nothing_to_replay(self, text) -> None:
        with pytest.raises(TranscriptError, match="there is no line"):
            make_script(read(io.BytesIO(text.encode())))


def test_secrets_show_in_no_repr() -> None:
    assert "tanstaaf" not in repr(Secrets({"password": b"tanstaaf"}, b"tanstaaf"))
