"""TLS of `serve` and `demo`: the good case needs no set-up, the bad one says what is wrong."""

from __future__ import annotations

import re
import signal
import ssl
import subprocess
import sys
from pathlib import Path

import pytest
import trustme
from support.practice import SECONDS
from support.program import LOGIN, environment, run
from support.serving import listening, port_of


def test_stls_typed_in_the_demo_works_and_its_certificate_can_be_looked_at(here):
    ran = here("demo", lines=("STLS", ":cert", "AUTH PLAIN AG1yb3NlAHRhbnN0YWFm", "STAT", "QUIT"))
    assert (ran.status, ran.err) == (0, "")
    assert "# TLS: TLSv1.3, " in ran.out
    assert "the certificate is verified" in ran.out
    assert "# names: localhost, 127.0.0.1, ::1" in ran.lines
    assert any(line.startswith("S: +OK 17 ") for line in ran.lines)


def test_a_demo_without_tls_does_not_load_what_makes_certificates():
    code = (
        "import sys\nfrom pop3shell.cli.main import main\n"
        "sys.argv = ['pop3shell', 'demo', '-c', 'QUIT']\n"
        "try:\n    main()\n"
        "finally:\n    print(sorted({'trustme', 'cryptography'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), timeout=SECONDS, capture_output=True,
        check=False, text=True,
    )  # fmt: skip
    assert done.stdout.endswith("signing off\n[]\n"), done.stdout + done.stderr


def test_tls_port_alone_makes_a_certificate_and_says_whom_to_trust():
    with listening("serve", "--tls-port", "0") as (server, plain):
        secure = port_of(server.stdout.readline(), "listening with TLS on")
        ca = re.search(r"--ca (\S+)\)", server.stderr.readline())[1]
        for number, mode in ((plain, "starttls"), (secure, "implicit")):
            ran = run(
                "connect", "localhost", number, "--tls", mode, "--ca", ca, lines=(*LOGIN, "STAT")
            )
            assert ran.status == 0, ran
            assert "the certificate is verified" in ran.out
        untrusted = run("connect", "localhost", secure, "--tls", "implicit", lines="STAT\n")
        assert untrusted.status == 3
        assert "C: " not in untrusted.out
        if sys.platform != "win32":
            server.send_signal(signal.SIGTERM)
            _, err = server.communicate(timeout=SECONDS)
            assert (server.returncode, err) == (0, "")
            assert not Path(ca).exists()


def test_self_made_offers_stls_without_a_second_port():
    with listening("serve", "--tls-self-made") as (_, number):
        assert "S: STLS" in run("connect", "127.0.0.1", number, lines="CAPA\n").lines


def test_a_certificate_that_is_given_is_shown(tmp_path):
    authority = trustme.CA()
    leaf = authority.issue_cert("localhost")
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    leaf.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    leaf.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    given = ("--tls-cert", tmp_path / "cert.pem", "--tls-key", tmp_path / "key.pem")
    with listening("serve", *given, "--tls-port", 0) as (server, _):
        secure = port_of(server.stdout.readline(), "listening with TLS on")
        options = ("--tls", "implicit", "--ca", tmp_path / "ca.pem")
        assert run("connect", "localhost", secure, *options, lines="CAPA\n").status == 0


def test_cleartext_and_login_delay_are_announced():
    with listening("serve", "--tls-self-made", "--cleartext", "--login-delay", "77") as (_, number):
        lines = run("connect", "127.0.0.1", number, lines="CAPA\n").lines
        assert "S: LOGIN-DELAY 77" in lines
        assert any(line.startswith("S: SASL ") and " PLAIN " in line for line in lines)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--tls-key", "KEY"), "--tls-key needs --tls-cert"),
        (("--tls-cert", "KEY", "--tls-self-made"), "exclude each other"),
        (("--tls-client-ca", "KEY"), "--tls-client-ca needs --tls-cert"),
        (("--login-delay", "-1"), "--login-delay"),
        (("--tls-port", "65536"), "--tls-port"),
        (("--tls-cert", "NONE"), "does not exist"),
    ],
)
def test_options_that_make_no_sense_are_refused(here, tmp_path, options, told):
    key = tmp_path / "key.pem"
    key.write_bytes(b"")
    ran = here("serve", *(key if option == "KEY" else option for option in options))
    assert (ran.status, ran.out) == (2, "")
    assert told in ran.err


@pytest.mark.parametrize("option", ["--tls-cert", "--tls-client-ca"])
def test_a_file_that_is_no_certificate_is_named(here, tmp_path, option):
    path = tmp_path / "none.pem"
    path.write_bytes(b"no certificate")
    ran = here("serve", "--tls-port", 0, option, path)
    assert (ran.status, ran.out) == (1, "")
    assert f"cannot use {path} for TLS: " in ran.errors[-1]


def test_a_taken_tls_port_is_said(here, practice_server):
    taken = practice_server().port
    ran = here("serve", "--tls-port", taken)
    assert ran.status == 1
    assert f"cannot listen on 127.0.0.1 port {taken}: " in ran.err


def test_what_is_made_is_readable_by_its_owner_alone():
    with listening("serve", "--tls-self-made") as (server, _):
        ca = re.search(r"--ca (\S+)\)", server.stderr.readline())[1]
        assert Path(ca).parent.stat().st_mode & 0o077 == 0
        ssl.create_default_context(cafile=ca)
