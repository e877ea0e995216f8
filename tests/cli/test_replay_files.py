"""Folders of transcripts, what else is in them, and reports that are written whatever happens."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import click
import pytest
from support.program import ROOT

SMOKE = ROOT / "transcripts" / "smoke-test.pop3"
HEAD = "%POP3-TRANSCRIPT 1\n"
TEXT = HEAD + "S: +OK\nC: QUIT\nS: +OK\n"
WRONG = TEXT.replace("C: QUIT", "C: NOOP")
BROKEN = HEAD + "S: \\q\n"


@pytest.fixture
def folder(tmp_path):
    """Return a function that fills a folder: ``folder(**{"a.pop3": text})``."""

    def fill(files: dict[str, str]):
        path = tmp_path / "all"
        path.mkdir()
        for name, text in files.items():
            (path / name).write_text(text)
        return path

    return fill


@pytest.fixture
def replay(here, practice_server, tmp_path):
    """Return a function that replays; it returns the run, the JSON, and the JUnit cases."""
    server, junit = practice_server(), tmp_path / "junit.xml"

    def run(*arguments, to=None):
        where = to or (server.host, server.port)
        ran = here("replay", *arguments, *where, "--json", "--junit", junit)
        (suite,) = ElementTree.parse(junit).getroot()
        cases = {case.get("name"): [fault.tag for fault in case] for case in suite}
        assert int(suite.get("errors")) == sum("error" in found for found in cases.values())
        return ran, json.loads(ran.out), cases

    return run


@pytest.mark.parametrize("text", ["Call the hosting company.\n", "", "a\0b\n", "x" * 99_999])
def test_what_is_no_transcript_in_a_folder_is_skipped_and_the_rest_replayed(replay, folder, text):
    path = folder({"a.pop3": TEXT, "notes.txt": text, "z.txt": TEXT})
    ran, told, cases = replay(path)
    assert (ran.status, told["status"], ran.err) == (0, 0, "")
    assert [one["replayed"] for one in told["files"]] == [True, False, True]
    assert told["files"][1]["skipped"] == "this is no transcript"
    assert list(cases.values()) == [[], ["skipped"], []]


def test_a_skipped_file_is_said(here, practice_server, folder):
    server, path = practice_server(), folder({"a.pop3": TEXT, "notes.txt": "hello\n"})
    ran = here("replay", path, server.host, server.port)
    assert (ran.status, ran.err) == (0, "")
    assert ran.lines[1] == f"{path}/notes.txt: skipped: this is no transcript"


@pytest.mark.parametrize(
    ("name", "text"),
    [("m.pop3", BROKEN), ("m.txt", BROKEN), ("m.txt", "C: NOOP\nS~ (\n"), ("m.pop3", "")],
)
def test_a_broken_transcript_in_a_folder_is_an_error_and_the_rest_is_replayed(
    replay, folder, name, text
):
    path = folder({"a.pop3": TEXT, name: text, "z.pop3": TEXT})
    ran, told, cases = replay(path, "--fail-fast")
    assert (ran.status, told["status"]) == (2, 2)
    assert len(ran.errors) == 1
    assert ran.errors[0].startswith(f"pop3shell: {path / name}: ")
    assert [one["replayed"] for one in told["files"]] == [True, False, True]
    assert told["files"][1]["trouble"] == ran.errors[0].removeprefix("pop3shell: ")
    assert list(cases.values()) == [[], ["error"], []]


@pytest.mark.parametrize("mark", ["", "> "])
def test_a_broken_one_pasted_without_sides_is_no_other_thing(here, practice_server, folder, mark):
    pasted = "+OK hi\nRETR 1\n+OK\nthis has no end\n+OK bye\n"
    text = "".join(f"{mark}{line}\n" for line in pasted.splitlines())
    server, path = practice_server(), folder({"a.pop3": TEXT, "m.txt": text})
    ran = here("replay", path, server.host, server.port)
    assert ran.status == 2
    assert ran.err.endswith("m.txt: line 5: this is still in a reply without its end; write the "
                            "lone dot that ends that\n")  # fmt: skip


def test_a_broken_transcript_weighs_more_than_a_difference(replay, folder):
    ran, told, cases = replay(folder({"a.pop3": BROKEN, "b.pop3": WRONG}))
    assert (ran.status, told["status"]) == (2, 2)
    assert list(cases.values()) == [["error"], ["failure"]]


def test_a_file_that_was_named_stops_all_and_the_reports_say_why(replay, folder):
    path = folder({"a.pop3": TEXT, "m.pop3": BROKEN, "notes.txt": "hello\n"})
    named = path / "notes.txt"
    ran, told, cases = replay(SMOKE, path, named, to=("127.0.0.1", 1))
    assert (ran.status, told["status"]) == (2, 2)
    assert not any(one["replayed"] for one in told["files"])
    assert [line.split(": ")[1] for line in ran.errors] == [f"{path}/m.pop3", str(named)]
    assert cases[str(SMOKE)] == cases[f"{path}/a.pop3"] == ["skipped"]
    assert cases[f"{path}/m.pop3"] == cases[str(named)] == ["error"]


def test_a_folder_of_other_things_has_no_transcript(replay, folder):
    path = folder({"notes.txt": "hello\n"})
    ran, told, cases = replay(path, to=("127.0.0.1", 1))
    assert (ran.status, told["status"]) == (2, 2)
    assert ran.errors == [f"pop3shell: {path} has no transcript in it (*.pop3, *.txt)"]
    assert cases[str(path)] == ["error"]


def test_the_reports_say_that_a_secret_is_missing(replay, folder):
    path = folder({"a.pop3": TEXT, "b.pop3": HEAD + "S: +OK\nC: PASS ${password}\nS: +OK\n"})
    ran, told, cases = replay(path, to=("127.0.0.1", 1))
    assert (ran.status, told["status"]) == (2, 2)
    assert told["files"][1]["trouble"].startswith(f"{path}/b.pop3: no password was given")
    assert list(cases.values()) == [["skipped"], ["error"]]


def test_the_reports_say_that_who_was_asked_for_a_password_gave_up(replay, folder, monkeypatch):
    async def interrupted(_question: str) -> None:
        raise click.Abort

    monkeypatch.setattr("pop3shell.cli.replaying._prompt", interrupted)
    path = folder({"a.pop3": HEAD + "S: +OK\nC: PASS ${password}\nS: +OK\n"})
    ran, told, cases = replay(path, to=("127.0.0.1", 1))
    assert (ran.status, told["status"], ran.errors) == (130, 130, ["pop3shell: interrupted"])
    assert list(cases.values()) == [["skipped"]]


def test_a_word_too_long_for_a_file_is_taken_for_a_host(here):
    ran = here("replay", SMOKE, "h" * 300, "--user", "x", "--json")
    assert ran.status == 3
    assert "the system refused" not in ran.err
