"""Secrets: found once, by argument kind, and replaced before anything shows or stores a line.

What counts as one in a line of the client:

- the argument that the command table says is secret, however carelessly the line is typed, behind
  another line too: who goes on typing behind one that was held back sends ``STATPASS tanstaaf`` or
  ``RETR 1PASS tanstaaf``, so it is enough for a word to end in the verb;
- what stands behind the name in a command that names the user;
- inside AUTH each response but ``*``, ``=`` and the empty one;
- a whole line that is no known command, from a login's first line until somebody is logged in:
  the password may have been typed where its command was forgotten or misspelt, or a response sent
  although AUTH was refused, or answered ``+OK`` where a challenge was due.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from pop3shell.protocol import limits
from pop3shell.protocol.commandline import CANCEL, CommandLine, strip_end
from pop3shell.protocol.echoes import Echoes
from pop3shell.protocol.record import Record
from pop3shell.protocol.spec import commands
from pop3shell.protocol.spec.arguments import INITIAL_RESPONSE, PASSWORD
from pop3shell.protocol.spec.commands import COMMANDS, Command
from pop3shell.protocol.spec.states import Effect, State

if TYPE_CHECKING:
    from pop3shell.protocol.events import Event
    from pop3shell.protocol.session import Session

#: The answers to a challenge that are no secret (RFC 5034 section 4).
PLAIN_RESPONSES = frozenset({"", "*", "="})
_NO_RESPONSE = frozenset(map(str.encode, PLAIN_RESPONSES))
#: Where a secret stands in a text for people: behind the command in capitals, being a word too.
IN_TEXT = rf"(?<!\w){commands.PASS.verb}[ \t]+(?=\S)"


class Secret(Record):
    """Octets ``start`` to ``stop`` of a line are a secret, shown as ``${label}``.

    An empty label marks the rest of a secret whose beginning was shown so already.
    """

    start: int
    stop: int
    label: str


def _place(row: Command) -> tuple[int, str] | None:
    """How many arguments stand before the row's secret, and the secret's label."""
    index = row.secret_argument
    if index is not None:
        return index, row.arguments[index].kind.secret
    if row.effect is Effect.NAME_USER:
        return len(row.arguments), PASSWORD.secret
    return None


_PLACES = {row: place for row in COMMANDS if (place := _place(row))}
_LABELS = tuple(label for _, label in _PLACES.values())
_SHORTEST_VERB = min(len(row.verb) for row in _PLACES)


@cache
def _pattern(before: bytes, glued: bytes) -> re.Pattern[bytes]:
    """One pattern for all rows with a secret; group n is that of the nth of ``_PLACES``.

    ``glued`` parts a verb from a secret that follows it directly. Compiled when it is first
    needed: the first prompt comes the sooner.
    """
    alternatives = []
    for row, (index, _) in _PLACES.items():
        skip = rb"[ \t]+[^\s]+" * index
        secret = rb"[ \t]+([^ \t].*)" if index else glued + rb"(.*)"
        alternatives.append(re.escape(row.verb.encode()) + skip + secret)
    return re.compile(rb"(?is)" + before + rb"(?:" + b"|".join(alternatives) + b")")


def _find(text: bytes, anywhere: bool) -> re.Match[bytes] | None:
    """Look for a verb and its secret at a line's beginning, or ``anywhere`` in it.

    A line may begin with something else, such as the ``C:`` of a pasted dialogue.
    """
    if len(text) < _SHORTEST_VERB:  # so the first keys typed need no pattern
        return None
    found = _pattern(rb"[\s\x00]*", rb"[ \t]?").match(text)
    return _behind(text) if anywhere and not found else found


def _behind(text: bytes) -> re.Match[bytes] | None:
    """Look for the first word of a line that ends in a verb and has its secret behind it."""
    return _pattern(b"", rb"[ \t]+").search(text)


def in_command(
    line: CommandLine, in_login: bool = False, in_exchange: bool = False
) -> Secret | None:
    """Find the secret in a command line.

    ``in_login`` says that a login is under way, ``in_exchange`` that it is one by AUTH: an unknown
    line is then a secret as a whole.
    """
    row, text = line.row, line.text
    if row is None and in_exchange:
        return _secret(text, 0, INITIAL_RESPONSE.secret) if text.strip() else None
    if row is not None and row not in _PLACES:
        # Most have no argument, or numbers only: looking takes longer than sending them.
        digits = not line.arguments or b"".join(line.arguments).isdigit()
        found = None if digits else _behind(text)
    else:
        found = _find(text, row is None and not in_login)
    if found:
        index = found.lastindex or 1
        return _secret(text, found.start(index), _LABELS[index - 1])
    if row is None and in_login and text.strip():
        return _secret(text, 0, PASSWORD.secret)
    return None


def in_response(raw: bytes) -> Secret | None:
    """Find the secret in a line that answers a SASL challenge."""
    return _secret(strip_end(raw), 0, INITIAL_RESPONSE.secret)


def _secret(text: bytes, start: int, label: str) -> Secret | None:
    none = _NO_RESPONSE if label == INITIAL_RESPONSE.secret else (b"",)
    return None if text[start:] in none else Secret(start, len(text), label)


class LoginWatch:
    """Finds the secret in each command line, and knows whether a login is under way."""

    def __init__(self) -> None:
        self._last: Command | None = None
        self._responded = False
        self._cancelled = False

    def find(self, line: CommandLine, session: Session) -> Secret | None:
        """Find the secret in the client's next command line."""
        row = line.row
        if row is not None:
            self._last = row
            if row is commands.AUTH:
                self._responded, self._cancelled = len(line.arguments) > 1, False
            return in_command(line)
        in_exchange = self._in_exchange(session)
        if in_exchange and session.state is not State.TRANSACTION:
            self._responded = True  # sent ahead of its challenge, as far as can be known
        return in_command(line, self._in_login(session), in_exchange)

    def expects(self, session: Session) -> bool:
        """Whether a line that is no known command would count as a secret as a whole."""
        return self._in_login(session) or self._in_exchange(session)

    def respond(self, raw: bytes) -> None:
        """Take in a line that answers a challenge."""
        self._responded = True
        self._cancelled = strip_end(raw) == CANCEL

    def _in_login(self, session: Session) -> bool:
        if session.state not in (State.CONNECTED, State.AUTHORIZATION):
            return False
        begun = self._last is not None and self._last.effect in (Effect.NAME_USER, Effect.LOG_IN)
        return begun or bool(session.user)

    def _in_exchange(self, session: Session) -> bool:
        if self._last is not commands.AUTH or self._cancelled:
            return False
        return session.state is not State.TRANSACTION or not self._responded


class Redactor:
    """Gives the octets of events with the secrets replaced; remembers which it has seen.

    Whoever shows or writes the session may ask for the same event, and gets the same answer.
    Passwords that differ get placeholders that differ: ``${password}``, ``${password2}``, ….
    """

    def __init__(self) -> None:
        self._passwords: dict[bytes, bytes] = {}
        self._echoes: dict[int, Echoes] = {}
        self._unanswered: dict[int, Echoes] = {}
        self._begun: Event | None = None

    def octets(self, event: Event) -> bytes:
        """Return ``event.raw`` with placeholders for its secrets and for their echo."""
        secret = getattr(event, "secret", None)
        if secret is not None:
            return self._replace(event, secret)
        if not self._echoes:
            return event.raw
        command = getattr(event, "command", None)
        if command is None:
            return self.mask(event.raw)
        octets = event.raw
        if echoes := self._echoes.get(id(command)):
            octets = echoes.mask(octets)
            if getattr(event, "status", None) is not None:
                self._unanswered.pop(id(command), None)
        # Where replies and commands don't match, an echo may be in the reply to another command.
        for echoes in self._unanswered.values():
            octets = echoes.mask(octets)
        return octets

    def mask(self, octets: bytes) -> bytes:
        """Replace any echo of the secrets sent last."""
        for echoes in self._echoes.values():
            octets = echoes.mask(octets)
        return octets

    def placeholder(self, octets: bytes, label: str) -> bytes:
        """Return the placeholder of a secret, e.g. ``${password}``."""
        if label != PASSWORD.secret:
            return b"${%s}" % label.encode()
        number = len(self._passwords) + 1
        fresh = b"${password%d}" % number if number > 1 else b"${password}"
        return self._passwords.setdefault(octets, fresh)

    def _replace(self, event: Event, secret: Secret) -> bytes:
        raw = event.raw
        command: CommandLine | None = getattr(event, "command", None)
        placeholder = b""
        if secret.label:
            octets = raw[secret.start : secret.stop]
            placeholder = self.placeholder(octets, secret.label)
            echoes = self._echoes_of(command or event)
            echoes.add(octets, placeholder)
            if secret.label == INITIAL_RESPONSE.secret:
                echoes.add_revealed(event, octets, placeholder)
            self._begun = None if command else event
        elif command and self._begun:
            self._remember(command, self._echoes_of(self._begun))
        return raw[: secret.start] + placeholder + raw[secret.stop :]

    def _echoes_of(self, owner: CommandLine | Event) -> Echoes:
        return self._echoes.get(id(owner)) or self._remember(owner, Echoes(owner))

    def _remember(self, owner: CommandLine | Event, echoes: Echoes) -> Echoes:
        if self._begun:  # a secret that came in parts; now its command is known
            self._forget(id(self._begun))
            self._begun = None
        echoes.owner = owner
        self._echoes[id(owner)] = self._unanswered[id(owner)] = echoes
        if len(self._echoes) > limits.ECHOES:
            self._forget(next(iter(self._echoes)))
        return echoes

    def _forget(self, owner: int) -> None:
        self._echoes.pop(owner, None)
        self._unanswered.pop(owner, None)
