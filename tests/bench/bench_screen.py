"""Show message 1 of a server on the terminal that standard output is.

python bench_screen.py PORT colour|plain
"""

import asyncio
import sys
from typing import BinaryIO, cast

from bench_harness import HOST, PROJECT

sys.path.insert(0, str(PROJECT))


async def show(port: int, *, colour: bool) -> None:
    """Log in as anybody, and show the reply to one RETR as the interactive shell does."""
    from pop3shell.net.client import Client
    from pop3shell.protocol.secrets import Redactor
    from pop3shell.shell.interactive.screen import TerminalOut
    from pop3shell.view.screen import ScreenPrinter

    out = cast(BinaryIO, TerminalOut(sys.stdout.fileno()))
    client = Client()
    await client.connect(HOST, port)
    await client.greeted()
    for line in (b"USER u\r\n", b"PASS p\r\n"):
        client.send(line)
        await client.settled()
    client.observers.append(ScreenPrinter(out, Redactor(), colour=colour))
    client.send(b"RETR 1\r\n")
    await client.settled()
    out.flush()
    await client.close()


if __name__ == "__main__":
    asyncio.run(show(int(sys.argv[1]), colour=sys.argv[2] == "colour"))
