"""What a user would lose: an end that is said at once, and all that was typed before it."""

from __future__ import annotations

import asyncio

from support.practice import SECONDS
from support.scripted import GREETING, ScriptedServer, stall

from pop3shell.net.client import Client
from pop3shell.protocol.events import Ending, Side

#: More than the system takes at once.
SENT = b"NOOP " + b"x" * 4_000_000 + b"\r\n"


class StandingLoop(asyncio.SelectorEventLoop):
    """A loop on which no time passes, so that nothing can be owed to a timer."""

    def time(self) -> float:
        return 0.0


def test_the_server_has_all_that_was_sent_and_its_end_without_any_wait():
    async def session() -> Client:
        client = Client(SECONDS)
        await client.connect(server.host, server.port)
        await client.greeted()
        client.send(SENT)
        await client.close()
        return client

    with (
        ScriptedServer(GREETING, stall) as server,
        asyncio.Runner(loop_factory=StandingLoop) as runner,
    ):
        client = runner.run(session())
    assert server.received == SENT
    assert (client.ending, client.closed_by) == (Ending.ORDERLY, Side.CLIENT)
