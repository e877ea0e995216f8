"""``pop3shell connect``: the shell on a live server."""

from __future__ import annotations

import click

from pop3shell.cli.hosts import parse_server
from pop3shell.cli.options import (
    LoginOptions,
    RecordingOptions,
    SessionOptions,
    TlsOptions,
    family,
    security_options,
    session_options,
)


@click.command()
@click.argument("host")
@click.argument("port", required=False)
@click.option("-4", "ipv4", is_flag=True, help="Use IPv4 only.")
@click.option("-6", "ipv6", is_flag=True, help="Use IPv6 only.")
@security_options("Who :login and :auth log in.")
@session_options
def command(
    host: str,
    port: str | None,
    ipv4: bool,
    ipv6: bool,
    tls: TlsOptions,
    who: LoginOptions,
    session: SessionOptions,
    recording: RecordingOptions,
) -> int:
    """Open the shell on a server; HOST may be a pop:// URL, PORT is 110 if not given.

    Where standard input is not a terminal, the lines that it holds are run one after the other
    and the dialogue is printed. Exit status: 0 done, 1 a colon command failed, 2 wrong usage,
    3 connection trouble, 130 interrupted.
    """
    server = parse_server(host, port)
    wanted = family(ipv4, ipv6)
    from pop3shell.cli.recording import place
    from pop3shell.cli.running import Request, hold_session, run
    from pop3shell.cli.securing import login, security

    request = Request(
        server.host,
        server.port,
        session,
        family=wanted,
        security=security(server, tls),
        login=login(server, who),
        recording=place(recording, scripted=bool(session.lines)),
        max_body=recording.max_body,
    )
    return run(hold_session(request))
