"""TLS without a network: what comes out is what was sent, and nothing unless it is safe."""

from __future__ import annotations

import hashlib
import ssl

import pytest
from cryptography.hazmat.primitives import serialization
from net_tls_support import HOST, MemoryServer, context_of

from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.tls import ClosedInHandshake, NotTls, PinMismatch, TlsLayer
from pop3shell.net.tls_settings import TlsSettings, make_context

FAULTS = ["expired", "not_yet", "wrong_name", "unknown_ca", "unknown_root", "self_signed"]


def start(pki, context, **changes) -> tuple[TlsLayer, MemoryServer]:
    layer = TlsLayer(pki.settings._replace(**changes), HOST)
    layer.start()
    return layer, MemoryServer(context)


def pin_of(layer: TlsLayer) -> str:
    assert layer.certificate is not None
    return hashlib.sha256(layer.certificate).hexdigest()


@pytest.mark.parametrize("size", [1, 7, 1000, 1 << 20])
def test_octets_pass_both_ways_however_they_are_cut(pki, size) -> None:
    layer, server = start(pki, pki.good())
    server.exchange(layer, size)
    assert layer.established
    layer.send(b"CAPA\r\n")
    sent = bytes(range(256)) * 3000
    server.exchange(layer)
    server.tls.write(sent)
    assert server.exchange(layer, size) == sent
    assert server.plaintext == b"CAPA\r\n"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_what_was_agreed_upon_is_told(pki, version) -> None:
    context = pki.good()
    context.maximum_version = context.minimum_version = version
    layer, server = start(pki, context)
    assert (layer.protocol, layer.cipher, layer.certificate) == ("", "", None)
    server.exchange(layer)
    assert layer.protocol == version.name.replace("_", ".")
    assert layer.cipher
    assert layer.certificate


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_bad_certificate_is_refused_and_still_shown(pki, fault, version) -> None:
    context = getattr(pki, fault)()
    context.maximum_version = version
    layer, server = start(pki, context)
    server.exchange(layer)
    assert not layer.established
    assert isinstance(layer.failure, ssl.SSLCertVerificationError)
    assert layer.certificate, "the certificate is lost"
    with pytest.raises(ConnectionTrouble):
        layer.send(b"PASS secret\r\n")
    assert server.failure is not None, "the server was not told"
    assert server.plaintext == b""


@pytest.mark.parametrize("fault", FAULTS)
def test_insecure_takes_any_certificate(pki, fault) -> None:
    layer, server = start(pki, getattr(pki, fault)(), insecure=True)
    server.exchange(layer)
    assert layer.established


@pytest.mark.parametrize("fault", ["good", *FAULTS])
@pytest.mark.parametrize("form", [str, str.upper, lambda pin: "sha256:" + pin])
def test_a_pinned_certificate_is_taken_whoever_issued_it(pki, fault, form) -> None:
    context = getattr(pki, fault)()
    looked, server = start(pki, context, insecure=True)
    server.exchange(looked)
    layer, server = start(pki, context, pins=("0" * 64, form(pin_of(looked))))
    server.exchange(layer)
    assert layer.established


@pytest.mark.parametrize("insecure", [False, True])
def test_a_certificate_that_is_not_pinned_is_refused_though_all_else_is_fine(pki, insecure) -> None:
    layer, server = start(pki, pki.good(), pins=("0" * 64,), insecure=insecure)
    assert server.exchange(layer) == b""
    assert not layer.established
    assert isinstance(layer.failure, PinMismatch)
    assert layer.failure.fingerprint == pin_of(layer)
    with pytest.raises(ConnectionTrouble):
        layer.send(b"PASS secret\r\n")


@pytest.mark.parametrize(
    "octets",
    [b"+OK ready\r\n", b"-ERR no\r\n", b"\x16X", b"X", b"\0", b"HTTP/1.1 400 Bad\r\n"],
)
@pytest.mark.parametrize("size", [1, 100])
def test_plaintext_is_told_from_tls(pki, octets, size) -> None:
    layer = TlsLayer(pki.settings, HOST)
    layer.start()
    for start_ in range(0, len(octets), size):
        assert layer.feed(octets[start_ : start_ + size]) == b""
    assert isinstance(layer.failure, NotTls)
    assert octets.startswith(layer.failure.octets)


def test_a_close_in_the_handshake_is_no_success(pki) -> None:
    layer = TlsLayer(pki.settings, HOST)
    layer.start()
    layer.eof()
    assert isinstance(layer.failure, ClosedInHandshake)
    assert not layer.failure.begun


def test_the_closing_alert_is_seen_and_ends_the_stream(pki) -> None:
    layer, server = start(pki, pki.good())
    server.exchange(layer)
    server.tls.write(b"+OK bye\r\n")
    with pytest.raises(ssl.SSLWantReadError):
        server.tls.unwrap()
    assert layer.feed(server.outgoing.read()) == b"+OK bye\r\n"
    assert layer.close_notified
    assert layer.feed(b"+OK forged\r\n") == b""


def test_the_end_without_alert_is_no_close(pki) -> None:
    layer, server = start(pki, pki.good())
    server.exchange(layer)
    layer.eof()
    assert not layer.close_notified
    assert layer.failure is None


def test_closing_tells_the_server(pki) -> None:
    layer, server = start(pki, pki.good())
    server.exchange(layer)
    layer.close()
    server.incoming.write(layer.take())
    assert server.tls.read(10) == b""


def test_octets_forged_into_the_stream_are_not_handed_on(pki) -> None:
    layer, server = start(pki, pki.good())
    server.exchange(layer)
    server.tls.write(b"+OK good\r\n")
    octets = server.outgoing.read()
    assert layer.feed(octets + b"\x17\x03\x03\x00\x20" + b"x" * 32) == b"+OK good\r\n"
    assert isinstance(layer.failure, ssl.SSLError)


def test_an_old_protocol_is_refused_unless_asked_for(pki) -> None:
    layer, server = start(pki, pki.old())
    server.exchange(layer)
    if server.failure is not None and "NO_PROTOCOLS" in str(server.failure.reason):
        pytest.skip("this OpenSSL is built without TLS 1.0")
    assert not layer.established
    asked, server = start(pki, pki.old(), minimum=ssl.TLSVersion.TLSv1)
    server.exchange(asked)
    assert asked.established
    assert asked.protocol == "TLSv1"


def test_a_client_certificate_is_shown_where_it_is_wanted(pki, tmp_path) -> None:
    own = pki.issue("mrose@example.com")
    certificate, key = tmp_path / "own.pem", tmp_path / "own.key"
    own.cert_chain_pems[0].write_to_path(str(certificate))
    own.private_key_pem.write_to_path(str(key))
    context = pki.client_certificate_wanted()
    layer, server = start(pki, context, certificate=str(certificate), key=str(key))
    server.exchange(layer)
    assert server.failure is None
    assert server.tls.getpeercert(binary_form=True)


def test_without_a_client_certificate_where_one_is_wanted_it_fails(pki) -> None:
    layer, server = start(pki, pki.client_certificate_wanted())
    server.exchange(layer)
    assert "CERTIFICATE_REQUIRED" in str(layer.failure)


@pytest.mark.parametrize(
    "host", ["a" * 64 + ".example.com", "", ".example.com", "nul\0.example.com"]
)
def test_a_host_that_cannot_be_checked_is_refused(pki, host) -> None:
    with pytest.raises(ConnectionTrouble, match="no host name"):
        TlsLayer(pki.settings, host)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::1%lo", HOST + ".", "POP.example.COM"])
def test_addresses_and_names_are_checked_as_they_are_written(pki, host) -> None:
    context = context_of(pki.issue(HOST, "127.0.0.1", "::1"))
    layer = TlsLayer(TlsSettings(ca=pki.ca_file), host)
    layer.start()
    MemoryServer(context).exchange(layer)
    assert layer.established


# ---- settings ----


@pytest.mark.parametrize("pin", ["", "abc", "g" * 64, "0" * 63, "0" * 65, "0" * 40, "é" * 64])
def test_a_pin_that_is_none_is_refused_before_anything_is_sent(pki, pin) -> None:
    with pytest.raises(ConnectionTrouble, match="64 hexadecimal digits"):
        TlsLayer(pki.settings._replace(pins=(pin,)), HOST)


def test_colons_in_a_pin_are_allowed() -> None:
    assert TlsSettings(pins=(":".join(["AB"] * 32),)).fingerprints() == {"ab" * 32}


def test_files_that_cannot_be_used_are_named(pki, tmp_path) -> None:
    missing, rubbish = tmp_path / "missing.pem", tmp_path / "rubbish.pem"
    rubbish.write_text("rubbish")
    for settings in (
        TlsSettings(ca=str(missing)),
        TlsSettings(ca=str(rubbish)),
        TlsSettings(certificate=str(missing)),
        TlsSettings(certificate=str(rubbish)),
        TlsSettings(certificate=pki.ca_file, key=str(rubbish)),
    ):
        with pytest.raises(ConnectionTrouble, match=r"missing\.pem|rubbish\.pem") as trouble:
            make_context(settings)
        assert "\n" not in str(trouble.value)


def test_a_key_that_does_not_fit_is_refused(pki, tmp_path) -> None:
    one, two = pki.issue(), pki.issue()
    certificate, key = tmp_path / "one.pem", tmp_path / "two.key"
    one.cert_chain_pems[0].write_to_path(str(certificate))
    two.private_key_pem.write_to_path(str(key))
    with pytest.raises(ConnectionTrouble, match="do not fit"):
        make_context(TlsSettings(certificate=str(certificate), key=str(key)))


def test_the_keys_are_logged_where_the_environment_says(pki, tmp_path, monkeypatch) -> None:
    log = tmp_path / "keys"
    monkeypatch.setenv("SSLKEYLOGFILE", str(log))
    layer, server = start(pki, pki.good())
    server.exchange(layer)
    assert "SECRET" in log.read_text()


def test_a_key_log_that_cannot_be_written_is_said(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "no" / "such"))
    with pytest.raises(ConnectionTrouble, match="SSLKEYLOGFILE"):
        make_context(TlsSettings())


def test_the_safe_way_is_the_default() -> None:
    context = make_context(TlsSettings())
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2


def test_a_key_with_a_passphrase_is_refused_instead_of_asked_for(pki, tmp_path) -> None:
    certificate, key = tmp_path / "one.pem", tmp_path / "one.key"
    (one := pki.issue()).cert_chain_pems[0].write_to_path(str(certificate))
    private = serialization.load_pem_private_key(one.private_key_pem.bytes(), None)
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )
    with pytest.raises(ConnectionTrouble, match=r"one\.key.*: the key has a passphrase"):
        make_context(TlsSettings(certificate=str(certificate), key=str(key)))
