"""The kinds of argument that POP3 commands take, each with its validity."""

from __future__ import annotations

import re

from pop3shell.protocol.record import Record


class Kind(Record):
    """A kind of argument.

    ``label`` stands in syntax lines. ``pattern`` is that of a well-formed argument as a whole;
    ``expected`` says in words what that is. ``secret`` names the placeholder that stands for
    the argument wherever it would be shown or stored, or is empty. ``rest`` means that the
    argument takes the rest of the line, blanks included.
    """

    label: str
    expected: str
    pattern: bytes
    secret: str = ""
    rest: bool = False

    @property
    def noun(self) -> str:
        """What to call it in a sentence."""
        noun, colon, _ = self.expected.partition(":")
        return noun.removeprefix("a ") if colon else self.label

    def matches(self, octets: bytes) -> bool:
        """Whether ``octets`` are a well-formed argument of this kind."""
        return re.fullmatch(self.pattern, octets, re.DOTALL) is not None


class Argument(Record):
    """An argument of a command: its kind, and whether it may be left out."""

    kind: Kind
    optional: bool = False

    def __str__(self) -> str:
        return f"[{self.kind.label}]" if self.optional else self.kind.label


MESSAGE = Kind("msg", "a message number: decimal digits, 1 or more", rb"0*[1-9][0-9]*")
LINES = Kind("n", "a line count: decimal digits, 0 or more", rb"[0-9]+")
NAME = Kind("name", "a mailbox name without blanks", rb"[^\x00-\x20\x7f]+")
PASSWORD = Kind(
    "password", "free of NUL, CR and LF", rb"[^\x00\r\n]+", secret="password", rest=True
)
DIGEST = Kind("digest", "32 lower-case hexadecimal digits", rb"[0-9a-f]{32}", secret="apop")
MECHANISM = Kind("mechanism", "a SASL mechanism: 1 to 20 of A-Z 0-9 - _", rb"(?i:[A-Z0-9_-]{1,20})")
INITIAL_RESPONSE = Kind(
    "initial-response",
    "base64, or = for an empty response",
    rb"=|(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
    secret="sasl",
)
LANGUAGE = Kind(
    "language",
    "a language range such as en or de-CH, or *",
    rb"\*|(?i:[a-z0-9]{1,8}(-[a-z0-9*]{1,8})*)",
)
TEXT = Kind("text", "free of NUL, CR and LF", rb"[^\x00\r\n]+", rest=True)
