"""A reference leads to where the fact stands; a wrong number leads to another protocol."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from pop3shell import protocol
from pop3shell.protocol.spec.references import Reference

#: The RFCs that say anything of POP3, of its logins and its TLS, and of messages.
OF_POP3 = {
    "937", "1081", "1225", "1460", "1725", "1734", "1939", "1957", "2195", "2384", "2449", "2595",
    "3206", "4422", "4505", "4616", "5034", "5321", "5322", "5802", "6186", "6750", "6856", "7628",
    "7677", "8314", "9051",
}  # fmt: skip


def references() -> Iterator[tuple[str, Reference]]:
    """Every reference in a table of the protocol, with the module that it stands in."""
    for module in pkgutil.walk_packages(protocol.__path__, protocol.__name__ + "."):
        for value in vars(importlib.import_module(module.name)).values():
            rows = value if isinstance(value, tuple) else (value,)
            for row in rows:
                found = row if isinstance(row, Reference) else getattr(row, "reference", None)
                if isinstance(found, Reference):
                    yield module.name, found


def test_only_rfcs_of_pop3_are_cited() -> None:
    cited = list(references())
    assert len(cited) > 50
    numbers = [(where, ref.source) for where, ref in cited if ref.source.isdigit()]
    assert [(where, number) for where, number in numbers if number not in OF_POP3] == []


def test_documents_are_named_as_such() -> None:
    assert [ref for _, ref in references() if not ref.source or ref.source.startswith("RFC")] == []
