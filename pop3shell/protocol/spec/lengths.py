"""The greatest lengths that POP3 has, in octets."""

from __future__ import annotations

#: A command line, CRLF included (RFC 2449 section 4). A server must take as much and a client must
#: not send more; lines that answer a challenge of AUTH may be longer (RFC 5034 section 4).
COMMAND_LINE = 255
#: The first line of a reply, CRLF included; the greeting is one, too (RFC 1939 section 3, and
#: RFC 2449 section 4, which leaves it as it was).
STATUS_LINE = 512
#: A unique-id (RFC 1939 section 7).
UNIQUE_ID = 70
