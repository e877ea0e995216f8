"""The well-behaved messages of the sample maildrop."""

from __future__ import annotations

_WELCOME = b"""\
From: Postmaster <postmaster@example.com>
To: Marshall <mrose@example.com>
Subject: Welcome to your maildrop
Date: Mon, 2 Nov 2026 09:00:00 +0000
Message-ID: <welcome.1@example.com>

Good morning!

This maildrop is yours to play with. Read what you like, delete what you
like: nothing is lost before QUIT, and all is back when the server starts
again.

Yours,
the Postmaster
"""

_LUNCH = b"""\
From: Carol <carol@example.org>
To: Marshall <mrose@example.com>
Subject: Re: Lunch?
Date: Tue, 3 Nov 2026 11:42:10 +0100
Message-ID: <lunch.2@example.org>
In-Reply-To: <lunch.1@example.com>
References: <lunch.1@example.com>

Marshall wrote:
> There is no such thing as a free lunch.

There is: the canteen's card reader is down again. Twelve o'clock at the
window table, and bring the printout of that session. I have a theory
about your missing octets: somebody counts LF as a line end.

>From where I sit, it looks like rain.

Carol
--\x20
Two lines of signature are plenty.
"""

_MINUTES = b"""\
From: "Reyes, Ana" <ana.reyes@example.org>
To: Marshall <mrose@example.com>
Cc: Carol <carol@example.org>
Subject: Minutes, with the table you wanted
Date: Wed, 4 Nov 2026 16:05:33 -0500
Message-ID: <minutes.3@example.org>
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="=_minutes_3"

This is a message in MIME format. Whoever reads this line reads it raw,
and is welcome here.

--=_minutes_3
Content-Type: text/plain; charset=us-ascii

Attached: the mailbox sizes, one a line. The last row is not a typing
error. He really keeps everything.

Ana

--=_minutes_3
Content-Type: text/csv; charset=us-ascii; name="sizes.csv"
Content-Disposition: attachment; filename="sizes.csv"
Content-Transfer-Encoding: base64

bWFpbGJveCxtZXNzYWdlcyxvY3RldHMNCm1yb3NlLDE3LDUwMjAwMDANCmNhcm9sLDMsMTAyNDgN
CmFuYSwwLDANCmFyY2hpdmlzdCw5MDEyMywxODQ0Njc0NDA3Mw0K
--=_minutes_3--
"""

_ENCODED = b"""\
From: =?ISO-8859-1?Q?J=FCrgen_Gro=DF?= <juergen@example.net>
To: Marshall <mrose@example.com>
Subject: =?UTF-8?B?R3LDvMOfZSBhdXMgS8O2bG4g4oCTIHVuZCBlaW5lIEZyYWdl?=
 =?UTF-8?Q?_zur_Kodierung?=
Date: Thu, 5 Nov 2026 08:30:00 +0100
Message-ID: <gruesse.4@example.net>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Hello Marshall,

greetings from K=C3=B6ln. My name is J=C3=BCrgen Gro=C3=9F, and since 1994 I have=
 been
"J=3DFCrgen Gro=3DDF" to half of the people who write to me. Does your shell s=
how
headers as they come, or as they are meant? I would like to see both.

J.G.
"""

_RAW_UTF8 = """\
From: Zoë Łukasiewicz <zoe@example.net>
To: Marshall <mrose@example.com>
Subject: Żółć, naïveté and 日本語 in a header, raw
Date: Fri, 6 Nov 2026 19:20:21 +0100
Message-ID: <raw-utf8.5@example.net>
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

Nobody encoded this header: it is plain UTF-8, as RFC 6532 has it. A server
that knows the UTF8 command should ask for that mode before it sends it.

Smacznego! 🍲
""".encode()

_NEWSLETTER = b"""\
From: The Weekly Octet <news@octet.example>
To: mrose@example.com
Subject: 8 bits you won't believe this week
Date: Sat, 7 Nov 2026 06:00:00 +0000
Message-ID: <weekly.6@octet.example>
List-Unsubscribe: <https://octet.example/unsubscribe?who=mrose>
Precedence: bulk
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="octet-6"

--octet-6
Content-Type: text/plain; charset=us-ascii

Your mail program does not show HTML. Congratulations!

--octet-6
Content-Type: text/html; charset=us-ascii

<!DOCTYPE html>
<html><head><style>
.banner { background: #c0ffee; font-size: 300% }
.fine-print { font-size: 2px }
</style></head>
<body>
<p class="banner">Number 7 will shock you (it is the sign bit)</p>
<p>Dear <b>FIRSTNAME</b>, we have missed you since yesterday.</p>
<img src="https://octet.example/pixel.gif?who=mrose" width="1" height="1" alt="">
<p class="fine-print">To unsubscribe, print this message and eat it.</p>
</body></html>

--octet-6--
"""

LETTERS: tuple[tuple[str, bytes], ...] = (
    ("welcome", _WELCOME),
    ("lunch", _LUNCH),
    ("minutes", _MINUTES),
    ("encoded-header", _ENCODED),
    ("utf8-header", _RAW_UTF8),
    ("newsletter", _NEWSLETTER),
)
"""Name and text, in the order of the maildrop."""
