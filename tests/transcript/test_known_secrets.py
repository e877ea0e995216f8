"""Secrets whose values are known are in no line, and each keeps its name."""

from __future__ import annotations

import pytest
from remembering import Recording

from pop3shell.transcript.masking import KnownSecrets

ONE, TWO = b"first-secret", b"second-secret"


@pytest.fixture
def mask() -> KnownSecrets:
    return KnownSecrets({"password": ONE, "password2": TWO})


def recorded(mask: KnownSecrets, *lines: bytes) -> list[str]:
    """What the transcript has of these lines of the client."""
    recording = Recording(redactor=mask)
    recording.server(b"+OK ready\r\n")
    for line in lines:
        recording.ask(line, b"-ERR no\r\n")
    return [line.removeprefix("C: ") for line in recording.lines if line.startswith("C: ")]


def test_names_are_those_that_are_given(mask) -> None:
    assert recorded(mask, b"PASS second-secret", b"PASS first-secret") == [
        "PASS ${password2}", "PASS ${password}",
    ]  # fmt: skip


def test_another_password_gets_a_name_that_no_other_has(mask) -> None:
    assert recorded(mask, b"PASS third", b"PASS fourth", b"PASS third") == [
        "PASS ${password3}", "PASS ${password4}", "PASS ${password3}",
    ]  # fmt: skip
    assert recorded(KnownSecrets({"password2": TWO}), b"PASS x") == ["PASS ${password}"]


def test_values_are_masked_in_unknown_commands_and_in_what_the_server_repeats(mask) -> None:
    recording = Recording(redactor=mask)
    recording.server(b"+OK welcome, second-secret\r\n")
    recording.ask(b"XSECRET first-secret", b"-ERR first-secret is wrong\r\n")
    assert recording.lines == [
        "S: +OK welcome, ${password2}", "C: XSECRET ${password}", "S: -ERR ${password} is wrong",
    ]  # fmt: skip


def test_a_name_that_is_also_a_password_stays_in_known_commands(mask) -> None:
    assert recorded(mask, b"USER first-secret") == ["USER first-secret"]


@pytest.mark.parametrize("value", [b"x", b"first-secret"])
def test_a_line_that_is_known_to_hold_a_secret(mask, value) -> None:
    line = b"XSECRET " + value + b" rest"
    mask.know_line(line + b"\r\n", b"XSECRET ${password2} rest\r\n")
    assert recorded(mask, line) == ["XSECRET ${password2} rest"]


def test_mail_is_recorded_as_it_is(mask) -> None:
    recording = Recording(redactor=mask)
    recording.server(b"+OK\r\n")
    recording.ask(b"RETR 1", b"+OK\r\nfirst-secret\r\n.\r\n")
    assert "S: first-secret" in recording.lines


def test_between_two_echoes_of_a_secret_the_rest_of_a_line_is_escaped(recording) -> None:
    recording.ask(b"PASS tanstaaf", b"-ERR tanstaaf \x1b[2J ${x} \\ tanstaaf\x07\r\n")
    assert recording.lines[-1] == (r"S: -ERR ${password} \x1b[2J \x24{x} \\ ${password}\x07")
