"""A fault of ours, or a huge maildrop, doesn't take the session away from its user."""

from __future__ import annotations

import pytest
from support.maildrops import TextMessage, TextSource
from support.terminal import CTRL_U, ENTER
from support.terminal import HIDDEN_PASSWORD as PASSWORD

from pop3shell.server.maildrops.maildrop import Maildrop

BOOM = """
import pop3shell.shell.interactive.{module} as module
def boom(*args, **more): raise ValueError("a fault")
module.{name} = boom
"""


@pytest.mark.parametrize(
    ("module", "name"), [("start", "candidates"), ("start", "toolbar"), ("masking", "secret_from")]
)
def test_a_fault_while_typing_costs_only_what_it_hits(open_terminal, small, module, name):
    before = BOOM.format(module=module, name=name)
    terminal = open_terminal("connect", small.host, small.port, before=before, hidden=PASSWORD)
    terminal.wait_line("pop3> ")
    terminal.type("USER mrose" + ENTER)
    terminal.wait_for("+OK now send PASS")
    terminal.wait_line("pop3> ")
    terminal.type(f"PASS {PASSWORD}{ENTER}")
    terminal.wait_for("mrose's maildrop has 2 messages")
    terminal.wait_line("pop3> ")
    terminal.type("QUIT" + ENTER)
    assert terminal.ended() == 0


def test_a_path_that_cannot_be_completed(open_terminal, sample):
    terminal = open_terminal("connect", sample.host, sample.port)
    terminal.at_prompt()
    for path in ("~nobody-of-this-name/x", "/no/such/folder/", "\\x00", "/usr/../etc/x" * 20):
        terminal.type(f":save 1 {path}{CTRL_U}")
        terminal.ask(":state", "AUTHORIZATION")


def test_a_hundred_thousand_messages(open_terminal, practice_server):
    mail = b"Subject: x\r\n\r\nx\r\n"
    source = TextSource([TextMessage(f"u{n}", mail) for n in range(100_000)])
    server = practice_server({"mrose": (PASSWORD, Maildrop(source))})
    terminal = open_terminal("connect", server.host, server.port)
    terminal.log_in(password=PASSWORD)
    terminal.ask("STAT", "+OK 100000 ")
    for typed in ("RETR ", "RETR 9", "RETR 99999", "TOP 100000 ", "DELE 123"):
        terminal.type(typed)
        terminal.at_prompt(typed)
        terminal.type(CTRL_U)
        terminal.at_prompt()
    terminal.type("RETR 9999")
    terminal.wait_for("99990")
    terminal.type(ENTER)
    terminal.wait_for("+OK")
    terminal.at_prompt()
    terminal.type("RETR 100001" + ENTER)
    terminal.wait_for("there is no message 100001; the maildrop has 100000")


def test_a_fault_in_what_a_line_asks_for_is_told_and_costs_only_the_line(open_terminal, small):
    before = """
import pop3shell.shell.colon as module
async def boom(*args, **more): raise KeyError("a fault")
module.perform = boom
"""
    terminal = open_terminal("connect", small.host, small.port, before=before)
    terminal.ask(":set", "that failed by a fault in pop3shell (KeyError); please report it")
    terminal.ask("CAPA", "TOP")
    terminal.line("QUIT")
    assert terminal.ended() == 0
