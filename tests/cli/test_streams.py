"""Standard input and output of any kind, as shells and CI hand them over."""

from __future__ import annotations

import errno
import sys

import pytest
from support.program import SHORT_SESSION, run, shell_line

posix = pytest.mark.skipif(sys.platform == "win32", reason="redirections of a POSIX shell")
pytestmark = posix

DIALOGUE = ["USER mrose", "PASS ${password}", "STAT", "QUIT"]
SCRIPT = r"printf 'USER mrose\nPASS tanstaaf\nSTAT\nQUIT\n'"
BIG = r"printf 'USER mrose\nPASS tanstaaf\nRETR 16\nQUIT\n'"


def test_the_first_example_of_the_manual():
    ran = shell_line(f"{SCRIPT} | $pop3shell demo")
    assert (ran.status, ran.err) == (0, "")
    assert ran.lines[0].startswith("S: +OK pop3shell practice server ready <")
    assert ran.lines[1:] == [*SHORT_SESSION]


def test_input_from_a_file(tmp_path):
    (tmp_path / "script").write_text("USER mrose\nPASS tanstaaf\nSTAT\nQUIT\n")
    with (tmp_path / "script").open() as script:
        ran = run("demo", stdin=script)
    assert (ran.status, ran.sent) == (0, DIALOGUE)


@pytest.mark.parametrize("redirection", ["</dev/null", "<&-"])
def test_no_input_at_all(redirection):
    ran = shell_line(f"$pop3shell demo {redirection}")
    assert (ran.status, ran.err, ran.sent) == (0, "", ["QUIT"])


def test_lines_on_the_command_line_leave_standard_input_alone():
    ran = shell_line("{ $pop3shell demo -c NOOP; cat; } <<E\nleft\nE")
    assert ran.lines[-1] == "left"
    assert ran.sent == ["NOOP", "QUIT"]


def test_output_that_nobody_reads_to_its_end_is_no_fault():
    ran = shell_line(f"({BIG} | $pop3shell demo; echo $? >&2) | head -1")
    assert ran.lines[0].startswith("S: +OK")
    assert len(ran.lines) == 1
    assert ran.errors == ["1"]


@pytest.mark.parametrize("script", [SCRIPT, BIG])
@pytest.mark.parametrize("words", ["demo", "demo -c NOOP", "explain", "explain RETR", "--help"])
def test_a_full_disk_is_said_in_one_line(words, script):
    ran = shell_line(f"{script} | $pop3shell {words} >/dev/full")
    assert ran.status == 1
    assert ran.errors[-1] == "pop3shell: cannot write the output: No space left on device"


def test_output_that_is_closed_is_done_without():
    ran = shell_line(f"{SCRIPT} | $pop3shell demo >&-")
    assert (ran.status, ran.err) == (0, "")


def test_error_output_that_is_closed_does_not_mix_with_the_dialogue():
    ran = shell_line("$pop3shell demo -c FOO -c :nosuch 2>&-")
    assert ran.status == 1
    assert ran.sent == ["FOO", "QUIT"]
    assert all(line.startswith(("S: ", "C: ")) for line in ran.lines)


def test_there_is_no_colour_in_a_pipe():
    ran = run("demo", lines="RETR 1\n:help\n", env={"TERM": "xterm-256color"})
    assert "\x1b" not in ran.out + ran.err


@pytest.mark.parametrize("words", ["demo", "serve --tls-self-made"])
def test_without_a_temporary_folder_it_is_that_which_is_told(tmp_path, words):
    """The output is well; who looks for a fault there looks in vain."""
    program = "import sys, tempfile; missing = sys.argv.pop(1); "
    program += "tempfile._candidate_tempdir_list = lambda: [missing]; "
    script = f"{program}from pop3shell.cli.main import main; main()"
    ran = shell_line(f"'{sys.executable}' -c '{script}' '{tmp_path}/missing' {words} </dev/null")
    assert (ran.status, ran.out) == (1, "")
    assert len(ran.errors) == 1
    assert "cannot make a temporary folder: No usable temporary directory found" in ran.err
    assert "TMPDIR names where" in ran.err
    assert "output" not in ran.err


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "No space left"), "cannot write the output: No space left"),
        (OSError(errno.ENOENT, "No such folder"), "refused what was needed: No such folder"),
        (OSError(errno.EIO, "Trouble", "a\x1b"), "refused what was needed: a\\x1b: Trouble"),
        (OSError(errno.EMFILE, "Too many open files"), "refused what was needed: Too many"),
        (OSError("strange"), "refused what was needed: strange"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), ""),
    ],
    ids=str,
)
def test_what_the_system_refused_is_told_as_what_it_is(monkeypatch, here, error, told):
    def refuse(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("pop3shell.view.explain.overview", refuse)
    monkeypatch.setattr("os.dup2", lambda *_: None)  # this process goes on to need its output
    ran = here("explain")
    assert ran.status == 1
    assert told in ran.err
    assert len(ran.errors) == bool(told)
