"""Questions to the person at the terminal."""

from __future__ import annotations

from typing import Protocol

from pop3shell.protocol.spec import commands
from pop3shell.shell.interactive.pasting import Pasted
from pop3shell.shell.shell import Otherwise, Shell

_YES, _NO = ("y", "yes"), ("n", "no", "c", "cancel")


class LinePrompt(Protocol):
    """What reads lines: with all comfort, or plainly."""

    async def read(self, default: str = "") -> str:
        """Read a line; EOFError at Ctrl-D, KeyboardInterrupt at Ctrl-C."""

    async def ask(self, question: str, *, secret: bool = False, default: str = "") -> str:
        """Read an answer, which is not remembered, and not seen either if it is a secret."""

    def message(self) -> str:
        """What stands before the line being typed."""

    def forget_ahead(self) -> bool:
        """Forget what was typed before this prompt; whether a line or a key of it was seen."""

    def refresh(self) -> None:
        """The session has changed."""


class Questions:
    """Asks at a prompt."""

    def __init__(self, shell: Shell, prompt: LinePrompt, pasted: Pasted) -> None:
        self._shell = shell
        self._prompt = prompt
        self._pasted = pasted

    async def secret(self, message: str) -> str | None:
        """Ask for a secret; None at Ctrl-C and Ctrl-D."""
        self._shell.flush()
        if self._pasted:  # behind the line that asks for it
            answer = self._pasted.next()
            self._shell.say(message + "*" * len(answer))
            return answer
        try:
            return await self._prompt.ask(message, secret=True, default=self._pasted.begun())
        except (EOFError, KeyboardInterrupt):
            return None

    async def completed(self, octets: bytes) -> bytes | None:
        """Ask for the password of a bare PASS; None if none was given."""
        from pop3shell.protocol.advice import advise

        shell, bare = self._shell, octets.strip()
        if shell.client.dialogue.challenged or bare.upper() != commands.PASS.verb.encode():
            return octets
        strict = shell.settings.validate == "strict"
        if strict and any(item.stops for item in advise(bare + b" -", shell.client.session)):
            return octets  # it would be held back all the same: no need to type a secret
        password = await shell.ask_secret("password: ")
        if not password:
            return None
        return bare + b" " + password.encode("utf-8", "surrogateescape")

    async def confirm(
        self, question: str, default: bool = False, otherwise: Otherwise | None = None
    ) -> bool:
        """Ask a yes-or-no question; ``default`` is what Enter alone means.

        Any answer but yes and no is handed to ``otherwise``, if there is one, and the question put
        again.
        """
        while True:
            answer = await self.answer(question)
            if answer in _YES or not answer:
                return bool(answer) or default
            if answer in _NO or otherwise is None:
                return False
            await otherwise(answer)

    async def answer(self, question: str) -> str:
        """Return an answer in lower case; ``c`` at Ctrl-C, ``n`` at Ctrl-D."""
        self._shell.flush()
        try:
            return (await self._prompt.ask(question)).strip().lower()
        except KeyboardInterrupt:
            return "c"
        except EOFError:
            return "n"
