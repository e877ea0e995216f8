"""Every limit of the practice server, in one place."""

from __future__ import annotations

from pop3shell.protocol.spec import lengths

AUTOLOGOUT_SECONDS = 600.0
"""Silence after which a session ends without a word (RFC 1939 section 3: at least 10 minutes)."""

MAX_CLIENTS = 100
"""Connections at once; one more is refused with `-ERR [SYS/TEMP]` and closed."""

MAX_SOCKETS = 2 * MAX_CLIENTS
"""The same with those that are just being refused; one more is closed without a word."""

MAX_COMMAND_OCTETS = lengths.COMMAND_LINE
"""The longest command line, CRLF included (RFC 2449 section 4)."""

MAX_RESPONSE_OCTETS = 64 * 1024
"""The longest line inside an AUTH exchange, CRLF included (RFC 5034 section 4: not the 255 of a
command)."""

MAX_STATUS_OCTETS = lengths.STATUS_LINE
"""The longest status line sent, CRLF included (RFC 1939 section 3)."""

MAX_REFUSALS = 50
"""Commands refused in a row after which the connection is closed."""

MAX_FAILED_LOGINS = 20
"""Failed logins after which the connection is closed."""

HANDSHAKE_SECONDS = 30.0
"""How long a TLS handshake may take."""

READ_OCTETS = 16 * 1024
"""The most that is read from a client at once."""

CHUNK_OCTETS = 64 * 1024
"""Messages are read and sent in pieces of this size, or less than twice as much; and so much may
wait in a send buffer."""

WHOLE_OCTETS = 1024 * 1024
"""A larger message is never held whole: what is sent of it is read meanwhile."""

HEADER_OCTETS = 1024 * 1024
"""How much of a message is searched for the end of its header."""

TURN_SECONDS = 0.002
"""How long one client is served before the others have their turn."""

BARE_LF_SECONDS = 1.0
"""Quiet after which a line that ends in a bare LF is refused instead of waiting for its CRLF."""

LINGER_SECONDS = 1.0
"""How long what a client still sends is read and dropped after the last reply."""
