"""Why TLS failed: whoever reads it knows which of the ten reasons it is, and what to do."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from net_tls_support import DAY, HOST, NOW, MemoryServer, context_of

from pop3shell.net.certificate import (
    Certificate,
    covers,
    day,
    describe_certificate,
    problems,
    read_certificate,
)
from pop3shell.net.tls import ClosedInHandshake, NotTls, TlsLayer
from pop3shell.net.tls_trouble import explain_failure, explain_layer


def failed(pki, context, **changes) -> tuple[TlsLayer, str]:
    layer = TlsLayer(pki.settings._replace(**changes), HOST)
    layer.start()
    MemoryServer(context).exchange(layer)
    said = explain_layer(layer, datetime.now(UTC))
    assert said
    assert "\n" not in said
    return layer, said


def test_expired(pki) -> None:
    _, said = failed(pki, pki.expired())
    assert f"it expired on {day(NOW - 3 * DAY)}, 3 days ago" in said
    assert "the server needs a new certificate" in said
    assert "issuer" not in said


def test_not_yet_valid(pki) -> None:
    _, said = failed(pki, pki.not_yet())
    assert f"it is valid only from {day(NOW + 3 * DAY)} on" in said
    assert "clock" in said


def test_wrong_name(pki) -> None:
    _, said = failed(pki, pki.wrong_name())
    assert f"it is not for {HOST} but for mail.example.org, *.example.net" in said
    assert "connect by a name that it has" in said


def test_self_signed(pki) -> None:
    layer, said = failed(pki, pki.self_signed())
    assert "it is self-signed" in said
    assert layer.certificate
    assert f"--pin {read_certificate(layer.certificate).fingerprint}" in said


def test_unknown_issuer(pki) -> None:
    _, said = failed(pki, pki.unknown_ca())
    assert "its issuer is not known here" in said
    assert "trustme" in said.lower()
    assert "--ca" in said
    assert "intermediate" in said


def test_unknown_root(pki) -> None:
    _, said = failed(pki, pki.unknown_root())
    assert "its chain ends in an issuer that is not trusted here" in said


def test_two_faults_are_both_told(pki) -> None:
    leaf = pki.issue(
        "other.example.com", ca=pki.other, not_before=NOW - 9 * DAY, not_after=NOW - DAY
    )
    _, said = failed(pki, context_of(leaf))
    assert "its issuer is not known here" in said
    assert "it expired on" in said
    assert "but for other.example.com" in said


def test_each_says_what_insecure_would_mean(pki) -> None:
    for fault in (pki.expired, pki.wrong_name, pki.self_signed, pki.unknown_ca):
        assert "--insecure would talk to it all the same" in failed(pki, fault())[1]


def test_an_expired_certificate_of_the_chain_is_not_laid_to_the_servers_own(pki) -> None:
    error = ssl.SSLCertVerificationError(1, "certificate has expired")
    error.verify_code, error.verify_message = 10, "certificate has expired"
    fine = Certificate("00", names=(HOST,), begins=NOW - DAY, ends=NOW + DAY)
    assert "a certificate of its chain has expired" in explain_failure(error, fine, HOST, NOW)


@pytest.mark.parametrize(
    ("code", "message", "said"),
    [
        (10, "certificate has expired", "has expired"),
        (9, "certificate is not yet valid", "is not valid yet"),
        (62, "Hostname mismatch", f"it is not for {HOST}"),
        (18, "self-signed certificate", "it is self-signed"),
        (20, "unable to get local issuer certificate", "its issuer is not known here"),
        (85, "Missing Authority Key Identifier", "Missing Authority Key Identifier"),
    ],
)
def test_without_the_certificate_the_reason_is_told_all_the_same(code, message, said) -> None:
    error = ssl.SSLCertVerificationError(1, message)
    error.verify_code, error.verify_message = code, message
    assert said in explain_failure(error, None, HOST, NOW)


def test_an_old_protocol(pki) -> None:
    context = pki.old()
    layer = TlsLayer(pki.settings, HOST)
    layer.start()
    server = MemoryServer(context)
    server.exchange(layer)
    if server.failure is not None and "NO_PROTOCOLS" in str(server.failure.reason):
        pytest.skip("this OpenSSL is built without TLS 1.0")
    said = explain_layer(layer, NOW)
    assert "the server speaks none of the protocols allowed here" in said
    assert "TLS 1.2 is the oldest" in said


@pytest.mark.parametrize(("minor", "name"), [(0, "SSL 3.0"), (1, "TLS 1.0"), (2, "TLS 1.1")])
def test_an_old_protocol_that_the_server_insists_on_is_named(pki, minor, name) -> None:
    hello = b"\x03" + bytes([minor]) + bytes(32) + b"\0" + b"\x00\x2f" + b"\0"
    message = b"\x02" + len(hello).to_bytes(3, "big") + hello
    layer = TlsLayer(pki.settings, HOST)
    layer.start()
    layer.feed(b"\x16\x03" + bytes([minor]) + len(message).to_bytes(2, "big") + message)
    said = explain_layer(layer, NOW)
    assert f"the server only offers {name}; TLS 1.2 is the oldest allowed" in said


def test_a_client_certificate_is_wanted(pki) -> None:
    assert (
        "the server wants a client certificate" in failed(pki, pki.client_certificate_wanted())[1]
    )


def test_a_pin_that_does_not_fit(pki) -> None:
    layer, said = failed(pki, pki.good(), pins=("0" * 64,))
    assert layer.certificate
    assert read_certificate(layer.certificate).fingerprint in said
    assert "somebody is in between" in said


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (
            b"+OK Dovecot ready.\r\n",
            "speaks plain POP3 where TLS should begin (+OK Dovecot ready.)",
        ),
        (b"-ERR not now\r\nmore", "refuses in plain text where TLS should begin: -ERR not now"),
        (b"220 mail ESMTP\r\n", "is not TLS but '220 mail ESMTP'"),
        (b"\x1b]0;pwned\x07\r\n", r"\\x1b]0;pwned\\x07"),
        (b"\xff\xfe", "is not TLS"),
    ],
)
def test_plaintext(octets, said) -> None:
    told = explain_failure(NotTls(octets), None, HOST, NOW)
    assert said in told
    assert told.isprintable()


def test_closed_in_the_handshake() -> None:
    assert "instead of a TLS handshake" in explain_failure(
        ClosedInHandshake(begun=False), None, HOST, NOW
    )
    assert "in the middle of the TLS handshake" in explain_failure(
        ClosedInHandshake(begun=True), None, HOST, NOW
    )


def test_what_is_not_known_is_told_as_openssl_has_it() -> None:
    assert "odd" in explain_failure(ssl.SSLError(1, "odd"), None, HOST, NOW)


def test_without_failure_there_is_nothing_to_explain(pki) -> None:
    assert explain_layer(TlsLayer(pki.settings, HOST), NOW) == ""


# ---- what a certificate says ----


def certificate_of(pki, *names: str, **validity) -> Certificate:
    leaf = pki.issue(*names, **validity)
    return read_certificate(ssl.PEM_cert_to_DER_cert(leaf.cert_chain_pems[0].bytes().decode()))


def test_a_certificate_is_described(pki) -> None:
    found = certificate_of(pki, HOST, "127.0.0.1", not_after=NOW + 90 * DAY)
    lines = describe_certificate(found, HOST, NOW, protocol="TLSv1.3", cipher="AES")
    told = dict(line.split(": ", 1) for line in lines)
    assert told["protocol"] == "TLSv1.3"
    assert told["cipher"] == "AES"
    assert told["names"] == f"{HOST}, 127.0.0.1"
    assert "trustme" in told["issuer"].lower()
    assert told["valid"].endswith(f"to {day(NOW + 90 * DAY)}")
    assert told["SHA-256"] == found.fingerprint
    assert "warning" not in told


def test_what_to_look_at_is_warned_of(pki) -> None:
    found = certificate_of(pki, "other.example.com", not_after=NOW + timedelta(hours=5, minutes=5))
    lines = describe_certificate(found, HOST, NOW)
    assert "warning: it expires in 5 hours" in lines
    assert f"warning: it is not for {HOST} but for other.example.com" in lines


def test_weak_keys_and_hashes_are_warned_of() -> None:
    weak = Certificate("00", names=(HOST,), key="RSA 1024", weak_key=True, hash_name="sha1",
                       self_signed=True)  # fmt: skip
    told = "\n".join(describe_certificate(weak, HOST, NOW))
    assert "weak (RSA 1024)" in told
    assert "SHA1" in told
    assert "self-signed" in told


@pytest.mark.parametrize(
    "der", [b"", b"\x30", b"\x30\x80" * 50, b"x" * 999, b"\x30\x03\x02\x01\x01"]
)
def test_a_certificate_that_cannot_be_read_still_has_its_fingerprint(der) -> None:
    found = read_certificate(der)
    assert len(found.fingerprint) == 64
    assert describe_certificate(found, HOST, NOW)


def test_any_cut_of_a_certificate_can_be_read_or_not(pki) -> None:
    der = ssl.PEM_cert_to_DER_cert(pki.issue().cert_chain_pems[0].bytes().decode())
    for end in range(0, len(der), 7):
        assert read_certificate(der[:end]).fingerprint
        assert read_certificate(der[:end] + b"\xff" + der[end + 1 :]).fingerprint


def test_names_never_carry_terminal_commands(pki) -> None:
    leaf = pki.ca.issue_cert(HOST, common_name="x\x1b]0;pwned\x07", organization_name="\u202eevil")
    found = read_certificate(ssl.PEM_cert_to_DER_cert(leaf.cert_chain_pems[0].bytes().decode()))
    assert found.subject.isprintable()
    assert "pwned" in found.subject


def test_many_names_are_counted() -> None:
    many = Certificate("00", names=tuple(f"h{n}.example.com" for n in range(50)))
    assert "and 45 more" in problems(many, HOST, NOW)[0]
    assert "names no host at all" in problems(Certificate("00"), HOST, NOW)[0]


@pytest.mark.parametrize(
    ("name", "host", "fits"),
    [
        ("pop.example.com", "POP.example.com.", True),
        ("*.example.com", "pop.example.com", True),
        ("*.example.com", "a.pop.example.com", False),
        ("*.example.com", "example.com", False),
        ("*.com", "pop.example.com", False),
        ("pop.example.com", "pop.example.org", False),
        ("::1", "0:0:0:0:0:0:0:1", True),
        ("127.0.0.1", "127.0.0.1", True),
        ("*.0.0.1", "127.0.0.1", False),
    ],
)
def test_which_names_cover_a_host(name, host, fits) -> None:
    assert covers(name, host) is fits
