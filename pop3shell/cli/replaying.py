"""Performing what ``pop3shell replay`` was asked for, file by file."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import click

from pop3shell.cli.replay_files import File, load
from pop3shell.cli.replay_report import Replayed, Report
from pop3shell.cli.running import cancel_at_interrupt
from pop3shell.cli.transcripts import unusable
from pop3shell.net.client import Client
from pop3shell.net.recording import ClientRecording
from pop3shell.net.replay.link import BeginRecording
from pop3shell.net.replay.model import Outcome, Rules, Target
from pop3shell.net.replay.plaintext import check_plaintext
from pop3shell.net.replay.player import replay
from pop3shell.net.replay.script import Script
from pop3shell.net.replay.secrets import Secrets, check_logins, find_secrets
from pop3shell.net.resolve import shown
from pop3shell.protocol.secrets import Redactor
from pop3shell.shell.credentials import Login, NoPassword, find_password
from pop3shell.shell.exits import Exit
from pop3shell.transcript.errors import MissingSecret, TranscriptError
from pop3shell.transcript.recording import Records


@dataclass(frozen=True)
class Order:
    """What the command line asked for."""

    files: list[Path]
    target: Target
    rules: Rules
    values: dict[str, bytes]
    login: Login
    as_json: bool = False
    junit: str | None = None
    records: Records | None = None


async def perform(order: Order) -> Exit:
    """Replay all files, and report, whatever happens; nothing is sent unless all can be.

    Of a folder that is to say: all that can be.
    """
    report = Report(order.target, order.rules, order.as_json)
    files = load(order.files)
    try:
        if (ready := await _prepare(files, order, report)) is None:
            return report.status
        _cancel_at_signals()  # not before: who is asked for a password is to be heard at once
        for file in files:
            report.add(await _perform(file, ready.get(file.path), report, order))
    except asyncio.CancelledError:  # what is known by now would be lost
        report.interrupted([file.path for file in files])
        raise
    except click.Abort:  # by who was asked for a password
        report.refuse([Replayed(file.path) for file in files], Exit.INTERRUPTED)
        raise
    finally:
        report.end(order.junit)
    failed = order.records is not None and order.records.failed
    return Exit.NO if failed and report.status is Exit.DONE else report.status


async def _prepare(files: list[File], order: Order, report: Report) -> dict[Path, _Ready] | None:
    """Find what it takes to replay the files; None if that is not to be, which is reported."""
    refused = any(file.fault and file.named for file in files)
    lacking: dict[Path, str] = {}
    ready: dict[Path, _Ready] = {}
    asker = _Asker(order)
    for file in files:
        if refused or lacking or file.script is None:
            continue
        try:
            found = await asker.secrets(file.path, file.script)
            ready[file.path] = _Ready(file.path, file.script, found)
        except _Unusable as error:
            lacking[file.path] = str(error)
    if not (refused or lacking):
        return ready
    report.refuse([_refused(file, lacking.get(file.path, "")) for file in files], Exit.USAGE)
    return None


def _refused(file: File, lacking: str) -> Replayed:
    return Replayed(file.path, fault=file.fault or lacking, skipped=file.skipped)


async def _perform(file: File, ready: _Ready | None, report: Report, order: Order) -> Replayed:
    if ready is None:
        return Replayed(file.path, fault=file.fault, skipped=file.skipped)
    return Replayed(file.path, await _replay(report, ready, order))


class _Ready(NamedTuple):
    """A transcript with all that is needed to replay it."""

    path: Path
    script: Script
    found: Secrets


async def _replay(report: Report, ready: _Ready, order: Order) -> Outcome | None:
    """Replay one; None where there is no sense in going on."""
    if report.hopeless or (order.rules.fail_fast and report.failed):
        return None
    record = _recorder(order, ready.path)
    return await replay(ready.script, ready.found, order.target, order.rules, record)


def _cancel_at_signals() -> None:
    """Let Ctrl-C, and SIGTERM where there are such handlers, cancel the current task."""
    cancel_at_interrupt()
    task = asyncio.current_task()
    if task is not None:
        with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
            asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)


def _recorder(order: Order, path: Path) -> BeginRecording | None:
    """Return what records the replay of a transcript, in a folder named after it."""
    records, server = order.records, shown(order.target.host, order.target.port)
    if records is None:
        return None

    def record(client: Client, mask: Redactor) -> ClientRecording | None:
        begin = functools.partial(
            ClientRecording,
            client=client,
            tell=records.tell,
            say=records.say,
            redactor=mask,
            name=path.stem,
            server=server,
        )
        return records.begin(begin)

    return record


class _Unusable(Exception):
    """A transcript that can't be replayed; the argument says where and why."""


class _Asker:
    """Finds the values of secrets; the same is asked for once, though several files need it."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._answers: dict[str, str | None] = {}

    async def secrets(self, path: Path, script: Script) -> Secrets:
        """Return the values for a transcript. Raises _Unusable."""
        order = self._order
        try:
            check_plaintext(script, order.target)
            found = await find_secrets(script, order.values, order.login.user, self._ask)
            check_logins(script, found)
        except MissingSecret as error:
            raise _Unusable(f"{path}: {error}; give it by --var {error.name}=VALUE") from None
        except TranscriptError as error:
            raise _Unusable(unusable(path, error)) from None
        except NoPassword as error:
            raise _Unusable(f"{path}: {error}") from None
        return found

    async def _ask(self, name: str, account: bool) -> str | None:
        key = "" if account else name
        if key not in self._answers:
            self._answers[key] = await self._answer(name, account)
        return self._answers[key]

    async def _answer(self, name: str, account: bool) -> str | None:
        target = self._order.target
        wanted = "password" if account else name  # also where a digest is made of it
        question = f"{wanted} for {shown(target.host, target.port)}: "
        if account:
            return await find_password(self._order.login, question, _prompt)
        return await _prompt(question)


async def _prompt(question: str) -> str | None:
    """Ask a person without echo; None where there is nobody."""
    if sys.stdin is None or not sys.stdin.isatty():
        return None
    with _interruptible():
        answer: str = click.prompt(
            question, hide_input=True, err=True, prompt_suffix="", default="", show_default=False
        )
    return answer or None


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C be heard at once: asyncio only notes the first one, for when it is its turn.

    SIGTERM as well, or the terminal would stay without its echo.
    """
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, signal.default_int_handler) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
