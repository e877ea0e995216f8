"""The dialogue as lines, whatever the events."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from pop3shell.protocol import limits
from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.events import Ending, Side
from pop3shell.protocol.secrets import Redactor
from pop3shell.view.printer import DialoguePrinter


class Shown:
    """A dialogue on a printer of its own."""

    def __init__(self) -> None:
        self.out = io.BytesIO()
        self.dialogue = Dialogue()
        self.printer = DialoguePrinter(self.out, Redactor())

    def __call__(self, events: list) -> None:
        for event in events:
            handle = self.printer.handlers.get(type(event))
            if handle is not None:
                handle(event)

    def lines(self) -> list[str]:
        return self.out.getvalue().decode().split("\n")[:-1]

    def server(self, octets: bytes) -> None:
        self(self.dialogue.server(octets))

    def client(self, octets: bytes) -> None:
        self(self.dialogue.client(octets))

    def close(self) -> None:
        self(self.dialogue.closed(Side.SERVER, Ending.ORDERLY))


chunks = st.lists(
    st.tuples(
        st.booleans(),
        st.one_of(
            st.binary(max_size=12),
            st.sampled_from(
                [b"+OK\r\n", b"-ERR\n", b"RETR 1\r\n", b"USER a\r\n", b"PASS secret1\r\n"]
            ),
            st.sampled_from([b"AUTH X\r\n", b"+ \r\n", b".\r\n", b"..x\r\n", b"\x1b[0m\r\n"]),
        ),
    ),
    max_size=20,
)  # fmt: skip


@given(chunks)
def test_every_line_has_its_side_and_nothing_dangerous(pieces):
    shown = Shown()
    shown.server(b"+OK\r\n")
    for from_server, octets in pieces:
        (shown.server if from_server else shown.client)(octets)
    shown.close()
    text = shown.out.getvalue().decode()
    assert not text or text.endswith("\n")
    assert all(line.startswith(("S: ", "C: ")) for line in shown.lines())
    assert all(character >= " " or character == "\n" for character in text)


def test_a_line_without_end_is_one_line_however_long(monkeypatch):
    monkeypatch.setattr(limits, "SERVER_LINE", 100)
    shown = Shown()
    shown.server(b"+OK " + b"x" * 1000)
    shown.server(b"y\r\n")
    shown.close()
    assert shown.lines() == ["S: +OK " + "x" * 1000 + "y"]


def test_a_long_line_of_the_client_is_not_shown_in_parts_that_may_hide_a_secret(monkeypatch):
    monkeypatch.setattr(limits, "CLIENT_LINE", 100)
    shown = Shown()
    shown.server(b"+OK\r\n")
    shown.client(b"PASS " + b"tanstaaf" * 40 + b"\r\n")
    assert "tanstaaf" not in "".join(shown.lines())
