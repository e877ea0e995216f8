"""A client that talks over TLS, and all that it was told."""

from __future__ import annotations

import asyncio

from support.practice import SECONDS

from pop3shell.net.client import Client
from pop3shell.net.errors import ConnectionTrouble
from pop3shell.net.tls_settings import TlsSettings
from pop3shell.protocol import events as ev


class Heard:
    """A client, what it was told, and the sentence with which it failed."""

    def __init__(self) -> None:
        self.client = Client(SECONDS)
        self.events: list[object] = []
        self.client.observers.append(self.events.append)
        self.trouble = ""

    @property
    def findings(self) -> list[str]:
        return [e.finding.rule.id for e in self.events if isinstance(e, ev.Noted)]

    def of(self, kind: type) -> list:
        return [e for e in self.events if isinstance(e, kind)]


def session(server, conversation, **options) -> Heard:
    """Connect and hold a conversation, an async function of the client; both bounded."""

    async def hold_it() -> Heard:
        heard = Heard()
        async with asyncio.timeout(SECONDS):
            try:
                await heard.client.connect(server.host, server.port, **options)
                await conversation(heard.client)
            except ConnectionTrouble as trouble:
                heard.trouble = str(trouble)
            finally:
                await heard.client.close()
        return heard

    return asyncio.run(hold_it())


async def greeted(client: Client) -> None:
    await client.greeted()


async def to_the_end(client: Client) -> None:
    await client.greeted()
    assert await client.until_closed(SECONDS)


def upgrade(settings: TlsSettings, *, within: float = SECONDS, then=None):
    """Log on by STLS, as the shell does it."""

    async def conversation(client: Client) -> None:
        await client.greeted()
        client.send(b"STLS\r\n")
        await client.settled()
        await client.start_tls(settings, within=within)
        if then is not None:
            await then(client)

    return conversation
