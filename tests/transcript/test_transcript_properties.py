"""Whatever is said, however it arrives: what is read is what was said, and no secret is in it."""

from __future__ import annotations

import contextlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from remembering import Recording, Slices, entries_of, said_by

from pop3shell.protocol.events import Side
from pop3shell.protocol.secrets import Redactor
from pop3shell.transcript.errors import TranscriptError
from pop3shell.transcript.model import ClientLine, Happened, ServerLine, ServerLines, Torn
from pop3shell.transcript.reader import read
from pop3shell.transcript.secrets import fill

FROM_CLIENT = [
    b"USER mrose\r\n", b"PASS tanstaaf-1\r\n", b"PASS ${password}\r\n", b"AUTH PLAIN\r\n",
    b"AGEAdGFuc3RhYWY=\r\n", b"*\r\n", b"RETR 1\r\n", b"LIST\r\n", b"TOP 1 0\r\n", b"QUIT\r\n",
    b"XYZZY \\ ${apop}\r\n", b"APOP mrose c4c9334bac560ecc979e58001b3e22fb\r\n", b"NOOP\n", b"PA",
]  # fmt: skip
FROM_SERVER = [
    b"+OK\r\n", b"+OK <1.2@host>\r\n", b"-ERR no\r\n", b"+ \r\n", b"+ cHc=\r\n", b".\r\n",
    b"1 120\r\n", b"Subject: \xfc\r\n", b"blank \r\n", b"\r\n", b"bare\n", b"${password}\r\n",
    b"tab\t\\\r\n", b"S: x\r\n", b"\xe2\x82", b"\xac\r\n", b"\r", b"\n", b"tanstaaf-1\r\n", b".\n",
]  # fmt: skip
STEPS = st.lists(
    st.tuples(
        st.floats(min_value=0, max_value=1e6),
        st.one_of(
            st.tuples(st.just(Side.CLIENT), st.sampled_from(FROM_CLIENT) | st.binary(max_size=30)),
            st.tuples(st.just(Side.SERVER), st.sampled_from(FROM_SERVER) | st.binary(max_size=30)),
        ),
    ),
    max_size=40,
)
CUTS = st.integers(min_value=1, max_value=40)


def record(steps, cut: int = 1 << 20, closed: bool = True) -> Recording:
    recording = Recording()
    for seconds, (side, octets) in steps:
        recording.now += seconds
        say = recording.client if side is Side.CLIENT else recording.server
        for at in range(0, len(octets), cut):
            say(octets[at : at + cut])
    if closed:
        recording.closed()
    else:
        recording.writer.close()
    return recording


def is_filled(entries, said: bytes) -> bool:
    """Whether the entries say the same, for some values of the secrets in them."""
    pattern = b""
    for entry in entries:
        at = 0
        for placeholder in getattr(entry, "placeholders", ()):
            pattern += re.escape(entry.octets[at : placeholder.start]) + b".*?"
            at = placeholder.stop
        pattern += re.escape(entry.octets[at:])
    return re.fullmatch(pattern, said, re.DOTALL) is not None


@given(STEPS, CUTS)
@settings(max_examples=200, deadline=None)
def test_what_is_read_is_what_was_said(steps, cut) -> None:
    recording = record(steps, cut)
    entries = entries_of(recording.out.octets)
    client = [entry for entry in entries if isinstance(entry, ClientLine)]
    server = [entry for entry in entries if isinstance(entry, ServerLine | ServerLines)]
    assert is_filled(client, recording.said[Side.CLIENT])
    assert is_filled(server, recording.said[Side.SERVER])
    assert not any(isinstance(entry, Torn) for entry in entries)


@given(STEPS, CUTS)
@settings(max_examples=200, deadline=None)
def test_how_the_file_is_read_does_not_matter(steps, size) -> None:
    octets = record(steps).out.octets
    assert said_by(read(Slices(octets, size))) == said_by(entries_of(octets))


@given(STEPS)
@settings(max_examples=200, deadline=None)
def test_times_are_those_of_the_events(steps) -> None:
    recording = record(steps)
    seconds = [e.seconds for e in entries_of(recording.out.octets) if isinstance(e, Happened)]
    assert seconds == [pytest.approx(recording.now, abs=0.0006)]


@given(STEPS, st.data())
@settings(max_examples=200, deadline=None)
def test_any_prefix_can_be_read(steps, data) -> None:
    """A crash, or `kill -9`, must not cost more than the line that was being written."""
    octets = record(steps).out.octets
    cut = data.draw(st.integers(min_value=0, max_value=len(octets)))
    entries = entries_of(octets[:cut])
    whole = said_by(entries_of(octets))
    for said, all_said in zip(said_by(entries), whole, strict=True):
        assert all_said.startswith(said)
    torn = [entry for entry in entries if isinstance(entry, Torn)]
    assert len(torn) == (cut > 0 and not octets[:cut].endswith(b"\n"))


#: The lines of a login, client and server in turn, and what of them is the secret, with its name.
LOGINS = [
    ([b"USER mrose\r\n", b"+OK\r\n", b"PASS %s\r\n", b"-ERR no\r\n"], b"%s", "password"),
    ([b"pass  %s\r\n", b"-ERR not %s!\r\n"], b" %s", "password"),
    ([b"USER mrose\r\n", b"+OK\r\n", b"pas %s\r\n", b"-ERR what?\r\n"], b"pas %s", "password"),
    ([b"AUTH PLAIN %s\r\n", b"-ERR %s\r\n"], b"%s", "sasl"),
    ([b"AUTH LOGIN\r\n", b"+ \r\n", b"%s\r\n", b"-ERR\r\n"], b"%s", "sasl"),
    ([b"APOP mrose %s\r\n", b"-ERR\r\n"], b"%s", "apop"),
    ([b"PASS %s\n", b"-ERR you said %s\n"], b"%s", "password"),
]


@given(st.lists(st.sampled_from(LOGINS), max_size=12), CUTS)
@settings(max_examples=200, deadline=None)
def test_no_secret_is_in_a_transcript_and_all_can_be_put_back(logins, cut) -> None:
    recording = Recording()
    recording.server(b"+OK ready\r\n")
    names = Redactor()
    values = []
    for number, (lines, secret, label) in enumerate(logins):
        word = b"tanstaaf-%d" % (number % 3)
        value = secret.replace(b"%s", word)
        values.append({names.placeholder(value, label)[2:-1].decode(): value})
        for at, line in enumerate(lines):
            octets = line.replace(b"%s", word)
            say = recording.server if at % 2 else recording.client
            for start in range(0, len(octets), cut):
                say(octets[start : start + cut])
    recording.closed()
    assert b"tanstaaf" not in recording.out.octets
    said = b""
    for entry in entries_of(recording.out.octets):
        if isinstance(entry, ClientLine):
            said += fill(entry, values.pop(0) if entry.placeholders else {})
    assert said == recording.said[Side.CLIENT]


@given(st.binary(max_size=300), st.sampled_from([b"", b"%POP3-TRANSCRIPT 1\n"]))
@settings(max_examples=200, deadline=None)
def test_any_file_is_read_or_refused_by_the_one_error(octets, head) -> None:
    with contextlib.suppress(TranscriptError):
        entries_of(head + octets)


FRAGMENTS = [
    "C: ", "S: ", "S:", "*: ", "S~ ", "S...", "# ", "%x: ", "[1.5] ", "[", "\n", "\n", "\r\n", "\\",
    "\\x", "41", "${", "${password}", "}", "Client: ", "Server: ", "RETR 1", "+OK", ".",
    "<the message>", "<", "LIST", "(", "*", "é", "\0", " ", "%POP3-TRANSCRIPT ",
]  # fmt: skip


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join), st.booleans(), CUTS)
@settings(max_examples=200, deadline=None)
def test_spliced_files_are_read_or_refused_alike_in_any_slices(text, versioned, size) -> None:
    octets = ("%POP3-TRANSCRIPT 1\n" * versioned + text).encode()
    results = []
    for source in (Slices(octets, 1 << 20), Slices(octets, size)):
        try:
            results.append(said_by(read(source)))
        except TranscriptError as error:
            results.append(str(error))
    assert results[0] == results[1]
