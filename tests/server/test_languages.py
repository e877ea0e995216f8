"""After LANG de all is said in German: no text of the server was forgotten, or reworded alone.

The texts are found where they are written, in the source of the modules that say them.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from pop3shell import server
from pop3shell.protocol import sasl
from pop3shell.server import handlers, languages
from pop3shell.server.german import TEXTS

#: Functions and names whose texts no reply has after LANG, and why.
OTHERS = {
    "greeting": "comes before LANG",
    "capabilities": "are not prose",
    "_NOBODY": "is compared, not said",
    "open_source": "fails before the server listens",
    "_folder": "likewise",
    "_file": "likewise",
}
#: What may stand in a text, where that can't be told from the name alone.
VALUES = {
    "counted(messages)": ("1 message", "7 messages"),
    "ord(character)": ("0007",),
    "strange[0][0]": ("07",),
}
ANY = ("7",)
AROUND = re.compile(
    r"(?: \(RFC \d+ section [\d.]+\))?(?:; too many refusals, closing the connection)?$"
)
#: Functions whose SaslError becomes a refusal.
RAISING = {
    "anonymous": ("_checked",),
    "pop3": ("_fault",),
    "preparation": ("_check", "_check_directions"),
    "scram": ("_text",),
}


def modules(package: ModuleType, speaks: str, silent: tuple[str, ...] = ()) -> list[str]:
    """Return the modules of a package whose source says something, but for some."""
    folder = Path(package.__path__[0])
    found = [
        ".".join(file.relative_to(folder).with_suffix("").parts)
        for file in folder.rglob("*.py")
        if re.search(speaks, file.read_text("utf-8"))
    ]
    return [name for name in found if name not in silent]


def said_in(name: str) -> Iterator[str]:
    """Yield every text of a module of the server that a reply may have."""
    module = importlib.import_module(f"pop3shell.server.{name}")
    for node in prose(ast.parse(inspect.getsource(module)), OTHERS):
        yield from readings(node, vars(module))


def refused_in(name: str) -> Iterator[str]:
    """Yield the texts with which the server's side of a SASL mechanism refuses."""
    module = importlib.import_module(f"pop3shell.protocol.sasl.{name}")
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Refused" and node.args:
            yield from readings(node.args[0], vars(module))
        elif isinstance(node, ast.FunctionDef) and node.name in RAISING.get(name, ()):
            for said in prose(node, {}):
                yield from readings(said, vars(module))


def prose(node: ast.AST, without: dict[str, str]) -> Iterator[ast.expr]:
    """Yield the strings below a node, but for documentation, logs, and faults of the program."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Constant | ast.JoinedStr):
            if not isinstance(child, ast.Constant) or isinstance(child.value, str):
                yield child
        elif not is_left_out(child, without):
            yield from prose(child, without)


def is_left_out(node: ast.AST, without: dict[str, str]) -> bool:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return True  # documentation
    if isinstance(node, ast.Call):
        return ast.unparse(node.func) in ("_log.error", "RuntimeError", "TypeVar", "re.compile")
    if isinstance(node, ast.FunctionDef):
        return node.name in without
    if isinstance(node, ast.Assign):
        return any(ast.unparse(target) in without for target in node.targets)
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def readings(node: ast.expr, names: dict[str, object]) -> Iterator[str]:
    """Yield what a string may be: what is known of a module is filled in, the rest by values."""
    if isinstance(node, ast.Constant):
        parts = [(node.value,)]
    elif isinstance(node, ast.JoinedStr):
        parts = [values(part, names) for part in node.values]
    else:
        parts = [values(node, names)]
    for reading in itertools.product(*parts):
        if re.match(r"(?=.* ).*[a-z]{3}", text := "".join(reading)):
            yield text


def values(part: ast.expr, names: dict[str, object]) -> tuple[str, ...]:
    if isinstance(part, ast.Constant):
        return (part.value,)
    source = ast.unparse(part.value if isinstance(part, ast.FormattedValue) else part)
    if source in VALUES:
        return VALUES[source]
    try:
        known = eval(source, dict(names))  # e.g. commands.PASS.verb
    except (NameError, AttributeError):
        return ANY
    return (known,) if isinstance(known, str) else ANY


def is_german(text: str) -> bool:
    """Whether a text is translated, and not only what stands around it."""
    bare = AROUND.sub("", text)
    return bare in ("", *ANY) or languages.german(bare) != bare


# Those left out speak before LANG can be sent, or to the program.
SERVER = modules(
    server,
    r"\b(ok|error|listing|content)\(|\b(SourceError|Refused)\(f?\"",
    silent=("connection", "listener", "replies", "sockets"),
)
SASL = modules(sasl, r"\b(Refused|SaslError)\(")
TEXTS_SAID = sorted({text for name in SERVER for text in said_in(name)})
REFUSALS = sorted({text for name in SASL for text in refused_in(name)})


def test_the_texts_are_found() -> None:
    assert "7's maildrop has 7 messages (7 octets)" in TEXTS_SAID
    assert "PASS must follow USER directly, send USER first" in TEXTS_SAID
    assert "7 has changed since login, log in again to read it" in TEXTS_SAID
    assert "wrong name or password" in REFUSALS
    assert len(TEXTS_SAID) > 50
    assert len(REFUSALS) > 15


@pytest.mark.parametrize("text", [*TEXTS_SAID, *REFUSALS])
def test_every_text_of_the_server_is_there_in_german(text) -> None:
    assert is_german(text)


KINDS = sorted(
    {argument.kind for row in handlers.HANDLERS for argument in row.arguments},
    key=lambda kind: kind.label,
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.label)
def test_so_is_what_an_argument_must_be(kind) -> None:
    assert is_german(kind.expected)
    said = languages.german(f"{kind.label} must be {kind.expected}: VERB {kind.label}")
    assert (
        said == f"{kind.label}: erwartet wird {languages.german(kind.expected)}: VERB {kind.label}"
    )


@pytest.mark.parametrize("english", TEXTS)
def test_no_german_text_has_outlived_its_english_one(english) -> None:
    every = [*TEXTS_SAID, *REFUSALS, *(kind.expected for kind in KINDS)]
    assert any(re.search(english, text) for text in every)


def test_what_stands_around_a_text_does_not_keep_it_from_being_translated() -> None:
    denied = "the maildrop cannot be opened: cannot read /mail: Permission denied"
    assert languages.german(denied) == (
        "das Postfach kann nicht geöffnet werden: /mail kann nicht gelesen werden: "
        "Permission denied"
    )
    assert languages.german(
        "no (RFC 1939 section 4); too many refusals, closing the connection"
    ) == ("no (RFC 1939, Abschnitt 4); zu viele Ablehnungen, die Verbindung wird geschlossen")


def test_the_last_reply_of_a_session_is_in_one_language_too(new) -> None:
    new("LANG de")
    while not new.session.closed:
        reply = new.raw(b"XYZZY\r\n").decode()
    assert reply == (
        "-ERR unbekannter Befehl, CAPA zeigt, was dieser Server kann; zu viele Ablehnungen, die "
        "Verbindung wird geschlossen\r\n"
    )
