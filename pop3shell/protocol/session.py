"""What a dialogue has told so far: state, user, capabilities, messages."""

from __future__ import annotations

from collections.abc import Callable

from pop3shell.protocol import limits, replies
from pop3shell.protocol.commandline import CommandLine
from pop3shell.protocol.spec import commands, lengths
from pop3shell.protocol.spec.commands import Command
from pop3shell.protocol.spec.states import TRANSITIONS, Effect, State

_NONE = Effect.NONE


class Session:
    """The facts of a session as its dialogue showed them; nothing is guessed.

    ``capabilities`` is None until CAPA was answered, and empty when it was refused. ``messages``
    is that of the last STAT or LIST, ``octets`` that of the last STAT or else the sum of the last
    LIST, ``highest`` the highest message number; they are None while unknown. The listing is kept
    as it came and parsed when asked for.
    """

    def __init__(self) -> None:
        self.state = State.CONNECTED
        self.greeting = b""
        self.timestamp = b""
        self.user = ""
        self.user_accepted = False
        self.tls = False
        self.left = False
        self.capabilities: dict[str, tuple[str, ...]] | None = None
        self.deleted: set[int] = set()
        self._messages: int | None = None
        self._octets: int | None = None
        self._highest: int | None = None
        self._uncounted: list[bytes] | None = None
        self._left_out = self._unlisted = 0
        self._summed = True
        self._unmarked: tuple[int | None, int | None] = None, None  # what DELE began with
        self._listing: list[bytes] = []
        self._sizes: dict[int, int] | None = None

    @property
    def messages(self) -> int | None:
        """Messages in the maildrop, those marked as deleted left out; None if not told yet."""
        self._count()
        return self._messages

    @property
    def octets(self) -> int | None:
        """Octets of those messages; None if not told yet."""
        self._count()
        if self._octets is None and not self._summed:
            self._octets = self._sum()
        return self._octets

    @property
    def highest(self) -> int | None:
        """The highest message number of the session; None if not told yet."""
        self._count()
        return self._highest

    def announces(self, tag: str) -> bool | None:
        """Whether the server announces capability ``tag``; None if it wasn't asked yet."""
        return None if self.capabilities is None else tag in self.capabilities

    @property
    def mechanisms(self) -> tuple[str, ...]:
        """SASL mechanisms as the server announced them (RFC 5034 section 3); empty before."""
        return (self.capabilities or {}).get(commands.AUTH.capability, ())

    @property
    def sizes(self) -> dict[int, int]:
        """Octets by message number, from the last LIST; empty before."""
        self._count()
        if self._sizes is None:
            listing, self._listing = self._whole_lines(), []
            self._sizes = replies.scan_listing(listing)
        return self._sizes

    @property
    def unlisted(self) -> int:
        """Messages of the last LIST that are only counted: it is longer than what is looked at."""
        self._count()
        return self._unlisted

    def greeted(self, text: bytes) -> None:
        """Take in a positive greeting."""
        self.state = State.AUTHORIZATION
        self.greeting = text
        self.timestamp = replies.timestamp(text)

    def succeeded(
        self, command: CommandLine, text: bytes, body: list[bytes] | None, left_out: int = 0
    ) -> None:
        """Take in a positive reply: its text and, if it was kept, the content of its body.

        ``left_out`` lines of that were not kept.
        """
        row = command.row
        self.user_accepted = False
        if row is None:
            return
        if row.effect is not _NONE:
            self._apply(row.effect, command)
            self.state = TRANSITIONS.get((self.state, row.effect), self.state)
        if learn := _LEARN.get(row):
            learn(self, text, body, left_out)

    def failed(self, command: CommandLine) -> None:
        """Take in a negative reply."""
        self.user_accepted = False
        if command.row is commands.CAPA and self.capabilities is None:
            self.capabilities = {}

    def logged_in_as(self, user: str) -> None:
        """Take in from who logged in what the dialogue doesn't tell: AUTH has no name in clear."""
        self.user = user

    def tls_started(self) -> None:
        """Forget what was said in plaintext (RFC 2595 section 4)."""
        self.tls = True
        self.capabilities = None
        self.user = ""
        self.user_accepted = False

    def _apply(self, effect: Effect, command: CommandLine) -> None:
        if effect is Effect.NAME_USER:
            self.user_accepted = True
            # What stands behind the name may be a password.
            self.user = _first(command)
        elif effect is Effect.LOG_IN:
            if command.row is commands.APOP:
                self.user = _first(command)
            elif command.row is commands.AUTH:
                self.user = ""  # whom the responses name isn't looked into
        elif effect is Effect.QUIT:
            self.left = True
        elif effect is Effect.MARK:
            self._mark(command.number)
        elif effect is Effect.UNMARK:
            self._unmark()

    def _mark(self, number: int | None) -> None:
        if not number or number in self.deleted:
            return
        octets, size = self.octets, self.sizes.get(number)
        if not self.deleted:
            self._unmarked = self._messages, octets
        self.deleted.add(number)
        if self._messages:
            self._messages -= 1
        self._octets = None if octets is None or size is None else octets - size

    def _unmark(self) -> None:
        self._count()
        if not self.deleted:
            return
        messages, self._octets = self._unmarked
        if messages is None and self._messages is not None:
            messages = self._messages + len(self.deleted)
        self._messages = messages
        self.deleted.clear()

    def _learn_stat(self, text: bytes, body: list[bytes] | None, left_out: int) -> None:
        if found := replies.stat(text):
            self._count()
            self._messages, self._octets = found
            self._highest = self._messages + len(self.deleted)

    def _learn_listing(self, text: bytes, body: list[bytes] | None, left_out: int) -> None:
        if body is not None:
            self._listing = self._uncounted = body
            self._left_out = left_out
            self._sizes, self._summed = None, False

    def _count(self) -> None:
        """Count the last LIST, only now that somebody wants to know.

        The count is that of the lines, but for those that aren't what they should be; none of them
        tells anything if all are wrong. The highest number is the one on the last line, or a higher
        one where the last messages are marked, or lines are out of order or wrong.
        """
        listing, self._uncounted = self._uncounted, None
        if listing is None:
            return
        kept = sum(part.count(b"\n") for part in listing)
        lines = kept + self._left_out
        self._unlisted = self._left_out + max(0, kept - limits.LISTED)
        last = replies.stat(_last_line(listing))
        listed = last[0] if last else 0
        if wrong := replies.malformed(self._whole_lines()):
            listed = max(self.sizes, default=listed)
        if not lines or wrong < lines:
            self._messages = lines - wrong
        self._highest = max(listed, lines + len(self.deleted), *self.deleted)

    def _whole_lines(self) -> bytes:
        """The last LIST, but for a last line that was cut, perhaps within a number."""
        listing = b"".join(self._listing)
        return listing[: listing.rfind(b"\n") + 1] if self._left_out else listing

    def _sum(self) -> int | None:
        """Octets of the messages by the last LIST; None if it doesn't hold just those there are."""
        self._summed = True
        left = [size for number, size in self.sizes.items() if number not in self.deleted]
        return sum(left) if len(left) == self._messages else None

    def _learn_capabilities(self, text: bytes, body: list[bytes] | None, left_out: int) -> None:
        self.capabilities = replies.capabilities(b"".join(body or ()))


def _last_line(parts: list[bytes]) -> bytes:
    """The last line of a listing, or nothing where it is too long for one, however it was cut."""
    end = b""
    for part in reversed(parts):
        end = (part + end)[-lengths.STATUS_LINE :]
        if len(end) == lengths.STATUS_LINE:
            break
    start = end.rfind(b"\n", 0, -1) + 1
    return end[start:] if start or len(end) < lengths.STATUS_LINE else b""


def _first(command: CommandLine) -> str:
    return command.arguments[0].decode("utf-8", "backslashreplace") if command.arguments else ""


_Learn = Callable[[Session, bytes, list[bytes] | None, int], None]

_LEARN: dict[Command, _Learn] = {
    commands.STAT: Session._learn_stat,
    commands.LIST: Session._learn_listing,
    commands.CAPA: Session._learn_capabilities,
}


def keeps_body(command: CommandLine) -> bool:
    """Whether the session wants the content of this command's body."""
    return command.row in _LEARN and not command.arguments
