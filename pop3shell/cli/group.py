"""The group of commands. Imports nothing that ``--version`` and ``--help`` don't need."""

from __future__ import annotations

import importlib
import os

import click
from click_default_group import DefaultGroup

from pop3shell import __version__

#: Commands by name: the module that has it, and what ``--help`` says of it.
COMMANDS = {
    "connect": "Open the shell on a server (HOST alone means this).",
    "demo": "Open the shell on an embedded practice server.",
    "explain": "Explain a command, state, capability, response code or term.",
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
