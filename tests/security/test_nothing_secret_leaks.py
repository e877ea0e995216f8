"""Everything that the program ever writes, searched for the secret in every form it can take.

One leak in a screen, a file, a finding or an error text, and an admin's evidence can't be shared.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from support.program import Ran, run

USER, PASSWORD, WRONG = "mrose", "Xq7-fnord.Plugh", "Zw3-wrong.Xyzzy"
WAYS = (
    "USER", "APOP", "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256",
    "OAUTHBEARER", "XOAUTH2",
)  # fmt: skip
#: Lines that hold the password where no machine put it.
CARELESS = (
    (f"USER {USER}", "PASS {secret}"),
    (f"user {USER}", "pass {secret}"),
    (f"USER {USER}", " PASS  {secret}"),
    (f"USER {USER}", "!PASS {secret}"),
    (f"USER {USER}", "{secret}"),
    (f"USER {USER}", "PAS {secret}"),
    (f":pipeline USER {USER}; PASS {{secret}}", "NOOP"),
    (f"USER {USER}", ":send PASS {secret}\\r\\n"),
    (f"USER {USER} {{secret}}", "NOOP"),
    ("PASS {secret}", "PASS {secret} {secret}"),
    ("!STATPASS {secret}", "NOOP"),
    ("!RETR 1PASS {secret}", "NOOP"),
    (":PASS {secret}", ":PASS{secret}"),
    (f"HELO {USER} {{secret}}", "NOOP"),
    ("AUTH PLAIN {plain}", "NOOP"),
    ("AUTH PLAIN", "{plain}"),
    ("AUTH LOGIN", "{secret}", "{secret}"),
    ("AUTH PLAIN", ":b64 \\0mrose\\0{secret}"),
    (":login mrose {secret}", "NOOP"),
)  # fmt: skip


def forms(secret: str) -> Iterator[tuple[str, bytes]]:
    """The secret as it is, and encoded in each way that gives it back."""
    octets = secret.encode()
    yield "as it is", octets
    yield "in hexadecimal", octets.hex().encode()
    for before in (b"", b"x", b"xx"):  # base64 differs with what stands in front
        encoded = base64.b64encode(before + octets)
        yield "in base64", encoded[4:-4]


def digests(secret: str, said: bytes) -> Iterator[tuple[str, bytes]]:
    """What the secret was turned into for the challenges that the server sent."""
    stamps = re.findall(rb"<[^<>\s]+@[^<>\s]+>", said)
    for challenge in re.findall(rb"^S: \+ (\S+)", said, re.MULTILINE):
        stamps.append(base64.b64decode(challenge))
    for stamp in stamps:
        apop = hashlib.md5(stamp + secret.encode()).hexdigest()
        yield "as an APOP digest", apop.encode()
        cram = hmac.new(secret.encode(), stamp, hashlib.md5).hexdigest()
        yield "as a CRAM-MD5 digest", cram.encode()
        yield "as CRAM-MD5's response", base64.b64encode(f"{USER} {cram}".encode())


def assert_nothing_leaked(ran: Ran, home: Path, secret: str) -> None:
    written = {"standard output": ran.out.encode(), "standard error": ran.err.encode()}
    for file in home.rglob("*"):
        if file.is_file():
            written[file.name] = file.read_bytes()
    assert "session.pop3" in written
    for where, octets in written.items():
        for how, form in (*forms(secret), *digests(secret, written["standard output"])):
            assert form not in octets, f"the secret stands {how} in {where}:\n{octets!r}"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secured(practice_server, authority, tmp_path_factory):
    """A practice server with TLS; returns it and the file of its issuer."""
    import ssl

    from support.maildrops import maildrop_of

    folder = tmp_path_factory.mktemp("tls")
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    accounts = {USER: (PASSWORD, maildrop_of(b"Subject: x\r\n\r\nhello\r\n"))}
    return practice_server(accounts, tls=lambda: context), folder / "ca.pem"


def session(secured, home: Path, *lines: str, secret: str, tls: str) -> Ran:
    server, ca = secured
    return run(
        "connect", "localhost", server.port, "-4", "--tls", tls, "--ca", ca,
        "--record", home / "session.pop3", *(word for line in lines for word in ("-c", line)),
        env={"POP3SHELL_PASSWORD": secret, "HOME": str(home), "XDG_STATE_HOME": str(home)},
    )  # fmt: skip


@pytest.mark.parametrize("tls", ["none", "starttls"])
@pytest.mark.parametrize("secret", [PASSWORD, WRONG])
@pytest.mark.parametrize("way", WAYS)
def test_a_login_by_machine(secured, tmp_path, way, secret, tls):
    lines = (":set cleartext on", f":login {USER} {way}", ":explain", ":state", "STAT")
    ran = session(secured, tmp_path, *lines, secret=secret, tls=tls)
    if secret == PASSWORD and tls == "starttls":
        assert "S: +OK 1 " in ran.out
    assert_nothing_leaked(ran, tmp_path, secret)


@pytest.mark.parametrize("lines", CARELESS, ids=lambda lines: lines[-1] if lines else "")
def test_a_secret_typed_by_hand(secured, tmp_path, lines):
    plain = base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode()
    typed = [line.format(secret=PASSWORD, plain=plain) for line in lines]
    ran = session(
        secured, tmp_path, *typed, ":explain", "NOOP", secret="not-this-one", tls="starttls"
    )
    assert_nothing_leaked(ran, tmp_path, PASSWORD)
