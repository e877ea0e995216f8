"""``pop3shell replay``: a transcript's client side against a live server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pop3shell.cli.hosts import Server, parse_server
from pop3shell.cli.options import (
    TIMEOUT,
    LoginOptions,
    RecordingOptions,
    TlsOptions,
    family,
    named,
    octets,
    recording_options,
    security_options,
)

if TYPE_CHECKING:
    import socket

    from pop3shell.net.replay.model import Target


@click.command()
@click.argument("words", nargs=-1, required=True, metavar="FILE... HOST [PORT]", type=click.Path())
@click.option(
    "--compare",
    type=click.Choice(["status", "shape", "exact"]),
    default="shape",
    show_default=True,
    help="By what replies are compared: +OK or -ERR; also form, response code, counts and "
    "message numbers; every octet.",
)
@click.option(
    "--var",
    "variables",
    multiple=True,
    metavar="NAME=VALUE",
    help="What stands for ${NAME} in the transcript, such as password2=secret.",
)
@click.option(
    "--allow-delete", is_flag=True, help="Let QUIT remove the messages that were marked by DELE."
)
@click.option(
    "--max-reply",
    callback=octets,
    metavar="OCTETS",
    help="End the session where a reply is so much longer than what was recorded, such as 64k or "
    "10M; 2G if not given.",
)
@click.option("--fail-fast", is_flag=True, help="Stop at the first difference.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.option(
    "--junit",
    type=click.Path(dir_okay=False),
    callback=named,
    metavar="FILE",
    help="Write the result to FILE, as JUnit's XML, too.",
)
@TIMEOUT
@click.option("-4", "ipv4", is_flag=True, help="Use IPv4 only.")
@click.option("-6", "ipv6", is_flag=True, help="Use IPv6 only.")
@security_options(
    "Who logs in by AUTH where the transcript doesn't tell; it does if pop3shell recorded it."
)
@recording_options(
    "Record the session with the server to this transcript; for one FILE only.",
    "The same, each FILE's session to a new file in this folder, named after FILE, date and time.",
)
def command(
    words: tuple[str, ...],
    compare: str,
    variables: tuple[str, ...],
    allow_delete: bool,
    max_reply: int | None,
    fail_fast: bool,
    as_json: bool,
    junit: str | None,
    timeout: float,
    ipv4: bool,
    ipv6: bool,
    tls: TlsOptions,
    who: LoginOptions,
    recording: RecordingOptions,
) -> int:
    """Send the client's side of transcripts to a server, and tell where its replies differ.

    FILE is a transcript, or a folder of them (*.pop3 and *.txt). HOST may be a pop:// URL, PORT
    is 110 if not given. No message is removed unless --allow-delete is given. What was recorded
    under TLS isn't sent in plaintext to another machine, unless by --tls none. Exit status: 0 no
    differences, 1 differences, or a recording or report that failed, 2 wrong usage, or a file that
    can't be replayed, 3 connection trouble, 130 interrupted.
    """
    from pop3shell.cli.transcripts import is_folder

    files, server = _divide(words)
    values = dict(_variable(text) for text in variables)
    wanted = family(ipv4, ipv6)
    if recording.record and (len(files) > 1 or is_folder(files[0])):
        raise click.UsageError("--record is for one transcript; for several give --record-dir")
    from pop3shell.cli.recording import records
    from pop3shell.cli.replaying import Order, perform
    from pop3shell.cli.running import run
    from pop3shell.cli.securing import login
    from pop3shell.net.replay.model import MOST_REPLY, Rules
    from pop3shell.transcript.compare import Level

    most = MOST_REPLY if max_reply is None else max_reply
    order = Order(
        files,
        _target(server, timeout, wanted, tls),
        Rules(Level(compare), allow_delete, fail_fast, most),
        values,
        login(server, who),
        as_json=as_json,
        junit=junit,
        records=records(recording, files[0]),
    )
    return run(perform(order))


def _target(
    server: Server, timeout: float, wanted: socket.AddressFamily, tls: TlsOptions
) -> Target:
    """Say where to, and how securely. Raises click.UsageError."""
    from pop3shell.cli.securing import security
    from pop3shell.net.replay.model import Target
    from pop3shell.shell.security import IMPLICIT, NONE, STARTTLS

    how = security(server, tls)
    return Target(
        server.host,
        server.port,
        timeout,
        wanted,
        how.tls,
        implicit=how.mode == IMPLICIT,
        starttls=how.mode == STARTTLS,
        plaintext=tls.tls_mode == NONE,
    )


def _divide(words: tuple[str, ...]) -> tuple[list[Path], Server]:
    """Tell files, host and port apart. Raises click.UsageError."""
    from pop3shell.cli.transcripts import is_there

    if not all(words):  # as a file it would be all that is in the current folder
        raise click.UsageError("a name is empty: FILE... HOST [PORT]")
    *files, host = words
    port = None
    if files and host.isascii() and host.isdigit() and not is_there(host):
        port = host
        host = files.pop()
    if not files:
        raise click.UsageError("a transcript and a server are needed: FILE... HOST [PORT]")
    if is_there(host):
        raise click.UsageError(f"{host} is a file; name the server behind the transcripts")
    return [Path(file) for file in files], parse_server(host, port)


def _variable(text: str) -> tuple[str, bytes]:
    """Read ``NAME=VALUE``. What was given isn't repeated: it may be a password."""
    from pop3shell.net.replay.secrets import is_name

    name, equals, value = text.partition("=")
    name = name.removeprefix("${").removesuffix("}")
    if not equals or not is_name(name):
        raise click.UsageError(
            "--var wants NAME=VALUE, where NAME is password, password2, ..., apop or sasl"
        )
    if not value or any(character in value for character in "\r\n\0"):
        raise click.UsageError(f"the value of {name} is empty, or holds a line end or a NUL")
    return name, value.encode("utf-8", "surrogateescape")
