"""What a finding of the dialogue says; ``{}`` is filled in."""

from __future__ import annotations

from pop3shell.protocol.spec import lengths

NO_GREETING = "this line is no POP3 greeting"
NEGATIVE_GREETING = "the server refuses the session in its greeting"
AFTER_GREETING = "the server sent more than its one-line greeting"
TIMESTAMP = "the greeting has angle brackets, but no timestamp of the form <local@domain> in them"
BARE_LF = "the line ends in a bare LF, not in CRLF"
LINE_LENGTH = f"the line has {{}} octets; {lengths.STATUS_LINE} are allowed"
CONTROL = "the status line holds the control character 0x{:02x}"
UNSOLICITED = "the server sent a line that answers no command"
UPPER_CASE = "the status indicator is not in upper case"
INDICATOR = "the line begins with neither +OK nor -ERR"
AFTER_INDICATOR = "the status indicator is followed by neither a blank nor the end of the line"
STUFFED = "a line begins with a single dot: it was sent without byte-stuffing, or the dot is lost"
BARE_TERMINATOR = "the lone dot that ends the reply is followed by a bare LF, not by CRLF"
CUT_OFF = "the connection ended before the lone dot that ends the reply"
UNANSWERED = "a command has no reply that could be recognised"
