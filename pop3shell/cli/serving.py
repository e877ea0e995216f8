"""Running what listens until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import socket
import ssl
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import click

from pop3shell.cli.options import ListeningOptions
from pop3shell.protocol.spec import commands, lengths
from pop3shell.protocol.spec.commands import Command
from pop3shell.protocol.visible import visible_text
from pop3shell.server import certificates, login
from pop3shell.server.connection import TlsSource
from pop3shell.server.listener import PracticeServer
from pop3shell.server.maildrops.maildrop import Maildrop, Source, SourceError
from pop3shell.server.maildrops.sample import SAMPLE_PASSWORD, SAMPLE_USER, SampleSource
from pop3shell.server.maildrops.sources import open_source
from pop3shell.server.sockets import Listener

Accounts = dict[str, tuple[str, Maildrop]]

#: Seconds in which the same trouble is told once.
TELL_EVERY = 60.0


def sample_server(tls: TlsSource | None = None) -> PracticeServer:
    """The practice server with the sample account on the sample maildrop."""
    return PracticeServer({SAMPLE_USER: (SAMPLE_PASSWORD, Maildrop(SampleSource()))}, tls=tls)


def accounts(path: str | None, given: tuple[str, ...]) -> Accounts:
    """Make the accounts of ``serve``: each has the maildrop at ``path``, or the sample one.

    Raises click.UsageError for a bad account, click.ClickException for a bad path.
    """
    pairs = [_account(text) for text in given] or [(SAMPLE_USER, SAMPLE_PASSWORD)]
    if len(dict(pairs)) < len(pairs):
        raise click.UsageError("an account is given twice; each name can have one password")
    source = _source(path)
    return {name: (password, Maildrop(source)) for name, password in pairs}


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
    _check_sendable("name", name, commands.USER)
    _check_sendable("password", password, commands.PASS)
    return name, password


def _check_sendable(what: str, text: str, command: Command) -> None:
    """Raise click.UsageError for what the command cannot carry, so that nobody could log in."""
    room = lengths.COMMAND_LINE - len(f"{command.verb} \r\n")
    octets = len(text.encode(errors="surrogateescape"))
    if any(control in text for control in "\0\r\n"):
        raise click.UsageError(f"an account's {what} holds no NUL, CR or LF, they end a command")
    if octets > room:
        raise click.UsageError(
            f"an account's {what} has {room} octets at most, this one {octets}: "
            f"more doesn't fit into a line with {command.verb}"
        )
    if not login.prepared(text):
        raise click.UsageError(
            f"an account's {what} is refused by SASLprep (RFC 4013); use other characters"
        )


def tls_settings(
    options: ListeningOptions, wanted: bool, until: contextlib.ExitStack
) -> ssl.SSLContext | None:
    """Return the settings of TLS: with the certificate given, else, if ``wanted``, one made now.

    Raises click's errors.
    """
    if options.tls_key and not options.tls_cert:
        raise click.UsageError("--tls-key needs --tls-cert, the certificate of that key")
    if options.tls_cert:
        return given_certificate(options.tls_cert, options.tls_key)
    return self_made_certificate(options.host, until) if wanted else None


def given_certificate(certificate: str, key: str | None) -> ssl.SSLContext:
    """Load the certificate of ``--tls-cert``. Raises click.ClickException."""
    try:
        return certificates.given(certificate, key or "")
    except certificates.CertificateError as error:
        raise click.ClickException(str(error)) from None


@contextlib.contextmanager
def temporary_folder() -> Iterator[Path]:
    """Make a folder that is removed again. Raises click.ClickException if there can't be one."""
    try:
        folder = tempfile.TemporaryDirectory(prefix="pop3shell-")
    except OSError as error:
        raise click.ClickException(
            f"cannot make a temporary folder: {error.strerror}; TMPDIR names where"
        ) from None
    with folder as name:
        yield Path(name)


def self_made_certificate(host: str, until: contextlib.ExitStack) -> ssl.SSLContext:
    """Make a certificate for this machine's own names and ``host``, and say whom to trust.

    The issuer is in a file that is gone when ``until`` ends.
    """
    folder = until.enter_context(temporary_folder())
    names = dict.fromkeys((*certificates.LOCAL_NAMES, host))
    made = certificates.SelfMade(folder, tuple(names))
    try:
        context = made.context()
    except (OSError, ValueError, UnicodeError) as error:
        raise click.ClickException(f"cannot make a certificate for {host}: {error}") from None
    click.echo(
        f"the certificate was made for this run; clients trust it by its issuer, {made.ca_file} "
        f"(pop3shell connect --ca {made.ca_file})",
        err=True,
    )
    return context


def trust_clients(context: ssl.SSLContext, authority: str) -> None:
    """Verify clients' certificates by ``--tls-client-ca``. Raises click.ClickException."""
    try:
        certificates.trust_clients(context, authority)
    except certificates.CertificateError as error:
        raise click.ClickException(str(error)) from None


async def serve_until_stopped(server: Listener, options: ListeningOptions) -> None:
    """Listen, say where, and end cleanly at SIGINT or SIGTERM; with TLS too if a port is given.

    Raises click.ClickException if an address can't be had.
    """
    if not options.host:  # it would mean every address of this machine
        raise click.UsageError("--host is empty; leave it out to listen on 127.0.0.1 only")
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_Trouble())
    for name in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C interrupts instead
            loop.add_signal_handler(name, stop.set)
    try:
        await _listen("listening on", server.start, options.host, options.port)
        if options.tls_port is not None:
            start = server.start_tls_port
            await _listen("listening with TLS on", start, options.host, options.tls_port)
        await stop.wait()
    finally:
        await server.close()


class _Trouble:
    """Tells what no session can be told of, in a sentence, and the same only now and then.

    Out of file descriptors, the loop reports a hundred times a second.
    """

    def __init__(self) -> None:
        self._told: dict[str, float] = {}

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, OSError) and "accept" in context["message"]:
            text = f"no further client can be taken for now: {error.strerror}"
        else:
            why = f"{context['message']}: {error!r}" if error else context["message"]
            text = f"a fault in pop3shell, please report it; the server goes on ({why})"
        now = loop.time()
        self._told = {told: at for told, at in self._told.items() if now - at < TELL_EVERY}
        if text not in self._told:
            self._told[text] = now
            with contextlib.suppress(OSError):
                click.echo(f"pop3shell: {visible_text(text)}", err=True)


async def _listen(
    what: str, start: Callable[[str, int], Awaitable[tuple[str, int]]], host: str, port: int
) -> None:
    try:
        address, bound = await start(host, port)
    except (OSError, UnicodeError) as error:
        raise click.ClickException(
            f"cannot listen on {host} port {port}: {_why(error)}; {_instead(error)}"
        ) from None
    shown = f"[{address}]" if ":" in address else address
    click.echo(f"{what} {shown}:{bound}")


def _instead(error: OSError | UnicodeError) -> str:
    if isinstance(error, OSError) and error.errno in (errno.EADDRINUSE, errno.EACCES):
        return "--port 0 takes any free port"
    return "--host takes a name or an address of this machine"


def _why(error: OSError | UnicodeError) -> str:
    if isinstance(error, UnicodeError):
        return "that is no host name"
    if error.errno and error.errno in errno.errorcode and not isinstance(error, socket.gaierror):
        return os.strerror(error.errno)  # asyncio's own text repeats the address
    return error.strerror or str(error)
