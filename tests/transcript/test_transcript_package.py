"""The package gives every name of its own, and loads only what was asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import pop3shell.transcript
from pop3shell.transcript import model, reader


def loaded_by(code: str) -> set[str]:
    """The modules of the package that a fresh interpreter has after this."""
    said = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\nprint(*sys.modules)"],
        capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    begin = "pop3shell.transcript."
    return {name.removeprefix(begin) for name in said.stdout.split() if name.startswith(begin)}


@pytest.mark.parametrize("name", pop3shell.transcript.__all__)
def test_each_name_can_be_imported(name):
    found = getattr(pop3shell.transcript, name)
    assert getattr(found, "__name__", name) == name  # Entry and ServerEntry are unions


def test_names_are_those_of_their_modules():
    assert pop3shell.transcript.ClientLine is model.ClientLine
    assert pop3shell.transcript.ServerEntry is model.ServerEntry
    assert pop3shell.transcript.read_file is reader.read_file


def test_what_is_not_there_is_missed_as_anywhere():
    with pytest.raises(AttributeError, match="has no attribute 'reed'"):
        pop3shell.transcript.reed  # noqa: B018
    with pytest.raises(ImportError, match="reed"):
        from pop3shell.transcript import reed  # type: ignore[attr-defined] # noqa: F401


def test_dir_lists_the_names_before_they_are_used():
    code = "import pop3shell.transcript as t; assert set(t.__all__) <= set(dir(t))"
    assert loaded_by(code) == set()


@pytest.mark.parametrize("kind", [str, Path])
def test_a_file_is_named_by_a_string_or_a_path(tmp_path, kind):
    file = tmp_path / "a.pop3"
    file.write_text("S: +OK\n")
    assert len(list(pop3shell.transcript.read_file(kind(file)))) == 1


def test_one_module_of_it_is_had_without_the_others():
    assert loaded_by("import pop3shell.transcript.grammar") == {"grammar"}
    assert loaded_by("from pop3shell.transcript import TranscriptError") == {"errors"}


def test_what_begins_quickly_loads_none_of_it():
    before = loaded_by("import pop3shell.shell.interactive.loop")
    assert not before & {"compare", "expectations", "reader", "plain", "versioned", "writer"}
