"""Real mail clients, each told to change as little of a message as it can.

What each does to a message although it is told not to:

- poplib takes the line ends away and gives up on lines over 2048 octets; nothing else.
- curl writes the octets as they came.
- mpop writes LF for CRLF; a Received field, a From_ line and its quoting come only with other
  settings (here: no Received field; a Maildir, which needs no quoting).
- fetchmail passes the octets to its delivery program as they came, but breaks lines longer than
  its buffer; rewriting of addresses, the Received field, the removal of CR and the decoding of
  MIME are switched off.
"""

import getpass
import poplib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from interop_messages import LONG_LINES, MESSAGES, OCTETS, on_the_wire
from interop_programs import SECONDS, Finished, program, run


@dataclass(frozen=True)
class Login:
    """Where to fetch from, as whom and how."""

    host: str
    port: int
    user: str
    password: str
    apop: bool = False


@dataclass(frozen=True)
class Fetched:
    """What a client brought home, in the form of the wire, and what it told of the dialogue."""

    messages: list[bytes]
    talk: bytes = b""


class RefusedError(Exception):
    """The server did not take the name and the password."""


# What each program's exit status is then.
REFUSED = {"curl": 67, "mpop": 77, "fetchmail": 3}


def _ended(name: str, done: Finished, *others: int) -> None:
    """Check that a client ended well."""
    if done.status == REFUSED[name]:
        raise RefusedError(done.err.decode())
    assert done.status in (0, *others), f"{name} ended with status {done.status}"


def by_poplib(login: Login, folder: Path, *, delete: bool = False) -> Fetched:
    """Fetch by the standard library's client."""
    peer = poplib.POP3(login.host, login.port, timeout=SECONDS)
    talk = b"APOP" if login.apop else b"USER"
    try:
        if login.apop:
            peer.apop(login.user, login.password)
        else:
            peer.user(login.user)
            peer.pass_(login.password)
    except poplib.error_proto as error:
        peer.close()
        raise RefusedError(str(error)) from error
    count, _ = peer.stat()
    bodies = [b"".join(x + b"\r\n" for x in peer.retr(n)[1]) for n in range(1, count + 1)]
    for number in range(1, count + 1 if delete else 1):
        peer.dele(number)
    peer.quit()
    return Fetched(bodies, talk)


def curl(login: Login, *options: str, path: str = "") -> Finished:
    """Run curl on the server; `path` is a message's number or nothing for a listing."""
    how = ["--login-options", "AUTH=+APOP"] if login.apop else []
    who = ["--user", f"{login.user}:{login.password}"]
    url = f"pop3://{login.host}:{login.port}/{path}"
    return run([program("curl"), "-sSv", "--max-time", f"{SECONDS:g}", *who, *how, *options, url])


def by_curl(login: Login, folder: Path, *, delete: bool = False) -> Fetched:
    """Fetch by curl, a message at a time; one connection for all."""
    listing = curl(login)
    _ended("curl", listing)
    if not (count := len(listing.out.split()) // 2):  # it prints an empty line for an empty listing
        return Fetched([])
    done = curl(login, "--output", f"{folder}/#1", path=f"[001-{count:03}]")
    _ended("curl", done)
    if delete:
        assert all(curl(login, "-I", "-X", f"DELE {count - n}").status == 0 for n in range(count))
    return Fetched([file.read_bytes() for file in sorted(folder.iterdir())], done.err)


def mpop(login: Login, folder: Path, *options: str, auth: str = "user") -> Finished:
    """Run mpop, pipelining if the server announces it; it delivers to the Maildir `folder`."""
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(exist_ok=True)
    return run(
        [
            *(program("mpop"), "--debug", f"--host={login.host}", f"--port={login.port}"),
            *(f"--user={login.user}", f"--passwordeval=echo {login.password}", "--tls=off"),
            *("--auth=" + ("apop" if login.apop else auth), "--timeout=20"),
            *("--pipelining=auto", "--received-header=off"),
            *(f"--uidls-file={folder.parent}/uidls", f"--delivery=maildir,{folder}", *options),
        ]
    )


def delivered_by_mpop(folder: Path) -> list[bytes]:
    """What is in the Maildir, in the order of delivery."""
    return [file.read_bytes() for file in sorted((folder / "new").iterdir(), key=_delivery_order)]


def by_mpop(login: Login, folder: Path, *, delete: bool = False, new: bool = False) -> Fetched:
    """Fetch by mpop; `new`: what it hasn't seen yet."""
    keep, which = "off" if delete else "on", "on" if new else "off"
    done = mpop(login, folder, f"--keep={keep}", f"--only-new={which}")
    _ended("mpop", done)
    return Fetched([on_the_wire(octets) for octets in delivered_by_mpop(folder)], done.out)


def _delivery_order(file: Path) -> int:
    """The number that mpop gives a delivery: `TIME.MxxxPxxxQ<number>.HOST`."""
    return int(file.name.split(".")[1].rpartition("Q")[2])


FETCHMAIL = """\
set invisible
set no bouncemail
poll {login.host} service {login.port} protocol {protocol} no dns timeout 20 {auth} {ids}
user "{login.user}" password "{login.password}" is {local} here {which} {keep}
no rewrite no mimedecode pass8bits no stripcr no dropdelivered sslproto ''
mda "cat > {folder}/$(printf %04d $(ls {folder} | wc -l))"
"""
NOTHING_TO_FETCH = 1  # fetchmail's exit status


def fetchmail_from(folder: Path) -> list[str]:
    """The command that reads its rules from stdin and keeps what it must remember in `folder`.

    Its lock stands there too: one fetchmail a user is all that it would allow otherwise.
    """
    own = ["--idfile", f"{folder}/fetchids", "--pidfile", f"{folder}/fetchmail.pid"]
    return [program("fetchmail"), "-f", "-", "-v", "--nosyslog", *own]


def fetchmail(
    login: Login, folder: Path, *, delete: bool = False, new: bool = False, auth: str = "password"
) -> Finished:
    """Run fetchmail; `folder` gets a file for each message."""
    rules = FETCHMAIL.format(
        login=login,
        folder=folder,
        local=getpass.getuser(),
        protocol="APOP" if login.apop else "POP3",
        auth="" if login.apop else f"auth {auth}",
        ids="uidl" if new else "",
        which="no fetchall" if new else "fetchall",
        keep="no keep" if delete else "keep",
    )
    where = {"FETCHMAILHOME": str(folder.parent)}
    return run(fetchmail_from(folder.parent), rules.encode(), where)


def by_fetchmail(login: Login, folder: Path, *, delete: bool = False, new: bool = False) -> Fetched:
    """Fetch by fetchmail; `new`: what it hasn't seen yet."""
    done = fetchmail(login, folder, delete=delete, new=new)
    _ended("fetchmail", done, NOTHING_TO_FETCH)
    return Fetched([file.read_bytes() for file in sorted(folder.iterdir())], done.out)


@dataclass(frozen=True)
class Client:
    """One client: how to fetch with it, and the messages that it keeps octet by octet."""

    fetch: Callable[..., Fetched]
    keeps: dict[str, bytes]


CLIENTS = {
    "poplib": Client(by_poplib, MESSAGES | OCTETS),
    "curl": Client(by_curl, MESSAGES | LONG_LINES | OCTETS),
    "mpop": Client(by_mpop, MESSAGES | LONG_LINES | OCTETS),
    "fetchmail": Client(by_fetchmail, MESSAGES | OCTETS),
}
