"""Options that several commands share, and what is made of them."""

from __future__ import annotations

import functools
import math
import socket
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from pop3shell.protocol.record import Record

F = TypeVar("F", bound=Callable[..., Any])


class SessionOptions(Record):
    """How a session is held: by whom it is typed, and how it looks."""

    timeout: float
    validate: str | None
    color: str
    vi: bool
    plain: bool
    lines: tuple[str, ...]


class RecordingOptions(Record):
    """What is recorded, and where."""

    record: str | None
    record_dir: str | None
    max_body: int | None


class TlsOptions(Record):
    """When TLS begins, and whom it trusts."""

    tls_mode: str | None
    tls_min: str
    ca: str | None
    pins: tuple[str, ...]
    client_cert: str | None
    client_key: str | None
    insecure: bool


class LoginOptions(Record):
    """Who logs in, and where the password comes from."""

    user: str
    password_command: str


class ListeningOptions(Record):
    """Where a server listens, and with which certificate."""

    host: str
    port: int
    tls_port: int | None
    tls_cert: str | None
    tls_key: str | None


def _gathered(name: str, record: Any, options: Sequence[Callable[[F], F]]) -> Callable[[F], F]:
    """Return what adds options to a command, which gets their values as one ``record``."""

    def add(function: F) -> F:
        @functools.wraps(function)
        def command(**given: Any) -> Any:
            values = {field: given.pop(field) for field in record._fields}
            return function(**given, **{name: record(**values)})

        for option in reversed(options):
            command = option(command)
        return command  # type: ignore[return-value]

    return add


_LINES = click.option(
    "-c",
    "lines",
    metavar="LINE",
    multiple=True,
    help="Run this line instead of standard input; may be given several times.",
)
_VALIDATE = click.option(
    "--validate",
    type=click.Choice(["off", "warn", "strict"]),
    default=None,
    help="Whether to advise on a line before it is sent (warn), or to hold back a faulty one "
    "(strict). At a terminal strict is the default, in a script warn.",
)
_PLAIN = click.option(
    "--plain", is_flag=True, help="No toolbar, no redrawing: for screen readers and logs."
)
_VI = click.option("--vi", is_flag=True, help="Edit lines with vi's keys, not Emacs's.")
COLOUR = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Whether to use colour; NO_COLOR in the environment is heeded too.",
)


class _Seconds(click.FloatRange):
    """A number of seconds, 0 or more; what is no number compares with nothing."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        seconds = float(super().convert(value, param, ctx))
        if math.isnan(seconds):
            self.fail(f"{value} is no number of seconds", param, ctx)
        return seconds


TIMEOUT = click.option(
    "--timeout",
    type=_Seconds(min=0),
    default=120.0,
    show_default=True,
    metavar="SECONDS",
    help="How long the server may be silent while a reply is due; 0: for ever.",
)


def octets(_ctx: click.Context, _param: click.Parameter, value: str | None) -> int | None:
    """Read a number of octets, such as 10000, 64k or 1M. Raises click.BadParameter."""
    if value is None:
        return None
    from pop3shell.transcript.elision import as_octets

    try:
        return as_octets(value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


def named(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """Refuse an empty name: a script's unset variable must not mean that nothing is written."""
    if value == "":
        raise click.BadParameter("the name is empty; give one, or leave the option out")
    return value


def recording_options(file: str, folder: str) -> Callable[[F], F]:
    """Return what adds the options on recording; the arguments are the help on the first two."""
    options = (
        click.option("--record", type=click.Path(), callback=named, metavar="FILE", help=file),
        click.option("--record-dir", type=click.Path(), callback=named, metavar="DIR", help=folder),
        click.option(
            "--max-body",
            callback=octets,
            metavar="OCTETS",
            help="Record no more than this of a message or listing, such as 10000, 64k or 1M; "
            "of the rest its size and digest.",
        ),
    )
    return _gathered("recording", RecordingOptions, options)


_record = recording_options(
    "Record the session to this transcript, secrets as placeholders.",
    "The same, to a new file in this folder, named after host, date and time.",
)
_TLS_VERSIONS = ("1.0", "1.1", "1.2", "1.3")
_FILE = click.Path(exists=True, dir_okay=False)
_SECURITY = (
    click.option(
        "--tls",
        "tls_mode",
        type=click.Choice(["none", "starttls", "implicit"]),
        help="When TLS begins: never by itself, by STLS before anything else, or with the first "
        "octet. On port 995 and with pops:// it is implicit, otherwise none.",
    ),
    click.option(
        "--tls-min",
        type=click.Choice(_TLS_VERSIONS),
        default="1.2",
        show_default=True,
        help="The oldest TLS allowed.",
    ),
    click.option("--ca", type=_FILE, help="PEM file of issuers to trust."),
    click.option(
        "--pin",
        "pins",
        multiple=True,
        metavar="SHA256",
        help="Fingerprint of the server's certificate; nothing else about it matters then.",
    ),
    click.option("--client-cert", type=_FILE, help="PEM file to show to the server."),
    click.option("--client-key", type=_FILE, help="PEM file of its key."),
    click.option(
        "--insecure", is_flag=True, help="Take any certificate: anybody may then be listening."
    ),
)
_PASSWORD = click.option(
    "--password-command",
    default="",
    metavar="CMD",
    help="A command that prints the password, or the OAuth token. Without it the password is "
    "that of POP3SHELL_PASSWORD, or is asked for.",
)


def security_options(user: str) -> Callable[[F], F]:
    """Return what adds the options on TLS and on who logs in; ``user`` is the help on --user."""
    name = click.option("--user", default="", metavar="NAME", help=user)
    by_login = _gathered("who", LoginOptions, (name, _PASSWORD))
    by_tls = _gathered("tls", TlsOptions, _SECURITY)
    return lambda function: by_tls(by_login(function))


def session_options(function: F) -> F:
    """Add the options of every command that holds a session."""
    options = (_LINES, _PLAIN, _VI, COLOUR, _VALIDATE, TIMEOUT)
    return _gathered("session", SessionOptions, options)(_record(function))


#: The options on recording of what serves session after session.
server_recording_options = recording_options(
    "Record the first session to this transcript, secrets as placeholders, and further ones "
    "beside it: a.pop3, a-2.pop3, a-3.pop3, ...",
    "The same, each session to a new file in this folder, named after the client's address, date "
    "and time.",
)


_PORT = click.IntRange(0, 65535)
_LISTENING = (
    click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on."),
    click.option(
        "--port",
        type=_PORT,
        default=0,
        show_default=True,
        help="Port to listen on; 0 takes any free one.",
    ),
    click.option(
        "--tls-port",
        type=_PORT,
        help="Listen with TLS from the first octet too; 0 takes any free port. Without --tls-cert "
        "the certificate is made for this run.",
    ),
    click.option("--tls-cert", type=_FILE, help="PEM file of the certificate for STLS and TLS."),
    click.option("--tls-key", type=_FILE, help="PEM file of its key, if that is another one."),
)


def listening_options(function: F) -> F:
    """Add the options of every command that listens: where, and with which certificate."""
    return _gathered("listening", ListeningOptions, _LISTENING)(function)


def family(ipv4: bool, ipv6: bool) -> socket.AddressFamily:
    """Turn ``-4`` and ``-6`` into an address family. Raises click.UsageError for both."""
    if ipv4 and ipv6:
        raise click.UsageError("-4 and -6 exclude each other; give one of them, or none")
    if ipv4:
        return socket.AF_INET
    return socket.AF_INET6 if ipv6 else socket.AF_UNSPEC
