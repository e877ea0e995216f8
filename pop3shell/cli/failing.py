"""What the system refused, where no command has told it: the output, or something else."""

from __future__ import annotations

import errno
import os
import sys

import click

from pop3shell.protocol.visible import visible_text
from pop3shell.shell.exits import Exit

#: What writing to something that is open fails with; opening, making or finding something doesn't.
_WRITING = {
    getattr(errno, name, None)  # not every system has each
    for name in ("EAGAIN", "EBADF", "EDQUOT", "EFBIG", "EIO", "ENOSPC", "EPIPE")
}


def failed(error: OSError) -> Exit:
    """Say what failed, and return the exit status."""
    if error.filename is None and error.errno is not None and error.errno in _WRITING:
        _output_failed(error)
    else:
        where = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
        why = visible_text(f"{where}{error.strerror or error}")
        click.echo(f"pop3shell: the system refused what was needed: {why}", err=True)
    return Exit.NO


def _output_failed(error: OSError) -> None:
    if not isinstance(error, BrokenPipeError):  # else whoever read it has seen enough
        click.echo(f"pop3shell: cannot write the output: {error.strerror}", err=True)
    if sys.stdout is not None:  # nothing may be flushed into it at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
