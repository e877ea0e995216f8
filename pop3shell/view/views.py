"""What a view of the octets on the wire is: text in colour, or a dump. For type checkers only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from pop3shell.protocol import events as ev
from pop3shell.protocol.commandline import CommandLine
from pop3shell.protocol.events import Side
from pop3shell.view.parts import Pairs

TakeApart = Callable[[str], Pairs]


class View(Protocol):
    """Shows octets of both sides, secrets replaced before, and notes of our own between them."""

    @property
    def mid_line(self) -> bool:
        """Whether a line is shown that is too long to be held: no note may stand in it."""

    def line(self, octets: bytes, take_apart: TakeApart, remark: str, *, open_: bool) -> None:
        """Show a line of the server; with ``open_``, what it took is to be told of it."""

    def took(self, text: str) -> bool:
        """Tell behind an open line what it took; whether no line of its own has to tell that."""

    def body(self, octets: bytes, command: CommandLine, line_end: bytes) -> None:
        """Show octets of a multi-line reply."""

    def sent(self, octets: bytes, event: ev.CommandSent | ev.ResponseSent, *, echo: bool) -> None:
        """Take in a line of the client, which stands on the screen already without ``echo``."""

    def part(self, octets: bytes, side: Side, *, echo: bool) -> None:
        """Show part of a line that is too long to be held; the client's may be a secret."""

    def cut_off(self, octets: bytes) -> None:
        """Show what came of a line of the server that never ended."""

    def note(self, pairs: Pairs) -> None:
        """Show a line of our own."""

    def end(self) -> None:
        """End a line that was shown in part; what follows of its reply is another body."""
