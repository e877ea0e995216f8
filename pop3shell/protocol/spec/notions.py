"""What a learner asks about that is no word of the protocol, and the words it is asked in."""

from __future__ import annotations

from pop3shell.protocol.record import Record
from pop3shell.protocol.spec.references import Reference, rfc


class Notion(Record):
    """One notion: its name, its meaning, what to read besides, and where it is from.

    ``also`` are the phrases by which people look for it; the order of their words doesn't matter.
    ``see`` names topics that say more.
    """

    name: str
    also: tuple[str, ...]
    meaning: str
    detail: str
    see: tuple[str, ...]
    reference: Reference


NOTIONS: tuple[Notion, ...] = (
    Notion(
        "GREETING", ("banner", "welcome", "hello", "connect"),
        "the line that the server sends first",
        "It begins with +OK, or with -ERR where the server refuses everybody just now. Nothing "
        "should be sent before it has come. A timestamp <...@...> in it offers APOP.",
        ("TIMESTAMP", "AUTHORIZATION"), rfc(1939, "4"),
    ),
    Notion(
        "TIMESTAMP", ("apop banner", "apop greeting", "apop timestamp", "msg-id"),
        "what the greeting must hold for APOP to be possible",
        "It looks like a Message-ID, <1896.697170952@dbc.mtview.ca.us>, and differs in every "
        "greeting, so that a digest that was overheard is of no use later. No capability "
        "announces APOP: only the timestamp does.",
        ("APOP", "GREETING"), rfc(1939, "7"),
    ),
    Notion(
        "LOGIN", ("log in", "logging in", "sign in", "signin", "authenticate", "authentication",
                  "credentials"),
        "telling the server who you are, in one of three ways",
        "USER and PASS send the password as it is, APOP a digest of it, AUTH what its mechanism "
        "wants. In the shell, :login USER takes the strongest that the server offers. Use TLS "
        "first.",
        ("USER", "PASS", "APOP", "AUTH", "TLS"), rfc(1939, "4"),
    ),
    Notion(
        "LOGIN-REFUSED", ("authentication failed", "authentication failure", "login failed",
                          "login incorrect", "invalid login", "invalid password",
                          "wrong password", "bad password", "permission denied", "access denied",
                          "invalid credentials", "cannot log in"),
        "the -ERR that ends a login",
        "The name may have to be the whole address, user@domain. The password may be wrong, or the "
        "account want one made for programs, or a token. Without TLS many servers take none. A "
        "response code says more: [AUTH], [IN-USE], [LOGIN-DELAY], [SYS/TEMP]. Begin again with "
        "USER, APOP or AUTH.",
        ("LOGIN", "IN-USE", "TLS"), rfc(1939, "7"),
    ),
    Notion(
        "TLS", ("ssl", "starttls", "encryption", "encrypted", "certificate", "secure", "implicit"),
        "encryption of the session, begun in one of two ways",
        "Either STLS upgrades a session on port 110 before the login (--tls starttls), or TLS is "
        "there from the first octet on port 995 (--tls implicit), which is preferred today.",
        ("STLS", "PORTS"), rfc(8314, "3.1"),
    ),
    Notion(
        "PORTS", ("port", "110", "995", "109", "pop3s", "pops", "port number", "firewall"),
        "110 for POP3, 995 for POP3 with TLS from the first octet (pop3s)",
        "On port 110 a session begins in plaintext, and STLS may encrypt it. On port 995 the "
        "client begins the TLS handshake at once, and the greeting comes inside TLS. Port 109 was "
        "POP2's.",
        ("TLS", "STLS", "POP2"), rfc(8314, "3.1"),
    ),
    Notion(
        "REPLY", ("+ok", "-err", "status", "status indicator", "response", "answer", "error"),
        "how the server answers: +OK or -ERR, and a text",
        "The text is for people, but for what a command's description says of it and for a "
        "response code in brackets. A command that is unknown, wrong or out of place gets -ERR, "
        "and the session goes on. In the shell, :explain says what the last one means.",
        ("MULTI-LINE", "RESPONSE-CODE", "CHALLENGE"), rfc(1939, "3"),
    ),
    Notion(
        "UNKNOWN-COMMAND", ("invalid command", "unrecognized command", "unrecognised command",
                            "bad command", "syntax error", "command not implemented"),
        "the -ERR for a command that the server does not have, or not now",
        "It may be misspelt, be optional and missing, or belong to another state: most commands "
        "need a login first. CAPA lists the optional ones that there are. After a few such "
        "commands many servers close the connection.",
        ("CAPA", "AUTHORIZATION", "TRANSACTION"), rfc(1939, "3"),
    ),
    Notion(
        "MULTI-LINE", ("multiline", "end of reply", "end of message", "terminator",
                       "termination octet", "lone dot", ".", "dot"),
        "a reply of several lines, ended by a line that is a lone dot",
        "The replies to RETR, TOP and CAPA are multi-line, those to LIST and UIDL only without a "
        "message number. The lone dot is no part of what was sent; -ERR is always one line.",
        ("BYTE-STUFFING", "REPLY"), rfc(1939, "3"),
    ),
    Notion(
        "BYTE-STUFFING", ("dot stuffing", "stuffing", "stuffed", "unstuffing", "double dot", "..",
                          "dot", "leading dot"),
        "a second dot before a line that begins with one",
        "Within a multi-line reply it keeps a line of a message from being taken for its end. The "
        "client takes the first dot of such a line off again, as :save and :view do. The octets "
        "that LIST tells are those without it.",
        ("MULTI-LINE", "OCTETS"), rfc(1939, "3"),
    ),
    Notion(
        "LINE-LENGTH", ("line too long", "long line", "maximum length", "length", "limit", "255",
                        "512"),
        "255 octets for a command, 512 for the first line of a reply, CRLF included",
        "Lines that answer a challenge of AUTH, and lines of messages, may be longer. Before "
        "RFC 2449 each argument had 40 octets at most.",
        ("AUTH",), rfc(2449, "4"),
    ),
    Notion(
        "AUTOLOGOUT", ("timeout", "time out", "timed out", "idle", "inactivity", "timer",
                       "connection lost", "connection closed", "disconnected"),
        "the server closes a session that is silent for too long: 10 minutes or more",
        "It does so without a word and without removing anything: marks by DELE are lost. Any "
        "command begins the time anew, NOOP for instance. --timeout is how long pop3shell itself "
        "waits for a reply.",
        ("NOOP", "UPDATE"), rfc(1939, "3"),
    ),
    Notion(
        "MAILDROP", ("mailbox", "inbox", "lock", "locked", "exclusive", "new mail", "snapshot"),
        "the messages of one account; one session at a time holds it",
        "It is locked at login and looked at once: mail that arrives later is seen by the next "
        "session. A second login meanwhile is refused, with [IN-USE] where the server has "
        "response codes. There is one maildrop and no folders.",
        ("IN-USE", "STAT", "TRANSACTION"), rfc(1939, "4"),
    ),
    Notion(
        "MESSAGE-NUMBER", ("message number", "msg", "number", "renumber"),
        "1, 2, 3, ... for the messages as the login found them",
        "The numbers hold for one session only; what is marked as deleted keeps its number. Use "
        "the unique-id to know a message again.",
        ("LIST", "UNIQUE-ID"), rfc(1939, "4"),
    ),
    Notion(
        "OCTETS", ("size", "octet", "byte", "bytes", "message size", "crlf", "line end"),
        "the size of a message, every line end counted as two octets",
        "STAT tells that of the whole maildrop, LIST that of each message. Stuffed dots and the "
        "lone dot at the end don't count.",
        ("STAT", "LIST", "BYTE-STUFFING"), rfc(1939, "11"),
    ),
    Notion(
        "UNIQUE-ID", ("uid", "unique id", "unique-id listing", "message-id"),
        "a message's name that stays the same from session to session",
        "1 to 70 printable octets, chosen by the server, and never used again while the message "
        "is there. It is not the Message-ID of the header.",
        ("UIDL", "LEAVING-MAIL"), rfc(1939, "7"),
    ),
    Notion(
        "DELETING", ("delete", "deleted", "deletion", "remove", "expunge", "undelete", "marked",
                     "mark"),
        "DELE marks, RSET takes all marks back, QUIT removes what is marked",
        "Until QUIT was answered nothing is gone: a session that ends otherwise removes nothing.",
        ("DELE", "RSET", "QUIT", "UPDATE"), rfc(1939, "6"),
    ),
    Notion(
        "LEAVING-MAIL", ("leave mail", "leave mail on server", "leave message", "keep mail",
                         "keep message", "copy on server", "already seen", "duplicate"),
        "fetching mail without deleting it",
        "The client sends no DELE and remembers by UIDL what it has fetched. POP3 itself knows "
        "nothing of it; a server may still remove mail by a policy of its own, which EXPIRE "
        "announces.",
        ("UIDL", "EXPIRE", "UNIQUE-ID"), rfc(1939, "8"),
    ),
    Notion(
        "FLAGS", ("flag", "read", "unread", "seen", "folder", "search", "sent", "move",
                  "attachment", "mime"),
        "POP3 has no flags, folders, search or parts of messages",
        "A message is fetched as a whole, or its beginning by TOP; what was read, only the client "
        "knows. IMAP has all of these. In the shell, :view shows a message's parts.",
        ("IMAP", "TOP", "LEAVING-MAIL"), rfc(1939, "1"),
    ),
    Notion(
        "RESPONSE-CODE", ("response code", "error code", "bracket"),
        "a word in brackets at the head of a reply's text, for programs to read",
        "-ERR [IN-USE] says why the login was refused. A server that lists RESP-CODES in CAPA "
        "begins no other text with a bracket.",
        ("RESP-CODES", "IN-USE", "SYS/TEMP", "SYS/PERM", "LOGIN-DELAY"), rfc(2449, "8"),
    ),
    Notion(
        "CAPABILITY", ("capabilities", "capability name", "capability list", "feature",
                       "extension"),
        "what CAPA announces: one optional thing a line",
        "A name and perhaps arguments. `pop3shell explain` alone lists the registered ones, :caps "
        "in the shell explains those of the server. A name that begins with X is somebody's own.",
        ("CAPA", "SASL", "TOP", "UIDL", "PIPELINING"), rfc(2449, "5"),
    ),
    Notion(
        "CHALLENGE", ("+", "=", "*", "base64", "initial response", "sasl exchange", "mechanism",
                      "cancel"),
        "the server's question inside AUTH, a line that begins with + and a blank",
        "What follows is base64, and so is the answer; :b64 in the shell encodes one. An empty "
        "line is an empty answer, * cancels, = stands for an empty initial response in the AUTH "
        "line itself.",
        ("AUTH", "SASL"), rfc(5034, "4"),
    ),
    Notion(
        "STATE", ("states", "session"),
        "where a session stands: AUTHORIZATION, TRANSACTION, UPDATE, in this order",
        "The greeting begins the first, a login the second, QUIT the third. Most commands are "
        "allowed in one of them only; :state in the shell tells which it is.",
        ("AUTHORIZATION", "TRANSACTION", "UPDATE"), rfc(1939, "3"),
    ),
    Notion(
        "URL", ("pop://", "pops://", "uri"),
        "pop://user@host:port names a maildrop",
        "AUTH=MECHANISM may follow the name, behind a semicolon. It holds no password. pops:// "
        "is no standard, but understood here: TLS from the first octet.",
        ("PORTS",), rfc(2384, "3"),
    ),
    Notion(
        "POP2", ("pop", "pop version 2"),
        "the protocol before POP3: another one, on port 109",
        "It has its own commands and replies, which no POP3 server understands. POP3 means "
        "version 3 of the Post Office Protocol, as RFC 1939 has it.",
        ("HELO", "PORTS"), rfc(937),
    ),
    Notion(
        "IMAP", ("imap4", "143", "993"),
        "another protocol, for mail that stays on the server",
        "It has folders, flags, search and parts of messages, which POP3 has not, on ports 143 "
        "and 993. Its greeting begins with * OK.",
        ("FLAGS", "PORTS"), rfc(9051),
    ),
    Notion(
        "SMTP", ("send", "sending", "send mail", "submission", "25", "465", "587"),
        "another protocol, for sending mail; POP3 only fetches it",
        "Mail is handed in by SMTP on port 587 or 465. Its greeting begins with 220.",
        ("XTND", "PORTS"), rfc(5321),
    ),
)  # fmt: skip

#: By what other phrases people look for what has a name in POP3.
PHRASES: dict[str, tuple[str, ...]] = {
    "USER": ("username", "user name", "account"),
    "PASS": ("password", "passphrase"),
    "APOP": ("digest", "md5"),
    "AUTH": ("authenticate", "auth response"),
    "STLS": ("starttls", "start tls", "upgrade"),
    "CAPA": ("capabilities", "feature", "capability list"),
    "STAT": ("count", "how many", "total"),
    "LIST": ("listing", "scan listing", "ls", "dir", "message size"),
    "RETR": ("retrieve", "retrieval", "get", "fetch", "download", "read", "body"),
    "DELE": ("delete", "remove", "rm", "erase"),
    "RSET": ("reset", "undelete", "undo", "unmark"),
    "NOOP": ("keepalive", "keep alive", "ping"),
    "TOP": ("header", "subject", "preview"),
    "UIDL": ("uid", "leave mail"),
    "QUIT": ("exit", "logout", "log out", "bye", "close", "leave", "end session"),
    "UTF8": ("utf-8", "unicode", "eai"),
    "LANG": ("language",),
    "EXPIRE": ("retention", "policy"),
    "PIPELINING": ("pipeline", "send ahead"),
    "IN-USE": ("mailbox locked", "maildrop locked", "already locked", "another session", "busy"),
    "SYS/TEMP": ("temporary failure", "try again later"),
    "SYS/PERM": ("permanent failure",),
    "LOGIN-DELAY": ("too many login", "login too soon"),
    "OAUTHBEARER": ("oauth", "oauth2", "token"),
    "XOAUTH2": ("oauth", "oauth2", "token"),
    "SCRAM-SHA-256": ("scram",),
    "SCRAM-SHA-1": ("scram",),
    "CRAM-MD5": ("cram",),
    "AUTHORIZATION": ("before login", "not logged in"),
    "TRANSACTION": ("after login", "logged in"),
}
