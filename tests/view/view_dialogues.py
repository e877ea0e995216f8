"""A dialogue on a screen printer, as octets or as a terminal's screen would have it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable

from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.events import Ending, Side
from pop3shell.protocol.secrets import Redactor
from pop3shell.view.printer import DialoguePrinter
from pop3shell.view.screen import ScreenPrinter

SGR = re.compile(rb"\x1b\[[0-9;]*m")
GREETING = b"+OK ready\r\n"


class Window(io.BytesIO):
    """A terminal that can be resized."""

    columns = 80


class Screen:
    """What is written to a terminal; every reply comes 12 ms after what it answers."""

    def __init__(self, *, colour: bool = False, **switches: bool) -> None:
        self.out = Window()
        self.dialogue = Dialogue()
        self.printer: ScreenPrinter | DialoguePrinter = self._made(colour, switches)
        self.now = 0.0

    def _made(self, colour: bool, switches: dict[str, bool]) -> ScreenPrinter | DialoguePrinter:
        printer = ScreenPrinter(self.out, Redactor(), colour=colour)
        printer.timing = False
        for name, value in switches.items():
            assert hasattr(printer, name)
            setattr(printer, name, value)
        return printer

    def _tell(self, events: Iterable[object]) -> None:
        for event in events:
            handle = self.printer.handlers.get(type(event))
            if handle is not None:
                handle(event)

    def server(self, octets: bytes) -> None:
        self.now += 0.012
        self._tell(self.dialogue.server(octets, self.now))

    def client(self, octets: bytes) -> None:
        self._tell(self.dialogue.client(octets, self.now))

    def close(self) -> None:
        self._tell(self.dialogue.closed(Side.SERVER, Ending.ORDERLY, self.now))

    def run(self, *lines: str | bytes) -> Screen:
        """Take in lines `C: …` and `S: …`; octets are the server's as they are."""
        for line in lines:
            if isinstance(line, bytes):
                self.server(line)
                continue
            side, _, text = line.partition(":")
            octets = text.removeprefix(" ").encode("utf-8", "surrogateescape") + b"\r\n"
            (self.client if side == "C" else self.server)(octets)
        return self

    @property
    def octets(self) -> bytes:
        return self.out.getvalue()

    @property
    def lines(self) -> list[str]:
        return self.octets.decode().split("\n")[:-1]

    @property
    def server_lines(self) -> list[str]:
        """What the server said, findings left out."""
        return [line for line in self.lines if not line.startswith("finding ")]

    @property
    def text(self) -> str:
        """What can be read, whatever the colour."""
        return SGR.sub(b"", self.octets).decode()


class Lines(Screen):
    """The same dialogue as a script prints it."""

    def _made(self, colour: bool, switches: dict[str, bool]) -> DialoguePrinter:
        return DialoguePrinter(self.out, Redactor())

    @property
    def server_lines(self) -> list[str]:
        return [line.removeprefix("S: ") for line in self.lines if line.startswith("S: ")]


TAKEN_BACK = {"1": "22", "2": "22", "4": "24", "7": "27"}


def cells(octets: bytes) -> list[tuple[str, frozenset[str]]]:
    """Each character with the SGR codes that hold for it, as a terminal would have it."""
    found: list[tuple[str, frozenset[str]]] = []
    codes: set[str] = set()
    for piece in re.split(r"(\x1b\[[0-9;]*m)", octets.decode()):
        if not piece.startswith("\x1b"):
            found += [(character, frozenset(codes)) for character in piece]
            continue
        for code in piece[2:-1].split(";"):
            gone = {on for on in codes if TAKEN_BACK.get(on, "39") == code}
            codes -= gone
            if not gone:
                codes.add(code)
    assert not codes, "a look was left on"
    return found


def looks(octets: bytes, text: str) -> set[str]:
    """The SGR codes of a text that stands somewhere in the octets, the same all over it."""
    shown = cells(octets)
    start = "".join(character for character, _ in shown).index(text)
    codes = {codes for _, codes in shown[start : start + len(text)]}
    assert len(codes) == 1, f"{text} looks different in parts: {codes}"
    return set(codes.pop())
