"""The sample maildrop: mail made for teaching and for debugging, the same on every run.

Among it is what programs trip over: lines of dots, a body without a line, 8-bit text, terminal
escape sequences, a message of five million octets.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pop3shell.protocol.framing import CRLF, with_crlf
from pop3shell.server.maildrops import sample_letters, sample_oddities

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from pop3shell.server.maildrops.maildrop import Message

SAMPLE_USER = "mrose"
"""The account of the sample maildrop, named as in the examples of RFC 1939."""

SAMPLE_PASSWORD = "tanstaaf"
"""Its password, from the APOP example of RFC 1939 section 7."""

BIG_OCTETS = 5_000_000
"""The size of the big message, in octets."""

_BIG_HEADER = with_crlf(b"""\
From: Tide gauge 7 <gauge7@harbour.example.org>
To: Marshall <mrose@example.com>
Subject: Readings of the last eleven years, as you asked
Date: Thu, 12 Nov 2026 03:14:15 +0000
Message-ID: <readings.7@harbour.example.org>
MIME-Version: 1.0
Content-Type: text/plain; charset=us-ascii

""")
_BATCH_LINES = 1000
_LAST_LINE = b"End of readings. Next time, ask for fewer (or use TOP).\r\n"


@dataclass(frozen=True, slots=True)
class SampleMessage:
    """A message that is written out in this package."""

    unique_id: str
    stored: bytes

    @property
    def octets(self) -> int:
        """Size with CRLF line ends."""
        return len(self.content())

    def content(self) -> bytes:
        """Return the message with CRLF line ends."""
        return with_crlf(self.stored)


@dataclass(frozen=True, slots=True)
class GeneratedMessage:
    """A message of a given size that is made when it is asked for, and then forgotten."""

    unique_id: str
    octets: int
    make: Callable[[int], Iterator[bytes]]

    def content(self) -> bytes:
        """Return the message with CRLF line ends."""
        return b"".join(self.parts())

    def parts(self) -> Iterator[bytes]:
        """Return it in parts, each made when it is its turn."""
        return self.make(self.octets)


def big_message(octets: int) -> Iterator[bytes]:
    """Yield a message of exactly so many octets: numbered lines between header and last line."""
    room = octets - len(_BIG_HEADER) - len(_LAST_LINE)
    line_octets = len(_reading(0))
    lines = room // line_octets - 1
    yield _BIG_HEADER
    for first in range(0, lines, _BATCH_LINES):
        yield b"".join(map(_reading, range(first, min(first + _BATCH_LINES, lines))))
    padding = room - lines * line_octets - len(CRLF)
    yield b"-" * padding + CRLF + _LAST_LINE


def _reading(index: int) -> bytes:
    """Return one line, as long as any other; the tide comes and goes about twice a day."""
    phase = index * 97 % 1490
    level = abs(745 - phase)
    return b"%09d  level %4d mm  wind %2d kn  all is well\r\n" % (index, level, index * 31 % 47)


class SampleSource:
    """The messages of the sample maildrop."""

    def messages(self) -> Sequence[Message]:
        """Return the messages, the first one small and friendly."""
        letters = [SampleMessage(f"letter.{name}", text) for name, text in sample_letters.LETTERS]
        oddities = [SampleMessage(f"odd.{name}", text) for name, text in sample_oddities.ODDITIES]
        big = GeneratedMessage("odd.five-million-octets", BIG_OCTETS, big_message)
        return [*letters, *oddities, big, _duplicate(letters[1])]


def _duplicate(message: SampleMessage) -> SampleMessage:
    """Return the same octets once more, as a server that delivers twice would."""
    return SampleMessage(f"{message.unique_id}-2", message.stored)
