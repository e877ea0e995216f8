"""``:record``: the session into a transcript."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from pop3shell.protocol import secrets
from pop3shell.protocol.spec.arguments import PASSWORD
from pop3shell.shell.colon.table import Argument, ColonCommand, Kind
from pop3shell.shell.shell import ColonError, Shell

if TYPE_CHECKING:
    from pop3shell.net.recording import ClientRecording


async def _record(shell: Shell, arguments: str) -> None:
    what, _, rest = arguments.partition(" ")
    if what == "off" and not rest:
        recording = _current(shell)
        recording.stop()
        if not recording.failed:
            shell.say(f"recorded to {recording.path}")
    elif what == "note":
        if not rest.strip():
            raise ColonError("say what the note is, for instance :record note now it hangs")
        _current(shell).note(_without_secret(rest.strip()))
    elif arguments:
        await _begin(shell, arguments)
    elif shell.recording is not None and shell.recording.active:
        shell.say(f"recording to {shell.recording.path}; :record off ends it")
    else:
        shell.say("nothing is being recorded; :record FILE begins")


def _without_secret(text: str) -> str:
    from pop3shell.transcript.notes import masked

    text = masked(text)
    found = re.search(secrets.IN_TEXT, text)
    return f"{text[: found.end()]}${{{PASSWORD.secret}}}" if found else text


def _current(shell: Shell) -> ClientRecording:
    if shell.recording is None or not shell.recording.active:
        raise ColonError("nothing is being recorded; :record FILE begins")
    return shell.recording


async def _begin(shell: Shell, name: str) -> None:
    from pop3shell.shell.recording import start
    from pop3shell.transcript.errors import RecordingFailed
    from pop3shell.transcript.place import Place

    if shell.recording is not None and shell.recording.active:
        raise ColonError(f"recording to {shell.recording.path} already; :record off ends it")
    path = _path(name)
    await _make_room(shell, path)
    try:
        started = start(shell, Place(path, max_body=shell.settings.max_body))
    except RecordingFailed as error:
        raise ColonError(str(error)) from None
    shell.say(f"recording to {started.path}; :record off ends it")


def _path(name: str) -> Path:
    try:
        return Path(name.strip('"')).expanduser()
    except (RuntimeError, ValueError):  # an unknown user behind ~
        raise ColonError(f"cannot record to {name}: that is no file name") from None


async def _make_room(shell: Shell, path: Path) -> None:
    """A file that exists is only overwritten if the user says so."""
    if not _exists(path):
        return
    if not await shell.confirm(f"{path} exists; overwrite it? [y/N] "):
        raise ColonError(f"{path} exists and is not overwritten; nothing is recorded")
    _remove(path)


def _exists(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # creating it says why it can't be
        return False


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise ColonError(f"cannot overwrite {path}: {error.strerror}") from None


COMMANDS = (
    ColonCommand(
        "record",
        "FILE|off|note TEXT",
        "record the session to a transcript, or put a note into it",
        _record,
        takes=(
            Argument(Kind.PATH, (("off", "end the recording"), ("note", "put a note into it"))),
            Argument(Kind.FREE),
        ),
    ),
)
