"""The messages of the sample maildrop that programs trip over."""

from __future__ import annotations

_DOTS = b"""\
From: Samuel <samuel@morse.example>
To: Marshall <mrose@example.com>
Subject: Dots, some of them alone
Date: Sun, 8 Nov 2026 12:00:00 +0000
Message-ID: <dots.7@morse.example>

The next line is a lone dot. If your client stops here, it is broken:
.
Still with me? Now a line that begins with one dot, and one with two:
.profile is a file
..is the folder above it
And three, for good measure:
...
The last line of this message is a lone dot, too.
.
"""

_EMPTY = b"""\
From: Ana Reyes <ana.reyes@example.org>
To: Marshall <mrose@example.com>
Subject: Meeting moved to 15:00 (end of message)
Date: Mon, 9 Nov 2026 10:10:10 -0500
Message-ID: <eom.8@example.org>

"""

_LONG_LINE = b"""\
From: Report generator <reports@example.com>
To: mrose@example.com
Subject: One line, as ordered
Date: Mon, 9 Nov 2026 23:59:59 +0000
Message-ID: <long-line.9@example.com>

The limit for a line is 998 octets. The next one has never heard of it.
%s
That was 3000 octets without a line end.
""" % (b"0123456789" * 300)

_LATIN_1 = """\
From: Facteur Cheval <facteur@palais.example>
To: Marshall <mrose@example.com>
Subject: Un colis vous attend
Date: Tue, 10 Nov 2026 07:45:00 +0100
Message-ID: <colis.10@palais.example>
MIME-Version: 1.0
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: 8bit

Cher abonné,

votre colis a été déposé derrière la forêt, là où le chêne est tombé.
Il est lourd (½ tonne) : venez à deux.

Ces lettres accentuées sont des octets seuls, 0xE9 et non 0xC3 0xA9.
""".encode("latin-1")

# Escape sequences that retitle the window, clear the screen, write the clipboard, ring the bell,
# forge a reply, hide the rest of the line, and turn the direction of the text.
_HOSTILE = (
    b"From: \x1b]0;You have been renamed\x07Mallory <mallory@attacker.example>\n"
    b"To: mrose@example.com\n"
    b"Subject: \x1b[31;1mRead me in a terminal\x1b[0m (or better not)\n"
    b"Date: Wed, 11 Nov 2026 00:00:01 +0000\n"
    b"Message-ID: <escape.11@attacker.example>\n"
    b"MIME-Version: 1.0\n"
    b"Content-Type: text/plain; charset=utf-8\n"
    b"\n"
    b"Clear the screen: \x1b[2J\x1b[H and here is a new one.\n"
    b"Ring: \x07\x07\x07 Title: \x1b]2;root@bank\x1b\\ Clipboard: \x1b]52;c;cm0gLXJmIH4=\x07\n"
    b"Forge: see nothing\r+OK 9999 octets, honestly\x1b[K\n"
    b"Conceal: \x1b[8mthe password is\x1b[28m visible\n"
    b"C1 control, 8-bit: \xc2\x9b31m and raw \x9b31m\n"
    b"The file is called \xe2\x80\xaegpj.exe\xe2\x80\xac and not what it seems.\n"
    b"Nothing\xe2\x80\x8b to\xef\xbb\xbf see\xe2\x81\xa0 here.\n"
)

_REPLIES = b"""\
From: Support <support@example.net>
To: Marshall <mrose@example.com>
Subject: Re: [#4711] Your session log
Date: Wed, 11 Nov 2026 14:00:00 +0100
Message-ID: <log.12@example.net>

Dear customer, here is the log that you asked for:

+OK POP3 server ready <1896.697170952@example.net>
USER mrose
+OK mrose is a real hoopy frood
-ERR [AUTH] not today
QUIT
+OK bye

We see nothing wrong with it. (These lines are content: a program that takes
them for replies has lost count.)
"""

_MALFORMED = b"""\
From mrose Wed Nov 11 15:00:00 2026
 folded, but nothing stands before it
Subject : a blank before the colon
From: one@example.com
From: two@example.com, three@
To: undisclosed-recipients:;
Date: Smarch 32, 2026, half past five
this line has no colon and is no header field
: a field without a name
X-Long-Silence:
Message-ID: <malformed@@example.com
Content-Type: multipart/mixed
Content-Transfer-Encoding: 7-bit-or-so

Somewhere there is a program that writes mail like this, and it has users.
"""

_NO_BODY = b"""\
From: Header <only@example.com>
To: mrose@example.com
Subject: No blank line, no body, no end
Date: Thu, 12 Nov 2026 01:02:03 +0000
Message-ID: <header-only.14@example.com>"""

_FAX = (
    b"From: Fax in the basement <fax@example.com>\n"
    b"To: mrose@example.com\n"
    b"Subject: NUL and bare CR\n"
    b"Date: Thu, 12 Nov 2026 02:03:04 +0000\n"
    b"Message-ID: <fax.15@example.com>\n"
    b"\n"
    b"Between these quotes is a NUL: '\x00'. It ends strings in some programs.\n"
    b"Here comes a carriage return\rwithout a line feed.\n"
    b"\x7f\x08\x08\x08\x0c\x0b\n"
    b"Kind regards, the machine.\n"
)

ODDITIES: tuple[tuple[str, bytes], ...] = (
    ("dots", _DOTS),
    ("empty-body", _EMPTY),
    ("long-line", _LONG_LINE),
    ("latin-1", _LATIN_1),
    ("escape-sequences", _HOSTILE),
    ("looks-like-replies", _REPLIES),
    ("malformed-header", _MALFORMED),
    ("no-body", _NO_BODY),
    ("nul-and-bare-cr", _FAX),
)
"""Name and text, in the order of the maildrop."""
