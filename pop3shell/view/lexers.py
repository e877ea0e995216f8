"""Pygments lexers: for dialogues and transcripts, and for a line as it is typed.

Lines are taken apart by the same functions that the screen uses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

from pygments.lexer import Lexer
from pygments.token import _TokenType
from pygments.util import get_bool_opt

from pop3shell.view import parts
from pop3shell.view.parts import Pairs
from pop3shell.view.printed import MAGIC, PrintedDialogue
from pop3shell.view.pygments_style import TOKENS
from pop3shell.view.style import Part

Tokens = Iterator[tuple[int, _TokenType, str]]

_GREETED = re.compile(r"^[ \t]*(?:\[[0-9.]+\] ?)?(?:S|[Ss]erver): ?(?:\+OK|-ERR)\b", re.MULTILINE)


class Pop3Lexer(Lexer):
    """Dialogues: transcripts, and lines ``C:``/``S:`` or ``Client:``/``Server:``."""

    name = "POP3 dialogue"
    aliases: ClassVar[list[str]] = ["pop3"]
    filenames: ClassVar[list[str]] = ["*.pop3"]
    mimetypes: ClassVar[list[str]] = ["text/x-pop3"]
    url = "https://www.rfc-editor.org/rfc/rfc1939"

    @staticmethod
    def analyse_text(text: str) -> float:
        """How likely it is that the text is a dialogue."""
        if text.startswith(MAGIC):
            return 1.0
        return 0.6 if _GREETED.search(text) else 0.0

    def get_tokens_unprocessed(self, text: str) -> Tokens:
        """Yield (index, token, text), which is all of the text."""
        return _tokens(text, PrintedDialogue(text).line)


class Pop3CommandLexer(Lexer):
    """A line typed at the shell; with the option ``challenged``, the answer to a challenge."""

    name = "POP3 command"
    aliases: ClassVar[list[str]] = ["pop3-command"]
    filenames: ClassVar[list[str]] = []
    url = Pop3Lexer.url

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"stripnl": False, "ensurenl": False, **options})
        self.challenged = get_bool_opt(options, "challenged", False)

    def get_tokens_unprocessed(self, text: str) -> Tokens:
        """Yield (index, token, text), which is all of the text."""
        return _tokens(text, lambda line: parts.typed(line, challenged=self.challenged))


def _tokens(text: str, take_apart: Callable[[str], Pairs]) -> Tokens:
    at = 0
    for number, line in enumerate(text.split("\n")):
        if number:
            yield at, TOKENS[Part.TEXT], "\n"
            at += 1
        for part, piece in take_apart(line):
            if piece:
                yield at, TOKENS[part], piece
                at += len(piece)
