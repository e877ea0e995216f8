"""A dialogue as it is printed or recorded, its lines taken apart into what looks different."""

from __future__ import annotations

import re

from pop3shell.protocol import events as ev
from pop3shell.protocol.events import Event
from pop3shell.protocol.framing import CRLF
from pop3shell.protocol.replies import looks_like_status
from pop3shell.transcript import grammar
from pop3shell.transcript.follow import Follower
from pop3shell.transcript.plain import STAND_IN
from pop3shell.view import parts
from pop3shell.view.parts import Pairs, Rows
from pop3shell.view.style import Part

#: How a transcript begins; a dialogue that begins otherwise has no escapes.
MAGIC = grammar.MAGIC.decode()

_TAGGED = re.compile(
    r"([ \t]*)(\[[0-9]{1,10}(?:\.[0-9]{1,9})?\] ?)?"
    r"(C:|S:|\*:|S~|S\.\.\.|(?i:client|server):)([ \t]*)"
)
# That no blank stands before keeps a long row of them from being looked at again and again.
_NEXT_SIDE = re.compile(r"(?<![ \t])[ \t]+(?=(?i:client|server):(?:[ \t]|$))")
_PLACEHOLDER = f"({grammar.PLACEHOLDER.pattern.decode()})"
_SPECIAL = re.compile(rf"{_PLACEHOLDER}|\\x[0-9a-fA-F]{{2}}")
_SPECIAL_IN_TRANSCRIPT = re.compile(rf"{_PLACEHOLDER}|\\(?:x[0-9a-fA-F]{{2}}|\\|n?$)")


class PrintedDialogue:
    """Takes lines apart in order; following the dialogue tells what each is."""

    def __init__(self, text: str) -> None:
        self._recorded = text.startswith(MAGIC)
        self._special = _SPECIAL_IN_TRANSCRIPT if self._recorded else _SPECIAL
        self._follower = Follower()
        self._rows = Rows.TEXT  # of the body that the dialogue is in, or was in last
        self._in_header = False
        self._tagged_body = False
        self._blanks = 1  # behind the colon of the last status line

    def line(self, line: str) -> Pairs:
        """Take the next line apart."""
        if tagged := _TAGGED.match(line):
            yield from self._tagged(line, tagged)
        elif self._recorded and line.startswith("%"):
            yield Part.META, line
        elif self._follower.body and not (self._recorded or self._tagged_body):
            yield from self._untagged(line)
        elif line.startswith("#") or line.strip():
            yield Part.NOTE, line
        else:
            yield Part.TEXT, line

    def _untagged(self, line: str) -> Pairs:
        """A line of a body, as it came; the dot at its end may be indented."""
        if line.strip() == ".":
            dot = line.index(".")
            yield Part.TEXT, line[:dot]
            yield from self._server(".")
            yield Part.TEXT, line[dot + 1 :]
        else:
            yield from self._server(line)

    def _tagged(self, line: str, tagged: re.Match[str]) -> Pairs:
        indent, stamp, tag, blanks = tagged.groups()
        begin = tagged.start(4) + self._syntax(tag.lower(), len(blanks))
        yield Part.TEXT, indent
        yield Part.STAMP, stamp or ""
        yield Part.EVENT if tag == "*:" else Part.SIDE, tag
        yield Part.TEXT, line[tagged.start(4) : begin]
        end = len(line)
        if tag[1:] in ("lient:", "erver:") and (following := _NEXT_SIDE.search(line, begin)):
            end = following.start()
        yield from self._specials(self._said(tag.lower(), line[begin:end]))
        if end < len(line):
            yield from self.line(line[end:])

    def _syntax(self, tag: str, blanks: int) -> int:
        """How many of the blanks behind a tag are no text; a printed dialogue is aligned."""
        if self._recorded or tag not in ("c:", "s:", "client:", "server:"):
            return min(blanks, 1)
        if tag in ("s:", "server:"):
            if self._follower.body:
                return min(blanks, self._blanks)
            self._blanks = max(blanks, 1)
        return blanks

    def _said(self, tag: str, text: str) -> Pairs:
        if tag in ("c:", "client:"):
            stands_in = not self._recorded and STAND_IN.fullmatch(parts.octets(text))
            yield from iter([(Part.NOTE, text)]) if stands_in else self._client(text)
        elif tag in ("s:", "server:"):
            self._tagged_body = self._follower.body is not None
            yield from self._server(text)
        elif tag == "s~":
            yield Part.PATTERN, text
            for event in self._follower.expect(text):
                self._begin(event)
        else:
            yield Part.EVENT if tag == "*:" else Part.TEXT, text

    def _specials(self, pairs: Pairs) -> Pairs:
        """Tell escapes and placeholders from the text they stand in."""
        for part, text in pairs:
            at = 0
            for found in self._special.finditer(text):
                yield part, text[at : found.start()]
                yield Part.SECRET if found[1] else Part.ESCAPE, found[0]
                at = found.end()
            yield part, text[at:]

    # ---- the client ----

    def _client(self, text: str) -> Pairs:
        self._follower.join()
        if not self._recorded:
            self._follower.end_body()
        octets = parts.octets(text)
        for event in self._follower.client(octets + CRLF):
            if isinstance(event, ev.CommandSent) and event.secret:
                clear = len(octets[: event.secret.start].decode("utf-8", "surrogatepass"))
                yield from parts.command_line(text[:clear])
                yield Part.SECRET, text[clear:]
                return
            if isinstance(event, ev.ResponseSent):
                yield from parts.response(text)
                return
        yield from parts.command_line(text)

    # ---- the server ----

    def _server(self, text: str) -> Pairs:
        for event in self._follower.server(parts.octets(text) + CRLF):
            self._begin(event)
            match event:
                case ev.Greeting():
                    return parts.status(text, greeting=True)
                case ev.StatusLine():
                    return parts.status(text, event.command)
                case ev.Challenge():
                    return parts.challenge(text)
                case ev.BodyEnd():
                    return iter([(Part.TERMINATOR, text)])
                case ev.StrayLine() if looks_like_status(event.raw):
                    return parts.status(text)
        return self._row(text)

    def _begin(self, event: Event) -> None:
        """Take in which rows a reply has that begins."""
        if isinstance(event, ev.StatusLine) and event.begins_body:
            self._rows = parts.rows_of(event.command)
            self._in_header = self._rows is Rows.MESSAGE
            self._tagged_body = False

    def _row(self, text: str) -> Pairs:
        self._in_header = self._in_header and bool(text)
        rows = self._rows if self._follower.body else Rows.TEXT
        return parts.row(text, rows, header=self._in_header)
