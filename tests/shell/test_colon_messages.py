"""`:messages`: the maildrop at a glance, and the one bad message that stops every other client."""

from __future__ import annotations

import asyncio
import re
import tracemalloc

import pytest
from support.maildrops import maildrop_of, maildrop_of_sizes
from support.program import LOGIN
from support.scripted import GREETING, ScriptedServer, dialogue, expect, segments
from support.shells import drive

from pop3shell.net.errors import ConnectionTrouble
from pop3shell.protocol import limits
from pop3shell.view.columns import cells
from pop3shell.view.mail import HEADER_LIMIT

IN = dialogue("C: USER mrose", "S: +OK", "C: PASS tanstaaf", "S: +OK")
OUT = dialogue("C: QUIT", "S: +OK bye")
CAPA = "TOP\r\nUIDL\r\nPIPELINING\r\n"
LETTER = "Date: Sun, 8 Nov 2026 12:00:00 +0000\r\nFrom: Ana <a@example.org>\r\nSubject: {}\r\n"


def multi(*lines: str) -> bytes:
    return "\r\n".join(["+OK", *lines, ".", ""]).encode()


def letter(subject: str) -> bytes:
    return f"+OK\r\n{LETTER.format(subject)}\r\n.\r\n".encode()


def listed(octets: int = 3) -> tuple:
    """LIST, CAPA and UIDL of so many messages, as the first table asks for them."""
    sizes = [f"{n} 100" for n in range(1, octets + 1)]
    uids = [f"{n} u{n}" for n in range(1, octets + 1)]
    return (
        expect("LIST"), multi(*sizes), expect("CAPA"), f"+OK\r\n{CAPA}.\r\n".encode(),
        expect("UIDL"), multi(*uids),
    )  # fmt: skip


def tops(*numbers: int):
    """Wait for TOP of all these, sent ahead of any reply."""
    return expect(b"".join(b"TOP %d 0\r\n" % number for number in numbers))


@pytest.fixture
def table(here):
    """Run `:messages` against steps of a server; return the run and its notes."""

    def run(*steps, command: str = ":messages", leave=OUT):
        with ScriptedServer(GREETING, *IN, *steps, *leave) as server:
            ran = here("connect", server.host, server.port, lines=(*LOGIN, command, "QUIT"))
        return ran, [line.removeprefix("# ") for line in ran.lines if line.startswith("#")]

    return run


def test_the_sample_maildrop(here, practice_server):
    server = practice_server()
    script = (*LOGIN, "DELE 2", ":messages", "STAT", "!QUIT")
    ran = here("connect", server.host, server.port, lines=script)
    notes = [line for line in ran.lines if line.startswith("#")]
    assert ran.status == 0
    assert notes[0].split() == ["#", "no.", "octets", "unique-id", "date", "from", "subject"]
    assert re.search(r"1 +389 +letter\.welcome +2026-11-02 09:00 +Postmaster +Welcome", notes[1])
    assert notes[2].split() == ["#", "D", "2"]
    assert "Grüße aus Köln \u2013 und eine Frage zur Kodierung" in notes[4]
    assert "\\x1b[31;1mRead me in a terminal" in notes[11]
    assert len(notes) == 18
    assert "TOP 2 0" not in ran.sent


def test_what_is_sent_is_shown_but_not_what_it_brings(table):
    ran, _ = table(*listed(1), tops(1), letter("Column"))
    assert ran.sent[2:-1] == ["LIST", "CAPA", "UIDL", "TOP 1 0"]
    assert "S: Subject: Column" not in ran.lines
    assert "S: 1 100" not in ran.lines


def test_a_script_shows_every_exchange(table):
    """Who reads the output by program counts on each command and its reply."""
    numbers = range(1, 31)
    ran, _ = table(*listed(30), tops(*numbers), *[letter("x")] * 30)
    assert ran.sent[5:-1] == [f"TOP {number} 0" for number in numbers]
    assert "more TOP" not in ran.out


def test_where_it_is_announced_commands_are_sent_ahead(table):
    _, notes = table(*listed(3), tops(1, 2, 3), letter("a"), letter("b"), letter("c"))
    assert [note.split()[-1] for note in notes] == ["subject", "a", "b", "c"]


def test_without_pipelining_each_waits_for_the_one_before(table):
    replies = [step for n in (1, 2) for step in (tops(n), letter(f"m{n}"))]
    sizes = (expect("LIST"), multi("1 5", "2 5"), expect("CAPA"), b"-ERR what\r\n")
    _, notes = table(*sizes, expect("UIDL"), multi("1 a", "2 b"), *replies)
    assert [note.split()[-1] for note in notes] == ["subject", "m1", "m2"]


def test_a_message_that_is_refused_is_told_and_the_others_are_shown(table):
    refusal = b"-ERR [SYS/TEMP] message is \x1b[2Jbroken\r\n"
    ran, notes = table(*listed(3), tops(1, 2, 3), letter("a"), refusal, letter("c"))
    assert "(TOP refused: [SYS/TEMP] message is \\x1b[2Jbroken)" in notes[2]
    assert notes[3].endswith("c")
    assert ran.status == 0


def test_a_message_without_a_header_and_one_with_an_endless_header_are_told(table):
    line = b"X-Filler: " + b"x" * 980 + b"\r\n"
    endless = b"+OK\r\nSubject: endless\r\n" + line * (HEADER_LIMIT // len(line) + 20) + b".\r\n"
    _, notes = table(*listed(3), tops(1, 2, 3), multi("no header", "at all"), endless, letter("c"))
    assert notes[1].endswith("(no header field could be read)")
    assert re.search(r"endless \(a header without end, [0-9,]+ octets\)", notes[2])
    assert notes[3].endswith("c")


def test_a_server_that_sends_the_body_too_does_no_harm(table):
    whole = b"+OK\r\nSubject: a\r\n\r\n" + b"Subject: not me\r\n" * 10_000 + b".\r\n"
    _, notes = table(*listed(1), tops(1), whole)
    assert notes[1].endswith("a")


def test_a_message_at_which_the_server_hangs_up_is_found(table):
    broken = b"+OK\r\nSubject: b\r\n"
    ran, notes = table(*listed(3), tops(1, 2, 3), letter("a"), broken, leave=())
    assert notes[1].endswith("a")
    assert notes[2].endswith("(the connection ended in its reply)")
    assert notes[3].split() == ["3", "100", "u3"]
    assert ran.status == 3
    assert "before the reply was complete" in ran.err


def test_a_server_without_top_is_not_asked_for_every_message(table):
    sizes = [f"{n} 5" for n in range(1, 9)]
    asked = [step for n in (1, 2, 3, 4) for step in (tops(n), b"-ERR unknown command\r\n")]
    ran, notes = table(
        expect("LIST"), multi(*sizes), expect("CAPA"), b"-ERR\r\n", expect("UIDL"), b"-ERR\r\n",
        *asked,
    )  # fmt: skip
    assert [note.split() for note in notes[1:3]] == [["1", "5"], ["2", "5"]]
    assert "without TOP" in notes[-1]
    assert ran.status == 0


def test_what_is_not_announced_is_not_asked(table):
    ran, notes = table(expect("LIST"), multi("1 5"), expect("CAPA"), b"+OK\r\nUSER\r\n.\r\n")
    assert notes[1].split() == ["1", "5"]
    assert "without TOP" in notes[-1]
    assert ran.sent[2:-1] == ["LIST", "CAPA"]


def test_without_a_list_the_count_will_do(table):
    steps = (expect("LIST"), b"-ERR\r\n", expect("STAT"), b"+OK 2 10\r\n")
    _, notes = table(*steps, *listed(2)[2:], tops(1, 2), letter("a"), letter("b"))
    assert [note.split()[-1] for note in notes] == ["subject", "a", "b"]


def test_an_empty_maildrop(table):
    _, notes = table(expect("LIST"), b"+OK\r\n.\r\n")
    assert notes == ["the maildrop is empty"]


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (":messages x", "x is neither a message number nor a range such as 2-5"),
        (":messages 1-", "1- is neither a message number"),
        (":messages 0", "0 is no range of messages"),
        (":messages 5-2", "5-2 is no range of messages"),
        (":messages 99999999999", "is neither a message number"),
    ],
)
def test_a_range_that_is_none_is_told_and_nothing_sent(table, command, error):
    ran, _ = table(command=command)
    assert ran.status == 1
    assert error in ran.err


def test_a_range_outside_the_maildrop(table):
    ran, _ = table(expect("LIST"), multi("1 5"), command=":messages 2-3")
    assert "the maildrop has 1 message, none of them from 2 to 3" in ran.err


@pytest.mark.parametrize("line", [":messages", ":view 1", ":save 1 x", ":save all x"])
def test_before_the_login_the_shell_says_so_and_asks_nothing(here, line):
    with ScriptedServer(GREETING, *OUT) as server:
        options = ("--validate", "strict")
        ran = here("connect", server.host, server.port, *options, lines=(line, "QUIT"))
    name = line.split()[0]
    assert f"{name} needs a login, and the session is in the AUTHORIZATION state" in ran.err
    assert "log in first with USER and PASS, or :login" in ran.err
    assert ran.status == 1


@pytest.mark.parametrize("mode", ["warn", "off"])
def test_before_the_login_the_server_can_be_asked_all_the_same(here, mode):
    asked = (expect("LIST"), b"-ERR log in\r\n", expect("STAT"), b"-ERR log in\r\n")
    with ScriptedServer(GREETING, *asked, *OUT) as server:
        lines = (":messages", "QUIT")
        ran = here("connect", server.host, server.port, "--validate", mode, lines=lines)
    assert "the server neither lists its messages nor tells how many there are" in ran.err


def test_of_a_large_maildrop_the_last_ones_are_shown_and_ranges_on_demand(here, practice_server):
    maildrop = maildrop_of_sizes(*[100] * 3000)
    server = practice_server({"mrose": ("tanstaaf", maildrop)})
    script = (*LOGIN, ":messages", ":messages 7-9", ":messages 2999-5000", "QUIT")
    ran = here("connect", server.host, server.port, lines=script)
    numbers = [int(found[1]) for line in ran.lines if (found := re.match(r"# +([0-9]+) ", line))]
    assert numbers == [*range(2951, 3001), 7, 8, 9, 2999, 3000]
    assert "# the last 50 of 3000; :messages 1-200 shows others" in ran.lines
    assert ran.sent.count("LIST") == 1


# ---- at a terminal ----


async def log_in(shell) -> None:
    for line in LOGIN:
        assert (await shell.exchange(line.encode())).ok


@pytest.mark.parametrize("width", [60, 80, 120])
def test_the_table_fits_the_terminal(practice_server, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))

    async def work(shell):
        await log_in(shell)
        await shell.perform(b":messages")

    own = drive(practice_server(), work).own[-18:]
    assert max(map(cells, own)) <= width
    assert own[0].split()[-2:] == ["from", "subject"]


def test_what_is_learned_is_kept_for_completion(practice_server):
    async def work(shell):
        await log_in(shell)
        await shell.perform(b":messages 2-3")
        assert {number: str(known) for number, known in shell.summaries.items()} == {
            2: "Carol: Re: Lunch?",
            3: "Reyes, Ana: Minutes, with the table you wanted",
        }
        await shell.perform(b"DELE 2")
        await shell.perform(b":messages 2")

    rows = [line.removeprefix("# ") for line in drive(practice_server(), work).own]
    before, after = (line for line in rows if "Lunch?" in line)
    assert after.split() == ["D", *before.split()]


def test_interrupted_it_sends_no_more_and_stays_in_step():
    many = 500
    held = ScriptedServer(
        GREETING, *IN, *listed(many)[:2], expect("CAPA"), b"+OK\r\nTOP\r\nPIPELINING\r\n.\r\n",
        tops(*range(many - 49, many + 1)), letter("a"),
        lambda server, client: server.release.wait(5) and None,
        letter("b") * 49, *dialogue("C: NOOP", "S: +OK still here"),
    )  # fmt: skip

    async def work(shell):
        await log_in(shell)
        listing = asyncio.ensure_future(shell.perform(b":messages"))
        while not shell.summaries and shell.client.dialogue.outstanding != 49:
            await asyncio.sleep(0)
        listing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await listing
        held.release.set()
        assert {number: str(known) for number, known in shell.summaries.items()} == {
            many - 49: "Ana: a"
        }
        reply = await shell.exchange(b"NOOP")
        assert shell.client.session.state.value == "TRANSACTION"
        assert reply.ok

    with held:
        drive(held, work)


def test_a_connection_that_ends_is_reported_as_such():
    async def work(shell):
        await log_in(shell)
        with pytest.raises(ConnectionTrouble, match="was closed by the server"):
            await shell.perform(b":messages")

    with ScriptedServer(GREETING, *IN, expect("LIST")) as server:
        drive(server, work)


def test_messages_of_one_line_each_whatever_their_subject(here, practice_server):
    nasty = b"Subject: =?utf-8?q?a=0AC:_QUIT=0D=0A=1B[2J?=\r\nFrom: \xe2\x80\xaex\r\n\r\n"
    server = practice_server({"mrose": ("tanstaaf", maildrop_of(nasty))})
    ran = here("connect", server.host, server.port, lines=("UTF8", *LOGIN, ":messages", "QUIT"))
    row = next(line for line in ran.lines if "C:_QUIT" in line or "C: QUIT\\x0d" in line)
    assert "a\\x0aC: QUIT\\x0d\\x0a\\x1b[2J" in row
    assert "\\xe2\\x80\\xaex" in row


def test_a_listing_longer_than_what_is_looked_at_is_told(table, monkeypatch):
    monkeypatch.setattr(limits, "LISTED", 2)
    steps = (*listed(5), tops(1, 2), letter("a"), letter("b"))
    ran, notes = table(*steps)
    assert [note.split()[0] for note in notes] == ["no.", "1", "2"]
    assert "the server lists 5 messages; only the first 2 of them are looked at" in ran.err
    assert ran.status == 0


def test_unique_ids_are_found_however_the_listing_is_cut(table):
    sizes, capa, uids = listed(3)[1:6:2]
    ran, notes = table(
        expect("LIST"), sizes, expect("CAPA"), capa, expect("UIDL"), segments(uids),
        tops(1, 2, 3), letter("a"), letter("b"), letter("c"),
    )  # fmt: skip
    assert [note.split()[2] for note in notes[1:]] == ["u1", "u2", "u3"]
    assert ran.status == 0


def test_a_hostile_listing_of_unique_ids_is_not_held(table):
    hostile = b"+OK\r\n1 u1\r\n" + b"".join(b"%d abcdefgh\r\n" % n for n in range(2, 400_000))
    hostile += b"x" * 4_000_000 + b"\r\n.\r\n"
    sizes, capa = listed(1)[1:4:2]
    steps = (expect("LIST"), sizes, expect("CAPA"), capa, expect("UIDL"), hostile)
    tracemalloc.start()
    _, notes = table(*steps, tops(1), letter("a"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert notes[1].split()[:3] == ["1", "100", "u1"]
    assert peak < len(hostile) // 2
