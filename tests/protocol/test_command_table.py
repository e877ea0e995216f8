"""The table of commands: help, completion, validation and redaction are no better than it is."""

from __future__ import annotations

import pytest

from pop3shell.protocol.commandline import parse
from pop3shell.protocol.spec import capabilities, codes, commands
from pop3shell.protocol.spec.arguments import MESSAGE
from pop3shell.protocol.spec.capabilities import CAPABILITIES
from pop3shell.protocol.spec.codes import CODES
from pop3shell.protocol.spec.commands import COMMANDS, Shape, Standing
from pop3shell.protocol.spec.states import STATES, TRANSITIONS, Effect, State

rows = pytest.mark.parametrize("row", COMMANDS, ids=lambda row: row.verb)


@rows
def test_each_command_can_be_explained(row):
    assert row.meaning
    assert row.meaning[0].islower() or row.meaning.startswith("POP2")
    assert not row.meaning.endswith(".")
    assert row.detail.endswith(".")
    assert str(row.reference)
    assert row.syntax.split(" ")[0] == row.verb


@rows
def test_each_example_is_a_dialogue_that_uses_the_command(row):
    assert all(line.startswith(("C: ", "S: ")) for line in row.example)
    sent = [line[3:] for line in row.example if line.startswith("C: ")]
    assert parse(sent[0].encode()).row is row
    replies = [line for line in row.example if line.startswith(("S: +OK", "S: -ERR"))]
    assert replies, "the example shows no reply"


@rows
def test_no_example_shows_a_secret(row):
    if row.secret_argument is not None:
        line = next(line for line in row.example if line.startswith("C: "))
        sent = parse(line[3:].encode())
        last = sent.arguments[row.secret_argument :]
        assert all(argument.startswith(b"${") for argument in last)


@rows
def test_arguments_that_may_be_left_out_come_last(row):
    optional = [argument.optional for argument in row.arguments]
    assert optional == sorted(optional)
    assert row.required == optional.count(False)


@rows
def test_only_the_last_argument_takes_the_rest_of_the_line(row):
    assert not any(argument.kind.rest for argument in row.arguments[:-1])


@rows
def test_each_capability_that_announces_a_command_exists(row):
    assert not row.capability or row.capability in capabilities.BY_TAG


def test_verbs_are_unique_and_upper_case():
    verbs = [row.verb for row in COMMANDS]
    assert len(set(verbs)) == len(verbs)
    assert all(verb == verb.upper() and verb.isalnum() and verb.isascii() for verb in verbs)


@rows
def test_a_command_is_found_in_any_case(row):
    for verb in (row.verb, row.verb.lower(), row.verb.title()):
        assert commands.find(verb.encode()) is row


def test_what_is_near_a_verb_is_not_found():
    for verb in (b"", b" STAT", b"STAT ", b"STA", b"STATS", b"ST\0AT", b"\xc5\xbftat", b"\xff"):
        assert commands.find(verb) is None


@rows
def test_a_command_is_allowed_somewhere_unless_it_is_no_pop3(row):
    assert bool(row.states) == (row.standing is not Standing.FOREIGN)
    assert row.states <= {State.AUTHORIZATION, State.TRANSACTION}


def test_the_required_commands_are_those_of_rfc_1939_section_9():
    required = {row.verb for row in COMMANDS if row.standing is Standing.REQUIRED}
    assert required == {"STAT", "LIST", "RETR", "DELE", "NOOP", "RSET", "QUIT"}


@pytest.mark.parametrize(
    ("line", "shape"),
    [
        (b"CAPA", Shape.MULTI),
        (b"CAPA x", Shape.MULTI),
        (b"RETR 1", Shape.MULTI),
        (b"RETR", Shape.MULTI),
        (b"TOP 1 0", Shape.MULTI),
        (b"LIST", Shape.MULTI),
        (b"LIST 1", Shape.SINGLE),
        (b"list 1", Shape.SINGLE),
        (b"LIST ", Shape.OPEN),
        (b"LIST  ", Shape.OPEN),
        (b"LIST  1", Shape.SINGLE),
        (b"UIDL", Shape.MULTI),
        (b"UIDL 1", Shape.SINGLE),
        (b"LANG", Shape.MULTI),
        (b"LANG de", Shape.SINGLE),
        (b"AUTH", Shape.OPEN),
        (b"AUTH PLAIN", Shape.SINGLE),
        (b"STAT", Shape.SINGLE),
        (b"STAT x", Shape.SINGLE),
        (b"QUIT", Shape.SINGLE),
        (b"PASS a b c", Shape.SINGLE),
        (b"XTND XLST subject", Shape.OPEN),
        (b"XYZZ", Shape.OPEN),
        (b"", Shape.OPEN),
        (b"LIST\t1", Shape.OPEN),
    ],
)
def test_the_shape_of_a_reply_follows_from_the_octets_really_sent(line, shape):
    assert parse(line + b"\r\n").shape is shape


@rows
def test_a_command_for_a_message_has_its_number_first(row):
    kinds = [argument.kind for argument in row.arguments]
    assert MESSAGE not in kinds[1:]


@pytest.mark.parametrize(
    ("line", "number"),
    [
        (b"RETR 7", 7),
        (b"RETR 007", 7),
        (b"TOP 3 0", 3),
        (b"LIST", None),
        (b"RETR -1", None),
        (b"RETR +1", None),
        (b"RETR x", None),
        (b"RETR " + b"9" * 20, 10**20 - 1),
        (b"RETR " + b"9" * 5000, None),
        ("RETR ٣".encode(), None),
        (b"USER 7", None),
        (b"LANG 7", None),
        (b"XYZZ 7", None),
    ],
)
def test_the_number_of_a_message_is_read_where_the_table_has_one(line, number):
    assert parse(line).number == number


def test_transitions_are_those_of_rfc_1939():
    assert TRANSITIONS == {
        (State.AUTHORIZATION, Effect.LOG_IN): State.TRANSACTION,
        (State.TRANSACTION, Effect.QUIT): State.UPDATE,
        (State.AUTHORIZATION, Effect.QUIT): State.CLOSED,
    }


def test_every_command_that_logs_in_is_for_the_authorization_state():
    for row in COMMANDS:
        if row.effect in (Effect.LOG_IN, Effect.NAME_USER):
            assert row.states == {State.AUTHORIZATION}


def test_the_states_a_person_meets_are_explained():
    assert {row.state for row in STATES} == {State.AUTHORIZATION, State.TRANSACTION, State.UPDATE}
    assert all(row.meaning and row.detail and str(row.reference) for row in STATES)


@pytest.mark.parametrize("row", CAPABILITIES, ids=lambda row: row.tag)
def test_each_capability_can_be_explained(row):
    assert row.tag == row.tag.upper()
    assert row.meaning
    assert row.syntax.startswith(row.tag)
    assert capabilities.BY_TAG[row.tag] is row


@pytest.mark.parametrize("row", CODES, ids=lambda row: row.name)
def test_each_response_code_can_be_explained(row):
    assert row.name == row.name.upper()
    assert row.meaning
    assert row.advice.endswith(".")
    assert set(row.valid_on) <= set(COMMANDS)
    assert codes.BY_NAME[row.name] is row


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("IN-USE", "IN-USE"),
        ("in-use", "IN-USE"),
        ("SYS/TEMP", "SYS/TEMP"),
        ("SYS/TEMP/DISK", "SYS/TEMP"),
        ("SYS", "SYS"),
        ("sys/disk", "SYS"),
        ("AUTH/x", "AUTH"),
        ("REFERRAL/mrose@example.org:110", "REFERRAL"),
    ],
)
def test_unknown_deeper_levels_of_a_code_are_ignored(code, name):
    assert codes.find(code) is codes.BY_NAME[name]


@pytest.mark.parametrize("code", ["", "LANG", "/", "XYZZ/AUTH"])
def test_a_code_that_nobody_defined_is_not_explained_as_another(code):
    assert codes.find(code) is None
