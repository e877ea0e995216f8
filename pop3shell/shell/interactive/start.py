"""Putting the interactive shell together."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import os
import sys
import threading
from collections.abc import Iterator

from pop3shell.protocol.record import Record
from pop3shell.shell.exits import Exit
from pop3shell.shell.interactive.asking import LinePrompt
from pop3shell.shell.interactive.completion import Candidate, Context, candidates
from pop3shell.shell.interactive.history import HistoryFile
from pop3shell.shell.interactive.loop import Interactive
from pop3shell.shell.interactive.screen import TerminalOut
from pop3shell.shell.interactive.toolbar import toolbar
from pop3shell.shell.shell import Shell


class Manner(Record):
    """How the user wants the prompt: plain, with colour, with vi's keys."""

    plain: bool = False
    colour: bool = True
    vi: bool = False


#: Seconds within which a server that is near has greeted.
NEAR = 0.005

#: What belongs to the prompt alone; the rest is the one style table's.
_PROMPT_STYLE = {
    "prompt": "bold",
    "auto-suggestion": "ansibrightblack",
    "bottom-toolbar": "reverse",
    "bottom-toolbar.text": "",
}


def wants_plain(asked: bool) -> bool:
    """Whether nothing may be redrawn: asked for, or the terminal can't."""
    return asked or os.environ.get("TERM", "") in ("", "dumb", "unknown")


@contextlib.contextmanager
def importing_ahead(manner: Manner) -> Iterator[None]:
    """While a server lets us wait, import what the prompt needs: that takes as long as many do.

    In a thread, which is slower by itself; a server that is near has greeted before it begins.
    """
    if manner.plain:
        yield
        return
    prompt = "pop3shell.shell.interactive.prompt"
    thread = threading.Thread(target=importlib.import_module, args=(prompt,), daemon=True)
    timer = asyncio.get_running_loop().call_later(NEAR, thread.start)
    try:
        yield
    finally:
        timer.cancel()


async def run_interactive(shell: Shell, out: TerminalOut, manner: Manner) -> Exit:
    """Hold a session with a person until it is over."""
    interactive = Interactive(shell, out)
    return await interactive.run(_prompt(interactive, out, manner))


def _prompt(interactive: Interactive, out: TerminalOut, manner: Manner) -> LinePrompt:
    if manner.plain:
        from pop3shell.shell.interactive.plain import PlainPrompt

        return PlainPrompt(
            sys.stdin.fileno(), out, interactive.plain_message, interactive.secret_from
        )
    from pop3shell.shell.interactive.prompt import Prompt
    from pop3shell.shell.interactive.surroundings import Surroundings
    from pop3shell.view.style import prompt_rules

    shell = interactive.shell

    def offered(text: str) -> list[Candidate]:
        client = shell.client
        context = Context(
            client.session,
            shell.summaries,
            client.dialogue.challenged,
            client.closed,
            client.host,
            client.address.rpartition(":")[2],
        )
        return candidates(text, context)

    def bar() -> str:
        client = shell.client
        return toolbar(
            client.session,
            closed=client.closed,
            round_trip=interactive.round_trip,
            findings=client.dialogue.findings.total,
            columns=out.columns,
            recording=shell.recording is not None and shell.recording.active,
        )

    def fits(line: str) -> bool:
        """Whether nothing would hold a line back; what was sent before may be out of place now."""
        from pop3shell.protocol.advice import advise  # not needed for the first prompt

        client = shell.client
        if line.startswith((":", "!")) or client.dialogue.challenged:
            return True
        octets = line.encode("utf-8", "surrogateescape")
        return not any(item.stops for item in advise(octets, client.session))

    around = Surroundings(
        offered, interactive.secret_from, interactive.message, bar, interactive.pasted, fits
    )
    style = {**prompt_rules(), **_PROMPT_STYLE}
    return Prompt(around, out, HistoryFile(), style, colour=manner.colour, vi=manner.vi)
