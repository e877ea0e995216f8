"""What can stand for a server: as telnet users write it, and POP URLs."""

from __future__ import annotations

import click
import pytest

from pop3shell.cli.hosts import parse_server

GOOD = {
    ("mail.example.com", None): ("mail.example.com", 110, ""),
    ("mail.example.com", "1100"): ("mail.example.com", 1100, ""),
    ("::1", None): ("::1", 110, ""),
    ("[::1]", "110"): ("::1", 110, ""),
    ("pop://mail.example.com", None): ("mail.example.com", 110, ""),
    ("pop://mail.example.com/", None): ("mail.example.com", 110, ""),
    ("pop://mrose@mail.example.com:1100", None): ("mail.example.com", 1100, "mrose"),
    ("pop://mrose;AUTH=+APOP@mail.example.com", None): ("mail.example.com", 110, "mrose"),
    ("pop://m%40example.com@[::1]:1100", None): ("::1", 1100, "m@example.com"),
    ("pop://[fe80::1%25lo]", None): ("fe80::1%lo", 110, ""),
    ("POP://mail.example.com", None): ("mail.example.com", 110, ""),
}


@pytest.mark.parametrize(("host", "port"), GOOD)
def test_a_server_is_understood(host, port):
    server = parse_server(host, port)
    assert (server.host, server.port, server.user) == GOOD[host, port]


@pytest.mark.parametrize(
    "url",
    [
        "pop://mrose:tanstaaf@mail.example.com",
        "pop://mrose:tanstaaf@mail.example.com:port",
        "pop://mrose:tan/staaf@mail.example.com",
        "pop://mrose:tanstaaf@[::1",
        "http://mrose:tanstaaf@mail.example.com",
        "pop://",
        "pop://:110",
        "pop://mail.example.com:0",
        "pop://mail.example.com:99999",
        "pop://mail.example.com:x",
        "imap://mail.example.com",
        "://",
    ],
)
def test_what_is_no_pop_url_is_refused_without_repeating_a_password(url):
    with pytest.raises(click.UsageError) as refusal:
        parse_server(url, None)
    assert "staaf" not in refusal.value.message
    assert "URL" in refusal.value.message


@pytest.mark.parametrize("port", [None, "110"])
def test_a_port_behind_a_colon_is_no_part_of_the_name(port):
    with pytest.raises(click.UsageError, match=r"a word of its own: mail\.example\.com 110$"):
        parse_server("mail.example.com:110", port)


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("192.0.2.1:110", "the port is a word of its own: 192.0.2.1 110"),
        ("[::1]:110", "the port is a word of its own: ::1 110"),
        ("[::1", r"\[::1 lacks its closing bracket"),
    ],
)
def test_what_is_wrong_with_a_host_is_said(host, said):
    with pytest.raises(click.UsageError, match=said):
        parse_server(host, None)


def test_a_url_holds_its_port_itself():
    with pytest.raises(click.UsageError, match="write pop://HOST:PORT"):
        parse_server("pop://mail.example.com", "110")


@pytest.mark.parametrize("form", ["{host} {port}", "connect {host} {port}", "pop://{host}:{port}"])
def test_a_host_alone_means_connect(here, practice_server, form):
    server = practice_server()
    ran = here(*form.format(host=server.host, port=server.port).split(), "-c", "NOOP")
    assert (ran.status, ran.sent) == (0, ["NOOP", "QUIT"])


def test_options_may_stand_before_the_host(here, practice_server):
    server = practice_server()
    ran = here("-4", "-c", "NOOP", server.host, server.port)
    assert (ran.status, ran.sent) == (0, ["NOOP", "QUIT"])


def test_the_family_of_addresses_can_be_demanded(here, practice_server):
    server = practice_server()
    assert here("connect", "-4", server.host, server.port).status == 0
    refused = here("connect", "-6", server.host, server.port)
    assert refused.status == 3
    assert f"{server.host} is an IPv4 address, but IPv6 only was asked for" in refused.err


@pytest.mark.parametrize(
    ("host", "port", "reached"),
    [
        ("mail.example.com", "995", 995),
        ("pops://mail.example.com", None, 995),
        ("POPS://mrose@mail.example.com", None, 995),
        ("pops://mail.example.com:1995", None, 1995),
        ("pop://mail.example.com:995", None, 995),
    ],
)
def test_the_port_and_the_scheme_of_tls_ask_for_it_from_the_first_octet(host, port, reached):
    server = parse_server(host, port)
    assert (server.host, server.port, server.tls) == ("mail.example.com", reached, True)


@pytest.mark.parametrize("host", ["mail.example.com", "pop://mail.example.com"])
def test_nothing_else_does(host):
    assert not parse_server(host, None).tls
