"""``pop3shell explain``: the tables in words."""

from __future__ import annotations

import click


def _topics(_: click.Context, __: click.Parameter, begun: str) -> list[str]:
    from pop3shell.view.explain import topics

    return [topic for topic in topics() if topic.startswith(begun.upper())]


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("topic", nargs=-1, shell_complete=_topics)
def command(topic: tuple[str, ...]) -> int:
    """Explain TOPIC: a command, state, capability, response code or term of POP3.

    It may be some words (leave mail on server) or a server's reply. Without it, all are listed.
    """
    from pop3shell.protocol.visible import visible_text
    from pop3shell.shell.exits import Exit
    from pop3shell.view.explain import UnknownTopic, explain, overview

    try:
        click.echo(explain(" ".join(topic)) if topic else overview())
    except UnknownTopic as error:
        click.echo(f"pop3shell: {visible_text(str(error))}", err=True)
        return Exit.NO
    return Exit.DONE
