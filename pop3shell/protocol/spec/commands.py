"""The command table: every POP3 command as one record.

The facts are those of the RFCs named in each row. Where no RFC defines a command, the row says so.
"""

from __future__ import annotations

from enum import Enum

from pop3shell.protocol.record import Record
from pop3shell.protocol.spec.arguments import (
    DIGEST,
    INITIAL_RESPONSE,
    LANGUAGE,
    LINES,
    MECHANISM,
    MESSAGE,
    NAME,
    PASSWORD,
    TEXT,
    Argument,
)
from pop3shell.protocol.spec.references import Reference, rfc
from pop3shell.protocol.spec.states import Effect, State


class Shape(Enum):
    """How a positive reply is read."""

    SINGLE = "one line"
    MULTI = "lines up to a lone dot"
    OPEN = "cannot be known"


class Standing(Enum):
    """How a command stands with the RFCs."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    EXTENSION = "extension"
    OBSOLETE = "obsolete"
    FOREIGN = "not POP3"


class Command(Record):
    """One row of the table.

    ``shape`` is that of the positive reply to the command without optional arguments,
    ``shape_with_argument`` that with one, where it differs. ``capability`` is the tag by which a
    server announces the command; empty if none does. ``example`` holds lines ``C: …``, ``S: …``.
    """

    verb: str
    arguments: tuple[Argument, ...]
    states: frozenset[State]
    shape: Shape
    effect: Effect
    capability: str
    standing: Standing
    meaning: str
    detail: str
    example: tuple[str, ...]
    reference: Reference
    shape_with_argument: Shape | None = None

    def __hash__(self) -> int:
        return hash(self.verb)

    @property
    def syntax(self) -> str:
        """The command as it is typed, e.g. ``TOP msg n``."""
        return " ".join([self.verb, *map(str, self.arguments)])

    @property
    def required(self) -> int:
        """How many arguments must be given."""
        return sum(not argument.optional for argument in self.arguments)

    @property
    def secret_argument(self) -> int | None:
        """Index of the argument that is a secret, or None."""
        for index, argument in enumerate(self.arguments):
            if argument.kind.secret:
                return index
        return None

    def reply_shape(self, arguments: int) -> Shape:
        """Shape of the positive reply when ``arguments`` arguments were sent."""
        if arguments and self.shape_with_argument is not None:
            return self.shape_with_argument
        return self.shape


_AUTH = frozenset({State.AUTHORIZATION})
_TRANS = frozenset({State.TRANSACTION})
_BOTH = _AUTH | _TRANS
_MSG = (Argument(MESSAGE),)
_OPTIONAL_MSG = (Argument(MESSAGE, optional=True),)

USER = Command(
    "USER", (Argument(NAME),), _AUTH, Shape.SINGLE, Effect.NAME_USER, "USER", Standing.OPTIONAL,
    "name the mailbox to log in to",
    "First half of the plain login; PASS must follow directly. Many servers answer +OK to any "
    "name, so as not to tell which accounts exist.",
    ("C: USER mrose", "S: +OK mrose is a real hoopy frood"), rfc(1939, "7"),
)  # fmt: skip
PASS = Command(
    "PASS", (Argument(PASSWORD),), _AUTH, Shape.SINGLE, Effect.LOG_IN, "USER", Standing.OPTIONAL,
    "give the password, directly after USER",
    "Everything after the first blank is the password, further blanks included. It crosses the "
    "network as it is: use TLS. After a refusal USER has to be sent again.",
    ("C: PASS ${password}", "S: +OK mrose's maildrop has 2 messages (320 octets)"), rfc(1939, "7"),
)  # fmt: skip
APOP = Command(
    "APOP", (Argument(NAME), Argument(DIGEST)), _AUTH, Shape.SINGLE, Effect.LOG_IN, "",
    Standing.OPTIONAL,
    "log in with a digest of the greeting's timestamp and the password",
    "Possible only where the greeting holds a timestamp <...@...>. The digest is the MD5 of the "
    "timestamp, angle brackets included, followed by the password, as 32 lower-case hexadecimal "
    "digits. MD5 is weak by now: prefer TLS.",
    ("S: +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>",
     "C: APOP mrose ${apop}", "S: +OK maildrop has 1 message (369 octets)"), rfc(1939, "7"),
)  # fmt: skip
AUTH = Command(
    "AUTH", (Argument(MECHANISM, optional=True), Argument(INITIAL_RESPONSE, optional=True)), _AUTH,
    Shape.OPEN, Effect.LOG_IN, "SASL", Standing.EXTENSION,
    "log in by a SASL mechanism",
    "The server sends challenges (lines that begin with + and a blank), the client answers in "
    "base64; * cancels. An initial response may follow the mechanism if the whole line stays "
    "within 255 octets; = stands for an empty one. AUTH alone lists the mechanisms on some "
    "servers, though no RFC says so.",
    ("C: AUTH PLAIN", "S: + ", "C: ${sasl}", "S: +OK maildrop locked and ready"), rfc(5034, "4"),
    shape_with_argument=Shape.SINGLE,
)  # fmt: skip
STLS = Command(
    "STLS", (), _AUTH, Shape.SINGLE, Effect.START_TLS, "STLS", Standing.EXTENSION,
    "begin TLS on this connection",
    "The handshake starts right after the positive reply. Nothing may be sent behind STLS before "
    "that, and what CAPA said before must be forgotten and asked again.",
    ("C: STLS", "S: +OK Begin TLS negotiation"), rfc(2595, "4"),
)  # fmt: skip
CAPA = Command(
    "CAPA", (), _BOTH, Shape.MULTI, Effect.NONE, "", Standing.EXTENSION,
    "list the server's capabilities",
    "One capability a line, with its arguments. A server that does not know CAPA refuses it; "
    "that is no fault. The list may change after TLS and, for a few capabilities, at login.",
    ("C: CAPA", "S: +OK Capability list follows", "S: TOP", "S: UIDL", "S: ."), rfc(2449, "5"),
)  # fmt: skip
UTF8 = Command(
    "UTF8", (), _AUTH, Shape.SINGLE, Effect.UTF8, "UTF8", Standing.EXTENSION,
    "switch the session to UTF-8 mode",
    "Messages with raw UTF-8 headers then come as they are. STLS is no longer allowed after it.",
    ("C: UTF8", "S: +OK UTF8 enabled"), rfc(6856, "2.1"),
)  # fmt: skip
LANG = Command(
    "LANG", (Argument(LANGUAGE, optional=True),), _BOTH, Shape.MULTI, Effect.NONE, "LANG",
    Standing.EXTENSION,
    "list the languages of the server's texts, or choose one",
    "Without an argument it lists language tags, one a line; with one the reply is a single line "
    "that begins with the tag chosen. LANG * asks for the server's default.",
    ("C: LANG de", "S: +OK de Sprache gewechselt"), rfc(6856, "3.2"),
    shape_with_argument=Shape.SINGLE,
)  # fmt: skip
STAT = Command(
    "STAT", (), _TRANS, Shape.SINGLE, Effect.NONE, "", Standing.REQUIRED,
    "count the messages and their octets",
    "The reply holds the number of messages and their size in octets. Messages marked as deleted "
    "are counted in neither.",
    ("C: STAT", "S: +OK 2 320"), rfc(1939, "5"),
)  # fmt: skip
LIST = Command(
    "LIST", _OPTIONAL_MSG, _TRANS, Shape.MULTI, Effect.NONE, "", Standing.REQUIRED,
    "list message numbers and sizes, of all or of one",
    "Without an argument one line a message: its number and its size in octets, those marked as "
    "deleted left out. With an argument a single line.",
    ("C: LIST 2", "S: +OK 2 200"), rfc(1939, "5"), shape_with_argument=Shape.SINGLE,
)  # fmt: skip
RETR = Command(
    "RETR", _MSG, _TRANS, Shape.MULTI, Effect.NONE, "", Standing.REQUIRED,
    "retrieve a message",
    "The whole message comes, then a line with a lone dot. Lines that begin with a dot arrive "
    "with a second dot before it (byte-stuffing).",
    ("C: RETR 1", "S: +OK 120 octets", "S: <the POP3 server sends the entire message here>",
     "S: ."), rfc(1939, "5"),
)  # fmt: skip
DELE = Command(
    "DELE", _MSG, _TRANS, Shape.SINGLE, Effect.MARK, "", Standing.REQUIRED,
    "mark a message as deleted",
    "It is removed only when QUIT is accepted; RSET takes all marks back. The other messages keep "
    "their numbers.",
    ("C: DELE 1", "S: +OK message 1 deleted"), rfc(1939, "5"),
)  # fmt: skip
NOOP = Command(
    "NOOP", (), _TRANS, Shape.SINGLE, Effect.NONE, "", Standing.REQUIRED,
    "do nothing, but show that the connection is alive",
    "The server just answers +OK; its autologout timer starts again.",
    ("C: NOOP", "S: +OK"), rfc(1939, "5"),
)  # fmt: skip
RSET = Command(
    "RSET", (), _TRANS, Shape.SINGLE, Effect.UNMARK, "", Standing.REQUIRED,
    "take back all deletion marks",
    "Messages marked by DELE are unmarked; nothing else changes.",
    ("C: RSET", "S: +OK maildrop has 2 messages (320 octets)"), rfc(1939, "5"),
)  # fmt: skip
TOP = Command(
    "TOP", (Argument(MESSAGE), Argument(LINES)), _TRANS, Shape.MULTI, Effect.NONE, "TOP",
    Standing.OPTIONAL,
    "retrieve a message's header and its first n body lines",
    "The header, the blank line after it, and n lines of the body; TOP msg 0 gives the header "
    "alone. Both arguments are required.",
    ("C: TOP 1 0", "S: +OK top of message follows", "S: Subject: Column", "S: ", "S: ."),
    rfc(1939, "7"),
)  # fmt: skip
UIDL = Command(
    "UIDL", _OPTIONAL_MSG, _TRANS, Shape.MULTI, Effect.NONE, "UIDL", Standing.OPTIONAL,
    "list unique-ids, of all or of one",
    "A unique-id is 1 to 70 printable octets and stays with its message across sessions; a client "
    "that leaves mail on the server knows by it what it has seen.",
    ("C: UIDL 2", "S: +OK 2 QhdPYR:00WBw1Ph7x7"), rfc(1939, "7"), shape_with_argument=Shape.SINGLE,
)  # fmt: skip
QUIT = Command(
    "QUIT", (), _BOTH, Shape.SINGLE, Effect.QUIT, "", Standing.REQUIRED,
    "end the session; only this removes marked messages",
    "In the TRANSACTION state the server enters the UPDATE state, removes the messages marked as "
    "deleted, answers and closes. In the AUTHORIZATION state it just closes.",
    ("C: QUIT", "S: +OK dewey POP3 server signing off"), rfc(1939, "6"),
)  # fmt: skip
LAST = Command(
    "LAST", (), _TRANS, Shape.SINGLE, Effect.NONE, "", Standing.OBSOLETE,
    "highest message number accessed so far (removed in 1994; use UIDL)",
    "Clients used it to see what was new. RFC 1725 removed it in favour of UIDL.",
    ("C: LAST", "S: +OK 1"), rfc(1460, "5"),
)  # fmt: skip
RPOP = Command(
    "RPOP", (Argument(NAME),), _AUTH, Shape.SINGLE, Effect.LOG_IN, "", Standing.OBSOLETE,
    "log in by trusting the client's host (removed in 1993)",
    "It trusted whoever connected from a port below 1024. A server that accepts it today has a "
    "hole.",
    ("C: RPOP mrose", "S: -ERR unknown command"), rfc(1225),
)  # fmt: skip
XTND = Command(
    "XTND", (Argument(TEXT),), _TRANS, Shape.OPEN, Effect.NONE, "", Standing.OBSOLETE,
    "private extensions of the popper server (XMIT, XLST)",
    "No RFC defines it. XTND XMIT submitted mail through the POP3 server, XTND XLST listed header "
    "lines.",
    ("C: XTND XLST subject", "S: -ERR unknown command"), Reference("the popper server's manual"),
)  # fmt: skip
XCLIENT = Command(
    "XCLIENT", (Argument(TEXT, optional=True),), _AUTH, Shape.SINGLE, Effect.NONE, "",
    Standing.EXTENSION,
    "tell the server the real client's address (proxies only)",
    "Dovecot's private extension for trusted proxies. No ordinary client should be heard on it.",
    ("C: XCLIENT ADDR=192.0.2.1", "S: +OK Updated"), Reference("Dovecot's documentation"),
)  # fmt: skip
XOIP = Command(
    "XOIP", (Argument(TEXT),), _AUTH, Shape.SINGLE, Effect.NONE, "XOIP", Standing.EXTENSION,
    "tell the server the real client's address (Zimbra's proxy)",
    "A private extension; the same as XCLIENT ADDR=.",
    ("C: XOIP 192.0.2.1", "S: +OK"), Reference("Dovecot's documentation"),
)  # fmt: skip
HELO = Command(
    "HELO", (Argument(NAME), Argument(PASSWORD)), frozenset(), Shape.SINGLE, Effect.NONE, "",
    Standing.FOREIGN,
    "POP2's login: another protocol, on port 109",
    "POP2 has its own commands (HELO, FOLD, READ, RETR, ACKS, ACKD, NACK, QUIT) and replies "
    "(+, -, #count, =length). A POP3 server does not understand it.",
    ("C: HELO mrose ${password}", "S: -ERR unknown command"), rfc(937),
)  # fmt: skip

COMMANDS: tuple[Command, ...] = (
    USER, PASS, APOP, AUTH, STLS, CAPA, UTF8, LANG, STAT, LIST, RETR, DELE, NOOP, RSET, TOP, UIDL,
    QUIT, LAST, RPOP, XTND, XCLIENT, XOIP, HELO,
)  # fmt: skip

#: Rows by verb as octets, upper case.
BY_VERB: dict[bytes, Command] = {row.verb.encode(): row for row in COMMANDS}


def find(verb: bytes) -> Command | None:
    """Return the row of ``verb``, whatever its case (RFC 1939 section 3), or None."""
    return BY_VERB.get(verb) or BY_VERB.get(verb.upper())


def is_current(row: Command) -> bool:
    """Whether a client of today has a use for the command."""
    return row.standing not in (Standing.OBSOLETE, Standing.FOREIGN)
