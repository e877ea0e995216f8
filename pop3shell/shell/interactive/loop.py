"""The loop: read a line, perform it, show what came; Ctrl-C and a lost connection included."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pop3shell.net.client import Client
from pop3shell.net.errors import ConnectionTrouble
from pop3shell.protocol import events as ev
from pop3shell.protocol.commandline import CommandLine, parse
from pop3shell.protocol.events import Side
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.states import Effect, State
from pop3shell.shell.endings import CLOSE_WITHIN, how_it_ended
from pop3shell.shell.exits import Exit
from pop3shell.shell.interactive.asking import LinePrompt, Questions
from pop3shell.shell.interactive.interruption import Interruption
from pop3shell.shell.interactive.masking import Mask
from pop3shell.shell.interactive.pasting import Pasted
from pop3shell.shell.interactive.screen import TerminalOut
from pop3shell.shell.shell import ColonError, Person, Refused, Shell
from pop3shell.view.units import duration

if TYPE_CHECKING:  # imported when a line is typed
    from pop3shell.protocol.advice import Advice

#: What can be done without a connection.
AGAIN = ":reconnect connects again, :quit leaves"
#: Name of the colon command that says QUIT.
LEAVE = commands.QUIT.verb.lower()


class Interactive:
    """A person's session in a shell."""

    _prompt: LinePrompt
    _questions: Questions

    def __init__(self, shell: Shell, out: TerminalOut) -> None:
        self.shell = shell
        self.mask = Mask()
        self.round_trip: float | None = None
        self._out = out
        self._pasted = Pasted()
        self._default = ""
        self._interruption = Interruption(shell)
        self._told_closed: Client | None = None
        self._hinted: CommandLine | None = None
        self._loop = asyncio.get_running_loop()
        self._heard = self._loop.time()
        self.handlers: ev.Handlers = {
            ev.ReplyEnd: self._replied,
            ev.StrayLine: self._stray,
            ev.Closed: self._closed,
        }
        shell.watch(self)

    # ---- asked by the prompt ----

    def secret_from(self, text: str) -> int | None:
        """Index of the first character of ``text`` that must not be seen, or None."""
        return self.mask.start(text, self.shell.client.dialogue)

    def message(self) -> str:
        """What stands before the line being typed."""
        client = self.shell.client
        return "response> " if client.dialogue.challenged and not client.closed else "pop3> "

    def plain_message(self) -> str:
        """The same where no toolbar tells the state."""
        client = self.shell.client
        return ("CLOSED " if client.closed else f"{client.session.state.value} ") + self.message()

    def pasted(self, lines: list[str]) -> None:
        """Take further pasted lines; the last is one that has just begun."""
        self._pasted.add(lines)

    # ---- the loop ----

    async def run(self, prompt: LinePrompt) -> Exit:
        """Hold the session until the user leaves."""
        self._prompt = prompt
        shell = self.shell
        self._questions = questions = Questions(shell, prompt, self._pasted)
        shell.attend(Person(questions.secret, questions.confirm, self._show_advice))
        while not shell.leaving:
            self.mask.forget()
            try:
                line = await self._next(prompt)
            except KeyboardInterrupt:
                self._drop_pasted()
                continue
            except EOFError:
                await self._offer_quit()
                continue
            if line.strip() or shell.client.dialogue.challenged:
                self._default = "" if await self._perform(line) else line
                if self._default:
                    self._hold_what_follows()
                shell.flush()
        return Exit.DONE

    async def _next(self, prompt: LinePrompt) -> str:
        """The next line: a pasted one, or one typed."""
        shell = self.shell
        default, self._default = self._default, ""
        if self._pasted and not default:
            line = self._pasted.next()
            self._echo(line)
            return line
        if not self._pasted and not default:
            default = self._pasted.begun()
        shell.flush()
        return await prompt.read(default)

    def _echo(self, line: str) -> None:
        secret = self.secret_from(line)
        shown = line if secret is None else line[:secret] + "*" * (len(line) - secret)
        self.shell.say(self.message() + shown)

    def _hold_what_follows(self) -> None:
        """Behind a line that was held back nothing goes out before that is mended.

        What was typed ahead would become part of it, a password in clear among it.
        """
        if self._prompt.forget_ahead():
            self.shell.say("what was typed ahead of this is forgotten")
        if self._pasted:
            self.shell.say(self._pasted.waiting())

    def _drop_pasted(self) -> None:
        if said := self._pasted.drop():
            self.shell.say(said)

    # ---- one line ----

    async def _perform(self, line: str) -> bool:
        """Perform a line; False if it was rejected and is to be offered again."""
        shell, said = self.shell, ""
        if not self._connected(line):
            return False
        if not await self._interruption.drained():
            self._told_closed = shell.client
            return True
        if not await self._may_quit(line):
            return True
        try:
            await self._carry_out(line)
        except Refused:
            return False
        except ColonError as error:
            shell.say(said := str(error))
        except ConnectionTrouble as error:
            shell.say(str(error))
            if self._told_closed is shell.client:
                shell.say(AGAIN)
            self._tell_closed("")
        except OSError as error:
            shell.say(f"that failed: {error.strerror or error}")
        except Exception as fault:  # a fault of ours must not take the session with it
            from pop3shell.shell.faults import our_fault

            shell.say(our_fault(fault))
        self._hint(said)
        await self._after()
        return True

    async def _carry_out(self, line: str) -> None:
        whole = await self._questions.completed(line.encode("utf-8", "surrogateescape"))
        if not self._connected(line):  # it ended while something was waited for
            raise Refused(AGAIN)
        if whole is None:  # no password was given
            return
        if not await self._interruption.run(self.shell.perform(whole)):
            self._drop_pasted()

    def _hint(self, said: str) -> None:
        """After an -ERR that leaves the user stuck, say what to try next; once, and not again why.

        ``said`` is what was said already.
        """
        from pop3shell.protocol.hints import hint

        shell = self.shell
        last = shell.recorder.last
        if last is None or last.command is self._hinted or not shell.settings.hints:
            return
        self._hinted = last.command if last.status else None
        if text := hint(last, shell.client.session):
            why, _, then = text.partition("; try: ")
            shell.say(f"try: {then}" if then and why in said else text)

    async def _after(self) -> None:
        shell, client = self.shell, self.shell.client
        if client.session.state in (State.UPDATE, State.CLOSED) and not client.closed:
            shell.flush()
            await self._interruption.run(client.until_closed(CLOSE_WITHIN))
            if not client.closed:
                shell.say("the server did not close the connection after QUIT; closing it here")
                await client.close()
        if client.closed and client.session.left:
            shell.leaving = True
        elif client.closed and not shell.leaving:
            self._tell_closed(how_it_ended(client))

    def _connected(self, line: str) -> bool:
        """Whether a line can be sent, or needs no server; it is said if not."""
        client = self.shell.client
        if not client.closed or line.startswith(":"):
            return True
        if self._told_closed is client:
            self.shell.say(f"not connected; {AGAIN}; Ctrl-C clears the line")
        self._tell_closed(how_it_ended(client))
        return False

    def _tell_closed(self, how: str) -> None:
        """Say how the connection ended (empty: that was said), once, and what can be done."""
        client = self.shell.client
        if client.closed and self._told_closed is not client:
            self._told_closed = client
            self.shell.say(f"{how}\n{AGAIN}".lstrip())

    def _show_advice(self, line: bytes, advice: list[Advice]) -> None:
        """Mark the fault under the line as it stands on the screen, and say why."""
        from pop3shell.view.columns import cells

        def width(end: int | None) -> int:
            return cells(line[:end].decode("utf-8", "replace"))

        margin = len(self._prompt.message())
        for item in advice:
            start, marks = width(item.start), max(1, width(item.stop) - width(item.start))
            if margin + max(width(None), start + marks) <= self._out.columns:
                self.shell.say(" " * (margin + start) + "^" * marks)
            else:  # it takes several rows: nothing below it points to the right place
                self.shell.say(f"from character {start + 1} on:")
            self.shell.say(str(item))
        if self.shell.settings.validate == "strict" and any(item.stops for item in advice):
            self.shell.say("not sent; put ! before it to send it, or clear it by Ctrl-C")

    # ---- leaving ----

    async def _may_quit(self, line: str) -> bool:
        """Ask before QUIT removes messages; ``!`` before it says that it was meant."""
        leaves = line.startswith(":") and line[1:].strip() == LEAVE
        typed = line[1:] if leaves else line
        row = parse(typed.strip().encode("utf-8", "surrogateescape")).row
        marked = self.shell.client.session.deleted
        if not marked or row is None or row.effect is not Effect.QUIT:
            return True
        from pop3shell.shell.interactive.leaving import may_remove

        return await may_remove(self.shell, self._questions)

    async def _offer_quit(self) -> None:
        """Ctrl-D: leave, by QUIT or without."""
        from pop3shell.shell.interactive.leaving import offer_quit

        client = self.shell.client
        if client.closed:
            self.shell.leaving = True
        elif await offer_quit(self.shell, self._questions):
            if client.dialogue.challenged:
                await self._perform("*")
            await self._perform(f"!{commands.QUIT.verb}")

    # ---- what comes by itself ----

    @property
    def _prompting(self) -> bool:
        """Whether the user is typing: a line, or an answer to a question."""
        return self._out.above is not None

    def _replied(self, event: ev.ReplyEnd) -> None:
        self.round_trip = event.seconds
        self._heard = self._loop.time()
        if self._prompting:  # the reply to an interrupted command
            self.shell.flush()

    def _stray(self, event: ev.StrayLine) -> None:
        if self._prompting:
            self.shell.flush()

    def _closed(self, event: ev.Closed) -> None:
        if not self._prompting:
            return
        how = how_it_ended(self.shell.client)
        if event.side is Side.SERVER and not event.outstanding:  # we may have been idle for long
            how += f" after {duration(self._loop.time() - self._heard)} without a command"
        self._tell_closed(how)
        self.shell.flush()
        self._prompt.refresh()
