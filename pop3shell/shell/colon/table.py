"""What a colon command is."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from pop3shell.protocol.spec.states import State

if TYPE_CHECKING:
    from pop3shell.shell.shell import Shell

#: Words, each with its meaning.
Words = tuple[tuple[str, str], ...]


class Kind(Enum):
    """What stands in an argument's place."""

    FREE = "anything"
    WORD = "one of the words named"
    TOPIC = "a word of POP3"
    MESSAGE = "a message number, or a range"
    PATH = "a file or folder"
    SETTING = "a setting"
    VALUE = "a value of the setting before it"
    USER = "a user's name"
    MECHANISM = "a way to log in"
    HOST = "a host"
    PORT = "a port"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument: its kind, and words that can stand there too."""

    kind: Kind
    words: Words = ()


@dataclass(frozen=True, slots=True)
class ColonCommand:
    """One colon command: its name, its arguments as ``:help`` shows them, what it does, the doing.

    ``takes`` describes the arguments in order; nothing may follow a command that takes none.
    ``options`` may stand anywhere among them. ``state`` is the one that they make sense in, None
    for any. ``line_end`` matches what ends a line where the argument holds lines for the server;
    ``secret`` says that the argument is a secret as a whole. ``strips`` is False where blanks
    around the arguments count.
    """

    name: str
    arguments: str
    meaning: str
    run: Callable[[Shell, str], Awaitable[None]]
    takes: tuple[Argument, ...] = ()
    options: Words = ()
    state: State | None = None
    line_end: re.Pattern[str] | None = None
    secret: bool = False
    strips: bool = True

    @property
    def syntax(self) -> str:
        """The command as it is typed."""
        return f":{self.name} {self.arguments}".rstrip()

    @property
    def logs_in(self) -> bool:
        """Whether it names a user: behind the name, people type the password by mistake."""
        return any(argument.kind is Kind.USER for argument in self.takes)
