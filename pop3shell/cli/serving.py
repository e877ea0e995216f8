"""Running what listens until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import signal

import click

from pop3shell.server.listener import PracticeServer
from pop3shell.server.maildrop import Maildrop, Source, SourceError
from pop3shell.server.sample import SAMPLE_PASSWORD, SAMPLE_USER, SampleSource
from pop3shell.server.sources import open_source

Accounts = dict[str, tuple[str, Maildrop]]


def sample_server() -> PracticeServer:
    """The practice server with the sample account on the sample maildrop."""
    return PracticeServer({SAMPLE_USER: (SAMPLE_PASSWORD, Maildrop(SampleSource()))})


def accounts(path: str | None, given: tuple[str, ...]) -> Accounts:
    """Make the accounts of ``serve``: each has the maildrop at ``path``, or the sample one.

    Raises click.UsageError for a bad account, click.ClickException for a bad path.
    """
    pairs = [_account(text) for text in given] or [(SAMPLE_USER, SAMPLE_PASSWORD)]
    if len(dict(pairs)) < len(pairs):
        raise click.UsageError("an account is given twice; each name can have one password")
    return {name: (password, Maildrop(_source(path))) for name, password in pairs}


def _source(path: str | None) -> Source:
    if path is None:
        return SampleSource()
    try:
        return open_source(path)
    except SourceError as error:
        raise click.ClickException(str(error)) from None


def _account(text: str) -> tuple[str, str]:
    name, colon, password = text.partition(":")
    if not colon or not name or not password:
        raise click.UsageError("an account is NAME:PASSWORD, neither of them empty")
    if any(blank in name for blank in " \t\r\n"):
        raise click.UsageError("an account's name holds no blanks")
    return name, password


async def serve_until_stopped(server: PracticeServer, host: str, port: int) -> None:
    """Listen, say where, and end cleanly at SIGINT or SIGTERM.

    Raises click.ClickException if the address can't be had.
    """
    if not host:  # it would mean every address of this machine
        raise click.UsageError("--host is empty; leave it out to listen on 127.0.0.1 only")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C interrupts instead
            loop.add_signal_handler(name, stop.set)
    try:
        address, bound = await server.start(host, port)
    except (OSError, UnicodeError) as error:
        why = (isinstance(error, OSError) and error.strerror) or "that is no host name"
        raise click.ClickException(
            f"cannot listen on {host} port {port}: {why}; --port 0 takes any free port"
        ) from None
    shown = f"[{address}]" if ":" in address else address
    click.echo(f"listening on {shown}:{bound}")
    try:
        await stop.wait()
    finally:
        await server.close()
