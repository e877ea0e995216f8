"""A server or a mail can't do anything to the terminal: its octets are shown, not obeyed."""

from __future__ import annotations

import base64

import pytest
from support.maildrops import maildrop_of
from support.scripted import GREETING, ScriptedServer, expect, hold
from support.terminal import CTRL_U, ENTER, Terminal
from support.terminal import HIDDEN_PASSWORD as PASSWORD

#: What each does to a terminal that obeys, by what must be seen of it instead.
CORPUS = {
    rb"\x1b[2J\x1b[H wiped": b"\x1b[2J\x1b[H wiped",
    rb"\x1b[31;5m alarm \x1b[0m": b"\x1b[31;5m alarm \x1b[0m",
    rb"\x1b[?1049h\x1b[?25l other screen": b"\x1b[?1049h\x1b[?25l other screen",
    rb"\x1b[20h\x1b[4h\x1b[?7l modes": b"\x1b[20h\x1b[4h\x1b[?7l modes",
    rb"\x1b[6n\x1b[c answers": b"\x1b[6n\x1b[c answers",
    rb"\x1b]0;PWNED\x07 title": b"\x1b]0;PWNED\x07 title",
    rb"\x1b]2;PWNED\x1b\ title": b"\x1b]2;PWNED\x1b\\ title",
    rb"\x1b]52;c;cHduZWQ=\x07 clipboard": b"\x1b]52;c;cHduZWQ=\x07 clipboard",
    rb"\x1b]8;;http://evil.example/\x07link": b"\x1b]8;;http://evil.example/\x07link",
    rb"\x1bP$q q\x1b\ device": b"\x1bP$q q\x1b\\ device",
    rb"\x1b_app\x1b\ \x1b^pm\x1b\ \x1bXsos\x1b\.": b"\x1b_app\x1b\\ \x1b^pm\x1b\\ \x1bXsos\x1b\\.",
    rb"\x1bc\x1b7\x1b8\x1b#8 reset": b"\x1bc\x1b7\x1b8\x1b#8 reset",
    rb"\xc2\x9b2J\xc2\x9d0;PWNED\xc2\x9c C1": b"\xc2\x9b2J\xc2\x9d0;PWNED\xc2\x9c C1",
    rb"\x9b2J\x9d0;PWNED\x9c\x90q\x9c eight bits": b"\x9b2J\x9d0;PWNED\x9c\x90q\x9c eight bits",
    rb"safe\xe2\x80\xaegpj.exe\xe2\x80\xac": b"safe\xe2\x80\xaegpj.exe\xe2\x80\xac",
    rb"\xe2\x81\xa6isolated\xe2\x81\xa9\xd8\x9c": b"\xe2\x81\xa6isolated\xe2\x81\xa9\xd8\x9c",
    rb"zero\xe2\x80\x8bwidth\xe2\x80\x8d": b"zero\xe2\x80\x8bwidth\xe2\x80\x8d",
    rb"\xef\xbb\xbfmark first": b"\xef\xbb\xbfmark first",
    rb"hidden\x08\x08\x08\x08\x08\x08shown\x7f": b"hidden\x08\x08\x08\x08\x08\x08shown\x7f",
    rb"\x07\x05\x0e\x0f\x0b\x0c\x00 C0": b"\x07\x05\x0e\x0f\x0b\x0c\x00 C0",
    rb"\xe2\x80\xa8+OK forged\xe2\x80\xa9\xc2\x85": b"\xe2\x80\xa8+OK forged\xe2\x80\xa9\xc2\x85",
    rb"\xf3\xa0\x81\x81 tag": b"\xf3\xa0\x81\x81 tag",
    "grüße 日本".encode(): "grüße 日本".encode(),
}
#: What must not reach the terminal in any circumstances.
DANGEROUS = [
    *(b"\x1b" + keys for keys in b"] P _ ^ X c # [2J [H [31;5m [?1049h [20h [4h".split()),
    *(bytes([0xC2, octet]) for octet in range(0x80, 0xA0)),
    *(character.encode() for character in "\u202e\u202c\u2066\u2069\u061c\u200b\u200d"),
    *(character.encode() for character in "\ufeff\u2028\u2029\U000e0041"),
    *(bytes([octet]) for octet in b"\x00\x05\x07\x0e\x0f\x7f"),
]


def unharmed(terminal: Terminal) -> None:
    terminal.at_prompt()
    found = [octets for octets in DANGEROUS if octets in terminal.raw]
    assert not found, f"{found} reached the terminal\n{terminal.picture()}"
    terminal.raw.decode()  # 8-bit control characters would be no UTF-8
    assert (terminal.screen.title, terminal.screen.icon_name) == ("", "")
    assert terminal.screen.mode - terminal.prompt_modes == set()
    assert terminal.screen.bells == 0


def seen(terminal: Terminal) -> str:
    """All that was shown, wrapped lines put together, blanks left out."""
    return "".join(terminal.lines()).replace(" ", "")


def all_seen(terminal: Terminal) -> None:
    shown = seen(terminal)
    missing = [text for text in CORPUS if text.decode().replace(" ", "") not in shown]
    assert not missing, f"{missing} cannot be read\n{terminal.picture()}"


@pytest.fixture(params=[(), ("--plain",)], ids=["full", "plain"])
def open_shell(request, open_terminal):
    def start(server):
        options = ("--validate", "off", *request.param)
        terminal = open_terminal("connect", server.host, server.port, *options, rows=50)
        terminal.at_prompt()
        terminal.prompt_modes = set(terminal.screen.mode)
        return terminal

    return start


def test_in_status_lines(open_shell):
    exchanges = [(expect("NOOP"), b"-ERR " + octets + b"\r\n") for octets in CORPUS.values()]
    steps = [step for exchange in exchanges for step in exchange]
    with ScriptedServer(b"+OK \x1b]0;PWNED\x07\r\n", *steps, hold) as server:
        terminal = open_shell(server)
        for _ in CORPUS:
            terminal.ask("NOOP", "-ERR ")
        unharmed(terminal)
        all_seen(terminal)


def test_in_a_body(open_shell):
    body = b"".join(octets + b"\r\n" for octets in CORPUS.values())
    with ScriptedServer(GREETING, expect("RETR 1"), b"+OK\r\n" + body + b".\r\n", hold) as server:
        terminal = open_shell(server)
        terminal.ask("RETR 1", "+OK")
        unharmed(terminal)
        all_seen(terminal)


def test_in_a_body_that_comes_octet_by_octet_and_stops(open_shell):
    octets = b"+OK\r\n" + b"".join(octets + b"\r\n" for octets in list(CORPUS.values())[:6])
    with ScriptedServer(GREETING, expect("RETR 1"), *(bytes([o]) for o in octets)) as server:
        terminal = open_shell(server)
        terminal.line("RETR 1")
        terminal.wait_for(":reconnect connects again")
        unharmed(terminal)


def test_in_lines_that_nobody_asked_for(open_shell):
    lines = [octets + b"\r\n" for octets in CORPUS.values()]
    with ScriptedServer(GREETING, hold, *lines, b"the last\r\n") as server:
        terminal = open_shell(server)
        terminal.type("NO")
        terminal.at_prompt("NO")
        server.release.set()
        terminal.wait_for("the last")
        terminal.wait_for("by the server after")
        terminal.wait(lambda: terminal.before_cursor.endswith("pop3> NO"), "typed text")
        terminal.type(CTRL_U)
        unharmed(terminal)
        all_seen(terminal)


def test_in_a_reply_without_end(open_shell):
    """An over-long line, and one that breaks off in the middle of a character."""
    long = b"-ERR " + b"long \x1b]0;PWNED\x07" * 3000 + b" end of the line\r\n"
    steps = expect("NOOP"), long, expect("NOOP"), b"-ERR \x1b]0;PWNED\xe2\x80"
    with ScriptedServer(GREETING, *steps) as server:
        terminal = open_shell(server)
        terminal.line("NOOP")
        terminal.wait_for("end of the line")
        terminal.line("NOOP")
        terminal.wait_for(":reconnect connects again")
        unharmed(terminal)


def test_in_what_is_offered_for_completion_and_in_the_toolbar(open_shell):
    capabilities = b"+OK\r\nSASL PLAIN \x1b]0;X\x07 E\xe2\x80\xaeVIL\r\n\x1b[2J 1\r\n.\r\n"
    user = "USER \u202emrose\u200b"
    steps = expect("CAPA"), capabilities, expect(user), b"+OK \x1b[2J\r\n"
    with ScriptedServer(GREETING, *steps, hold) as server:
        terminal = open_shell(server)
        terminal.ask("CAPA", "+OK")
        terminal.type("AUTH ")
        terminal.at_prompt("AUTH ")
        terminal.type(CTRL_U)
        terminal.ask(":caps", "PLAIN")
        terminal.ask(user, "+OK")
        terminal.ask(":state", "user: ")
        unharmed(terminal)


def encoded(text: bytes) -> bytes:
    return b"=?utf-8?b?" + base64.b64encode(text) + b"?="


def hostile_mail() -> bytes:
    """Headers that are hostile as they stand, and after decoding; a hostile attachment name."""
    attack = b"\x1b]0;PWNED\x07\xe2\x80\xaeevil\xc2\x9b2J"
    return b"".join((
        b"From: " + encoded(attack) + b" <a@example.org>\r\n",
        b"Subject: " + encoded(attack) + b" and raw \x1b[2J\r\n",
        b"Date: \x1b[2J\r\nMIME-Version: 1.0\r\n",
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n",
        b"--x\r\nContent-Type: text/plain; charset=utf-8\r\n",
        b"Content-Transfer-Encoding: base64\r\n\r\n",
        base64.b64encode(attack + b"\nthe text itself\n") + b"\r\n",
        b"--x\r\nContent-Disposition: attachment; filename=\"" + attack + b".pdf\"\r\n\r\nx\r\n",
        b"--x--\r\n",
    ))  # fmt: skip


def test_in_a_mail_that_is_decoded_for_the_reader(open_shell, practice_server):
    maildrop = maildrop_of(hostile_mail())
    terminal = open_shell(practice_server({"mrose": (PASSWORD, maildrop)}))
    terminal.log_in(password=PASSWORD)
    terminal.ask(":messages", "1")
    terminal.ask(":view 1", "the text itself")
    terminal.ask("RETR 1", "+OK")
    terminal.ask(":hex on", "")
    terminal.ask("RETR 1", "+OK")
    terminal.ask(":explain", "")
    terminal.type("RETR ")
    terminal.at_prompt("RETR ")
    terminal.type(CTRL_U)
    unharmed(terminal)
    assert "PWNED" in seen(terminal)


def test_in_what_is_saved_to_the_screen(open_shell, practice_server):
    terminal = open_shell(practice_server({"mrose": (PASSWORD, maildrop_of(hostile_mail()))}))
    terminal.log_in(password=PASSWORD)
    terminal.ask(":save 1 -", "saved 1 message")
    unharmed(terminal)


def test_in_challenges(open_shell):
    challenge = base64.b64encode(b"\x1b]0;PWNED\x07")
    steps = (
        expect("AUTH PLAIN"),
        b"+ \x1b]0;PWNED\x07\r\n",
        expect("="),
        b"+ " + challenge + b"\r\n",
    )
    with ScriptedServer(GREETING, *steps, expect("*"), b"-ERR \x1b[2J\r\n", hold) as server:
        terminal = open_shell(server)
        terminal.line("AUTH PLAIN")
        terminal.wait(lambda: terminal.before_cursor.endswith("response> "), "response prompt")
        terminal.type("=" + ENTER)
        terminal.wait_for(challenge.decode())
        terminal.wait(lambda: terminal.before_cursor.endswith("response> "), "response prompt")
        terminal.type("*" + ENTER)
        terminal.wait_for("-ERR")
        unharmed(terminal)
