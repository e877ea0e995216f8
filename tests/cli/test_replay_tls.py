"""`replay` and TLS: what was recorded under it isn't said in plaintext by mistake."""

from __future__ import annotations

import json
import ssl

import pytest
import trustme
from support.scripted import ScriptedServer, close, dialogue

HEAD = "%POP3-TRANSCRIPT 1\n*: connected 192.0.2.1:995\n"
HELD = "*: TLS established TLSv1.3 TLS_AES_256_GCM_SHA384\n"
LOGIN = "C: USER mrose\nS: +OK\nC: PASS ${password}\nS: +OK\nC: QUIT\nS: +OK\n"
IMPLICIT = HEAD + HELD + "S: +OK\n" + LOGIN
BY_STLS = HEAD + "S: +OK\nC: STLS\nS: +OK\n" + HELD + LOGIN
SERVER = ("S: +OK", "C: USER mrose", "S: +OK", "C: PASS tanstaaf", "S: +OK", "C: QUIT", "S: +OK")
ELSEWHERE = ("192.0.2.1", "110")  # nobody is there (RFC 5737)
SENT = "note: TLS held when this was recorded, and here it is sent in plaintext"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.pop3"
    path.write_text(IMPLICIT)
    return path


@pytest.fixture(autouse=True)
def password(monkeypatch):
    monkeypatch.setenv("POP3SHELL_PASSWORD", "tanstaaf")


@pytest.mark.parametrize("where", [ELSEWHERE, ("pop://mrose@mail.example.com",), ("127.1",)])
def test_nothing_is_sent_in_plaintext_to_another_machine(here, file, where):
    ran = here("replay", file, *where)
    assert (ran.status, ran.out) == (2, "")
    (told,) = ran.errors
    assert told.startswith(f"pop3shell: {file}: line 3: TLS held when this was recorded, so ")
    assert "--tls implicit" in told
    assert "--tls starttls" in told
    assert "--tls none" in told


def test_nor_is_it_where_the_transcript_had_its_stls_cut_out(here, file):
    file.write_text(BY_STLS.replace("C: STLS\nS: +OK\n", ""))
    assert here("replay", file, *ELSEWHERE).status == 2


def test_nor_is_it_where_stls_was_refused_before_tls_held(here, file):
    file.write_text(BY_STLS.replace("C: STLS\nS: +OK\n", "C: STLS\nS: -ERR\n"))
    assert here("replay", file, *ELSEWHERE).status == 2


def test_the_report_says_so(here, file):
    ran = here("replay", file, *ELSEWHERE, "--json")
    (one,) = json.loads(ran.out)["files"]
    assert one["trouble"].startswith(f"{file}: line 3: TLS held")


def test_no_password_is_asked_for_in_vain(here, file, monkeypatch):
    monkeypatch.delenv("POP3SHELL_PASSWORD")
    assert "TLS held" in here("replay", file, *ELSEWHERE).err


@pytest.mark.parametrize("options", [(), ("--tls", "none")])
def test_on_this_machine_it_is_sent_and_said(here, file, options):
    with ScriptedServer(*dialogue(*SERVER)) as server:
        ran = here("replay", file, server.host, server.port, *options)
    assert (ran.status, ran.err) == (0, "")
    assert ran.lines[0] == f"{file}:3: {SENT}"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "pop.localhost", "::1", "127.8.9.1"])
def test_this_machine_has_several_names(host):
    assert not refused(host)


@pytest.mark.parametrize("host", ["localhost.example.com", "notlocalhost", "::2", "128.0.0.1"])
def test_others_are_others(host):
    assert refused(host)


@pytest.mark.parametrize("how", [{"plaintext": True}, {"implicit": True}, {"starttls": True}])
def test_who_says_how_is_obeyed(how):
    assert not refused("mail.example.com", **how)


def refused(host: str, **how: bool) -> bool:
    from pop3shell.net.replay.model import Target
    from pop3shell.net.replay.plaintext import check_plaintext
    from pop3shell.net.replay.script import Reply, Script
    from pop3shell.transcript.errors import TranscriptError

    try:
        check_plaintext(Script(Reply(0, None), [], secured=3), Target(host, 110, **how))
    except TranscriptError:
        return True
    return False


def test_a_recorded_stls_begins_tls_itself_and_is_not_refused(here, file):
    file.write_text(BY_STLS)
    with ScriptedServer(*dialogue("S: +OK", "C: STLS", "S: -ERR", close)) as server:
        ran = here("replay", file, server.host, server.port)
    assert ran.status == 1
    assert server.received == b"STLS\r\n"
    assert SENT not in ran.out


def refusing(server, client) -> None:
    """A step: a handshake that the client breaks off."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    with pytest.raises(ssl.SSLError):
        context.wrap_socket(client, server_side=True)


@pytest.mark.parametrize("text", [IMPLICIT, BY_STLS])
def test_a_refused_certificate_is_no_comparison_without_differences(here, file, text):
    file.write_text(text)
    asks = ("C: CAPA", "S: +OK", "S: STLS", "S: .") if text == IMPLICIT else ()
    steps = ("S: +OK", *asks, "C: STLS", "S: +OK", refusing)
    with ScriptedServer(*dialogue(*steps)) as server:
        ran = here("replay", file, file, server.host, server.port, "--tls", "starttls")
    assert ran.status == 3
    assert ran.lines == [f"{file}: not replayed"]
    assert len(ran.errors) == 1
    assert "issuer" in ran.err


def test_nor_is_a_server_that_does_not_greet(here, file):
    with ScriptedServer(b"HTTP/1.1 400\r\n", close) as server:
        ran = here("replay", file, server.host, server.port)
    assert ran.status == 3
    assert ran.lines == [f"{file}:3: {SENT}"]
