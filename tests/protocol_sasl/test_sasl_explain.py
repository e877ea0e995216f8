"""An exchange in words: whoever reads along understands it, and learns no secret."""

from __future__ import annotations

import base64
import dataclasses
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protocol_sasl_support import mechanism, talk

from pop3shell.protocol.events import Side
from pop3shell.protocol.sasl.explain import Explainer, Step
from pop3shell.protocol.sasl.mechanism import Credentials
from pop3shell.protocol.sasl.registry import MECHANISMS
from pop3shell.protocol.visible import visible_text

ROSE = Credentials(user="mrose", password="tanstaaf", token="goodtoken")


def explain(lines: list[tuple[Side, bytes]]) -> list[Step]:
    """Tell every line, as they come."""
    explainer = Explainer()
    tell = {Side.CLIENT: explainer.client, Side.SERVER: explainer.server}
    return [tell[side](raw) for side, raw in lines]


def told(lines: list[bytes], status: bytes = b"+OK in\r\n"):
    sides = [(Side.SERVER if raw.startswith(b"+") else Side.CLIENT, raw) for raw in lines]
    return explain([*sides, (Side.SERVER, status)])


@pytest.mark.parametrize("initial_response", [True, False])
@pytest.mark.parametrize("row", MECHANISMS, ids=lambda row: row.name)
def test_every_mechanism_is_told_without_its_secrets(row, authority, initial_response) -> None:
    said = talk(row.name, ROSE, authority, initial_response=initial_response)
    steps = told(said.lines)
    assert len(steps) == len(said.lines) + 1
    assert all(step.text for step in steps)
    whole = repr(steps)
    for secret in ("tanstaaf", "goodtoken"):
        assert secret not in whole
        assert base64.b64encode(secret.encode())[:8].decode() not in whole
    for raw in said.lines:
        if not raw.startswith(b"+") and len(raw) > 30:
            assert raw.split()[-1].decode() not in whole
    if row.name != "EXTERNAL":
        assert "mrose" in whole


def test_plain_in_words() -> None:
    steps = told([b"AUTH PLAIN\r\n", b"+ \r\n", b"AG1yb3NlAHRhbnN0YWFm\r\n"])
    assert [step.line for step in steps] == ["AUTH PLAIN", "+ ", "${sasl}", "+OK in"]
    assert steps[1].text == "the server has nothing to say yet: the client speaks first"
    assert steps[2].text == "the client logs in as mrose, with a password of 8 octets"
    assert steps[2].decoded == r"\x00mrose\x00${password}"
    assert steps[3].text == "the client is logged in"


def test_scram_in_words_hides_the_proof(authority) -> None:
    steps = told(talk("SCRAM-SHA-256", ROSE, authority).lines)
    assert steps[0].text.endswith("the client gives its name, mrose, and a random nonce")
    assert "4096 rounds" in steps[1].text
    assert steps[2].decoded.endswith(",p=${sasl}")
    assert steps[3].text == "the server proves that it knows the password too"


def test_a_token_error_is_told(authority) -> None:
    bad = dataclasses.replace(ROSE, token="forged")
    steps = told(talk("XOAUTH2", bad, authority).lines, b"-ERR [AUTH] no\r\n")
    assert "expired, was revoked" in steps[3].text
    assert "lets the server refuse" in steps[4].text
    assert steps[5].text == "the login is refused"


def test_an_empty_initial_response_is_shown_as_it_is(authority) -> None:
    assert told([b"AUTH EXTERNAL =\r\n"])[0].line == "AUTH EXTERNAL ="


def test_cancelling_and_bad_base64_are_told() -> None:
    steps = told([b"AUTH CRAM-MD5\r\n", b"+ ????\r\n", b"*\r\n"], b"-ERR\r\n")
    assert "not base64" in steps[1].text
    assert steps[2].text == "the client cancels the login"


def test_an_unknown_mechanism_is_told_by_size_only() -> None:
    steps = told([b"AUTH NTLM\r\n", b"+ \r\n", b"c2VjcmV0\r\n"])
    assert "6 octets" in steps[2].text
    assert "secret" not in repr(steps)


@pytest.mark.parametrize("row", MECHANISMS, ids=lambda row: row.name)
@pytest.mark.parametrize("message", [b"\0u\0tanstaaf", b"tanstaaf\0", b"u tanstaaf", b"p=tanstaaf"])
def test_the_message_of_another_mechanism_is_not_shown(row, message) -> None:
    lines = [b"AUTH " + row.name.encode(), b"+ "]
    if row.name == "LOGIN":
        lines += [b"dQ==", b"+ "]
    steps = told([*lines, base64.b64encode(message)])
    if row.name in ("EXTERNAL", "ANONYMOUS") and b"\0" not in message:
        return  # there the message is the name itself
    assert "tanstaaf" not in repr(steps)


LEFT_OUT = re.compile(rb"\$\{sasl\}")
ASKED = [b"+ \r\n", b"+ ZW1wdHk=\r\n", b"+ ZW1wdHk=\r\n"]


@pytest.mark.parametrize("initial", [True, False])
@pytest.mark.parametrize("row", MECHANISMS, ids=lambda row: row.name)
def test_of_a_secret_that_was_left_out_nothing_is_said_but_what_it_would_be(row, initial) -> None:
    explainer = Explainer(LEFT_OUT)
    verb = b"AUTH " + row.name.encode()
    steps = [explainer.client(verb + b" ${sasl}\r\n" if initial else verb + b"\r\n")]
    for challenge in ASKED:
        explainer.server(challenge)
        steps.append(explainer.client(b"${sasl}\r\n"))
    told = [step for step in steps if step.line.endswith("${sasl}")]
    assert len(told) == len(ASKED) + initial
    for step in told:
        assert "a secret, left out of the transcript" in step.text
        assert not step.decoded
        assert not step.why
        for wrong in ("base64", "malformed", "octets of a", "octet 1 of", "logs in as"):
            assert wrong not in step.text
    assert all(item in step.text for item, step in zip(row.sends, told, strict=False))


def test_of_a_mechanism_that_is_not_known_nothing_is_said_at_all() -> None:
    explainer = Explainer(LEFT_OUT)
    explainer.client(b"AUTH NTLM\r\n")
    explainer.server(b"+ \r\n")
    assert explainer.client(b"${sasl}\r\n").text == "a secret, left out of the transcript"


def test_a_challenge_that_repeats_a_secret_that_was_left_out_is_not_called_wrong() -> None:
    explainer = Explainer(LEFT_OUT)
    explainer.client(b"AUTH PLAIN ${sasl}\r\n")
    step = explainer.server(b"+ ${sasl}\r\n")
    assert step.text == "the server repeats a secret, which was left out of the transcript"


def test_who_really_sent_the_placeholder_is_told_that_it_is_no_base64() -> None:
    assert "not base64" in told([b"AUTH PLAIN ${sasl}\r\n"])[0].text


def test_control_characters_never_come_through() -> None:
    challenge = base64.b64encode(b"\x1b]0;pwned\x07\xe2\x80\xae<1@x>")
    step = told([b"AUTH CRAM-MD5\r\n", b"+ " + challenge])[1]
    assert step.decoded == r"\x1b]0;pwned\x07\xe2\x80\xae<1@x>"


def test_lines_outside_an_exchange_are_told_without_showing_them() -> None:
    explainer = Explainer()
    step = explainer.client(b"PASS tanstaaf\r\n")
    assert step.text == "this line begins no exchange"
    assert "tanstaaf" not in repr(step)


LINES = st.one_of(
    st.binary(max_size=30),
    st.sampled_from([b"AUTH " + row.name.encode() for row in MECHANISMS]),
    st.binary(max_size=30).map(base64.b64encode),
    st.binary(max_size=30).map(lambda octets: b"+ " + base64.b64encode(octets)),
)


@given(st.lists(st.tuples(st.sampled_from(Side), LINES), max_size=8))
def test_any_lines_are_told(lines) -> None:
    steps = explain(lines)
    assert len(steps) == len(lines)
    said = [part for s in steps for part in (s.line, s.text, s.decoded, s.why)]
    assert [visible_text(part) for part in said] == said


def test_names_are_looked_up_in_any_case() -> None:
    assert mechanism("PLAIN").meaning in told([b"auth plain\r\n"])[0].text
