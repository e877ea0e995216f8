"""From which character on a line being typed is a secret."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pop3shell.protocol import secrets
from pop3shell.protocol.commandline import parse
from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.commands import BY_VERB
from pop3shell.protocol.spec.states import Effect
from pop3shell.protocol.visible import UNSAFE, is_common

if TYPE_CHECKING:
    from pop3shell.shell.colon.table import ColonCommand

#: The command that has a secret, among words that are no line for the server.
_AMONG_WORDS = rf"(?i:{secrets.IN_TEXT})"
#: A colon command, and what stands before its arguments.
_COLON = re.compile(r":\s*(\S*)\s?")
_WORD = re.compile(r"\S+")
_UNSAFE_MARK = "\N{REPLACEMENT CHARACTER}"


def secret_from(text: str, dialogue: Dialogue) -> int | None:
    """Index of the first character of a secret in ``text``, or None.

    From a login's first line until somebody is logged in, whatever is no command, nor the
    beginning of one, counts as the password typed in the wrong place; inside AUTH every line does.
    """
    if text.startswith(":"):
        return _in_colon_command(text, dialogue)
    if dialogue.challenged:
        return 0 if text not in secrets.PLAIN_RESPONSES else None
    return _in_line(text, dialogue.expects_secret)


def _in_line(line: str, expected: bool) -> int | None:
    """Look into one line; ``expected``: one that is no command is a secret as a whole."""
    start = len(line) - len(line.lstrip("! \t"))
    octets = line[start:].encode("utf-8", "surrogateescape")
    in_login = expected and not _may_be_command(line[start:])
    if secret := secrets.in_command(parse(octets), in_login):
        return start + len(octets[: secret.start].decode("utf-8", "surrogateescape"))
    return None


def _may_be_command(text: str) -> bool:
    word, blank, _ = text.partition(" ")
    verb = word.upper().encode("utf-8", "surrogateescape")
    if blank:
        return verb in BY_VERB
    return any(known.startswith(verb) for known in BY_VERB)


# ---- colon commands ----


def _in_colon_command(text: str, dialogue: Dialogue) -> int | None:
    from pop3shell.shell.colon import colon_commands  # not needed for the first prompt

    head = _COLON.match(text)
    assert head is not None
    row, rest = colon_commands().get(head[1]), text[head.end() :]
    if row is None:
        return _misplaced(text)
    if row.secret:
        return head.end() if rest else None
    if row.line_end is not None:
        found = _in_lines(_parts(rest, row.line_end), dialogue)
    elif row.logs_in:
        found = _out_of_place(rest, row)
    else:
        found = _among_words(rest, row)
    return None if found is None else min(head.end() + found, len(text))


def _misplaced(text: str) -> int | None:
    """Look into a line for the server behind a colon that doesn't belong there."""
    start = len(text) - len(text[1:].lstrip())
    found = _in_line(text[start:], False)
    return None if found is None else start + found


def _among_words(rest: str, row: ColonCommand) -> int | None:
    """Look for the command that has a secret where no line for the server is expected."""
    from pop3shell.shell.colon.table import Kind

    is_text = any(argument.kind is Kind.FREE for argument in row.takes)
    found = re.search(secrets.IN_TEXT if is_text else _AMONG_WORDS, rest)
    return None if found is None else found.end()


def _parts(rest: str, ends: re.Pattern[str]) -> Iterator[tuple[int, str]]:
    """Yield the lines that a carrier holds, each with its index."""
    at = 0
    for end in ends.finditer(rest):
        yield at, rest[at : end.start()]
        at = end.end()
    yield at, rest[at:]


def _in_lines(parts: Iterable[tuple[int, str]], dialogue: Dialogue) -> int | None:
    """Look into lines that are sent one after the other, the first behind what was sent before."""
    begun = dialogue.begun.decode("utf-8", "surrogateescape")
    expected, response = dialogue.expects_secret, dialogue.challenged
    for at, part in parts:
        line = begun + part
        if response and line not in secrets.PLAIN_RESPONSES:
            return at
        found = None if response else _in_line(line, expected)
        if found is not None:
            return at + max(0, found - len(begun))
        row = parse(line.strip("! \t").encode("utf-8", "surrogateescape")).row
        expected = expected or (row is not None and row.effect in (Effect.NAME_USER, Effect.LOG_IN))
        begun = ""
    return None


def _out_of_place(rest: str, row: ColonCommand) -> int | None:
    """Find the first word that a colon command that logs in has no use for.

    A password has no place there, and is typed there all the same.
    """
    from pop3shell.shell.colon.table import Kind

    words = [word for word in _WORD.finditer(rest) if not _may_be_option(word[0], row)]
    for index, word in enumerate(words):
        if index >= len(row.takes):
            return word.start()
        if row.takes[index].kind is Kind.MECHANISM and not _may_be_way(word[0]):
            return word.start()
    return None


def _may_be_option(word: str, row: ColonCommand) -> bool:
    return any(option.startswith(word) for option, _ in row.options)


def _may_be_way(word: str) -> bool:
    from pop3shell.protocol.sasl.registry import MECHANISMS  # rarely needed

    ways = (commands.USER.verb, commands.APOP.verb, *(row.name for row in MECHANISMS))
    return any(way.startswith(word.upper()) for way in ways)


def marked(text: str) -> str:
    """Replace what is unsafe by a mark, but for control characters: the prompt shows those."""
    if is_common(text):
        return text
    return re.sub(UNSAFE, lambda found: found[0] if found[0] < "\xa0" else _UNSAFE_MARK, text)


class Mask:
    """Remembers that the line being typed holds a secret until the line is empty again.

    Editing what stands before the secret must not bring it to light.
    """

    def __init__(self) -> None:
        self._stuck = False

    def start(self, text: str, dialogue: Dialogue) -> int | None:
        """Index from which ``text`` is to be masked, or None."""
        if not text:
            self._stuck = False
            return None
        found = secret_from(text, dialogue)
        if found is not None:
            self._stuck = self._stuck or found < len(text)
            return found
        return 0 if self._stuck else None

    def forget(self) -> None:
        """A new line begins."""
        self._stuck = False
