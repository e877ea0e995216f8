"""All that real clients show of a session, so that two of their sessions can be compared.

What a client tells of the dialogue counts, octet by octet; times and ports, which it tells too, do
not.
"""

import poplib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from interop_clients import Login, curl, delivered_by_mpop, fetchmail, mpop
from interop_programs import SECONDS, Finished

EVERY_COMMAND = (
    *("capa", "stat", "list", "list 2", "list 99", "uidl", "uidl 1", "top 1 0", "top 2 3"),
    *("noop", "dele 2", "dele 2", "stat", "list", "rset"),
)


@dataclass(frozen=True)
class Seen:
    """How a client ended, what it fetched, and what it tells of the dialogue."""

    status: int
    fetched: list[bytes]
    talk: list[str]


Client = Callable[[Login, Path], Seen]


def poplibs(*more: str) -> Client:
    """Every command that it has a method for, all messages, and more."""

    def client(login: Login, folder: Path) -> Seen:
        peer = poplib.POP3(login.host, login.port, timeout=SECONDS)
        told = [repr(peer.getwelcome()), *(_told(peer, *words) for words in _logins(login))]
        if told[-1].startswith("b'+OK"):
            told += [_told(peer, *line.split()) for line in EVERY_COMMAND]
            numbers = [str(number) for number in range(1, peer.stat()[0] + 1)]
            told += [_told(peer, "retr", number) for number in numbers]
            told += [_told(peer, *line.split()) for line in more]
        told.append(_told(peer, "quit"))
        return Seen(0, [], told)

    return client


def _logins(login: Login) -> list[tuple[str, ...]]:
    if login.apop:
        return [("apop", login.user, login.password)]
    return [("user", login.user), ("pass_", login.password)]


def _told(peer: poplib.POP3, name: str, *arguments: str) -> str:
    """What one of its methods returns or raises."""
    try:
        return repr(getattr(peer, name)(*arguments))
    except poplib.error_proto as error:
        return f"error {error}"


def curls(*options: str, path: str = "") -> Client:
    def client(login: Login, folder: Path) -> Seen:
        done = curl(login, "--output", f"{folder}/#1", *options, path=path)
        return Seen(done.status, _files(folder), _talk(done, "> ", "< "))

    return client


def mpops(*options: str, auth: str = "user") -> Client:
    def client(login: Login, folder: Path) -> Seen:
        done = mpop(login, folder, *options, auth=auth)
        return Seen(done.status, delivered_by_mpop(folder), _talk(done, "--> ", "<-- "))

    return client


def fetchmails(*, delete: bool = False, auth: str = "password") -> Client:
    """What it hasn't fetched yet."""

    def client(login: Login, folder: Path) -> Seen:
        done = fetchmail(login, folder, delete=delete, new=True, auth=auth)
        return Seen(done.status, _files(folder), _talk(done, "fetchmail: POP3"))

    return client


def _talk(done: Finished, *marks: str) -> list[str]:
    lines = (done.out + done.err).decode("latin-1").splitlines()
    return [line for line in lines if line.startswith(marks)]


def _files(folder: Path) -> list[bytes]:
    return [file.read_bytes() for file in sorted(folder.iterdir())]
