"""The one style table: how each part of a dialogue looks, wherever it is shown.

Only the terminal's own colours are used, so that they suit a dark and a light background. The SGR
sequences, the Pygments style and the prompt's rules all come from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from pop3shell.protocol.record import Record

#: The terminal's colours, in the order of their numbers.
COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


class Part(Enum):
    """A part of a line; the value is the name of its class in the prompt's style."""

    OK = "ok"
    ERR = "err"
    CODE = "code"
    NUMBER = "number"
    UNIQUE_ID = "unique-id"
    TIMESTAMP = "timestamp"
    TAG = "tag"
    CHALLENGE = "challenge"
    HEADER_NAME = "header-name"
    HEADER_VALUE = "header-value"
    BODY = "body"
    QUOTED = "quoted"
    DOT = "dot"
    TERMINATOR = "terminator"
    VERB = "verb"
    VERB_BEGUN = "verb.begun"
    UNKNOWN = "unknown"
    ARGUMENT = "argument"
    SECRET = "secret"
    COLON = "colon"
    ANYWAY = "anyway"
    ESCAPE = "escape"
    SIDE = "side"
    STAMP = "stamp"
    EVENT = "event"
    META = "meta"
    NOTE = "note"
    PATTERN = "pattern"
    ADVICE = "advice"
    QUIET = "quiet"
    TEXT = "text"


class Look(Record):
    """How a part looks; ``token`` is the standard Pygments token that it refines."""

    token: str
    colour: str = ""
    bold: bool = False
    dim: bool = False
    underline: bool = False
    reverse: bool = False

    @property
    def on(self) -> str:
        """The SGR sequence that begins it; empty where nothing is special."""
        codes = [code for code, _ in self._codes()]
        return f"\x1b[{';'.join(codes)}m" if codes else ""

    @property
    def off(self) -> str:
        """The SGR sequence that takes back what ``on`` set, and nothing else: looks can nest."""
        codes = list(dict.fromkeys(code for _, code in self._codes()))
        return f"\x1b[{';'.join(codes)}m" if codes else ""

    @property
    def rule(self) -> str:
        """The same for prompt_toolkit; dim is its grey, which every version of it knows."""
        words = ["bold"] * self.bold + ["underline"] * self.underline + ["reverse"] * self.reverse
        return " ".join([*words, f"ansi{self._shade}"] if self._shade else words)

    @property
    def pygments(self) -> str:
        """The same for Pygments, which has no reverse."""
        words = ["bold"] * self.bold + ["underline"] * self.underline
        colour = "white bg:ansired" if self.reverse else self._shade
        return " ".join([*words, f"ansi{colour}"] if colour else words)

    @property
    def _shade(self) -> str:
        return self.colour or ("brightblack" if self.dim else "")

    def _codes(self) -> list[tuple[str, str]]:
        set_ = ((self.bold, "1", "22"), (self.dim, "2", "22"), (self.underline, "4", "24"),
                (self.reverse, "7", "27"))  # fmt: skip
        codes = [(on, off) for wanted, on, off in set_ if wanted]
        if self.colour:
            codes.append((f"3{COLOURS.index(self.colour)}", "39"))
        return codes


STYLE: dict[Part, Look] = {
    Part.OK: Look("Generic.Inserted", "green", bold=True),
    Part.ERR: Look("Generic.Error", "red", bold=True),
    Part.CODE: Look("Name.Exception", "yellow", bold=True),
    Part.NUMBER: Look("Number", "cyan", bold=True),
    Part.UNIQUE_ID: Look("String.Symbol", "magenta"),
    Part.TIMESTAMP: Look("Literal.Date", "magenta", underline=True),
    Part.TAG: Look("Name.Tag", "magenta", bold=True),
    Part.CHALLENGE: Look("Operator", "yellow"),
    Part.HEADER_NAME: Look("Name.Attribute", "blue", bold=True),
    Part.HEADER_VALUE: Look("String", "cyan"),
    Part.BODY: Look("Text"),
    Part.QUOTED: Look("Generic.Emph", "green"),
    Part.DOT: Look("String.Escape", "yellow", bold=True, underline=True),
    Part.TERMINATOR: Look("Punctuation", dim=True),
    Part.VERB: Look("Keyword", "blue", bold=True),
    Part.VERB_BEGUN: Look("Keyword", "blue"),
    Part.UNKNOWN: Look("Generic.Error", "red", underline=True),
    Part.ARGUMENT: Look("Name"),
    Part.SECRET: Look("String.Interpol", dim=True),
    Part.COLON: Look("Name.Function", "magenta", bold=True),
    Part.ANYWAY: Look("Operator.Word", "yellow", bold=True),
    Part.ESCAPE: Look("String.Escape", reverse=True),
    Part.SIDE: Look("Generic.Prompt", dim=True),
    Part.STAMP: Look("Comment.Special", dim=True),
    Part.EVENT: Look("Comment.Preproc", "yellow"),
    Part.META: Look("Comment.Preproc", "magenta"),
    Part.NOTE: Look("Comment", dim=True),
    Part.PATTERN: Look("String.Regex", "cyan", underline=True),
    Part.ADVICE: Look("Generic.Strong", "yellow"),
    Part.QUIET: Look("Comment", dim=True),
    Part.TEXT: Look("Text"),
}


def prompt_rules() -> dict[str, str]:
    """Return the style as prompt_toolkit takes it: rules by class name."""
    return {part.value: look.rule for part, look in STYLE.items()}


def wants_colour(choice: str, environment: Mapping[str, str], terminal: bool) -> bool:
    """Whether to use colour: ``choice`` is ``auto``, ``always`` or ``never``.

    What is chosen holds. ``auto`` heeds ``NO_COLOR`` (no-color.org: set, and not empty) and
    ``TERM=dumb``, and wants a terminal.
    """
    if choice != "auto":
        return choice == "always"
    return terminal and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
