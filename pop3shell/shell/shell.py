"""What typed lines and scripts share: one line in, sent or performed, and waited for."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, BinaryIO, Protocol, TextIO

from pop3shell.net.client import Client
from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.observers import Observer
from pop3shell.protocol import events as ev
from pop3shell.protocol.events import Ending, Event
from pop3shell.protocol.framing import CRLF
from pop3shell.protocol.lastexchange import Recorder
from pop3shell.protocol.record import Record
from pop3shell.protocol.replies import Status
from pop3shell.protocol.secrets import Redactor
from pop3shell.protocol.visible import visible_text
from pop3shell.shell.credentials import Login
from pop3shell.shell.endings import cut_off
from pop3shell.shell.security import Security, negotiate
from pop3shell.shell.settings import Settings

if TYPE_CHECKING:  # imported when a line is typed, or a recording begins
    from pop3shell.net.recording import ClientRecording
    from pop3shell.protocol.advice import Advice
    from pop3shell.view.mail import Summary
    from pop3shell.view.printer import Printer, Screen

#: Columns of texts, if the terminal has so many.
WIDTH = 78

AskSecret = Callable[[str], Awaitable[str | None]]
OpenSession = Callable[["Shell", str, int | None], Awaitable[None]]


Otherwise = Callable[[str], Awaitable[None]]
ShowAdvice = Callable[[bytes, "list[Advice]"], None]


class Confirm(Protocol):
    """Asks a yes-or-no question; ``default`` is what Enter alone means.

    ``otherwise`` is handed an answer that is neither yes nor no, and the question is put again;
    without it such an answer means no.
    """

    def __call__(
        self, question: str, default: bool = False, otherwise: Otherwise | None = None
    ) -> Awaitable[bool]:
        """Ask it."""


def _lines(out: BinaryIO, redactor: Redactor) -> Printer:
    """What shows the dialogue where nobody looks at a screen."""
    from pop3shell.view.printer import DialoguePrinter

    return DialoguePrinter(out, redactor)


class Person(Record):
    """Who types at a shell: is asked for secrets and yes or no, and shown advice on a line."""

    ask_secret: AskSecret
    confirm: Confirm
    show_advice: ShowAdvice


async def _nobody_knows(question: str) -> str | None:
    return None


async def _nobody_confirms(
    question: str, default: bool = False, otherwise: Otherwise | None = None
) -> bool:
    return default


class ColonError(Exception):
    """A colon command failed; the text is a sentence for the user."""


class Refused(ColonError):
    """A line was held back because of what is wrong with it."""


class Reply:
    """A reply as a colon command sees it; ``status`` is None if there was none."""

    def __init__(self) -> None:
        self.status: Status | None = None
        self.text = b""

    @property
    def ok(self) -> bool:
        """Whether the reply is positive."""
        return self.status is Status.OK


class Shell:
    """Performs lines on a client's session and shows the dialogue on ``out``.

    ``screen`` makes what shows it to a person, ``opens`` connects. Until it is told to ``attend``
    to a person, as in a script, nobody is asked and advice goes to ``errors``.
    """

    def __init__(
        self,
        client: Client,
        out: BinaryIO,
        errors: TextIO,
        settings: Settings,
        *,
        screen: Callable[[BinaryIO, Redactor], Screen] | None = None,
        security: Security | None = None,
        login: Login | None = None,
        opens: OpenSession | None = None,
    ) -> None:
        self.client = client
        self.out = out
        self.errors = errors
        self.settings = settings
        self.security = security or Security()
        self.login = login or Login()
        self.redactor = Redactor()
        self.screen = screen(out, self.redactor) if screen is not None else None
        self.printer: Printer = self.screen or _lines(out, self.redactor)
        self.apply_settings()
        self.leaving = False
        #: What is known of messages that were looked at, by number.
        self.summaries: dict[int, Summary] = {}
        #: Their unique-ids, by number.
        self.unique_ids: dict[int, str] = {}
        self._person = Person(_nobody_knows, _nobody_confirms, self._warn_of)
        self._watching: list[Observer] = []
        self._opens = opens
        self.recording: ClientRecording | None = None
        self.recorder = Recorder(lambda: self.client.session, self.redactor)
        self.watch(self.printer)
        self.watch(self.recorder)

    # ---- the person ----

    def attend(self, person: Person) -> None:
        """Ask and advise this person from now on."""
        self._person = person

    async def ask_secret(self, question: str) -> str | None:
        """Ask for a secret; None if there is no answer."""
        return await self._person.ask_secret(question)

    async def confirm(
        self, question: str, default: bool = False, otherwise: Otherwise | None = None
    ) -> bool:
        """Ask a yes-or-no question; ``default`` is what no answer means."""
        return await self._person.confirm(question, default, otherwise)

    # ---- the connection ----

    def watch(self, observer: Observer) -> None:
        """Let ``observer`` hear of this session's events, and of those after a reconnect."""
        self._watching.append(observer)
        self.client.observers.append(observer)

    def unwatch(self, observer: Observer) -> None:
        """Let ``observer`` hear no more."""
        self._watching.remove(observer)
        self.client.observers.remove(observer)

    async def open(self) -> None:
        """Open the session. Raises ConnectionTrouble."""
        assert self._opens is not None
        await self._opens(self, "", None)

    async def reconnect(self, host: str = "", port: int | None = None) -> None:
        """Close the connection and open another, to the same server if no other is named.

        Raises ConnectionTrouble.
        """
        assert self._opens is not None
        await self.client.close()
        self.client = Client(self.client.timeout)
        for observer in self._watching:
            self.client.observers.append(observer)
        self.summaries.clear()
        self.unique_ids.clear()
        try:
            await self._opens(self, host, port)
        except BaseException:  # interrupted by the user, too
            await self.client.close()
            self.client.ending = self.client.ending or Ending.ORDERLY  # if it never was open
            raise

    # ---- lines ----

    async def perform(self, line: bytes) -> None:
        """Perform one line as typed. Raises ColonError, ConnectionTrouble."""
        if line.startswith(b":"):
            from pop3shell.shell.colon import perform

            await perform(self, line[1:].decode("utf-8", "surrogateescape"))
        elif self.client.dialogue.challenged:
            await self._send_typed(line)
        elif line.startswith(b"!"):
            await self._send_typed(line[1:])
        elif self._passes(line):
            await self._send_typed(line)

    async def _send_typed(self, line: bytes) -> None:
        """Send a line that the user sees already; what else is sent is echoed."""
        with self.screen.typed() if self.screen is not None else contextlib.nullcontext():
            self.client.send(line + CRLF)
        await self._settle()

    async def send(self, octets: bytes) -> None:
        """Send octets as they are, and wait for what they ask for."""
        self.client.send(octets)
        await self._settle()

    async def _settle(self) -> None:
        """Wait for what was sent to be answered, and do the TLS handshake if STLS was."""
        self.flush()
        await self.client.settled()
        if self.client.awaits_tls:
            await negotiate(self)

    def _passes(self, line: bytes) -> bool:
        """Advise on a line; whether it may be sent. Raises Refused if it may not."""
        from pop3shell.protocol.advice import advise

        mode = self.settings.validate
        advice = advise(line, self.client.session) if mode != "off" else []
        if advice:
            self._person.show_advice(line, advice)
            if mode == "strict" and any(item.stops for item in advice):
                raise Refused("the line was not sent; put ! before it to send it all the same")
        return True

    def _warn_of(self, line: bytes, advice: list[Advice]) -> None:
        for item in advice:
            self.warn(str(item))

    def apply_settings(self) -> None:
        """Let the screen know of changed settings."""
        if self.screen is not None:
            self.screen.timing = self.settings.timing
            self.screen.dump = self.settings.hex

    # ---- for colon commands ----

    async def exchange(self, line: bytes) -> Reply:
        """Send one command line (without its CRLF) and return its reply.

        Raises ConnectionTrouble if the connection ends before the reply does.
        """
        reply = Reply()

        def observe(event: Event) -> None:
            if isinstance(event, ev.StatusLine):
                reply.status, reply.text = event.status, event.text

        self.client.observers.append(observe)
        try:
            await self.send(line + CRLF)
        finally:
            self.client.observers.remove(observe)
        if sentence := cut_off(self.client):
            raise ConnectionTrouble(sentence)
        return reply

    @property
    def width(self) -> int:
        """Columns that a text of the shell's own may have."""
        return min(WIDTH, getattr(self.out, "columns", WIDTH))

    def say(self, text: str) -> None:
        """Show text of the shell's own; in a script each line is a note (``# …``)."""
        prefix = "" if self.settings.interactive else "# "
        columns = getattr(self.out, "columns", 0)
        for line in text.split("\n"):
            shown = prefix + visible_text(line)
            if columns and len(shown) > columns:
                from pop3shell.view.columns import wrapped  # most lines fit

                shown = wrapped(shown, columns)
            self.out.write(shown.rstrip().encode("utf-8", "backslashreplace") + b"\n")

    def warn(self, text: str) -> None:
        """Show a sentence on standard error, in its place in the dialogue."""
        with contextlib.suppress(OSError):  # whoever flushes last tells that the output fails
            self.flush()
        with contextlib.suppress(OSError):
            print("pop3shell: " + visible_text(text), file=self.errors, flush=True)

    def flush(self) -> None:
        """Let everything shown so far be seen."""
        self.out.flush()
