"""The rules that the dialogue itself sees broken while it reads."""

from __future__ import annotations

from pop3shell.protocol.findings import Level, Rule
from pop3shell.protocol.spec import lengths
from pop3shell.protocol.spec.references import rfc

GREETING = Rule("GRT-01", Level.REQUIRED, "the greeting begins with +OK", rfc(1939, "4"))
AFTER_GREETING = Rule("GRT-02", Level.REQUIRED, "the greeting is one line", rfc(1939, "4"))
TIMESTAMP = Rule(
    "GRT-03", Level.MUST, "an APOP timestamp in the greeting is a msg-id", rfc(1939, "7")
)
LINE_END = Rule("LIN-01", Level.REQUIRED, "every line ends in CRLF", rfc(1939, "3"))
LINE_LENGTH = Rule(
    "LIN-02",
    Level.REQUIRED,
    f"the first line of a reply has {lengths.STATUS_LINE} octets at most",
    rfc(1939, "3"),
)
CONTROL = Rule(
    "LIN-03", Level.REQUIRED, "status lines hold printable characters only", rfc(2449, "3")
)
UNSOLICITED = Rule("LIN-05", Level.REQUIRED, "the server speaks only when asked", rfc(1939, "3"))
UPPER_CASE = Rule("RSP-01", Level.MUST, "the status indicator is upper case", rfc(1939, "3"))
INDICATOR = Rule("RSP-02", Level.REQUIRED, "a reply begins with +OK or -ERR", rfc(1939, "3"))
TERMINATED = Rule(
    "MUL-01", Level.REQUIRED, "a multi-line reply ends in a line with a lone dot", rfc(1939, "3")
)
STUFFED = Rule(
    "MUL-02", Level.REQUIRED, "a line that begins with a dot is byte-stuffed", rfc(1939, "3")
)
UNANSWERED = Rule("RSP-04", Level.MUST, "every command is answered", rfc(1939, "3"))
