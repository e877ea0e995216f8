"""``pop3shell demo``: the shell on an embedded practice server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pop3shell.cli.options import RecordingOptions, SessionOptions, session_options
from pop3shell.shell.exits import Exit

if TYPE_CHECKING:
    from pop3shell.transcript.place import Place

WELCOME = """\
A practice server with a sample maildrop; nothing here can be broken.
The account is {user}, the password {password}. Try first:
  {login}
  {list}
  {retrieve}
:help lists the commands, QUIT ends the session."""


@click.command()
@session_options
def command(session: SessionOptions, recording: RecordingOptions) -> int:
    """Open the shell on an embedded practice server with a sample maildrop.

    No server, no account and no set-up are needed. The account is mrose, the password tanstaaf.
    """
    from pop3shell.cli.recording import place
    from pop3shell.cli.running import run

    where = place(recording, scripted=bool(session.lines))
    return run(_demo(session, where, recording.max_body))


async def _demo(session: SessionOptions, recording: Place | None, max_body: int | None) -> Exit:
    from pop3shell.cli.running import Request, hold_session
    from pop3shell.cli.serving import sample_server, temporary_folder
    from pop3shell.net.tls_settings import TlsSettings
    from pop3shell.protocol.spec import commands
    from pop3shell.server.certificates import SelfMade
    from pop3shell.server.maildrops.sample import SAMPLE_PASSWORD, SAMPLE_USER
    from pop3shell.shell.security import Security

    welcome = WELCOME.format(
        user=SAMPLE_USER,
        password=SAMPLE_PASSWORD,
        login=f"{commands.USER.verb} {SAMPLE_USER}, then {commands.PASS.verb} {SAMPLE_PASSWORD}",
        list=commands.LIST.verb,
        retrieve=f"{commands.RETR.verb} 1",
    )
    with temporary_folder() as folder:
        certificate = SelfMade(folder)  # made at the first STLS, and trusted by this shell
        security = Security(tls=TlsSettings(ca=str(certificate.ca_file)))
        server = sample_server(certificate.context)
        host, port = await server.start()
        try:
            request = Request(
                host,
                port,
                session,
                banner=welcome,
                security=security,
                recording=recording,
                max_body=max_body,
            )
            return await hold_session(request)
        finally:
            await server.close()
