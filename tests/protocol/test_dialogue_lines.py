"""What servers put into lines: it is told what is wrong with them, and reading goes on."""

from __future__ import annotations

import pytest
from hearing import Heard

from pop3shell.protocol import events as ev
from pop3shell.protocol import limits
from pop3shell.protocol.replies import Status
from pop3shell.protocol.spec.states import State


@pytest.fixture
def heard() -> Heard:
    return Heard(logged_in=True)


# ---- the greeting ----


@pytest.mark.parametrize(
    ("greeting", "timestamp"),
    [
        (b"+OK\r\n", b""),
        (b"+OK ready\r\n", b""),
        (
            b"+OK POP3 <1896.697170952@dbc.mtview.ca.us> ready\r\n",
            b"<1896.697170952@dbc.mtview.ca.us>",
        ),
        (b"+OK <a@b>\r\n", b"<a@b>"),
        (b'+OK <"a@b"@c>\r\n', b'<"a@b"@c>'),
        (b"+OK <old> <a@b>\r\n", b"<a@b>"),
    ],
)
def test_a_good_greeting(greeting, timestamp):
    heard = Heard(b"")
    assert heard.server(greeting) == ["Greeting", "StateChanged"]
    assert heard.session.state is State.AUTHORIZATION
    assert heard.session.timestamp == timestamp
    assert not heard.findings


@pytest.mark.parametrize(
    "text", ["<nobody>", "<a b@c>", "<a@b@c>", "<@b>", "<a@>", "<a@b", "<<a@>", '<"a@b">']
)
def test_angle_brackets_that_are_no_timestamp_are_told_and_not_used(text):
    heard = Heard(b"")
    heard.s(f"+OK ready {text}")
    assert heard.session.timestamp == b""
    assert heard.findings == ["GRT-03"]


def test_banner_lines_before_the_greeting_are_shown_and_told():
    heard = Heard(b"")
    assert heard.s("Welcome to", "our server") == ["Noted", "Banner", "Noted", "Banner"]
    assert not heard.dialogue.greeted
    assert heard.s("+OK ready") == ["Greeting", "StateChanged"]
    assert heard.findings == ["GRT-01", "GRT-01"]


@pytest.mark.parametrize(
    "banner", ["220 mail ESMTP", "* OK IMAP4rev1", "HTTP/1.1 400", "SSH-2.0-x", "+ POP2"]
)
def test_another_protocol_gives_no_greeting(banner):
    heard = Heard(b"")
    assert heard.s(banner) == ["Noted", "Banner"]
    assert not heard.dialogue.greeted
    assert heard.session.state is State.CONNECTED


def test_a_negative_greeting_is_the_greeting_and_later_lines_are_replies():
    heard = Heard(b"")
    assert heard.s("-ERR [SYS/TEMP] busy") == ["Noted", "Greeting"]
    assert heard.of(ev.Greeting)[0].status is Status.ERR
    assert heard.session.state is State.CONNECTED
    assert heard.dialogue.greeted
    heard.ask("QUIT", "+OK bye")
    assert heard.dialogue.outstanding == 0
    assert len(heard.of(ev.Greeting)) == 1
    assert heard.findings == ["GRT-01"]


def test_a_second_line_behind_a_negative_greeting_is_no_second_greeting():
    heard = Heard(b"")
    heard.s("-ERR too many connections", "-ERR closing")
    assert len(heard.of(ev.Greeting)) == 1
    assert len(heard.of(ev.StrayLine)) == 1


def test_a_greeting_of_two_lines_is_told():
    heard = Heard(b"")
    assert heard.s("+OK ready", "have fun") == ["Greeting", "StateChanged", "StrayLine", "Noted"]
    assert heard.findings == ["GRT-02"]


@pytest.mark.parametrize(
    ("greeting", "status", "finding"),
    [
        (b"+ok ready\r\n", Status.OK, "RSP-01"),
        (b"+OK\tready\r\n", Status.OK, "RSP-02"),
        (b"+OK, ready\r\n", Status.OK, "RSP-02"),
        (b"+OK ready\n", Status.OK, "LIN-01"),
        (b"-err busy\r\n", Status.ERR, "RSP-01"),
    ],
)
def test_an_untidy_greeting_is_understood_and_told(greeting, status, finding):
    heard = Heard(b"")
    heard.server(greeting)
    assert heard.of(ev.Greeting)[0].status is status
    assert finding in heard.findings


def test_a_client_that_speaks_before_the_greeting_gets_its_replies_all_the_same():
    heard = Heard(b"")
    heard.c("CAPA")
    heard.s("+OK ready", "+OK", "TOP", ".")
    assert heard.session.capabilities == {"TOP": ()}
    assert heard.dialogue.outstanding == 0


def test_an_unfinished_greeting_can_be_looked_at():
    heard = Heard(b"")
    heard.server(b"SSH-2.0-Open")
    assert heard.dialogue.unfinished == b"SSH-2.0-Open"
    heard.close()
    assert heard.of(ev.Incomplete)[0].raw == b"SSH-2.0-Open"


# ---- status lines ----


@pytest.mark.parametrize(
    ("line", "status", "text", "findings"),
    [
        (b"+OK\r\n", Status.OK, b"", []),
        (b"+OK \r\n", Status.OK, b"", []),
        (b"+OK  two\r\n", Status.OK, b" two", []),
        (b"-ERR\r\n", Status.ERR, b"", []),
        (b"-ERR [AUTH] no\r\n", Status.ERR, b"[AUTH] no", []),
        (b"+ok done\r\n", Status.OK, b"done", ["RSP-01"]),
        (b"-Err no\r\n", Status.ERR, b"no", ["RSP-01"]),
        (b"-err\r\n", Status.ERR, b"", ["RSP-01"]),
        (b"+ok\n", Status.OK, b"", ["LIN-01", "RSP-01"]),
        (b"-ERR: no\r\n", Status.ERR, b": no", ["RSP-02"]),
        (b"-ERR[AUTH] no\r\n", Status.ERR, b"[AUTH] no", ["RSP-02"]),
        (b"-error no\r\n", Status.ERR, b"or no", ["RSP-01", "RSP-02"]),
        (b"+OK\tdone\r\n", Status.OK, b"\tdone", ["RSP-02", "LIN-03"]),
        (b"+OK\rdone\r\n", Status.OK, b"\rdone", ["RSP-02", "LIN-03"]),
        (b"+OK done\n", Status.OK, b"done", ["LIN-01"]),
        (b"+OK a\0b\r\n", Status.OK, b"a\0b", ["LIN-03"]),
        (b"+OK \x1b[2J\r\n", Status.OK, b"\x1b[2J", ["LIN-03"]),
        (b"+OK \x7f\r\n", Status.OK, b"\x7f", ["LIN-03"]),
        (b"+OK caf\xc3\xa9\r\n", Status.OK, b"caf\xc3\xa9", []),
        (b"+OK \xff\xfe\r\n", Status.OK, b"\xff\xfe", []),
        (b"OK\r\n", None, b"", ["RSP-02"]),
        (b" +OK\r\n", None, b"+OK", ["RSP-02"]),
        (b"\r\n", None, b"", ["RSP-02"]),
        (b"\n", None, b"", ["LIN-01", "RSP-02"]),
        (b"\0\xff\r\n", None, b"", ["RSP-02"]),
    ],
)
def test_status_lines(heard, line, status, text, findings):
    heard.c("NOOP")
    heard.server(line)
    told = heard.of(ev.StatusLine)[0]
    assert (told.status, told.text) == (status, text)
    assert heard.findings == findings
    assert heard.dialogue.outstanding == (1 if status is None else 0)


@pytest.mark.parametrize(("octets", "findings"), [(512, []), (513, ["LIN-02"]), (5000, ["LIN-02"])])
def test_a_status_line_may_have_512_octets(heard, octets, findings):
    heard.c("NOOP")
    heard.server(b"+OK " + b"x" * (octets - 6) + b"\r\n")
    assert heard.findings == findings
    if findings:
        assert f"{octets} octets" in heard.of(ev.Noted)[0].finding.text


# ---- lines without end ----

TEN_MEGABYTES = 10 << 20


def fed(heard: Heard, octets: bytes) -> None:
    for start in range(0, len(octets), 1 << 16):
        heard.server(octets[start : start + (1 << 16)])


def test_an_endless_reply_is_handed_on_in_parts_and_understood(heard):
    heard.c("NOOP")
    fed(heard, b"+OK " + b"x" * TEN_MEGABYTES + b"\r\n")
    assert heard.dialogue.outstanding == 0
    assert heard.of(ev.StatusLine)[0].status is Status.OK
    assert {len(event.raw) for event in heard.of(ev.LongLine)} == {limits.SERVER_LINE}
    assert heard.findings == ["LIN-02"]
    finding = heard.of(ev.Noted)[0].finding
    assert str(TEN_MEGABYTES + 6) in finding.text
    assert len(finding.evidence) == limits.EVIDENCE


def test_an_endless_line_does_not_hold_its_octets(heard):
    heard.c("NOOP")
    fed(heard, b"y" * TEN_MEGABYTES)
    assert len(heard.dialogue.unfinished) < limits.SERVER_LINE
    heard.close()
    assert heard.of(ev.Closed)[0].outstanding == 1


@pytest.mark.parametrize("end", [b".\r\n", b"+OK\r\n"])
def test_the_last_part_of_an_endless_line_is_not_taken_for_a_line_of_its_own(heard, end):
    heard.ask("XYZZ", "+OK")
    fed(heard, b"z" * limits.SERVER_LINE + end)
    assert heard.dialogue.outstanding == 1
    assert heard.of(ev.OpenLine)[0].raw == end
    assert not heard.of(ev.BodyEnd)


def test_a_crlf_cut_at_the_limit_is_a_crlf(heard):
    heard.c("RETR 1")
    fed(heard, b"+OK " + b"x" * (limits.SERVER_LINE - 5) + b"\r\na\r\n.\r\n")
    assert heard.content == b"a\r\n"
    assert heard.dialogue.outstanding == 0
    assert heard.findings == ["LIN-02"]


def test_ten_megabytes_in_one_body_line_are_body(heard):
    heard.c("RETR 1")
    fed(heard, b"+OK\r\n" + b"x" * TEN_MEGABYTES + b"\r\n.\r\n")
    assert len(heard.content) == TEN_MEGABYTES + 2
    assert not heard.findings
    assert not heard.of(ev.LongLine)


def test_a_client_line_without_end_is_one_command(heard):
    heard.client(b"NOOP " + b"x" * limits.CLIENT_LINE)
    told = heard.client(b"y\r\n")
    assert told == ["CommandSent"]
    assert heard.dialogue.outstanding == 1
    command = heard.of(ev.CommandSent)[0].command
    assert command.verb == b"NOOP"
    assert heard.dialogue.patience == limits.QUIET_UNANSWERED


# ---- odd octets in bodies ----


@pytest.mark.parametrize(
    "line",
    [b"\0", b"\xff\xfe", b"a\rb", b"a\nb", b"\x1b]0;x\x07", b"x" * 2000, b"\r", b"caf\xc3\xa9"],
)
def test_octets_of_a_body_pass_unchanged(heard, line):
    heard.c("RETR 1")
    heard.server(b"+OK\r\n" + line + b"\r\n.\r\n")
    assert heard.content == line + b"\r\n"
    assert not heard.findings


# ---- floods ----


def test_a_flood_of_findings_is_capped_but_counted(heard):
    heard.c("RETR 1")
    heard.server(b"+OK\r\n" + b".x\r\n" * 1000 + b".\r\n")
    assert len(heard.findings) == limits.FINDINGS_PER_RULE
    assert heard.dialogue.findings.counts["MUL-02"] == 1000
    assert "only counted" in heard.of(ev.Noted)[-1].finding.text


def test_a_flood_of_one_kind_does_not_hide_the_others(heard):
    heard.c("RETR 1")
    heard.server(b"+OK\r\n" + b".x\r\n" * 1000 + b".\r\n")
    heard.ask("NOOP", "+ok")
    assert heard.findings[-1] == "RSP-01"


def test_findings_are_capped_in_all(heard, monkeypatch):
    monkeypatch.setattr(limits, "FINDINGS", 3)
    for reply in ("+ok", "+OK\t", "+ok", "noise", "+OK \x07"):
        heard.ask("NOOP", reply)
    assert len(heard.findings) == 3
    assert heard.dialogue.findings.total > 3
