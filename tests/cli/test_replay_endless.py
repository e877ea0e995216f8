"""`replay` and a server that never stops: how it looks, and what is left of it on the disk."""

from __future__ import annotations

from support.scripted import ScriptedServer, dialogue, stall

TEXT = "%POP3-TRANSCRIPT 1\nS: +OK\nC: RETR 1\nS: +OK\nS: .\n"
ENDLESS = b"+OK\r\n" + b"more and more\r\n" * 200_000


def test_a_message_without_end_is_not_recorded_without_end(here, tmp_path):
    file, again = tmp_path / "a.pop3", tmp_path / "again.pop3"
    file.write_text(TEXT)
    with ScriptedServer(*dialogue("S: +OK", "C: RETR 1", ENDLESS, stall)) as server:
        ran = here("replay", file, server.host, server.port, "--record", again,
                   "--max-reply", "64k")  # fmt: skip
    assert (ran.status, ran.err) == (1, "")
    assert ran.lines == [
        f"{file}:3: the length of the reply",
        f"  expected: {(64 << 10) + 8} octets at most",
        "  got:      more, so the connection was closed",
        f"{file}: 1 reply compared by shape: 1 difference",
    ]
    assert again.stat().st_size < len(ENDLESS)


def test_a_greeting_without_end_is_said_to_be_one(here, tmp_path):
    file = tmp_path / "a.pop3"
    file.write_text(TEXT)
    with ScriptedServer(b"+OK " + b"x" * 200_000, stall) as server:
        ran = here("replay", file, server.host, server.port)
    assert (ran.status, ran.out) == (3, "")
    what = "sent no POP3 greeting: it began one, and that has over 65,536 octets"
    assert ran.err == f"pop3shell: {file}: {server.host}:{server.port} {what}\n"


def test_a_bound_that_is_no_number_is_wrong_usage(here, tmp_path):
    ran = here("replay", tmp_path, "127.0.0.1", "--max-reply", "much")
    assert (ran.status, ran.out) == (2, "")
    assert "'much' is no number of octets" in ran.err
