"""The loop: read a line, perform it, show what came; Ctrl-C and a lost connection included."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections import deque
from collections.abc import Coroutine
from typing import Any, Protocol

from pop3shell.net.errors import ConnectionTrouble
from pop3shell.protocol import events as ev
from pop3shell.protocol.advice import Advice
from pop3shell.protocol.commandline import parse
from pop3shell.protocol.events import Ending
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.states import Effect, State
from pop3shell.shell.endings import cut_off
from pop3shell.shell.exits import Exit
from pop3shell.shell.interactive.masking import Mask
from pop3shell.shell.interactive.screen import TerminalOut
from pop3shell.shell.interactive.toolbar import duration
from pop3shell.shell.script import CLOSE_WITHIN
from pop3shell.shell.shell import ColonError, Refused, Shell


class LinePrompt(Protocol):
    """What reads lines: with all comfort, or plainly."""

    async def read(self, default: str = "") -> str:
        """Read a line; EOFError at Ctrl-D, KeyboardInterrupt at Ctrl-C."""

    async def ask(self, question: str, *, secret: bool = False) -> str:
        """Read an answer, which is not remembered, and not seen either if it is a secret."""

    def refresh(self) -> None:
        """The session has changed."""


class Interactive:
    """A person's session in a shell."""

    def __init__(self, shell: Shell, out: TerminalOut) -> None:
        self.shell = shell
        self.prompt: LinePrompt | None = None
        self.mask = Mask()
        self.round_trip: float | None = None
        self._out = out
        self._queue: deque[str] = deque()
        self._tail = ""
        self._default = ""
        self._drain: asyncio.Task[None] | None = None
        self._waiting = False
        self._loop = asyncio.get_running_loop()
        self._heard = self._loop.time()
        self.handlers = {
            ev.ReplyEnd: self._replied,
            ev.StrayLine: self._stray,
            ev.Closed: self._closed,
        }
        shell.watch(self)
        shell.show_advice = self._show_advice
        shell.ask_secret = self._ask_secret
        shell.confirm = self._confirm

    # ---- asked by the prompt ----

    def secret_from(self, text: str) -> int | None:
        """Index of the first character of ``text`` that must not be seen, or None."""
        client = self.shell.client
        return self.mask.start(text, client.session, client.dialogue.challenged)

    def message(self) -> str:
        """What stands before the line being typed."""
        if self.shell.client.dialogue.challenged:
            return "response> "
        return "pop3> "

    def plain_message(self) -> str:
        """The same where no toolbar tells the state."""
        client = self.shell.client
        return ("CLOSED " if client.closed else f"{client.session.state.value} ") + self.message()

    def pasted(self, lines: list[str]) -> None:
        """Take further pasted lines; the last is one that has just begun."""
        self._queue.extend(lines[:-1])
        self._tail = lines[-1]

    # ---- the loop ----

    async def run(self, prompt: LinePrompt) -> Exit:
        """Hold the session until the user leaves."""
        self.prompt = prompt
        shell = self.shell
        while not shell.leaving:
            self.mask.forget()
            try:
                line = await self._next(prompt)
            except KeyboardInterrupt:
                self._drop_pasted()
                continue
            except EOFError:
                await self._offer_quit(prompt)
                continue
            if line.strip() or shell.client.dialogue.challenged:
                self._default = "" if await self._perform(line) else line
                shell.flush()
        return Exit.DONE

    async def _next(self, prompt: LinePrompt) -> str:
        """The next line: a pasted one, or one typed."""
        shell = self.shell
        default, self._default = self._default, ""
        if self._queue and not default:
            line = self._queue.popleft()
            self._echo(line)
            return line
        if not self._queue and not default:
            default, self._tail = self._tail, ""
        shell.flush()
        self._waiting = True
        try:
            return await prompt.read(default)
        finally:
            self._waiting = False

    def _echo(self, line: str) -> None:
        secret = self.secret_from(line)
        shown = line if secret is None else line[:secret] + "*" * (len(line) - secret)
        self.shell.say(self.message() + shown)

    def _drop_pasted(self) -> None:
        if self._queue:
            self.shell.say(f"{len(self._queue)} pasted lines were dropped")
        self._queue.clear()
        self._tail = ""

    # ---- one line ----

    async def _perform(self, line: str) -> bool:
        """Perform a line; False if it was rejected and is to be offered again."""
        shell, client = self.shell, self.shell.client
        if client.closed and not line.startswith(":"):
            shell.say("not connected; :reconnect connects again, :quit leaves")
            return False
        if not await self._drained() or not await self._may_quit(line):
            return True
        octets = line.encode("utf-8", "surrogateescape")
        try:
            octets = await self._with_password(octets)
            if octets:
                await self._interruptible(shell.perform(octets))
        except Refused:
            return False
        except (ColonError, ConnectionTrouble) as error:
            shell.say(str(error))
        await self._after()
        return True

    async def _after(self) -> None:
        shell, client = self.shell, self.shell.client
        if client.session.state in (State.UPDATE, State.CLOSED) and not client.closed:
            shell.flush()
            await self._interruptible(client.until_closed(CLOSE_WITHIN))
            if not client.closed:
                shell.say("the server did not close the connection after QUIT; closing it here")
                await client.close()
        if client.closed and client.session.left:
            shell.leaving = True
        elif client.closed and not shell.leaving:
            shell.say(cut_off(client) or "the server closed the connection")
            shell.say(":reconnect connects again, :quit leaves")

    async def _with_password(self, octets: bytes) -> bytes:
        """Ask for the password of a bare PASS; empty if none was given."""
        client = self.shell.client
        if client.dialogue.challenged or octets.strip().upper() != commands.PASS.verb.encode():
            return octets
        password = await self.shell.ask_secret("password: ")
        if not password:
            return b""
        return octets.strip() + b" " + password.encode("utf-8", "surrogateescape")

    def _show_advice(self, line: bytes, advice: list[Advice]) -> None:
        """Mark the fault under the line as it stands on the screen, and say why."""
        margin = len(self.message())
        for item in advice:
            start = len(line[: item.start].decode("utf-8", "replace"))
            stop = len(line[: item.stop].decode("utf-8", "replace"))
            self.shell.say(" " * (margin + start) + "^" * max(1, stop - start))
            self.shell.say(str(item))
        if self.shell.settings.validate == "strict" and any(item.stops for item in advice):
            self.shell.say("not sent; put ! before it to send it all the same")

    async def _ask_secret(self, message: str) -> str | None:
        assert self.prompt is not None
        self.shell.flush()
        try:
            return await self.prompt.ask(message, secret=True)
        except (EOFError, KeyboardInterrupt):
            return None

    # ---- leaving ----

    async def _may_quit(self, line: str) -> bool:
        """Ask before QUIT removes messages; ``!`` before it says that it was meant."""
        row = parse(line.encode("utf-8", "surrogateescape")).row
        marked = sorted(self.shell.client.session.deleted)
        if not marked or row is None or row.effect is not Effect.QUIT:
            return True
        listed = ", ".join(map(str, marked[:20])) + (", ..." if len(marked) > 20 else "")
        self.shell.say(f"{row.verb} removes message {listed} for good")
        return await self._confirm("remove? [y/N] ")

    async def _offer_quit(self, prompt: LinePrompt) -> None:
        """Ctrl-D: leave, by QUIT or without."""
        shell, client = self.shell, self.shell.client
        if client.closed:
            shell.leaving = True
            return
        verb = commands.QUIT.verb
        if marked := sorted(client.session.deleted):
            shell.say(f"marked as deleted: {', '.join(map(str, marked))}; {verb} removes them")
        answer = await self._answer(f"say {verb}? [Y]es, [n]o: just leave, [c]ancel ")
        if answer in ("", "y", "yes"):
            await self._perform(f"!{verb}")
        elif answer in ("n", "no"):
            if marked:
                shell.say(f"left without {verb}: nothing was removed")
            shell.leaving = True

    async def _confirm(self, question: str, default: bool = False) -> bool:
        answer = await self._answer(question)
        return answer in ("y", "yes") or (default and not answer)

    async def _answer(self, question: str) -> str:
        """One answer, in lower case; ``c`` at Ctrl-C, ``n`` at Ctrl-D."""
        assert self.prompt is not None
        self.shell.flush()
        try:
            return (await self.prompt.ask(question)).strip().lower()
        except KeyboardInterrupt:
            return "c"
        except EOFError:
            return "n"

    # ---- Ctrl-C while a reply comes ----

    async def _interruptible(self, work: Coroutine[Any, Any, Any]) -> None:
        """Do ``work`` until it is done or Ctrl-C; the prompt and asyncio unset each handler."""
        task = asyncio.ensure_future(work)
        interrupted = asyncio.Event()
        with contextlib.suppress(NotImplementedError):
            self._loop.add_signal_handler(signal.SIGINT, interrupted.set)
        stop = asyncio.ensure_future(interrupted.wait())
        try:
            await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stop.cancel()
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            self._interrupt()
            return
        task.result()

    def _interrupt(self) -> None:
        """Leave the rest of the reply to the background, so that the dialogue stays in step."""
        shell, client = self.shell, self.shell.client
        self._drop_pasted()
        if client.dialogue.outstanding and not client.dialogue.challenged and not client.closed:
            shell.printer.bodies = False
            shell.printer.end_line()
            shell.say("interrupted; the rest of the reply is read, but not shown")
            self._drain = asyncio.ensure_future(self._drain_rest())
        else:
            shell.say("interrupted")

    async def _drain_rest(self) -> None:
        try:
            await self.shell.client.settled()
        finally:
            self.shell.printer.bodies = True

    async def _drained(self) -> bool:
        """Wait until an interrupted reply is through; False if the user would not."""
        drain, self._drain = self._drain, None
        if drain is None or drain.done():
            return True
        self.shell.say("waiting for the rest of the reply; Ctrl-C closes the connection")
        self.shell.flush()
        await self._interruptible(_finish(drain))
        if drain.done() and not drain.cancelled():
            return True
        self._drain = None
        await self.shell.client.close()
        self.shell.say("the connection was closed; :reconnect connects again")
        return False

    # ---- what comes by itself ----

    def _replied(self, event: ev.ReplyEnd) -> None:
        self.round_trip = event.seconds
        self._heard = self._loop.time()

    def _stray(self, event: ev.StrayLine) -> None:
        if self._waiting:
            self.shell.flush()

    def _closed(self, event: ev.Closed) -> None:
        if not self._waiting:
            return
        idle = duration(self._loop.time() - self._heard)
        how = {Ending.RESET: "reset", Ending.SILENT: "given up"}.get(event.ending, "closed")
        self.shell.say(f"the connection was {how} by the server after {idle} without a command")
        self.shell.say(":reconnect connects again, :quit leaves")
        self.shell.flush()
        if self.prompt is not None:
            self.prompt.refresh()


async def _finish(task: asyncio.Task[None]) -> None:
    await task
