"""A versioned transcript is read exactly, and what can't be understood is said with its line."""

from __future__ import annotations

import pytest
from remembering import Slices, entries_of, said_by

from pop3shell.transcript import happenings
from pop3shell.transcript.errors import TranscriptError
from pop3shell.transcript.model import (
    AnyLines,
    ClientLine,
    Happened,
    Header,
    Note,
    Pattern,
    Placeholder,
    ServerLine,
    ServerLines,
    Torn,
    Version,
)
from pop3shell.transcript.reader import read, read_file

HEAD = "%POP3-TRANSCRIPT 1\n"


def test_all_kinds_of_lines() -> None:
    entries = entries_of(
        HEAD + "%server: mail.example.com:110\n"
        "\n"
        "# a note\n"
        "[0.000] *: connected 192.0.2.10:110\n"
        "[0.021] S: +OK ready\n"
        "C: PASS ${password2}\n"
        "S: -ERR\n"
        "S:\n"
        "S: two\n"
        "[2] S~ \\+OK \\d+\n"
        "S...\n"
    )
    assert entries[:-2] == [
        Version(1, 1),
        Header(2, "server", "mail.example.com:110"),
        Note(4, "a note"),
        Happened(5, 0.0, "connected 192.0.2.10:110"),
        ServerLine(6, 0.021, b"+OK ready\r\n"),
        ClientLine(7, None, b"PASS ${password2}\r\n", (Placeholder(5, 17, "password2"),)),
        ServerLines(8, b"-ERR\r\n\r\ntwo\r\n", 3),
    ]
    pattern, any_lines = entries[-2:]
    assert isinstance(pattern, Pattern)
    assert (pattern.number, pattern.seconds, pattern.regex.pattern) == (11, 2.0, r"\+OK \d+")
    assert any_lines == AnyLines(12, None)


@pytest.mark.parametrize(
    ("line", "octets"),
    [
        ("C: QUIT", b"QUIT\r\n"),
        ("C:QUIT", b"QUIT\r\n"),
        ("C:  QUIT", b" QUIT\r\n"),
        ("C:", b"\r\n"),
        ("C: ", b"\r\n"),
        (r"C: a\\n", b"a\\n\r\n"),
        (r"C: a\n", b"a\n"),
        (r"C: a\\\n", b"a\\\n"),
        ("C: half\\", b"half"),
        (r"C: \x41\xFf\x0a", b"A\xff\n\r\n"),
        (r"C: \x24{password}", b"${password}\r\n"),
        ("C: $ { ${apop}$", b"$ { ${apop}$\r\n"),
        ("C: é\t", "é\t\r\n".encode()),
        ("C: QUIT\r", b"QUIT\r\n"),
        ("[1.5]C: QUIT", b"QUIT\r\n"),
    ],
)
def test_the_octets_of_a_line(line, octets) -> None:
    assert said_by(entries_of(f"{HEAD}{line}\n"))[0] == octets
    server = line.replace("C:", "S:")
    for around in ("", "S: one\n"):
        text = f"{HEAD}{around}{server}\n{around}"
        one = b"one\r\n" if around else b""
        assert said_by(entries_of(text))[1] == one + octets + one


def test_two_secrets_on_a_line() -> None:
    line = entries_of(HEAD + "S: ${sasl} is\\x20${sasl}\\n\n")[1]
    assert line.octets == b"${sasl} is ${sasl}\n"
    assert line.placeholders == (Placeholder(0, 7, "sasl"), Placeholder(11, 18, "sasl"))


@pytest.mark.parametrize("size", [1, 2, 7, 1 << 20])
def test_crlf_files_and_a_byte_order_mark_are_taken(size) -> None:
    text = "\ufeff" + (HEAD + "S: +OK\nS: \\x20\nC: QUIT\n").replace("\n", "\r\n")
    entries = read(Slices(text.encode(), size))
    assert said_by(entries) == (b"QUIT\r\n", b"+OK\r\n \r\n")


BAD = [
    ("QUIT\n", "begins with none of"),
    ("\f\n", "begins with none of"),
    ("S...\f\n", "nothing follows it"),
    (" C: QUIT\n", "begins with none of"),
    ("Client: QUIT\n", "begins with none of"),
    ("[1,5] C: QUIT\n", "time in seconds"),
    ("[-1] C: QUIT\n", "time in seconds"),
    ("C: \\q\n", "is no escape"),
    ("S: \\x4\n", "is no escape"),
    ("C: ${word}\n", "begins none of"),
    ("C: ${password1}\n", "begins none of"),
    ("S: ${password\n", "begins none of"),
    ("%server mail\n", "form %name: value"),
    ("%POP3-TRANSCRIPT 1\n", "only be the first"),
    ("S~ (\n", "regular expression"),
    ("S~ a{99999999999999999999}\n", "regular expression"),
    ("S... and more\n", "nothing follows"),
    ("*: bad \\escape\n", "is no escape"),
    ("%x: \\\n", "is no escape"),
]


@pytest.mark.parametrize(("line", "why"), BAD)
def test_what_is_not_understood_is_said_with_its_line(line, why) -> None:
    with pytest.raises(TranscriptError, match=why) as caught:
        entries_of(f"{HEAD}# one\n{line}")
    assert caught.value.number == 3
    assert str(caught.value).startswith("line 3: ")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("bad", ["S: \\q", "S: ${word}", "S: x\\y\\"])
@pytest.mark.parametrize("before", [1, 2, 5000])
def test_the_line_is_right_in_the_middle_of_a_body(bad, before) -> None:
    text = HEAD + "S: good\\\\ \\n\n" * before + bad + "\n" + "S: more\n" * 5000
    with pytest.raises(TranscriptError) as caught:
        entries_of(text)
    assert caught.value.number == before + 2


def test_a_header_after_the_dialogue_began() -> None:
    with pytest.raises(TranscriptError, match="before the dialogue") as caught:
        entries_of(HEAD + "S: +OK\nS: two\n%server: x\n")
    assert caught.value.number == 4


def test_another_version_is_refused_by_name() -> None:
    with pytest.raises(TranscriptError) as caught:
        entries_of("%POP3-TRANSCRIPT 2\nS: +OK\n")
    assert "version 2" in str(caught.value)
    assert "version 1" in str(caught.value)


@pytest.mark.parametrize("line", ["%POP3-TRANSCRIPT", "%POP3-TRANSCRIPT x", "%POP3-TRANSCRIPT1"])
def test_a_first_line_without_a_version(line) -> None:
    with pytest.raises(TranscriptError, match="POP3-TRANSCRIPT 1"):
        entries_of(line + "\n")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_a_file_saved_as_utf_16(encoding) -> None:
    with pytest.raises(TranscriptError):
        entries_of((HEAD + "S: +OK\n").encode(encoding))


def test_an_endless_line_is_refused_before_it_fills_the_memory() -> None:
    class Endless:
        def read(self, size: int) -> bytes:
            return b"x" * size

    with pytest.raises(TranscriptError, match="this is no transcript") as caught:
        list(read(Endless()))
    assert caught.value.number == 1


def test_a_line_cut_off_is_told_and_not_taken() -> None:
    entries = entries_of(HEAD + "S: +OK\nC: DELE 1")
    assert entries[1:] == [ServerLine(2, None, b"+OK\r\n"), Torn(3, b"C: DELE 1")]
    assert entries_of("%POP3-TRANS") == [Torn(1, b"%POP3-TRANS")]
    assert entries_of("%POP3-TRANSCRIPT 1") == [Torn(1, b"%POP3-TRANSCRIPT 1")]
    assert entries_of("") == []


def test_entries_come_before_a_bad_line_is_reached() -> None:
    entries = read(Slices((HEAD + "S: +OK\n" + "# x\n" * 99_999 + "bad\n").encode(), 1 << 16))
    assert next(entries) == Version(1, 1)
    assert next(entries) == ServerLine(2, None, b"+OK\r\n")


def test_a_file_that_is_not_there(tmp_path) -> None:
    with pytest.raises(OSError, match="No such file"):
        list(read_file(tmp_path / "none"))


def test_line_numbers_go_on_behind_bodies() -> None:
    entries = entries_of(HEAD + "S: a\n" * 3000 + "C: QUIT\n" + "S: b\n" * 2 + "# end\n")
    assert [entry.number for entry in entries if isinstance(entry, ClientLine)] == [3002]
    assert entries[-1] == Note(3005, "end")


class TestEvents:
    def test_logins(self) -> None:
        text = happenings.auth("SCRAM-SHA-256", "mr rose", "fyko+d2l")
        assert text == "auth SCRAM-SHA-256 as mr rose nonce=fyko+d2l"
        assert happenings.as_auth(text) == happenings.Login("SCRAM-SHA-256", "mr rose", "fyko+d2l")
        assert happenings.as_auth("auth PLAIN as mrose") == happenings.Login("PLAIN", "mrose", "")

    def test_endings(self) -> None:
        for side in happenings.Side:
            for ending in happenings.Ending:
                text = happenings.closed(side, ending)
                assert happenings.as_closed(text) == (side, ending)

    @pytest.mark.parametrize("text", ["", "closed by me", "elided x octets", "auth", "TLS"])
    def test_other_texts_are_none_of_them(self, text) -> None:
        assert happenings.as_auth(text) is None
        assert happenings.as_closed(text) is None
        assert happenings.as_elided(text) is None
