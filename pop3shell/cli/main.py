"""The program: where every command begins and ends."""

from __future__ import annotations

import gc
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import click

#: Containers that are made before garbage is looked for: more than all imports make, none of
#: which is garbage. Looking for some among them would take a tenth of the start.
GARBAGE_THRESHOLD = 100_000


def _show(error: click.ClickException) -> None:
    """Show what is wrong; names of files and lines of transcripts may be in it."""
    import click

    from pop3shell.protocol.visible import visible_text

    shown = "\n".join(map(visible_text, error.message.split("\n")))
    if isinstance(error, click.UsageError):
        error.message = shown  # type: ignore[misc]  # final, but shown as it is
        error.show()
    else:
        click.echo(f"pop3shell: {shown}", err=True)


def main() -> None:
    """Run a command and exit with its status; no traceback reaches the user."""
    gc.set_threshold(GARBAGE_THRESHOLD)
    import click

    from pop3shell.cli.group import group

    try:
        status = group.main(standalone_mode=False)
    except click.ClickException as error:
        _show(error)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        from pop3shell.shell.exits import Exit  # not for --version and --help

        click.echo("pop3shell: interrupted", err=True)
        sys.exit(Exit.INTERRUPTED)
    except OSError as error:
        from pop3shell.cli.failing import failed

        sys.exit(failed(error))
    sys.exit(int(status or 0))
