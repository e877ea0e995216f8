"""``pop3shell play``: a transcript in the terminal."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from pop3shell.cli.options import COLOUR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pop3shell.transcript.model import Entry

#: Seconds that a pause lasts at most; whoever recorded a longer one had gone home.
LONGEST_PAUSE = 86_400.0


class _Number(click.FloatRange):
    """A number; what is none compares with nothing."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value} is no number", param, ctx)
        return number


@click.command()
@click.argument("file", type=click.Path())
@click.option(
    "--speed",
    type=_Number(min=0, min_open=True),
    metavar="N",
    help="So many times as fast as it was recorded.",
)
@click.option(
    "--idle-limit",
    type=_Number(min=0),
    metavar="SECONDS",
    help="Let no pause be longer, at the speed of the recording.",
)
@click.option("--step", is_flag=True, help="Go on, and back, at a key; needs a terminal.")
@click.option("--explain", is_flag=True, help="Explain each exchange, with the RFC and section.")
@COLOUR
def command(
    file: str,
    speed: float | None,
    idle_limit: float | None,
    step: bool,
    explain: bool,
    color: str,
) -> int:
    """Show the transcript FILE as it was recorded: highlighted, at its own pace.

    FILE may also be a dialogue of C: and S: lines as RFCs and books print it. In a pipe there are
    no pauses, unless --speed or --idle-limit asks for them. Exit status: 0 shown, 2 wrong
    usage, no such file, or no transcript, 130 interrupted.
    """
    import os
    import sys

    from pop3shell.cli.running import interrupted
    from pop3shell.view.columns import UNLIMITED
    from pop3shell.view.narrate import WIDTH
    from pop3shell.view.play import Player
    from pop3shell.view.style import wants_colour

    terminal = sys.stdout is not None and sys.stdout.isatty()
    typed = sys.stdin is not None and sys.stdin.isatty()
    hurried = speed is not None or idle_limit is not None
    if step and hurried:
        raise click.UsageError("--step waits for a key each time; leave --speed, --idle-limit out")
    if step and not (terminal and typed):
        raise click.UsageError("--step needs a terminal, for its keys and to show what comes")
    colour = wants_colour(color, os.environ, terminal)
    player = Player(
        colour=colour,
        timing=terminal,
        explain=explain,
        width=UNLIMITED if terminal else WIDTH,  # a terminal's lines are broken as they are shown
    )
    entries = _Entries(file)
    try:
        if step:
            from pop3shell.cli.stepping import step_through

            step_through(player, entries)
        else:
            pace = Pace(speed or 1.0, idle_limit) if terminal or hurried else None
            _play(player, entries, pace, _fits_terminal() if terminal else bytes)
    except KeyboardInterrupt:
        return interrupted()
    return entries.told()


class _Entries:
    """The entries of a file, up to its end or the first that can't be read."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._sentence = ""

    def __iter__(self) -> Iterator[Entry]:
        from pathlib import Path

        from pop3shell.cli.transcripts import unusable
        from pop3shell.transcript.errors import TranscriptError
        from pop3shell.transcript.model import Note
        from pop3shell.transcript.reader import read_file

        entries = read_file(Path(self._file))
        dialogue = False
        while True:
            try:
                entry = next(entries, None)
            except (TranscriptError, OSError, ValueError) as error:
                self._sentence = unusable(self._file, error)
                return
            if entry is None:
                break
            dialogue = dialogue or not isinstance(entry, Note)
            yield entry
        if not dialogue:
            sentence = "no line begins with C: or S:; this is no transcript"
            self._sentence = f"{self._file}: {sentence}"

    def told(self) -> int:
        """Say what could not be read, if anything; return the exit status."""
        from pop3shell.cli.transcripts import tell

        return tell(self._sentence) if self._sentence else 0


class Pace:
    """How long to wait before each entry: the time that was recorded, or less."""

    def __init__(self, speed: float, idle_limit: float | None) -> None:
        self._speed = speed
        self._limit = math.inf if idle_limit is None else idle_limit
        self._before = 0.0

    def pause(self, seconds: float | None) -> float:
        """Return the seconds to wait before an entry that was recorded at ``seconds``."""
        if seconds is None:
            return 0.0
        gap, self._before = seconds - self._before, seconds
        return min(max(0.0, min(gap, self._limit)) / self._speed, LONGEST_PAUSE)


def _fits_terminal() -> Callable[[bytes], bytes]:
    """Return what breaks lines at the width that the terminal has at the moment."""
    import shutil

    from pop3shell.view.fitted import fitted

    return lambda shown: fitted(shown, shutil.get_terminal_size().columns)


def _play(player: Any, entries: _Entries, pace: Pace | None, fit: Callable[[bytes], bytes]) -> None:
    import time

    from pop3shell.cli.running import standard_output

    out = standard_output()
    for entry in entries:
        pause = pace.pause(getattr(entry, "seconds", None)) if pace else 0.0
        if pause > 0:
            out.flush()
            time.sleep(pause)
        out.write(fit(player.show(entry)))
    out.write(fit(player.end()))
    out.flush()
