"""A message for people: its header decoded, its MIME structure as a tree, and its text.

Whatever a message holds, nothing here raises: what can be shown is shown, and what is wrong is
said. The lines may hold anything a message can; who shows them makes them safe.
"""

from __future__ import annotations

import email
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.policy import compat32

from pop3shell.protocol.visible import visible_text
from pop3shell.view.columns import cut
from pop3shell.view.mail import decode_text, decoded, fields, header_of
from pop3shell.view.markup import text_of

#: Header fields that are shown, in this order.
SHOWN = ("from", "sender", "reply-to", "to", "cc", "bcc", "date", "subject", "message-id",
         "in-reply-to", "list-id")  # fmt: skip
#: What is shown at most: characters of a field, parts, levels, lines and characters of text.
FIELD, PARTS, DEPTH, LINES, TEXT = 1000, 100, 20, 400, 1 << 18

_NAMES = {"message-id": "Message-ID", "list-id": "List-ID"}
_DEFECTS = {
    "NoBoundaryInMultipartDefect": "a multipart without a boundary",
    "StartBoundaryNotFoundDefect": "the boundary of a multipart never comes",
    "CloseBoundaryNotFoundDefect": "the closing boundary is missing",
    "MultipartInvariantViolationDefect": "said to be a multipart, but it is none",
    "InvalidMultipartContentTransferEncodingDefect": "a multipart with a transfer encoding",
    "MissingHeaderBodySeparatorDefect": "the header ends without a blank line",
    "FirstHeaderLineIsContinuationDefect": "the header begins with a continuation line",
    "MisplacedEnvelopeHeaderDefect": "a mbox From line in the header",
    "InvalidBase64PaddingDefect": "base64 with wrong padding",
    "InvalidBase64CharactersDefect": "base64 with characters that are none of it",
    "InvalidBase64LengthDefect": "base64 of an impossible length",
}


@dataclass(slots=True)
class Shown:
    """A message taken apart for showing; all lines are decoded, and safe only once shown so."""

    header: list[str] = field(default_factory=list)
    structure: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """Return all of it, parted by blank lines."""
        notes = [f"note: {note}" for note in dict.fromkeys(self.notes)]
        parts = (self.header, self.structure, self.text, notes)
        return [line for part in parts if part for line in ("", *part)][1:]


def header_lines(octets: bytes) -> tuple[list[str], list[str]]:
    """Return the fields that people look at, decoded, and notes on what is wrong with them."""
    found: dict[str, list[str]] = {}
    for name, value in fields(octets):
        found.setdefault(name, []).append(decoded(value))
    lines = [f"{_named(name)}: {_short(text)}" for name in SHOWN for text in found.get(name, ())]
    notes = [] if found else ["no header field could be read"]
    notes += [
        f"{_named(name)} is there {len(found[name])} times, and once is allowed"
        for name in ("from", "to", "cc", "date", "subject", "message-id")
        if len(found.get(name, ())) > 1
    ]
    return lines, notes


def _named(name: str) -> str:
    return _NAMES.get(name) or "-".join(part.capitalize() for part in name.split("-"))


def _short(text: str) -> str:
    """A field's text on one line: a line end in an encoded word must not make up another field."""
    return visible_text(text if len(text) <= FIELD else f"{text[:FIELD]}...")


def describe(octets: bytes) -> Shown:
    """Take a message apart."""
    header, notes = header_lines(octets)
    shown = Shown(header, notes=notes)
    try:
        message = email.message_from_bytes(octets, policy=compat32)
        _take_apart(message, shown)
    except Exception as error:  # the parser documents none, and raises many at broken MIME
        shown.notes.append(f"its MIME could not be read ({type(error).__name__})")
        shown.text = _lines(*decode_text(octets[len(header_of(octets)) :][:TEXT], ""), shown)
    return shown


def _take_apart(message: Message, shown: Shown) -> None:
    parts = list(_parts(message))
    shown.structure = [_line(*part) for part in parts[:PARTS]]
    if len(parts) > PARTS:
        shown.notes.append(f"only the first {PARTS} of its parts are listed")
    chosen = _text_part([part for _, part in parts])
    if chosen is not None:
        shown.text = _text(chosen, shown)
    elif parts:
        shown.notes.append("it has no part that is text")
    for number, part in parts[:PARTS]:
        where = f"part {number}: " if len(parts) > 1 else ""
        shown.notes += [where + _defect(defect) for defect in part.defects]


def _defect(defect: object) -> str:
    name = type(defect).__name__
    return _DEFECTS.get(name, name)


# ---- structure ----


def _parts(message: Message, number: str = "") -> Iterator[tuple[str, Message]]:
    """Yield number and part, depth first; a message that is no multipart is part 1."""
    yield number or "1", message
    if number.count(".") >= DEPTH or not message.is_multipart():
        return
    payload = message.get_payload()
    for index, part in enumerate(payload if isinstance(payload, list) else (), 1):
        if isinstance(part, Message):
            yield from _parts(part, f"{number or 1}.{index}")


def _line(number: str, part: Message) -> str:
    """One part: number, type, charset, transfer encoding, file name, octets."""
    facts = [part.get_content_type()]
    if charset := _charset(part):
        facts.append(f"charset {cut(charset, 40)}")
    encoding = next((v for k, v in _raw_fields(part) if k == "content-transfer-encoding"), b"")
    if encoding:
        facts.append(cut(decoded(encoding), 40))
    if name := _file_name(part):
        facts.append(f'"{cut(name, 80)}"')
    payload = part.get_payload()
    if isinstance(payload, str):
        facts.append(f"{len(payload):,} octets")
    return f"{'  ' * number.count('.')}{number}  {visible_text(', '.join(facts))}"


def _raw_fields(part: Message) -> Iterator[tuple[str, bytes]]:
    for name, value in part.raw_items():
        yield name.lower(), str(value).encode("utf-8", "surrogateescape")


def _charset(part: Message) -> str:
    named = part.get_param("charset")
    if isinstance(named, tuple):  # charset, language and value of RFC 2231
        named = named[2]
    return named if isinstance(named, str) else ""


def _file_name(part: Message) -> str:
    name = part.get_filename()
    return decoded(name.encode("utf-8", "surrogateescape")) if name else ""


# ---- text ----


def _text_part(parts: list[Message]) -> Message | None:
    """The part to read: plain text before HTML before other text; attachments last."""
    texts = [part for part in parts if part.get_content_maintype() == "text"]
    order = ("text/plain", "text/html")
    return min(
        texts,
        key=lambda part: (
            part.get_content_disposition() == "attachment",
            order.index(part.get_content_type()) if part.get_content_type() in order else 2,
        ),
        default=None,
    )


def _text(part: Message, shown: Shown) -> list[str]:
    payload = part.get_payload(decode=True)
    octets = payload if isinstance(payload, bytes) else b""
    text, note = decode_text(octets, _charset(part))
    if part.get_content_type() == "text/html":
        if note:
            shown.notes.append(note)
        text, note = text_of(text)
        shown.notes.append("the text was made of HTML; links and pictures are left out")
    return _lines(text, note, shown)


def _lines(text: str, note: str, shown: Shown) -> list[str]:
    """The text as lines, as many as are shown."""
    if note:
        shown.notes.append(note)
    if not text.strip():
        return []
    lines = text[:TEXT].replace("\r\n", "\n").rstrip("\n").split("\n")
    if len(lines) > LINES or len(text) > TEXT:
        shown.notes.append("only the beginning of the text is shown; :save keeps all of it")
    return [line.expandtabs() for line in lines[:LINES]]
