"""The style table for Pygments: tokens that refine its standard ones, and a style of our own.

With any other style (and the plain terminal formatter) the standard tokens decide.
"""

from __future__ import annotations

from typing import ClassVar

from pygments.style import Style
from pygments.token import Token, _TokenType, string_to_tokentype

from pop3shell.view.style import STYLE, Part


def _token(part: Part) -> _TokenType:
    standard = string_to_tokentype(STYLE[part].token)
    if standard in (Token.Text, Token.Name):  # nothing is special
        return standard
    return getattr(standard, part.name.title().replace("_", ""))  # type: ignore[no-any-return]


#: The token of each part.
TOKENS: dict[Part, _TokenType] = {part: _token(part) for part in Part}


class Pop3Style(Style):
    """The terminal's own colours: ``pygmentize -l pop3 -f terminal256 -O style=pop3``."""

    name = "pop3"
    styles: ClassVar[dict[_TokenType, str]] = {
        TOKENS[part]: look.pygments for part, look in STYLE.items()
    }
