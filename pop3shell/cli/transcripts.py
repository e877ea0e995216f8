"""What is said where a transcript can't be used; the same for every command that reads one."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import click

from pop3shell.shell.exits import Exit

if TYPE_CHECKING:
    from pathlib import Path


def unusable(file: Path | str, error: Exception) -> str:
    """Say why a file can't be used: what reading it, or making something of it, raised."""
    from pop3shell.transcript.errors import TranscriptError

    if isinstance(error, TranscriptError):
        return f"{file}: {error}"
    return f"cannot read {file}: {getattr(error, 'strerror', None) or 'that is no file name'}"


def is_folder(path: Path) -> bool:
    """Whether a name is that of a folder; one that can't be any file's isn't."""
    with suppress(OSError, ValueError):
        return path.is_dir()
    return False


def is_there(name: str) -> bool:
    """Whether something has this name; a word too long for one has not."""
    from pathlib import Path

    with suppress(OSError, ValueError):
        return Path(name).exists()
    return False


def tell(sentence: str) -> Exit:
    """Say it on standard error; return the exit status."""
    from pop3shell.protocol.visible import visible_text

    click.echo(f"pop3shell: {visible_text(sentence)}", err=True)
    return Exit.USAGE
