"""Every way to log in that the mail clients know, against the practice server.

Who sets a client up wants to see each way work once with a server that does it by the book,
plaintext and TLS, before blaming the server at work.
"""

import getpass
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from interop_clients import fetchmail_from
from interop_maildrops import eml_folder
from interop_messages import MESSAGES
from interop_programs import SECONDS, Finished, Serving, home, program, run

pytestmark = pytest.mark.interop

USER, PASSWORD = "mrose", "tanstaaf"
FEW = {name: MESSAGES[name] for name in ("plain", "dots")}
LISTED = [f"{n} {len(octets)}" for n, octets in enumerate(FEW.values(), 1)]
MODES = ("none", "starttls", "implicit")

# As each client calls them; without TLS only what sends no secret in clear. With a token curl
# takes OAUTHBEARER wherever it is offered, whatever it is told, and it knows no SCRAM; fetchmail
# has no AUTH EXTERNAL for POP3.
CURL = ("PLAIN", "LOGIN", "CRAM-MD5", "OAUTHBEARER", "EXTERNAL")
MPOP = (
    "plain", "login", "cram-md5", "scram-sha-1", "scram-sha-256", "oauthbearer", "xoauth2",
    "external",
)  # fmt: skip
FETCHMAIL = ("cram-md5", "password")
IN_CLEAR = ("PLAIN", "LOGIN", "OAUTHBEARER", "XOAUTH2", "EXTERNAL")


@dataclass(frozen=True)
class Place:
    """The practice server, the certificates, and a folder of the test's own."""

    server: Serving
    pki: Path
    folder: Path

    def port(self, mode: str) -> int:
        return self.server.tls_port if mode == "implicit" else self.server.port

    @property
    def ca(self) -> str:
        return str(self.pki / "ca.pem")

    @property
    def own(self) -> str:
        return str(self.pki / "client.pem")


@pytest.fixture(scope="module")
def pki(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pki")
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    server = authority.issue_cert("localhost", common_name="localhost")
    server.private_key_and_cert_chain_pem.write_to_path(str(folder / "server.pem"))
    client = authority.issue_cert(common_name=USER)
    client.private_key_and_cert_chain_pem.write_to_path(str(folder / "client.pem"))
    return folder


@pytest.fixture(scope="module")
def serving(pki: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    path, _ = eml_folder(tmp_path_factory.mktemp("mail"), FEW)
    tls = ("--tls-cert", str(pki / "server.pem"), "--tls-client-ca", str(pki / "ca.pem"))
    with Serving(path, "--account", f"{USER}:{PASSWORD}", *tls, "--tls-port", "0") as server:
        yield server


@pytest.fixture
def place(serving: Serving, pki: Path, tmp_path: Path) -> Place:
    return Place(serving, pki, tmp_path)


def ways(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Each mechanism in each mode that the server takes it in."""
    clear = [name for name in names if name.upper() in (*IN_CLEAR, "PASSWORD")]
    return [(n, mode) for n in names for mode in MODES if mode != "none" or n not in clear]


def by_curl(place: Place, name: str, mode: str, password: str = PASSWORD) -> Finished:
    known = {
        "OAUTHBEARER": ("--user", USER, "--oauth2-bearer", password),
        "EXTERNAL": ("--user", f"{USER}:", "--cert", place.own),
    }.get(name, ("--user", f"{USER}:{password}"))
    scheme = "pop3s" if mode == "implicit" else "pop3"
    return run(
        [
            *(program("curl"), "-sSv", "--max-time", f"{SECONDS:g}", "--cacert", place.ca),
            *known,
            *(("--ssl-reqd",) if mode == "starttls" else ()),
            *("--login-options", f"AUTH={name}", f"{scheme}://localhost:{place.port(mode)}/"),
        ],
        env=home(place.folder),
    )


def by_mpop(place: Place, name: str, mode: str, password: str = PASSWORD) -> Finished:
    folder = place.folder / "mail"
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True)
    tls = ("--tls=on", f"--tls-starttls={'on' if mode == 'starttls' else 'off'}",
           f"--tls-trust-file={place.ca}")  # fmt: skip
    own = (f"--tls-cert-file={place.own}", f"--tls-key-file={place.own}")
    return run(
        [
            *(program("mpop"), "--debug", "--host=localhost", f"--port={place.port(mode)}"),
            *(f"--user={USER}", f"--passwordeval=echo {password}", f"--auth={name}"),
            *(("--tls=off",) if mode == "none" else tls),
            *(own if name == "external" else ()),
            *("--timeout=20", "--keep=on", "--only-new=off", "--pipelining=auto"),
            *(f"--uidls-file={place.folder}/uidls", f"--delivery=maildir,{folder}"),
        ],
        env=home(place.folder),
    )


RULES = """\
set invisible
set no bouncemail
poll localhost service {port} protocol POP3 no dns timeout 20 auth {auth}
user "{user}" password "{password}" is {local} here fetchall keep {tls}
no rewrite no mimedecode pass8bits
mda "cat >> {folder}/fetched"
"""


def by_fetchmail(place: Place, name: str, mode: str, password: str = PASSWORD) -> Finished:
    tls = {
        "none": "sslproto ''",
        "starttls": f'sslproto "tls1.2+" sslcertck sslcertfile "{place.ca}"',
        "implicit": f'ssl sslcertck sslcertfile "{place.ca}"',
    }[mode]
    rules = RULES.format(
        port=place.port(mode), auth=name, user=USER, password=password,
        local=getpass.getuser(), tls=tls, folder=place.folder,
    )  # fmt: skip
    where = {**home(place.folder), "FETCHMAILHOME": str(place.folder)}
    return run(fetchmail_from(place.folder), rules.encode(), where)


@pytest.mark.parametrize(("name", "mode"), ways(CURL))
def test_curl_logs_in(place: Place, name: str, mode: str) -> None:
    done = by_curl(place, name, mode)
    assert done.status == 0
    assert done.lines == LISTED
    assert f"> AUTH {name}".encode() in done.err


@pytest.mark.parametrize(("name", "mode"), ways(MPOP))
def test_mpop_logs_in(place: Place, name: str, mode: str) -> None:
    done = by_mpop(place, name, mode)
    assert done.status == 0
    assert f"--> AUTH {name.upper()}".encode() in done.out
    assert len(list((place.folder / "mail" / "new").iterdir())) == len(FEW)


@pytest.mark.parametrize(("name", "mode"), ways(FETCHMAIL))
def test_fetchmail_logs_in(place: Place, name: str, mode: str) -> None:
    done = by_fetchmail(place, name, mode)
    assert done.status == 0
    assert (place.folder / "fetched").stat().st_size > 0
    said = b"> USER" if name == "password" else f"> AUTH {name.upper()}".encode()
    assert said in done.out


REFUSED = {"curl": 67, "mpop": 77, "fetchmail": 3}
WAYS: list[tuple[str, Callable[..., Finished], str]] = [
    *(("curl", by_curl, name) for name in CURL[:-1]),
    *(("mpop", by_mpop, name) for name in MPOP[:-1]),
    *(("fetchmail", by_fetchmail, name) for name in FETCHMAIL),
]


@pytest.mark.parametrize(("client", "fetch", "name"), WAYS)
def test_a_wrong_password_or_token_gets_nobody_in(
    place: Place, client: str, fetch: Callable[..., Finished], name: str
) -> None:
    assert fetch(place, name, "starttls", "wrong").status == REFUSED[client]


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
@pytest.mark.parametrize("fetch", [by_curl, by_mpop, by_fetchmail])
def test_nobody_gets_in_who_does_not_trust_the_certificate(
    place: Place, tmp_path: Path, fetch: Callable[..., Finished], mode: str
) -> None:
    (tmp_path / "pki").mkdir()
    other = Place(place.server, tmp_path / "pki", tmp_path)
    trustme.CA().cert_pem.write_to_path(other.ca)
    name = {by_curl: "PLAIN", by_mpop: "plain", by_fetchmail: "password"}[fetch]
    done = fetch(other, name, mode)
    assert done.status not in (0, None)
    assert b"AUTH" not in done.out.replace(b"AUTH-RESP", b"")
    assert b"> USER" not in done.out + done.err
