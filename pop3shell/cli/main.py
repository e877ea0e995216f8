"""The group of commands. Imports nothing that ``--version`` and ``--help`` don't need."""

from __future__ import annotations

import gc
import importlib
import os
import sys

import click
from click_default_group import DefaultGroup

from pop3shell import __version__

#: Containers that are made before garbage is looked for: more than all imports make, none of
#: which is garbage. Looking for some among them would take a tenth of the start.
GARBAGE_THRESHOLD = 100_000

#: Commands by name: the module that has it, and what ``--help`` says of it.
COMMANDS = {
    "connect": "Open the shell on a server (HOST alone means this).",
    "demo": "Open the shell on an embedded practice server.",
    "explain": "Explain a command, state, capability or response code.",
    "play": "Show a transcript in the terminal, at its own pace.",
    "mock": "Serve the server's side of a transcript to real clients.",
    "replay": "Replay transcripts against a server; tell where its replies differ.",
    "serve": "Run the practice server for other clients.",
}


class LazyGroup(DefaultGroup):  # type: ignore[misc]
    """A group whose commands are imported when they are called; a host may stand alone."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; any other word is a host, for the default command."""
        if cmd_name in COMMANDS:
            module = importlib.import_module(f".{cmd_name}", __package__)
            command = module.command
            assert isinstance(command, click.Command)
            command.name = cmd_name
            return command
        ctx.arg0 = cmd_name  # type: ignore[attr-defined]  # where DefaultGroup looks for it
        return self.get_command(ctx, self.default_cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def columns() -> int:
    """Width of help texts; click would import shutil, and with it much else, to find out."""
    try:
        width = int(os.environ.get("COLUMNS", "0")) or os.get_terminal_size().columns
    except (OSError, ValueError):
        width = 80
    return max(50, min(width, 80) - 2)


@click.group(
    cls=LazyGroup,
    default="connect",
    default_if_no_args=False,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"], "terminal_width": columns()},
)
@click.version_option(__version__, prog_name="pop3shell", message="%(prog)s %(version)s")
def group() -> None:
    """A debugging shell for POP3: the truth on the wire, checked and explained.

    \b
    pop3shell demo             begin here: no server, no account needed
    pop3shell HOST [PORT]      what telnet HOST 110 was used for
    """  # noqa: D301 - the escape is click's


def main() -> None:
    """Run a command and exit with its status; no traceback reaches the user."""
    gc.set_threshold(GARBAGE_THRESHOLD)
    try:
        status = group.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("pop3shell: interrupted", err=True)
        sys.exit(130)
    except OSError as error:
        if not isinstance(error, BrokenPipeError):  # else whoever read it has seen enough
            click.echo(f"pop3shell: cannot write the output: {error.strerror}", err=True)
        if sys.stdout is not None:  # nothing may be flushed into it at exit
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    sys.exit(int(status or 0))
