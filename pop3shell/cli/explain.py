"""``pop3shell explain``: the tables in words."""

from __future__ import annotations

import click


@click.command()
@click.argument("topic", required=False)
def command(topic: str | None) -> int:
    """Explain TOPIC: a command, state, capability or response code; without it, list them all."""
    from pop3shell.protocol.visible import visible_text
    from pop3shell.shell.exits import Exit
    from pop3shell.view.explain import UnknownTopic, explain, overview

    try:
        click.echo(explain(topic) if topic else overview())
    except UnknownTopic as error:
        click.echo(f"pop3shell: {visible_text(str(error))}", err=True)
        return Exit.NO
    return Exit.DONE
