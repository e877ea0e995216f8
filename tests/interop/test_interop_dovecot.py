"""pop3shell against a real server: what a mail admin does all day must be true there, too.

Whatever is compared here is compared with Dovecot's own files, not with what pop3shell says.
"""

import base64
import re
from pathlib import Path

import pytest
from interop_dovecot import HOST, Account, Dovecot
from interop_messages import LONG_LINES, MESSAGES, OCTETS, UNENDED, on_the_wire
from interop_programs import Finished, Shell

pytestmark = pytest.mark.interop

FEW = {name: MESSAGES[name] for name in ("plain", "dots", "empty-body")}


def shell_for(server: Dovecot, account: Account, folder: Path, password: str = "") -> Shell:
    return Shell(HOST, server.port, folder, password or account.password)


def typed_login(account: Account) -> tuple[str, str]:
    return f"USER {account.name}", f"PASS {account.password}"


def status_lines(done: Finished) -> list[str]:
    return [line for line in done.said("S: ") if line.startswith(("+OK", "-ERR"))]


def kept(account: Account) -> list[bytes]:
    return [file.read_bytes() for file in account.files]


def in_order(folder: Path) -> list[bytes]:
    """The saved messages, in the order of the numbers that their files are named by."""
    files = sorted(folder.iterdir(), key=lambda file: int(file.stem))
    return [file.read_bytes() for file in files]


def assert_secret(done: Finished, account: Account) -> None:
    assert account.password.encode() not in done.out + done.err


def test_a_typed_session_is_shown_line_by_line(dovecot: Dovecot, tmp_path: Path) -> None:
    account = dovecot.account(FEW)
    shell = shell_for(dovecot, account, tmp_path)
    done = shell(*typed_login(account), "STAT", "LIST", "LIST 2", "UIDL", "RETR 1", "QUIT")
    assert done.status == 0
    assert done.said("C: ") == [
        *(f"USER {account.name}", "PASS ${password}"),
        *("STAT", "LIST", "LIST 2", "UIDL", "RETR 1", "QUIT"),
    ]
    sizes = [len(octets) for octets in FEW.values()]
    said = done.said("S: ")
    assert f"+OK {len(FEW)} {sum(sizes)}" in said
    for number, octets in enumerate(sizes, 1):
        assert f"{number} {octets}" in said
    assert f"+OK 2 {sizes[1]}" in said
    assert sum(bool(re.fullmatch(r"[1-3] [0-9a-f]{16}", line)) for line in said) == len(FEW)
    assert "Subject: plain" in said
    assert "as agreed." in said
    assert_secret(done, account)


def test_lines_given_as_options_are_run_as_those_of_a_script(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    account = dovecot.account(FEW)
    done = shell_for(dovecot, account, tmp_path).by_option(*typed_login(account), "STAT", "QUIT")
    assert done.status == 0
    assert f"+OK {len(FEW)} {sum(map(len, FEW.values()))}" in done.said("S: ")


def test_login_by_apop_sends_a_digest_only(dovecot: Dovecot, tmp_path: Path) -> None:
    account = dovecot.account(FEW)
    done = shell_for(dovecot, account, tmp_path)(f":login {account.name} APOP", "STAT", "QUIT")
    assert done.status == 0
    assert f"APOP {account.name} ${{apop}}" in done.said("C: ")
    assert not [line for line in done.said("C: ") if line.startswith("PASS")]
    assert f"+OK {len(FEW)} {sum(map(len, FEW.values()))}" in done.said("S: ")
    assert_secret(done, account)


def test_login_by_user_sends_name_and_password(plain_dovecot: Dovecot, tmp_path: Path) -> None:
    account = plain_dovecot.account(FEW)
    shell = shell_for(plain_dovecot, account, tmp_path)
    done = shell(f":login {account.name} USER", "STAT", "QUIT")
    assert done.status == 0
    sent = done.said("C: ")
    assert sent[sent.index(f"USER {account.name}") + 1] == "PASS ${password}"
    assert f"+OK {len(FEW)} {sum(map(len, FEW.values()))}" in done.said("S: ")
    assert_secret(done, account)


def test_a_typed_sasl_login_works_and_stays_secret(dovecot: Dovecot, tmp_path: Path) -> None:
    account = dovecot.account(FEW)
    answer = base64.b64encode(f"\0{account.name}\0{account.password}".encode()).decode()
    done = shell_for(dovecot, account, tmp_path)("AUTH PLAIN", answer, "STAT", "QUIT")
    assert done.status == 0
    assert f"+OK {len(FEW)} {sum(map(len, FEW.values()))}" in done.said("S: ")
    assert answer.encode() not in done.out + done.err
    assert_secret(done, account)


def test_a_wrong_password_is_told_apart_from_trouble(dovecot: Dovecot, tmp_path: Path) -> None:
    account = dovecot.account(FEW)
    shell = shell_for(dovecot, account, tmp_path, password="not-the-password")
    done = shell(f":login {account.name}", "QUIT")
    assert done.status == 1
    assert any(line.startswith("-ERR [AUTH]") for line in done.said("S: "))
    assert b"not-the-password" not in done.out + done.err
    assert b"Traceback" not in done.err


def test_after_a_refused_login_one_may_try_again(dovecot: Dovecot, tmp_path: Path) -> None:
    account = dovecot.account(FEW)
    wrong = (f"USER {account.name}", "PASS not-the-password")
    done = shell_for(dovecot, account, tmp_path)(*wrong, *typed_login(account), "STAT", "QUIT")
    assert done.status == 0
    assert f"+OK {len(FEW)} {sum(map(len, FEW.values()))}" in done.said("S: ")
    assert b"not-the-password" not in done.out + done.err


def test_saved_messages_are_dovecots_octet_by_octet(
    dovecot: Dovecot, tmp_path: Path, saved: Path
) -> None:
    account = dovecot.account(MESSAGES | LONG_LINES | OCTETS)
    done = shell_for(dovecot, account, tmp_path)(
        *typed_login(account), f":save all {saved}", "QUIT"
    )
    assert done.status == 0
    assert in_order(saved) == kept(account)


def test_messages_that_are_stored_otherwise_come_in_the_form_of_the_wire(
    dovecot: Dovecot, tmp_path: Path, saved: Path
) -> None:
    with_lf = {name: octets.replace(b"\r\n", b"\n") for name, octets in MESSAGES.items()}
    account = dovecot.account(with_lf | UNENDED)
    done = shell_for(dovecot, account, tmp_path)(
        *typed_login(account), f":save all {saved}", "QUIT"
    )
    assert done.status == 0
    assert in_order(saved) == [on_the_wire(one) for one in kept(account)]


def test_one_message_and_a_range_are_saved(dovecot: Dovecot, tmp_path: Path, saved: Path) -> None:
    account = dovecot.account(MESSAGES)
    one = tmp_path / "one.eml"
    done = shell_for(dovecot, account, tmp_path)(
        *typed_login(account), f":save 2 {one}", f":save 3-5 {saved}", "QUIT"
    )
    assert done.status == 0
    assert one.read_bytes() == MESSAGES["dots"]
    assert in_order(saved) == kept(account)[2:5]


def test_an_mbox_holds_every_message_in_its_order(dovecot: Dovecot, tmp_path: Path) -> None:
    account = dovecot.account(MESSAGES)
    file = tmp_path / "all.mbox"
    done = shell_for(dovecot, account, tmp_path)(*typed_login(account), f":save all {file}", "QUIT")
    assert done.status == 0
    text = file.read_bytes().replace(b"\r\n", b"\n")
    first, *parts = re.split(rb"(?m)^From [^\n]*\n", text)
    assert first == b""
    unquoted = [re.sub(rb"(?m)^>(>*From )", rb"\1", part) for part in parts]
    # After each message stands one empty line that is no part of it.
    assert unquoted == [octets.replace(b"\r\n", b"\n") + b"\n" for octets in MESSAGES.values()]


def test_quit_deletes_what_was_marked(dovecot: Dovecot, tmp_path: Path) -> None:
    account = dovecot.account(FEW)
    done = shell_for(dovecot, account, tmp_path)(*typed_login(account), "DELE 2", "QUIT")
    assert done.status == 0
    assert kept(account) == [FEW["plain"], FEW["empty-body"]]


def test_a_script_that_ends_without_quit_deletes_nothing(dovecot: Dovecot, tmp_path: Path) -> None:
    account = dovecot.account(FEW)
    done = shell_for(dovecot, account, tmp_path).by_option(*typed_login(account), "DELE 2")
    assert "QUIT" not in done.said("C: ")
    assert done.err, "it must say that the mark is lost"
    again = shell_for(dovecot, account, tmp_path)(*typed_login(account), "STAT", "QUIT")
    assert f"+OK {len(FEW)} {sum(map(len, FEW.values()))}" in again.said("S: ")
    assert kept(account) == list(FEW.values())


def test_a_script_that_ends_without_quit_says_quit_when_nothing_is_marked(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    account = dovecot.account(FEW)
    done = shell_for(dovecot, account, tmp_path)(*typed_login(account), "DELE 2", "RSET")
    assert done.status == 0
    assert done.said("C: ")[-1] == "QUIT"
    assert kept(account) == list(FEW.values())


def test_pipelined_commands_are_answered_in_their_order(dovecot: Dovecot, tmp_path: Path) -> None:
    account = dovecot.account(FEW)
    done = shell_for(dovecot, account, tmp_path)(
        *typed_login(account), ":pipeline STAT; LIST 1; NOOP; RETR 9; LIST 3", "QUIT"
    )
    sizes = [len(octets) for octets in FEW.values()]
    replies = status_lines(done)[3:8]
    assert replies[0] == f"+OK {len(FEW)} {sum(sizes)}"
    assert replies[1] == f"+OK 1 {sizes[0]}"
    assert replies[2].startswith("+OK")
    assert replies[3].startswith("-ERR")
    assert replies[4] == f"+OK 3 {sizes[2]}"


def test_an_unknown_command_is_sent_and_its_refusal_shown(dovecot: Dovecot, tmp_path: Path) -> None:
    account = dovecot.account(FEW)
    done = shell_for(dovecot, account, tmp_path)(*typed_login(account), "XYZZY", "NOOP", "QUIT")
    assert done.status == 0
    sent = done.said("C: ")
    assert sent[2:] == ["XYZZY", "NOOP", "QUIT"]
    assert [reply.split()[0] for reply in status_lines(done)[3:]] == ["-ERR", "+OK", "+OK"]


def test_lines_left_over_when_dovecot_hangs_up_are_told(dovecot: Dovecot, tmp_path: Path) -> None:
    account = dovecot.account(FEW)
    done = shell_for(dovecot, account, tmp_path)("XYZZY", "XYZZY", "XYZZY", "XYZZY", "NOOP")
    assert done.status == 3
    assert b"Traceback" not in done.err
