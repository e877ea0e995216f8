"""Dialogues as people print them: in RFCs, books, manuals, mails."""

from __future__ import annotations

import pytest
from remembering import entries_of, said_by

from pop3shell.transcript.errors import TranscriptError
from pop3shell.transcript.model import (
    AnyLines,
    ClientLine,
    Happened,
    Note,
    Pattern,
    Placeholder,
    ServerLine,
    StandIn,
)


def lines(text: str) -> list[str]:
    """The dialogue, a line each."""
    found = []
    for entry in entries_of(text):
        if isinstance(entry, Note):
            found.append(f"# {entry.text}")
        elif isinstance(entry, StandIn):
            found.append(f"< {entry.octets.decode().strip()}")
        else:
            side = "C" if isinstance(entry, ClientLine) else "S"
            found.append(f"{side}: {entry.octets.decode().removesuffix(chr(13) + chr(10))}")
    return found


def test_as_an_rfc_prints_it() -> None:
    assert lines(
        "10. Example\n"
        "\n"
        "      S: <wait for connection on TCP port 110>\n"
        "      C: <open connection>\n"
        "      S:    +OK ready\n"
        "      C:    LIST\n"
        "      S:    +OK\n"
        "      S:    1 120\n"
        "      S:    .\n"
        "        ...\n"
        "      C:    TOP 1 0\n"
        "      S:    +OK\n"
        "      S:    <the POP3 server sends the headers of the\n"
        "             message, and no line of its text>\n"
        "      S:    .\n"
        "      C:  <close connection>\n"
        "\f\n"
    ) == [
        "# 10. Example",
        "# <wait for connection on TCP port 110>",
        "# <open connection>",
        "S: +OK ready",
        "C: LIST",
        "S: +OK",
        "S: 1 120",
        "S: .",
        "# ...",
        "C: TOP 1 0",
        "S: +OK",
        "< <the POP3 server sends the headers of the message, and no line of its text>",
        "S: .",
        "# <close connection>",
        "# \f",
    ]


def test_several_on_one_line() -> None:
    assert lines("Server: +OK hi CLIENT: USER me server: +OK\nclient:QUIT Server: +OK bye\n") == [
        "S: +OK hi", "C: USER me", "S: +OK", "C: QUIT", "S: +OK bye"
    ]  # fmt: skip


def test_words_inside_other_words_do_not_part_a_line() -> None:
    assert lines("Server: +OK mailServer: x Client:x\n") == ["S: +OK mailServer: x Client:x"]


def test_a_body_printed_as_it_came() -> None:
    assert lines(
        "The column:\n"
        "  S: +OK\n"
        "  C: RETR 1\n"
        "  S: +OK\n"
        "  Subject: x\n"
        "\n"
        "    indented\n"
        "  # no note\n"
        "  ..\n"
        "  .\n"
        "  C: QUIT\n"
        "That was all.\n"
    ) == [
        "# The column:",
        "S: +OK",
        "C: RETR 1",
        "S: +OK",
        "S: Subject: x",
        "S: ",
        "S:   indented",
        "S: # no note",
        "S: ..",
        "S: .",
        "C: QUIT",
        "# That was all.",
    ]


def test_double_spacing_does_not_get_into_a_body() -> None:
    text = "C: LIST\n\nS: +OK\n\nS: 1 120\n\nS: .\n\n"
    assert lines(text) == ["C: LIST", "S: +OK", "S: 1 120", "S: ."]


def test_indentation_in_a_body_is_kept_beyond_the_replys_own() -> None:
    text = "C: RETR 1\nS:   +OK\nS:     two more\nS: one less\nS:   .\n"
    assert lines(text) == ["C: RETR 1", "S: +OK", "S:   two more", "S: one less", "S: ."]


def test_an_end_of_a_body_that_is_not_printed() -> None:
    text = (
        "C: RETR 1\nS: +OK\nS: text\nProse.\nC: DELE 1\nS: +OK\nProse.\nC: LIST\nS: +OK\n1 2\n.\n"
    )
    assert lines(text) == [
        "C: RETR 1", "S: +OK", "S: text", "# Prose.", "C: DELE 1", "S: +OK", "# Prose.",
        "C: LIST", "S: +OK", "S: 1 2", "S: .",
    ]  # fmt: skip


def test_a_refused_command_has_no_body() -> None:
    assert lines("C: RETR 9\nS: -ERR no\nIt refused.\n")[-1] == "# It refused."


@pytest.mark.parametrize(
    "text",
    [
        "<the POP3 server sends message 1>",
        "< the server sends the entire message here >",
        "<the message is sent here as a chunk of bytes>",
    ],
)
def test_stand_ins(text) -> None:
    assert lines(f"C: RETR 1\nS: +OK\nS: {text}\nS: .\n")[2] == f"< {text}"
    assert lines(f"S: {text}\n") == [f"< {text}"]


@pytest.mark.parametrize("text", ["<message@host>", "<p>send it</p>", "<b>", "<http://sends"])
def test_other_angle_brackets_are_what_they_are(text) -> None:
    assert lines(f"C: RETR 1\nS: +OK\nS: {text}\nS: .\n")[2] == f"S: {text}"


def test_a_broken_line_in_angle_brackets_that_is_no_stand_in() -> None:
    assert lines("C: RETR 1\nS: +OK\n<html\nlang=de>\n.\nC: QUIT\n") == [
        "C: RETR 1", "S: +OK", "S: <html", "S: lang=de>", "S: .", "C: QUIT"
    ]  # fmt: skip
    assert lines("C: RETR 1\nS: +OK\nS: <html\n")[-1] == "S: <html"


@pytest.mark.parametrize(
    "text", [r"C:\WINDOWS\mail.txt", "C://x", "A C: in the middle", "User mark"]
)
def test_prose_is_a_note(text) -> None:
    assert lines(text + "\n") == [f"# {text}"]


def test_notes_events_times_and_expectations() -> None:
    entries = entries_of("# note\n[1.5] *: connected x\n[2] C: QUIT\n S~ \\+OK.*\nS...\n")
    assert entries[0] == Note(1, "note")
    assert entries[1] == Happened(2, 1.5, "connected x")
    assert entries[2] == ClientLine(3, 2.0, b"QUIT\r\n")
    assert isinstance(entries[3], Pattern)
    assert entries[4] == AnyLines(5, None)


def test_a_body_of_which_only_something_is_expected() -> None:
    """Else a smoke test written by hand would find no differences, whatever the server says."""
    text = "C: CAPA\nS: +OK\n# any order\nS...\nS~ STLS\nS...\nS: .\nC: QUIT\n"
    kinds = [type(entry) for entry in entries_of(text)]
    assert kinds == [
        ClientLine, ServerLine, Note, AnyLines, Pattern, AnyLines, ServerLine, ClientLine,
    ]  # fmt: skip


def test_a_body_printed_as_it_came_may_hold_what_looks_like_an_expectation() -> None:
    text = "C: RETR 1\nS: +OK\nSubject: a\n\n# 1\nS...\n.\nC: QUIT\n"
    said = [entry.octets for entry in entries_of(text) if isinstance(entry, ServerLine)]
    assert b"".join(said) == b"+OK\r\nSubject: a\r\n\r\n# 1\r\nS...\r\n.\r\n"


def test_backslashes_are_no_escapes() -> None:
    assert lines("S: +OK a\\x41\\\n") == ["S: +OK a\\x41\\"]


def test_what_a_scripted_session_prints_can_be_replayed() -> None:
    line = entries_of("S: +OK\nC: PASS ${password}\n")[1]
    assert line.placeholders == (Placeholder(5, 16, "password"),)


def test_the_last_line_needs_no_line_feed() -> None:
    assert lines("S: +OK\nC: QUIT")[-1] == "C: QUIT"


def test_a_file_that_is_no_text() -> None:
    with pytest.raises(TranscriptError, match="no text file") as caught:
        entries_of(b"S: +OK\n\x7fELF\0\n")
    assert caught.value.number == 2


def test_a_version_line_in_the_wrong_place() -> None:
    with pytest.raises(TranscriptError, match="first line") as caught:
        entries_of("\n%POP3-TRANSCRIPT 1\nS: +OK\n")
    assert caught.value.number == 2


def test_line_numbers() -> None:
    entries = entries_of("\nS: +OK\n\nC: RETR 1\nS: +OK\nx\n<a\nb c\n.\n")
    assert [(e.number, type(e)) for e in entries] == [
        (2, ServerLine), (4, ClientLine), (5, ServerLine), (6, ServerLine), (7, ServerLine),
        (8, ServerLine), (9, ServerLine),
    ]  # fmt: skip


def test_a_telnet_session_typed_in_lower_case() -> None:
    text = "S: +OK POPMail\nC: user mark\nS: +OK\nC: pass swordfish\nS: +OK 3 message(s)\nC: list\n"
    text += "S: +OK\n1 2718\n2 3177\n3 4353\n.\nC: quit\nS: +OK\n"
    client, server = said_by(entries_of(text))
    assert client == b"user mark\r\npass swordfish\r\nlist\r\nquit\r\n"
    assert server.endswith(b"+OK\r\n1 2718\r\n2 3177\r\n3 4353\r\n.\r\n+OK\r\n")


@pytest.mark.parametrize(
    "line", ["Client: USER" + " " * 200_000 + "x", "S: <" + "message " * 50_000 + "x"]
)
def test_a_line_of_much_the_same_is_read_as_soon_as_any_other(line: str) -> None:
    assert lines(f"S: +OK\n{line}\n") == ["S: +OK", line.replace("Client", "C", 1)]
