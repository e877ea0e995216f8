"""Several pasted lines are several commands, in order, and only as far as they make sense."""

from __future__ import annotations

from support.terminal import CTRL_C, CTRL_U, ENTER, paste


def after_login(open_terminal, sample):
    terminal = open_terminal("connect", sample.host, sample.port)
    terminal.log_in()
    return terminal


def order(terminal, *texts: str) -> None:
    text = "\n".join(terminal.lines())
    places = [text.index(part) for part in texts]
    assert places == sorted(places), text


def test_they_are_performed_in_order(open_terminal, sample):
    terminal = after_login(open_terminal, sample)
    terminal.type(paste("STAT\nLIST 1\n:state\nUIDL 1\n"))
    terminal.wait_match(r"\+OK 1 \S+(.*\n)*.*\+OK 1 \S+")
    terminal.at_prompt()
    order(terminal, "pop3> STAT", "pop3> LIST 1", "pop3> :state", "user: mrose", "pop3> UIDL 1")


def test_what_was_begun_is_completed_by_the_first_line(open_terminal, sample):
    terminal = after_login(open_terminal, sample)
    terminal.type("ST" + paste("AT\nNO") + "OP")
    terminal.wait_for("+OK 17 ")
    terminal.at_prompt("NOOP")


def test_blank_lines_between_them_mean_nothing(open_terminal, sample):
    terminal = after_login(open_terminal, sample)
    terminal.type(paste("\nSTAT\n\n\nNOOP"))
    terminal.wait_for("+OK 17 ")
    terminal.at_prompt("NOOP")


def test_the_first_that_is_rejected_stops_them_and_the_rest_is_kept(open_terminal, sample):
    terminal = after_login(open_terminal, sample)
    terminal.type(paste("STAT\nRETR 99\nDELE 1\n:state\n"))
    terminal.wait_for("there is no message 99")
    terminal.wait_for("2 pasted lines wait behind this one; Ctrl-C drops what waits")
    terminal.at_prompt("RETR 99")
    assert "pop3> DELE 1" not in terminal.text
    terminal.type(CTRL_U + "NOOP" + ENTER)
    terminal.wait_for("marked as deleted: message 1")
    order(terminal, "pop3> NOOP", "pop3> DELE 1", "pop3> :state")


def test_ctrl_c_drops_the_rest(open_terminal, sample):
    terminal = after_login(open_terminal, sample)
    terminal.type(paste("STAT\nRETR 99\nDELE 1\nDELE 2\nDELE"))
    terminal.at_prompt("RETR 99")
    terminal.type(CTRL_C)
    terminal.wait_for("pasted lines dropped: 2")
    terminal.ask(":state", "maildrop: 17 messages")
    assert "marked as deleted" not in terminal.text


def test_a_pasted_quit_still_asks(open_terminal, small):
    terminal = open_terminal("connect", small.host, small.port)
    terminal.log_in(password="~#~#~#~#")
    terminal.type(paste("DELE 1\nQUIT\nNOOP\n"))
    terminal.wait_line("remove? [y/N] ")
    terminal.type("n" + ENTER)
    terminal.wait_for("pop3> NOOP")


def test_a_paste_without_brackets_is_typing(open_terminal, sample):
    """As from a terminal that knows no bracketed paste, and into a plain prompt."""
    terminal = open_terminal("connect", sample.host, sample.port, "--plain")
    terminal.at_prompt()
    terminal.type("USER mrose\rPASS tanstaaf\rSTAT\rNO")
    terminal.wait_for("+OK 17 ")
    terminal.at_prompt("NO")
