"""Following a transcript: what everyone who reads one learns of where it stands."""

from __future__ import annotations

import pytest

from pop3shell.protocol import events as ev
from pop3shell.protocol.events import Ending, Side
from pop3shell.protocol.spec.states import State
from pop3shell.transcript import happenings
from pop3shell.transcript.follow import Follower

LISTING = b"+OK\r\n1 120\r\n"


@pytest.fixture
def follower() -> Follower:
    """At the greeting."""
    made = Follower()
    made.server(b"+OK ready\r\n")
    return made


def asked(follower: Follower, line: bytes = b"LIST\r\n", said: bytes = LISTING) -> Follower:
    follower.client(line)
    follower.server(said)
    return follower


def reply_end(events: list[ev.Event]) -> ev.ReplyEnd:
    (end,) = (event for event in events if isinstance(event, ev.ReplyEnd))
    return end


def test_a_body_is_told_from_its_status_line_to_its_dot(follower):
    asked(follower)
    assert follower.body is not None
    assert follower.body.raw == b"+OK\r\n"
    follower.server(b".\r\n")
    assert follower.body is None


def test_a_body_that_comes_as_a_whole_is_over(follower):
    assert asked(follower, said=LISTING + b".\r\n").body is None


@pytest.mark.parametrize(
    ("line", "said"), [(b"LIST\r\n", b"-ERR no\r\n"), (b"LIST 1\r\n", b"+OK 1 120\r\n")]
)
def test_a_reply_of_one_line_has_no_body(follower, line, said):
    assert asked(follower, line, said).body is None


class TestTime:
    def test_silence_ends_a_reply_that_has_no_known_end(self, follower):
        follower.pass_time(1.0)
        asked(follower, b"XFOO\r\n", b"+OK\r\n")
        assert follower.pass_time(1.9) == []
        end = reply_end(follower.pass_time(20.0))
        assert end.command.raw == b"XFOO\r\n"
        assert end.seconds == pytest.approx(1.9)  # when it was given up, not when more was said

    def test_what_was_recorded_without_a_time_is_no_silence(self, follower):
        follower.pass_time(1.0)
        asked(follower, b"XFOO\r\n", b"+OK\r\n")
        assert follower.pass_time(None) == []
        assert follower.gap is None
        assert follower.now == 1.0

    def test_before_the_first_time_nothing_is_known(self, follower):
        asked(follower, b"XFOO\r\n", b"+OK\r\n")
        assert follower.pass_time(30.0) == []
        assert follower.gap is None

    def test_another_recording_put_behind_begins_anew(self, follower):
        for seconds, gap in [(9.0, None), (1.0, 0.0), (3.0, 2.0)]:
            follower.pass_time(seconds)
            assert follower.gap == gap


class TestWhatHappened:
    def test_a_recording_that_began_in_the_middle_has_no_greeting_to_come(self):
        follower = Follower()
        follower.happened(happenings.joined("192.0.2.1:110", State.TRANSACTION))
        assert follower.dialogue.session.state is State.TRANSACTION
        said, *_ = follower.server(b"-ERR autologout\r\n")
        assert isinstance(said, ev.StrayLine)

    def test_what_was_announced_before_tls_counts_no_more(self, follower):
        asked(follower, b"CAPA\r\n", b"+OK\r\nSTLS\r\n.\r\n")
        assert follower.dialogue.session.announces("STLS")
        follower.happened(happenings.tls_established("TLSv1.3", "TLS_AES_256_GCM_SHA384"))
        assert not follower.dialogue.session.announces("STLS")

    def test_other_events_change_nothing(self, follower):
        follower.happened("what")
        assert follower.dialogue.session.state is State.AUTHORIZATION

    def test_the_end_of_the_connection_ends_what_was_open(self, follower):
        follower.pass_time(1.0)
        asked(follower, b"XFOO\r\n", b"+OK\r\n")
        follower.pass_time(1.5)
        end = reply_end(follower.closed(Side.SERVER, Ending.ORDERLY))
        assert end.seconds == pytest.approx(0.5)


class TestWhatIsNotWrittenDown:
    def test_an_excerpt_begins_with_the_client(self):
        follower = Follower()
        follower.join()
        follower.client(b"NOOP\r\n")
        assert isinstance(follower.server(b"+OK\r\n")[0], ev.StatusLine)

    def test_a_greeting_that_was_written_down_stays_the_greeting(self, follower):
        asked(follower, b"CAPA\r\n", b"+OK\r\nUSER\r\n.\r\n").join()
        assert follower.dialogue.session.announces("USER")

    def test_the_end_of_a_body_is_where_its_last_line_was_said(self, follower):
        follower.pass_time(1.0)
        follower.client(b"LIST\r\n")
        follower.pass_time(1.2)
        follower.server(LISTING)
        follower.pass_time(60.0)
        assert reply_end(follower.end_body()).seconds == pytest.approx(0.2)
        assert follower.body is None

    def test_where_no_body_is_none_is_ended(self, follower):
        assert follower.end_body() == []
        assert follower.dialogue.findings.total == 0

    @pytest.mark.parametrize(
        ("regex", "raw"),
        [
            (r"\+OK .*", b"+OK\r\n"),
            (r"\+ok", b"+OK\r\n"),
            (r"-ERR \[IN-USE\].*", b"-ERR\r\n"),
        ],
    )
    def test_a_pattern_that_tells_the_status_stands_for_a_status_line(self, follower, regex, raw):
        follower.client(b"NOOP\r\n")
        assert follower.expect(regex)[0].raw == raw

    @pytest.mark.parametrize("regex", ["", ".*", r"\.", "[+]OK", "\ud800"])
    def test_of_another_nothing_is_known(self, follower, regex):
        follower.client(b"NOOP\r\n")
        assert follower.expect(regex) == []
        assert follower.dialogue.outstanding == 1

    def test_a_pattern_for_the_dot_ends_a_body(self, follower):
        asked(follower)
        assert follower.expect(".*") == []
        assert follower.expect(r"\+OK") == []
        assert follower.body is not None
        follower.expect(r"\.")
        assert follower.body is None


@pytest.mark.parametrize(("plain", "lacks"), [(False, False), (True, True)])
def test_a_client_recorded_as_speaking_first_lacks_no_greeting(plain, lacks):
    follower = Follower(plain=plain)
    follower.happened(happenings.connected("192.0.2.1:110"))
    assert follower.lacks_greeting is lacks
    follower.join()
    follower.client(b"CAPA\r\n")
    greeted = any(isinstance(event, ev.Greeting) for event in follower.server(b"+OK ready\r\n"))
    assert greeted is not lacks
