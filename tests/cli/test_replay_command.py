"""`replay`: what an admin sees, what a CI job gets, and what is refused before anything is sent."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from support.program import LOGIN, ROOT, run
from support.scripted import ScriptedServer, close, dialogue, hold
from support.transcripts import said_in

SMOKE = ROOT / "transcripts" / "smoke-test.pop3"
HEAD = "%POP3-TRANSCRIPT 1\n"
TEXT = (
    "S: +OK\nC: USER mrose\nS: +OK\nC: PASS ${password}\nS: +OK\nC: STAT\nS: +OK 17 1\n"
    "C: QUIT\nS: +OK\n"
)
WRONG = TEXT.replace("17", "3")
STAT = "reply to STAT"


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a transcript: ``write("a.pop3", text)``."""

    def make(name: str, text: str):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(HEAD + text)
        return path

    return make


@pytest.fixture
def password(monkeypatch):
    monkeypatch.setenv("POP3SHELL_PASSWORD", "tanstaaf")


def where(server) -> tuple[str, int]:
    return server.host, server.port


def test_a_session_that_was_recorded_is_replayed(practice_server, tmp_path):
    server, file = practice_server(), tmp_path / "session.pop3"
    lines = (*LOGIN, "CAPA", "STAT", "LIST", "UIDL", "RETR 15", "TOP 2 3", "DELE 1", "NOPE",
             ":pipeline STAT; LIST 2; RETR 3; NOOP", "RSET", "QUIT")  # fmt: skip
    assert run("connect", *where(server), "--record", file, lines=lines).status == 0
    for level in ("status", "shape"):
        ran = run("replay", file, *where(server), "--compare", level,
                  env={"POP3SHELL_PASSWORD": "tanstaaf"})  # fmt: skip
        assert (ran.status, ran.err) == (0, "")
        assert ran.lines == [f"{file}: 17 replies compared by {level}: no differences"]


def test_the_smoke_test(here, practice_server):
    ran = here("replay", SMOKE, *where(practice_server()))
    assert (ran.status, ran.err) == (0, "")
    assert ran.lines == [f"{SMOKE}: 5 replies compared by shape: no differences"]


def test_a_difference_is_told_with_its_place(here, practice_server, write, password):
    file = write("a.pop3", WRONG)
    ran = here("replay", file, *where(practice_server()))
    assert (ran.status, ran.err) == (1, "")
    assert ran.lines == [
        f"{file}:8: {STAT}",
        '  expected: "+OK 3 1"',
        '  got:      "+OK 17 5011173"',
        f"{file}: 5 replies compared by shape: 1 difference",
    ]


def test_as_json(here, practice_server, write, password):
    file = write("a.pop3", WRONG.replace("C: QUIT", "C: DELE 1\nS: +OK\nC: QUIT"))
    server = practice_server()
    ran = here("replay", file, *where(server), "--json")
    assert ran.status == 1
    told = json.loads(ran.out)
    (one,) = told.pop("files")
    assert told == {"server": f"{server.host}:{server.port}", "compare": "shape", "status": 1}
    assert one["differences"] == [
        {"line": 8, "where": STAT, "expected": '"+OK 3 1"', "got": '"+OK 17 5011173"'}
    ]
    assert one["notes"][0]["line"] == 11
    assert (one["file"], one["replayed"], one["replies"], one["trouble"]) == (
        str(file),
        True,
        6,
        "",
    )


def test_as_junit(here, practice_server, write, password, tmp_path):
    files = [write("a.pop3", TEXT), write("b.pop3", WRONG), write("c.pop3", TEXT)]
    junit = tmp_path / "junit.xml"
    ran = here("replay", *files, *where(practice_server()), "--junit", junit, "--fail-fast")
    assert ran.status == 1
    assert ran.lines[-1] == f"{files[2]}: not replayed"
    (suite,) = ElementTree.parse(junit).getroot()
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "3", "failures": "1", "errors": "0", "skipped": "1"}
    assert [case.get("name") for case in suite] == [str(file) for file in files]
    failure = suite[1][0]
    assert failure.get("message") == f'line 8, {STAT}: expected "+OK 3 1", got "+OK 17 5011173"'


def test_a_junit_file_that_cannot_be_written(here, practice_server, tmp_path):
    junit = tmp_path / "no" / "file"
    ran = here("replay", SMOKE, *where(practice_server()), "--junit", junit, "--json")
    assert ran.status == json.loads(ran.out)["status"] == 1
    assert ran.errors == [f"pop3shell: cannot write {junit}: No such file or directory"]


def test_a_folder_is_all_transcripts_in_it(here, practice_server, write, password, tmp_path):
    write("all/b.pop3", WRONG)
    write("all/a.txt", TEXT)
    (tmp_path / "all" / "readme.md").write_text("no transcript")
    ran = here("replay", tmp_path / "all", SMOKE, *where(practice_server()))
    assert ran.status == 1
    assert [line.partition(": ")[0] for line in ran.lines if "compared" in line] == [
        str(tmp_path / "all" / "a.txt"), str(tmp_path / "all" / "b.pop3"), str(SMOKE),
    ]  # fmt: skip


def test_no_mail_is_deleted_unless_that_was_asked_for(here, practice_server, write, password):
    file = write("a.pop3", TEXT.replace("C: QUIT", "C: DELE 1\nS: +OK\nC: QUIT"))
    server = practice_server()
    for _ in range(2):
        ran = here("replay", file, *where(server))
        assert ran.status == 0
        assert ran.lines[0].startswith(f"{file}:11: note: messages may be marked as deleted: RSET")
    ran = here("replay", file, *where(server), "--allow-delete")
    assert (ran.status, len(ran.lines)) == (0, 1)
    assert '"+OK 16' in here("replay", file, *where(server)).out


class TestRecording:
    """`--record` and `--record-dir`: what the server says this time."""

    def test_one_transcript_to_a_file(self, here, practice_server, write, password, tmp_path):
        path = tmp_path / "again.pop3"
        ran = here("replay", write("a.pop3", TEXT), *where(practice_server()), "--record", path)
        assert (ran.status, ran.err) == (0, "")
        assert "C: PASS ${password}" in said_in(path)
        assert "S: +OK 17 5011173" in said_in(path)

    def test_several_to_a_folder_each_named_after_its_own(
        self, here, practice_server, write, password, tmp_path
    ):
        folder = tmp_path / "made" / "on demand"
        files = [write("one.pop3", TEXT), write("two.txt", WRONG), write("again/one.pop3", TEXT)]
        ran = here("replay", *files, *where(practice_server()), "--record-dir", folder)
        assert (ran.status, ran.err) == (1, "")
        names = sorted(path.name for path in folder.iterdir())
        assert len(names) == 3
        stems = [re.sub(r"-\d{4}-\d\d-\d\d-\d{6}(-2)?\.pop3", "", name) for name in names]
        assert stems == ["one", "one", "two"]
        assert all("C: QUIT" in said_in(path) for path in folder.iterdir())

    @pytest.mark.parametrize("more", [(SMOKE,), ()])
    def test_several_cannot_go_to_one_file(self, here, tmp_path, more):
        files = (SMOKE, *more) if more else (SMOKE.parent,)
        ran = here("replay", *files, "127.0.0.1", 1, "--record", tmp_path / "a")
        assert (ran.status, ran.out) == (2, "")
        assert "--record is for one transcript; for several give --record-dir" in ran.err

    def test_a_file_that_is_there_is_not_overwritten(self, here, write, tmp_path):
        file, path = write("a.pop3", TEXT), tmp_path / "precious"
        path.write_text("precious")
        ran = here("replay", file, "127.0.0.1", 1, "--record", path)
        assert (ran.status, ran.out) == (2, "")
        assert f"{path} exists and is not overwritten" in ran.err
        assert path.read_text() == "precious"

    def test_nor_is_the_one_that_is_replayed(self, here, write):
        file = write("a.pop3", TEXT)
        ran = here("replay", file, "127.0.0.1", 1, "--record", file)
        assert ran.status == 2
        assert f"{file} is the transcript to be read" in ran.err
        assert file.read_text() == HEAD + TEXT

    def test_a_place_that_cannot_be_written_to_is_said_before_anything_else(self, here, tmp_path):
        ran = here("replay", SMOKE, "127.0.0.1", 1, "--record", tmp_path / "missing" / "a")
        assert (ran.status, ran.out) == (2, "")
        assert "cannot write a transcript to" in ran.err

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device /dev/full")
    def test_a_full_disk_is_said_and_the_replay_goes_on(self, here, practice_server):
        ran = here("replay", SMOKE, *where(practice_server()), "--record", "/dev/full")
        assert ran.lines == [f"{SMOKE}: 5 replies compared by shape: no differences"]
        told = "recording to /dev/full stopped: No space left on device"
        assert ran.errors == [f"pop3shell: {told}"]
        assert ran.status == 1

    def test_json_stays_json_where_bodies_are_left_out(
        self, here, practice_server, write, password, tmp_path
    ):
        path = tmp_path / "again.pop3"
        file = write("a.pop3", TEXT.replace("C: STAT\nS: +OK 17 1", "C: LIST\nS: +OK\nS: ."))
        ran = here("replay", file, *where(practice_server()), "--record", path, "--json",
                   "--max-body", "10")  # fmt: skip
        assert json.loads(ran.out)["status"] == ran.status
        (told,) = ran.errors
        assert told.startswith(f"pop3shell: {path}: ")
        assert told.endswith(" octets of 1 body longer than 10 octets were left out (--max-body)")


class TestSecrets:
    def test_by_a_command(self, here, practice_server, write):
        file = write("a.pop3", TEXT)
        ran = here("replay", file, *where(practice_server()), "--password-command", "echo tanstaaf")
        assert (ran.status, ran.err) == (0, "")

    @pytest.mark.parametrize("name", ["password", "${password}"])
    def test_by_an_option(self, here, practice_server, write, name):
        file = write("a.pop3", TEXT)
        ran = here("replay", file, *where(practice_server()), "--var", f"{name}=tanstaaf")
        assert (ran.status, ran.err) == (0, "")

    def test_without_one_nothing_is_sent(self, here, write):
        file = write("a.pop3", TEXT)
        ran = here("replay", SMOKE, file, "127.0.0.1", 1)
        assert (ran.status, ran.out) == (2, "")
        (line,) = ran.errors
        assert line.startswith(f"pop3shell: {file}: no password was given; set POP3SHELL_PASSWORD")

    def test_an_empty_name_of_a_report_is_an_error_and_not_no_report(self, here):
        ran = here("replay", SMOKE, "127.0.0.1", 1, "--junit", "")
        assert (ran.status, ran.out) == (2, "")
        assert "'--junit': the name is empty" in ran.err

    def test_all_that_cannot_be_replayed_is_named_at_once(self, here, write):
        bad, worse = write("b.pop3", "S +OK\n"), write("c.pop3", "S: \\q\n")
        ran = here("replay", write("a.pop3", TEXT), bad, worse, "127.0.0.1", 1)
        assert (ran.status, ran.out) == (2, "")
        told = [line.split(" ", 2)[1:2] + line.split(": ")[2:3] for line in ran.errors]
        assert told == [[f"{bad}:", "line 2"], [f"{worse}:", "line 2"]]

    def test_a_second_one_is_named(self, here, write, password):
        file = write("a.pop3", TEXT + "C: XA ${password2}\nS: +OK\n")
        ran = here("replay", file, "127.0.0.1", 1)
        assert ran.status == 2
        told = f"pop3shell: {file}: line 11: no value is given for ${{password2}}; "
        assert ran.errors == [told + "give it by --var password2=VALUE"]

    def test_a_command_that_fails(self, here, write):
        ran = here("replay", write("a.pop3", TEXT), "127.0.0.1", 1, "--password-command", "exit 3")
        assert ran.status == 2
        assert "the password command failed with exit status 3" in ran.err

    def test_no_password_is_shown(self, here, practice_server, write):
        file = write("a.pop3", TEXT.replace("S: +OK\nC: STAT", "S: -ERR [IN-USE]\nC: STAT"))
        ran = here("replay", file, *where(practice_server()), "--compare", "exact", "--json",
                   "--var", "password=tanstaaf")  # fmt: skip
        assert ran.status == 1
        assert "tanstaaf" not in ran.out + ran.err

    @pytest.mark.parametrize("value", ["tanstaaf", "user=tanstaaf", "password=", "=tanstaaf"])
    def test_a_value_that_is_none(self, here, value):
        ran = here("replay", SMOKE, "127.0.0.1", "--var", value)
        assert ran.status == 2
        assert "tanstaaf" not in ran.err

    def test_a_login_of_a_user_that_only_the_option_names(self, here, practice_server, write):
        file = write("a.pop3", "S: +OK\nC: AUTH PLAIN ${sasl}\nS: +OK\n")
        arguments = ("replay", file, *where(practice_server()), "--var", "password=tanstaaf")
        ran = here(*arguments)
        assert ran.status == 2
        assert "line 3: who logs in by PLAIN wasn't recorded" in ran.err
        assert here(*arguments, "--user", "mrose").status == 0


def test_a_password_command_without_end_is_given_up(here, write):
    ran = here("replay", write("a.pop3", TEXT), "127.0.0.1", 1, "--password-command", "yes")
    assert ran.status == 2
    assert "the password command printed more than" in ran.err


class TestRefusals:
    @pytest.mark.parametrize(
        "words", [(), (SMOKE,), (SMOKE, SMOKE), ("host",), (SMOKE, SMOKE, 110)]
    )
    def test_files_and_a_server_are_needed(self, here, words):
        ran = here("replay", *words)
        assert ran.status == 2
        assert ran.out == ""

    def test_a_file_that_is_not_there(self, here, tmp_path):
        ran = here("replay", tmp_path / "none.pop3", "127.0.0.1", 1)
        assert ran.status == 2
        assert ran.errors == [
            f"pop3shell: cannot read {tmp_path}/none.pop3: No such file or directory"
        ]

    def test_an_empty_folder(self, here, tmp_path):
        ran = here("replay", tmp_path, "127.0.0.1", 1)
        assert ran.status == 2
        assert "has no transcript in it" in ran.err

    @pytest.mark.parametrize(
        ("text", "sentence"),
        [
            ("S: \\q\n", r"line 2: \q is no escape"),
            ("S~ (\n", "line 2: the regular expression cannot be understood"),
            ("X: y\n", "line 2: this begins with none of C:, S:"),
            ("# only a note\n", "there is no line of a client (C:) or server (S:)"),
        ],
    )
    def test_a_bad_transcript_and_nothing_is_sent(self, here, write, text, sentence):
        ran = here("replay", SMOKE, write("bad.pop3", text), "127.0.0.1", 1)
        assert (ran.status, ran.out) == (2, "")
        assert sentence in ran.err

    def test_nobody_listens(self, here, write):
        with ScriptedServer(close) as server:
            import socket

            socket.create_connection((server.host, server.port)).close()
        ran = here("replay", SMOKE, SMOKE, *where(server))
        assert ran.status == 3
        assert ran.lines == [f"{SMOKE}: not replayed"]
        assert len(ran.errors) == 1

    def test_cut_off_within_a_reply(self, here, write):
        file = write("a.pop3", "S: +OK\nC: NOOP\nS: +OK\n")
        with ScriptedServer(*dialogue("S: +OK", "C: NOOP", close)) as server:
            ran = here("replay", file, *where(server))
        assert ran.status == 3
        told = f"pop3shell: {file}: line 3: the connection was closed by the "
        assert ran.errors == [told + "server before the reply was complete"]

    def test_a_silent_server(self, here):
        with ScriptedServer(hold) as server:
            ran = here("replay", SMOKE, *where(server), "--timeout", "0.2")
        assert ran.status == 3
        assert "sent no POP3 greeting" in ran.err

    def test_a_hostile_server_writes_nothing_to_the_terminal(self, here, write):
        file = write("a.pop3", "S: +OK\nC: NOOP\nS: +OK\n")
        evil = b"-ERR \x1b]0;title\x07\xe2\x80\xae\r\n"
        with ScriptedServer(*dialogue("S: +OK", "C: NOOP", evil)) as server:
            ran = here("replay", file, *where(server))
        assert ran.status == 1
        assert ran.lines[2] == r'  got:      "-ERR \x1b]0;title\x07\xe2\x80\xae"'
