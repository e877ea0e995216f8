"""A command is added in one place: no verb is spelled out where the program decides anything.

Verbs in comparisons or as keys would make a command half known: completed, but not sent; sent, but
its password recorded. What is shown to people (help, messages, sample dialogues) may name verbs.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import pop3shell
from pop3shell.protocol.spec.commands import COMMANDS

PACKAGE = Path(pop3shell.__file__).parent
SPEC = PACKAGE / "protocol" / "spec"
VERBS = frozenset(row.verb for row in COMMANDS)
WORD = re.compile(r"(?<![A-Z0-9_])(?:" + "|".join(VERBS) + r")(?![A-Z0-9_])")
#: Methods that compare, or look something up.
DECIDING = re.compile(
    "startswith|endswith|removeprefix|removesuffix|get|find|index|count|partition|split|"
    "__eq__|__contains__"
)
#: Functions whose argument is a pattern.
MATCHING = re.compile("compile|match|fullmatch|search|sub|split|findall|finditer")
#: Some verbs are also capability tags or response codes; asking for those is no dispatch.
OTHER_NAMES = re.compile(r"(?<![a-z])(?:capabilit(?:y|ies)|announce[sd]?|codes?|tags?)(?![a-z])")


def constants(node: ast.expr) -> Iterator[ast.Constant]:
    """The literal itself, or those in a literal tuple, list or set."""
    if isinstance(node, ast.Constant):
        yield node
    elif isinstance(node, ast.Tuple | ast.List | ast.Set):
        for element in node.elts:
            yield from constants(element)


def is_verb(constant: ast.Constant, *, any_case: bool) -> bool:
    value = constant.value
    if isinstance(value, bytes):
        value, any_case = value.decode("latin-1"), True
    if not isinstance(value, str):
        return False
    word = value.strip()
    return (word.upper() if any_case else word) in VERBS


def holds_verb(constant: ast.Constant) -> bool:
    value = constant.value
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    return isinstance(text, str) and WORD.search(text) is not None


def deciding_literals(node: ast.AST) -> list[ast.expr]:
    """The expressions of a node that decide what happens."""
    if isinstance(node, ast.Compare):
        return [node.left, *node.comparators]
    if isinstance(node, ast.Dict):
        return [key for key in node.keys if key is not None]
    if isinstance(node, ast.MatchValue):
        return [node.value]
    if isinstance(node, ast.Subscript):
        return [node.slice]
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.args if DECIDING.fullmatch(node.func.attr) else []
    return []


def patterns(node: ast.AST) -> list[ast.expr]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        is_re = isinstance(node.func.value, ast.Name) and node.func.value.id == "re"
        return node.args[:1] if is_re and MATCHING.fullmatch(node.func.attr) else []
    return []


def spelled_out(source: str) -> list[str]:
    """Lines ``number: code`` where a verb is spelled out in a decision."""
    found = []
    for node in ast.walk(ast.parse(source)):
        code = ast.unparse(node) if deciding_literals(node) or patterns(node) else ""
        if OTHER_NAMES.search(code.lower()) and not isinstance(node, ast.Dict):
            continue
        folded = ".lower()" in code or ".casefold()" in code
        literals = [c for part in deciding_literals(node) for c in constants(part)]
        if any(is_verb(c, any_case=folded) for c in literals) or any(
            holds_verb(c) for part in patterns(node) for c in constants(part)
        ):
            found.append(f"{node.lineno}: {code[:90]}")  # type: ignore[attr-defined]
    return found


def test_no_verb_is_spelled_out_where_something_is_decided():
    found = [
        f"{path.relative_to(PACKAGE)}:{place}"
        for path in sorted(PACKAGE.rglob("*.py"))
        if not path.is_relative_to(SPEC)
        for place in spelled_out(path.read_text(encoding="utf-8"))
    ]
    assert not found, "take these from the command table:\n" + "\n".join(found)


@pytest.mark.parametrize(
    "source",
    [
        'if verb == "QUIT": pass',
        'if b"quit" == verb: pass',
        'if line.lower() == "quit": pass',
        'if line.decode() == "QUIT": pass',
        'if verb in ("STAT", "LIST"): pass',
        'if verb not in {b"RETR"}: pass',
        'HANDLERS = {"NOOP": noop}',
        'HANDLERS = {b"noop": noop}',
        'match verb:\n  case "DELE": pass',
        'match verb:\n  case "DELE" | "RSET": pass',
        'line.startswith(b"PASS ")',
        'line.upper().startswith(("USER ", "PASS "))',
        'commands.find(b"STAT")',
        'HANDLERS.get("STAT")',
        'HANDLERS["STAT"]',
        're.compile(rb"^(?:PASS|APOP) ")',
    ],
)
def test_the_guard_sees_each_way_to_spell_a_verb_out(source):
    assert spelled_out(source)


@pytest.mark.parametrize(
    "source",
    [
        'session.announces("UIDL")',
        'if "TOP" in session.capabilities: pass',
        'if reply.code == "AUTH": pass',
        'print("send QUIT to leave")',
        "if row is commands.QUIT: pass",
        "HANDLERS = {commands.NOOP: noop}",
        'if option == "list": pass',
        'text = "STAT"',
    ],
)
def test_the_guard_leaves_other_uses_alone(source):
    assert not spelled_out(source)
