"""What a colon command is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pop3shell.shell.shell import Shell


@dataclass(frozen=True, slots=True)
class ColonCommand:
    """One colon command: its name, its arguments, what it does, and the doing.

    ``strips`` is False where blanks around the arguments count.
    """

    name: str
    arguments: str
    meaning: str
    run: Callable[[Shell, str], Awaitable[None]]
    strips: bool = True

    @property
    def syntax(self) -> str:
        """The command as it is typed."""
        return f":{self.name} {self.arguments}".rstrip()
