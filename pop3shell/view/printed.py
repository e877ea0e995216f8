"""A dialogue as it is printed or recorded, its lines taken apart into what looks different."""

from __future__ import annotations

import re

from pop3shell.protocol import events as ev
from pop3shell.protocol.dialogue import Dialogue
from pop3shell.protocol.replies import looks_like_status
from pop3shell.protocol.spec.states import State
from pop3shell.view import parts
from pop3shell.view.parts import Pairs, Rows
from pop3shell.view.style import Part

#: How a transcript begins; a dialogue that begins otherwise has no escapes.
MAGIC = "%POP3-TRANSCRIPT"

_TAGGED = re.compile(
    r"([ \t]*)(\[[0-9]{1,10}(?:\.[0-9]{1,9})?\] ?)?(C:|S:|\*:|S~|S\.\.\.|(?i:client|server):)( ?)"
)
_NEXT_SIDE = re.compile(r"[ \t]+(?=(?i:client|server):(?:[ \t]|$))")
_PLACEHOLDER = r"(\$\{(?:password[0-9]*|apop|sasl)\})"
_SPECIAL = re.compile(rf"{_PLACEHOLDER}|\\x[0-9a-fA-F]{{2}}")
_SPECIAL_IN_TRANSCRIPT = re.compile(rf"{_PLACEHOLDER}|\\(?:x[0-9a-fA-F]{{2}}|\\|n?$)")


class PrintedDialogue:
    """Takes lines apart in order; an observer of the dialogue tells what each is."""

    def __init__(self, text: str) -> None:
        self._recorded = text.startswith(MAGIC)
        self._special = _SPECIAL_IN_TRANSCRIPT if self._recorded else _SPECIAL
        self._dialogue = Dialogue()
        self._rows: Rows | None = None  # of the body that the dialogue is in
        self._in_header = False
        self._tagged_body = False

    def line(self, line: str) -> Pairs:
        """Take the next line apart."""
        if tagged := _TAGGED.match(line):
            yield from self._tagged(line, tagged)
        elif self._recorded and line.startswith("%"):
            yield Part.META, line
        elif self._rows is not None and not (self._recorded or self._tagged_body):
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
        indent, stamp, tag, blank = tagged.groups()
        yield Part.TEXT, indent
        yield Part.STAMP, stamp or ""
        yield Part.EVENT if tag == "*:" else Part.SIDE, tag
        yield Part.TEXT, blank
        end = len(line)
        if tag[1:] in ("lient:", "erver:") and (following := _NEXT_SIDE.search(line, tagged.end())):
            end = following.start()
        yield from self._specials(self._said(tag.lower(), line[tagged.end() : end]))
        if end < len(line):
            yield from self.line(line[end:])

    def _said(self, tag: str, text: str) -> Pairs:
        if tag in ("c:", "client:"):
            yield from self._client(text)
        elif tag in ("s:", "server:"):
            self._tagged_body = self._rows is not None
            yield from self._server(text)
        elif tag == "s~":
            yield Part.PATTERN, text
            self._expected(text)
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
        if not self._dialogue.greeted:
            self._dialogue.joined(State.AUTHORIZATION)  # an excerpt
        if self._rows is not None and not self._recorded:
            self._dialogue.server(b".\r\n")  # the end was not printed
            self._rows = None
        octets = parts.octets(text)
        for event in self._dialogue.client(octets + b"\r\n"):
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
        for event in self._dialogue.server(parts.octets(text) + b"\r\n"):
            match event:
                case ev.Greeting():
                    return parts.status(text, greeting=True)
                case ev.StatusLine():
                    self._begin(event)
                    return parts.status(text, event.command)
                case ev.Challenge():
                    return parts.challenge(text)
                case ev.BodyEnd():
                    self._rows = None
                    return iter([(Part.TERMINATOR, text)])
                case ev.StrayLine() if looks_like_status(event.raw):
                    return parts.status(text)
        return self._row(text)

    def _begin(self, event: ev.StatusLine) -> None:
        if event.begins_body:
            self._rows = parts.rows_of(event.command)
            self._in_header = self._rows is Rows.MESSAGE
            self._tagged_body = False

    def _row(self, text: str) -> Pairs:
        self._in_header = self._in_header and bool(text)
        return parts.row(text, self._rows or Rows.TEXT, header=self._in_header)

    def _expected(self, pattern: str) -> None:
        """Keep in step with a pattern for a line of the server."""
        text = pattern.replace("\\", "")
        if self._rows is None and looks_like_status(parts.octets(text)):
            for _ in self._server("+OK" if text.startswith("+") else "-ERR"):
                pass
        elif self._rows is not None and text == ".":
            self._server(text)
