"""``pop3shell serve``: the practice server for other clients."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import click

from pop3shell.cli.options import (
    ListeningOptions,
    RecordingOptions,
    listening_options,
    server_recording_options,
)

if TYPE_CHECKING:
    import ssl

_FILE = click.Path(exists=True, dir_okay=False)


@click.command()
@click.argument("path", required=False, type=click.Path())
@listening_options
@click.option(
    "--account",
    "accounts",
    multiple=True,
    metavar="NAME:PASSWORD",
    help="An account, with a maildrop of its own; may be given several times. "
    "Without one it is mrose:tanstaaf.",
)
@click.option(
    "--tls-self-made", is_flag=True, help="Offer STLS with a certificate made for this run."
)
@click.option(
    "--tls-client-ca",
    type=_FILE,
    help="PEM file of issuers of clients' certificates; AUTH EXTERNAL logs in whom one names.",
)
@click.option(
    "--cleartext",
    is_flag=True,
    help="Let AUTH take passwords and tokens in clear without TLS, although TLS is offered.",
)
@click.option(
    "--login-delay",
    type=click.IntRange(0, 86400),
    default=0,
    metavar="SECONDS",
    help="Refuse a login that comes sooner after the last one.",
)
@click.option(
    "--no-utf8",
    is_flag=True,
    help="Don't offer UTF8; headers that aren't ASCII are then served to every client.",
)
@server_recording_options
def command(
    path: str | None,
    accounts: tuple[str, ...],
    tls_self_made: bool,
    tls_client_ca: str | None,
    cleartext: bool,
    login_delay: int,
    no_utf8: bool,
    listening: ListeningOptions,
    recording: RecordingOptions,
) -> int:
    """Serve PATH (a Maildir, an mbox, a folder of .eml files) or the sample maildrop by POP3.

    Every octet is served as stored, line ends made CRLF; a message whose header isn't ASCII only
    to a client that sent UTF8 before it logged in (RFC 6856), unless --no-utf8 is given. PATH is
    read again at each login; deletions last as long as the server runs, and the files stay
    untouched.

    An account's password is its OAuth token too; an account called anonymous lets guests in.

    Exit status: 0 ended by a signal, 1 it could not serve, or not all was recorded, 2 wrong usage.
    """
    import asyncio

    from pop3shell.cli import serving
    from pop3shell.cli.recording import records
    from pop3shell.server.listener import PracticeServer
    from pop3shell.shell.exits import Exit

    known = serving.accounts(path, accounts)
    recorded = records(recording)
    with contextlib.ExitStack() as until:
        tls = _tls(listening, tls_self_made, tls_client_ca, until)
        clear = True if cleartext else None
        server = PracticeServer(
            known,
            tls=tls,
            cleartext=clear,
            login_delay=login_delay,
            utf8=not no_utf8,
            records=recorded,
        )
        asyncio.run(serving.serve_until_stopped(server, listening))
    return Exit.NO if recorded and recorded.failed else Exit.DONE


def _tls(
    listening: ListeningOptions,
    self_made: bool,
    client_ca: str | None,
    until: contextlib.ExitStack,
) -> ssl.SSLContext | None:
    """Return the settings of TLS, None where nothing asks for it. Raises click's errors."""
    from pop3shell.cli import serving

    if listening.tls_cert and self_made:
        raise click.UsageError("--tls-cert and --tls-self-made exclude each other; give one")
    wanted = self_made or listening.tls_port is not None
    context = serving.tls_settings(listening, wanted, until)
    if client_ca:
        if context is None:
            raise click.UsageError(
                "--tls-client-ca needs --tls-cert, --tls-self-made or --tls-port"
            )
        serving.trust_clients(context, client_ca)
    return context
