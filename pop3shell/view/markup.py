"""HTML as plain text: tags stripped, nothing fetched, nothing run."""

from __future__ import annotations

import re
from html.parser import HTMLParser

#: Characters of HTML that are read; the rest is left out.
LIMIT = 1 << 18
#: Characters of a tag without an end that are read as HTML once more.
UNFINISHED = 1 << 12

_SILENT = frozenset({"script", "style", "head", "title", "template", "noscript", "svg"})
_BLOCKS = frozenset(
    {
        "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "footer",
        "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "ol", "p", "pre",
        "section", "table", "td", "th", "tr", "ul",
    }
)  # fmt: skip
_BREAKS = re.compile(r"[ \t]*\n[ \t]*")
_BLANK_LINES = re.compile(r"\n{3,}")


class _Text(HTMLParser):
    """Collects the text between the tags."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line at a block; be silent in what is no text."""
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS:
            self.parts.append("\n* " if tag == "li" else "\n")
        elif tag == "img":
            self._image(dict(attrs).get("alt") or "")

    def handle_endtag(self, tag: str) -> None:
        """End a line at a block's end, and the silence."""
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS and tag not in ("td", "th"):
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        """Take text, its line ends as blanks."""
        if not self._silent:
            self.parts.append(" ".join(data.split()).join((_edge(data[:1]), _edge(data[-1:]))))

    def finish(self) -> None:
        """Take what is left over: a tag without an end, and all behind it, is shown as it stands.

        The parser would look for that end from each further tag on, which takes minutes.
        """
        rest = self.rawdata
        if len(rest) <= UNFINISHED:
            self.close()
        else:
            self.handle_data(rest)

    def _image(self, text: str) -> None:
        if text and not self._silent:
            self.parts.append(f"[{text}]")


def _edge(character: str) -> str:
    return " " if character.isspace() else ""


def text_of(html: str) -> tuple[str, str]:
    """Return the text of HTML, and a note on what is missing from it, or ""."""
    reader = _Text()
    note = "" if len(html) <= LIMIT else "only the beginning of the HTML was read"
    try:
        reader.feed(html[:LIMIT])
        reader.finish()
    except (AssertionError, ValueError, RecursionError):  # what the parser raises at bad markup
        note = "the HTML is broken; its text ends early"
    text = _BREAKS.sub("\n", re.sub(" {2,}", " ", "".join(reader.parts)))
    return _BLANK_LINES.sub("\n\n", text).strip(), note
