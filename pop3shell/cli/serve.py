"""``pop3shell serve``: the practice server for other clients."""

from __future__ import annotations

import click


@click.command()
@click.argument("path", required=False)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    help="Port to listen on; 0 takes any free one.",
)
@click.option(
    "--account",
    "accounts",
    multiple=True,
    metavar="NAME:PASSWORD",
    help="An account, with a maildrop of its own; may be given several times. "
    "Without one it is mrose:tanstaaf.",
)
def command(path: str | None, host: str, port: int, accounts: tuple[str, ...]) -> int:
    """Serve PATH (a Maildir, an mbox, a folder of .eml files) or the sample maildrop by POP3.

    Every octet is served as stored, line ends made CRLF. PATH is read again at each login;
    deletions last as long as the server runs, and the files stay untouched.
    """
    import asyncio

    from pop3shell.cli import serving
    from pop3shell.server.listener import PracticeServer

    server = PracticeServer(serving.accounts(path, accounts))
    asyncio.run(serving.serve_until_stopped(server, host, port))
    return 0
