"""Recording the shell's session, and telling its user of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pop3shell.net.recording import ClientRecording

if TYPE_CHECKING:
    from pop3shell.shell.shell import Shell
    from pop3shell.transcript.place import Place


def start(shell: Shell, place: Place, host: str = "", server: str = "") -> ClientRecording:
    """Begin to record the session of ``shell``; it and the screen have the same placeholders.

    ``server`` (host:port) is one that is still to be connected to. Raises RecordingFailed.
    """

    def tell(sentence: str) -> None:
        if shell.settings.interactive:
            shell.say(sentence)
            shell.flush()
        else:
            shell.warn(sentence)

    recording = ClientRecording(
        place,
        shell.client,
        tell=tell,
        say=shell.say,
        redactor=shell.redactor,
        name=host,
        server=server,
    )
    if shell.recording is not None:
        shell.unwatch(shell.recording)
    shell.recording = recording
    shell.watch(recording)
    return recording
