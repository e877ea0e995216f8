"""README.md: what it prints is what comes out, and what it names is there."""

from __future__ import annotations

import importlib
import re
from copy import copy

import click
import pytest
from support.program import ROOT, shell_line

from pop3shell.cli.group import COMMANDS
from pop3shell.shell.colon import colon_commands

README = (ROOT / "README.md").read_text(encoding="utf-8")
TIMESTAMP = re.compile(r"<[0-9]+\.[0-9]+\.[0-9a-f]+@localhost>")


def subcommands() -> dict[str, click.Command]:
    return {name: importlib.import_module(f"pop3shell.cli.{name}").command for name in COMMANDS}


def test_the_session_in_the_read_me_is_what_comes_out():
    found = re.search(r"^    \$ (printf .*)\n((?:    [CS]: .*\n)+)", README, re.MULTILINE)
    ran = shell_line(found[1].replace("pop3shell", "$pop3shell"))
    printed = re.sub(r"(?m)^    ", "", found[2])
    assert TIMESTAMP.sub("<>", ran.out) == TIMESTAMP.sub("<>", printed)
    assert (ran.status, ran.err) == (0, "")


def test_every_option_it_names_is_one_of_some_command():
    options = {
        name for row in subcommands().values() for param in row.params for name in param.opts
    }
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]*", README))
    assert len(named) > 30
    assert not named - options


@pytest.mark.parametrize("line", re.findall(r"(?m)^    \$ pop3shell (.*)$", README))
def test_every_line_it_shows_has_options_that_go_together(line):
    words = line.split(" | ")[0].split()
    name = words[0] if words[0] in COMMANDS else "connect"
    row = subcommands()[name]
    given = words[1:] if words[0] in COMMANDS else words
    copy(row).make_context(name, given, resilient_parsing=True)  # click keeps things in a row
    options = {option for param in row.params for option in param.opts}
    assert {word for word in given if word.startswith("--")} <= options


def test_its_table_has_every_colon_command_and_no_other():
    rows = re.findall(r"(?m)^\| (`:.*?) \|", README.replace(r"\|", ""))
    named = re.findall(r"`:([a-z0-9]+)", "\n".join(rows))
    assert sorted(named) == sorted(colon_commands())


def test_every_file_it_links_to_or_names_is_there():
    linked = re.findall(r"\]\(([^)#]+)\)", README)
    named = [name for name in re.findall(r"transcripts/[\w.-]+", README) if "mine" not in name]
    assert len(linked) > 2
    assert [name for name in {*linked, *named} if not (ROOT / name).exists()] == []


def test_every_command_is_shown_in_it():
    assert [name for name in COMMANDS if f"pop3shell {name}" not in README] == ["connect"]
