"""Messages that break careless mail software, in the form they have on the wire (unstuffed)."""

import re

HEAD = (
    b"From: Marshall Rose <mrose@example.org>\r\n"
    b"To: Bob <bob@example.org>\r\n"
    b"Subject: %b\r\n"
    b"Date: Fri, 20 Nov 2026 09:00:00 +0000\r\n"
    b"Message-ID: <%b@example.org>\r\n"
)


def message(name: str, body: bytes) -> bytes:
    """A message whose headers no client has a reason to add to."""
    return HEAD % (name.encode(), name.encode()) + b"\r\n" + body


def _long_lines() -> bytes:
    lines = (b"%d %b\r\n" % (size, b"x" * size) for size in (78, 510, 511, 512, 513, 998, 2000))
    return b"".join(lines) + b"y" * 70000 + b"\r\n"


HIGH = bytes(range(0xA0, 0x100))  # no UTF-8

# What every client must bring home octet by octet.
MESSAGES: dict[str, bytes] = {
    "plain": message("plain", b"Hello,\r\n\r\nas agreed.\r\n"),
    "dots": message("dots", b".\r\n..\r\n...\r\n.x\r\nx.\r\n. \r\n\r\n.\r\n"),
    "eight-bit": message("eight-bit", "Grüße, 日本, ".encode() + HIGH + b"\r\n"),
    "empty-body": message("empty-body", b""),
    "blank-lines": message("blank-lines", b"\r\n\r\ntext\r\n\r\n\r\n"),
    "quoted": message("quoted", b"From here on\r\n>From there\r\n+OK no reply\r\n-ERR no\r\n"),
    "big": message("big", b"".join(b"%d line\r\n.%d\r\n" % (n, n) for n in range(20000))),
}

# What only some bring home unchanged: lines longer than a client's buffer.
LONG_LINES: dict[str, bytes] = {"long-lines": message("long-lines", _long_lines())}

# What only programs that treat a body as octets bring home unchanged.
OCTETS: dict[str, bytes] = {
    "controls": message("controls", b"nul \0, escape \x1b[31m, bell \x07, delete \x7f\r\n"),
    "bare-cr": message("bare-cr", b"one\rtwo\r\n"),
}

# A file that ends without a line end; the wire has no such thing, so one is added.
UNENDED: dict[str, bytes] = {"unended": message("unended", b"the end")}


def on_the_wire(octets: bytes) -> bytes:
    """The message as a client gets it: every line ends in CRLF, the last one too."""
    ended = re.sub(rb"(?<!\r)\n", b"\r\n", octets)
    return ended if ended.endswith(b"\r\n") else ended + b"\r\n"
