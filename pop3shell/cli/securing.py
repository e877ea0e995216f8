"""From the options on TLS and login to what the shell takes."""

from __future__ import annotations

import ssl

import click

from pop3shell.cli.hosts import Server
from pop3shell.cli.options import LoginOptions, TlsOptions
from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.tls_settings import TlsSettings
from pop3shell.shell.credentials import Login
from pop3shell.shell.security import IMPLICIT, NONE, Security

_VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}


def security(server: Server, options: TlsOptions) -> Security:
    """Return how the connection is secured. Raises click.UsageError."""
    mode = options.tls_mode or (IMPLICIT if server.tls else NONE)
    settings = TlsSettings(
        ca=options.ca or "",
        pins=options.pins,
        certificate=options.client_cert or "",
        key=options.client_key or "",
        insecure=options.insecure,
        minimum=_VERSIONS[options.tls_min],
    )
    if settings.key and not settings.certificate:
        raise click.UsageError("--client-key needs --client-cert, the certificate of that key")
    try:
        settings.fingerprints()
    except ConnectionTrouble as error:
        raise click.UsageError(str(error)) from None
    return Security(mode, settings)


def login(server: Server, options: LoginOptions) -> Login:
    """Return who logs in; a URL may name the user too."""
    return Login(options.user or server.user, options.password_command)
