"""The transcripts that come with pop3shell: each can be read, and shared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pop3shell.transcript.model import ClientLine, Note, ServerLine, ServerLines, Torn
from pop3shell.transcript.reader import read_file

LIBRARY = Path(__file__).parents[2] / "transcripts"
RECORDED = sorted(LIBRARY.glob("*.pop3"))
ALL = sorted([*RECORDED, *LIBRARY.glob("*.txt")])
PAGE = (LIBRARY / "README.md").read_text()


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_each_can_be_read_and_says_what_it_shows(file):
    entries = list(read_file(file))
    assert any(isinstance(entry, Note) for entry in entries)
    assert any(isinstance(entry, ClientLine) for entry in entries)
    assert not any(isinstance(entry, Torn) for entry in entries)


@pytest.mark.parametrize("file", RECORDED, ids=lambda file: file.stem)
def test_each_is_safe_to_share(file):
    octets = file.read_bytes()
    assert b"tanstaaf" not in octets
    assert not re.search(rb"/(tmp|home|root|work|var)/", octets)
    for entry in read_file(file):
        if isinstance(entry, ClientLine) and entry.octets.upper().startswith(b"PASS "):
            assert entry.placeholders


@pytest.mark.parametrize("file", ALL, ids=lambda file: file.name)
def test_its_notes_fit_a_terminal_of_80_columns(file):
    too_long = [line for line in file.read_text().split("\n") if re.match("# [^ ].{78}", line)]
    assert not too_long


@pytest.mark.parametrize("file", ALL, ids=lambda file: file.name)
def test_each_can_be_found_on_the_page_beside_it(file):
    assert f"`{file.name}`" in PAGE


def test_the_page_names_no_file_that_is_missing():
    named = set(re.findall(r"`([a-z0-9-]+\.(?:pop3|txt))`", PAGE))
    assert named == {file.name for file in ALL}


def test_the_library_has_what_a_class_and_an_admin_look_for():
    names = {file.stem for file in RECORDED}
    assert {"dovecot-stls", "dovecot-reading", "dovecot-deletion", "practice-tour"} <= names
    assert {"dovecot-in-use", "dovecot-autologout", "dovecot-login-failures"} <= names
    mechanisms = {name.removeprefix("dovecot-auth-") for name in names if "-auth-" in name}
    assert mechanisms >= {"plain", "login", "cram-md5", "scram-sha-1", "scram-sha-256",
                          "oauthbearer", "xoauth2", "external", "anonymous"}  # fmt: skip
    assert {"smoke-test", "smoke-test-login"} <= names
    octets = sum(
        len(entry.octets)
        for file in RECORDED
        for entry in read_file(file)
        if isinstance(entry, ServerLine | ServerLines)
    )
    assert octets > 5_000
