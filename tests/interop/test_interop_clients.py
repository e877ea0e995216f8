"""The practice server with the mail clients that people really use.

Who points a mail client at it must see the mail that is there, octet by octet, and may trust that
the client's logins, deletions and its memory of what it has fetched work as with any server.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from interop_clients import CLIENTS, Fetched, Login, RefusedError, by_fetchmail, by_mpop, curl
from interop_maildrops import STORES, eml_folder, maildir
from interop_messages import MESSAGES
from interop_programs import Serving

pytestmark = pytest.mark.interop

USER, PASSWORD = "mrose", "tanstaaf"
ACCOUNT = ("--account", f"{USER}:{PASSWORD}")
THREE = {name: MESSAGES[name] for name in ("plain", "dots", "eight-bit")}


def login(server: Serving, *, apop: bool = False, password: str = PASSWORD) -> Login:
    return Login(server.host, server.port, USER, password, apop)


def folder(base: Path, name: str) -> Path:
    made = base / name
    made.mkdir()
    return made


@pytest.mark.parametrize("apop", [False, True], ids=["password", "apop"])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_brings_home_every_octet(
    client: str, apop: bool, tmp_path: Path, saved: Path
) -> None:
    kind = CLIENTS[client]
    path, expected = maildir(tmp_path, kind.keeps)
    with Serving(path, *ACCOUNT) as server:
        fetched = kind.fetch(login(server, apop=apop), saved)
    assert fetched.messages == expected
    if apop:  # without being told to, curl takes it as well
        assert b"APOP" in fetched.talk


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("store", STORES)
def test_every_kind_of_maildrop_is_served(
    store: str, client: str, tmp_path: Path, saved: Path
) -> None:
    path, expected = STORES[store](tmp_path, MESSAGES)
    with Serving(path, *ACCOUNT) as server:
        assert CLIENTS[client].fetch(login(server), saved).messages == expected


@pytest.mark.parametrize("client", CLIENTS)
def test_what_a_client_deletes_is_gone_from_the_maildrop_but_not_from_the_disk(
    client: str, tmp_path: Path
) -> None:
    path, expected = eml_folder(tmp_path, THREE)
    fetch = CLIENTS[client].fetch
    with Serving(path, *ACCOUNT) as server:
        first = fetch(login(server), folder(tmp_path, "first"), delete=True)
        second = fetch(login(server), folder(tmp_path, "second"))
    assert first.messages == expected
    assert second.messages == []
    assert [file.read_bytes() for file in sorted(path.iterdir())] == expected


@pytest.mark.parametrize("fetch", [by_mpop, by_fetchmail], ids=["mpop", "fetchmail"])
def test_a_client_that_keeps_mail_knows_it_again_after_the_server_was_restarted(
    fetch: Callable[..., Fetched], tmp_path: Path
) -> None:
    path, expected = maildir(tmp_path, THREE)
    with Serving(path, *ACCOUNT) as server:
        first = fetch(login(server), folder(tmp_path, "first"), new=True)
    late = path / "new" / "1800000000.M1P9.example"
    late.write_bytes(b"Subject: late\n\nlate\n")
    with Serving(path, *ACCOUNT) as server:
        second = fetch(login(server), folder(tmp_path, "second"), new=True)
    assert first.messages == expected
    assert second.messages == [b"Subject: late\r\n\r\nlate\r\n"]


@pytest.mark.parametrize("apop", [False, True], ids=["password", "apop"])
@pytest.mark.parametrize("client", CLIENTS)
def test_a_wrong_password_gets_nobody_in(
    client: str, apop: bool, tmp_path: Path, saved: Path
) -> None:
    path, _ = eml_folder(tmp_path, THREE)
    with Serving(path, *ACCOUNT) as server, pytest.raises(RefusedError):
        CLIENTS[client].fetch(login(server, apop=apop, password="tanstaafl"), saved)
    assert [entry for entry in saved.rglob("*") if entry.is_file()] == []


def test_curl_lists_what_is_there(tmp_path: Path) -> None:
    path, expected = eml_folder(tmp_path, MESSAGES)
    with Serving(path, *ACCOUNT) as server:
        sizes = curl(login(server)).lines
        ids = curl(login(server), "-X", "UIDL").lines
        top = curl(login(server), "-X", "TOP 2 1").out
    numbers = [str(n) for n in range(1, len(expected) + 1)]
    assert sizes == [f"{n} {len(octets)}" for n, octets in zip(numbers, expected, strict=True)]
    assert [line.split()[0] for line in ids] == numbers
    assert len({line.split()[1] for line in ids}) == len(ids)
    head, _, body = expected[1].partition(b"\r\n\r\n")
    assert top == head + b"\r\n\r\n" + body.splitlines(keepends=True)[0]
