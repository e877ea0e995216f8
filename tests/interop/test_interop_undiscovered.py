"""Real mail clients can't tell the mock from the server that they were recorded with.

Who has a recording of the session in which a client went wrong can then look for the fault without
that server: what the client does against the mock is what it did against the original.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from interop_clients import CLIENTS, REFUSED, Login
from interop_dovecot import HOST, Account, Dovecot
from interop_messages import MESSAGES
from interop_programs import Mocked
from interop_relay import Relay
from interop_seen import Client, Seen, curls, fetchmails, mpops, poplibs

pytestmark = pytest.mark.interop

WRONG = "no-such-password"
FEW = {name: MESSAGES[name] for name in ("plain", "dots", "eight-bit")}
LATE = b"Subject: late\r\n\r\nlate\r\n"
KEEP = ("--keep=on", "--only-new=on")


@dataclass(frozen=True)
class Way:
    """A way to use a client, and how many of the three messages it leaves on the server."""

    client: Client
    leaves: int = len(FEW)


WAYS: dict[str, Way] = {
    "poplib": Way(poplibs()),
    "poplib deletes": Way(poplibs("dele 1", "dele 3"), leaves=1),
    "curl": Way(curls(path="[1-3]")),
    "curl lists": Way(curls()),
    "curl lists unique-ids": Way(curls("-X", "UIDL")),
    "curl looks at the top": Way(curls("-X", "TOP 2 1")),
    "curl asks for too much": Way(curls(path="99")),
    "curl deletes": Way(curls("-I", "-X", "DELE 2"), leaves=2),
    "curl by PLAIN": Way(curls("--login-options", "AUTH=PLAIN", path="1")),
    "curl by LOGIN": Way(curls("--login-options", "AUTH=LOGIN", path="1")),
    "mpop": Way(mpops(*KEEP)),
    "mpop deletes": Way(mpops("--keep=off"), leaves=0),
    "mpop without pipelining": Way(mpops("--keep=off", "--pipelining=off"), leaves=0),
    "mpop skips": Way(mpops("--keep=off", "--skipsize=200"), leaves=1),
    "mpop reads the headers first": Way(mpops(*KEEP, "--filter=grep ^Subject: >/dev/null")),
    "mpop by PLAIN": Way(mpops(*KEEP, auth="plain")),
    "mpop by CRAM-MD5": Way(mpops(*KEEP, auth="cram-md5")),
    "fetchmail": Way(fetchmails()),
    "fetchmail deletes": Way(fetchmails(delete=True), leaves=0),
    "fetchmail by CRAM-MD5": Way(fetchmails(auth="cram-md5")),
}
ONCE = {"poplib": "poplib", "curl": "curl lists", "mpop": "mpop", "fetchmail": "fetchmail"}
APOP = ("poplib", "curl", "fetchmail")  # mpop doesn't take Dovecot's timestamp for one
NEW_ONLY = ("mpop", "fetchmail")  # these know by the unique-ids what they have fetched before


def login_of(account: Account, *, apop: bool = False, password: str = "") -> Login:
    """The relay or the mock, which has another port each time, is told later."""
    return Login(HOST, 0, account.name, password or account.password, apop)


def original(
    client: Client, server: Dovecot, login: Login, folder: Path, mail: str = "mail"
) -> tuple[Seen, Path]:
    """What the client shows of its session with the server, and the transcript of it."""
    (folder / mail).mkdir(parents=True)
    with Relay(server.port, folder) as relay:
        seen = client(replace(login, port=relay.port), folder / mail)
    (file,) = relay.files
    assert seen.talk
    assert login.password.encode() not in file.read_bytes()
    return seen, file


def assert_taken_in(
    client: Client, login: Login, file: Path, folder: Path, seen: Seen, mail: str = "mail"
) -> None:
    """The client shows the same of its session with the mock, which is asked what was recorded."""
    (folder / mail).mkdir(parents=True)
    with Mocked(file) as mock:
        again = client(replace(login, port=mock.port), folder / mail)
    assert again == seen
    assert (mock.status, mock.err) == (0, b"session 1: as recorded\n")


@pytest.mark.parametrize("way", WAYS)
def test_what_a_client_does_and_shows_is_the_same(
    dovecot: Dovecot, tmp_path: Path, way: str
) -> None:
    client, account = WAYS[way].client, dovecot.account(FEW)
    seen, file = original(client, dovecot, login_of(account), tmp_path / "original")
    assert len(account.files) == WAYS[way].leaves
    assert_taken_in(client, login_of(account), file, tmp_path / "mock", seen)


@pytest.mark.parametrize("name", CLIENTS)
def test_every_octet_of_every_message_is_the_same(
    dovecot: Dovecot, tmp_path: Path, name: str
) -> None:
    messages = CLIENTS[name].keeps
    client = curls(path=f"[1-{len(messages)}]") if name == "curl" else WAYS[name].client
    login = login_of(dovecot.account(messages))
    seen, file = original(client, dovecot, login, tmp_path / "original")
    assert len(seen.fetched) == (0 if name == "poplib" else len(messages))
    assert_taken_in(client, login, file, tmp_path / "mock", seen)


@pytest.mark.parametrize("name", APOP)
def test_apop_logs_in_as_the_timestamp_is_the_recorded_one(
    dovecot: Dovecot, tmp_path: Path, name: str
) -> None:
    login = login_of(dovecot.account(FEW), apop=True)
    seen, file = original(WAYS[name].client, dovecot, login, tmp_path / "original")
    assert b"APOP" in file.read_bytes()
    assert_taken_in(WAYS[name].client, login, file, tmp_path / "mock", seen)


@pytest.mark.parametrize(
    ("name", "apop"), [*((name, False) for name in CLIENTS), *((name, True) for name in APOP)]
)
def test_a_login_that_failed_fails(dovecot: Dovecot, tmp_path: Path, name: str, apop: bool) -> None:
    client = WAYS[ONCE[name]].client
    login = login_of(dovecot.account(FEW), apop=apop, password=WRONG)
    seen, file = original(client, dovecot, login, tmp_path / "original")
    assert seen.status == REFUSED.get(name, 0)
    assert seen.fetched == []
    assert_taken_in(client, login, file, tmp_path / "mock", seen)


@pytest.mark.parametrize("name", NEW_ONLY)
def test_a_client_knows_by_the_unique_ids_what_it_has_fetched(
    dovecot: Dovecot, tmp_path: Path, name: str
) -> None:
    client, account = WAYS[name].client, dovecot.account(FEW)
    login = login_of(account)
    first, file = original(client, dovecot, login, tmp_path / "original", "first")
    dovecot.deliver(account, LATE)
    second, later = original(client, dovecot, login, tmp_path / "original", "second")
    assert (len(first.fetched), len(second.fetched)) == (len(FEW), 1)
    assert_taken_in(client, login, file, tmp_path / "mock", first, "first")
    assert_taken_in(client, login, later, tmp_path / "mock", second, "second")


def test_another_client_than_the_recorded_one_is_told_apart(
    dovecot: Dovecot, tmp_path: Path
) -> None:
    login = login_of(dovecot.account(FEW))
    _, file = original(WAYS["mpop"].client, dovecot, login, tmp_path / "original")
    (tmp_path / "mail").mkdir()
    with Mocked(file) as mock:
        WAYS["curl"].client(replace(login, port=mock.port), tmp_path / "mail")
    assert mock.status == 1
    assert b"not in the recording" in mock.err
