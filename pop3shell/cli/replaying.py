"""Performing what ``pop3shell replay`` was asked for, file by file."""

from __future__ import annotations

import functools
import sys
from dataclasses import dataclass
from pathlib import Path

import click

from pop3shell.cli.replay_report import Replayed, Report
from pop3shell.cli.running import cancel_at_interrupt
from pop3shell.net.client import Client
from pop3shell.net.recording import ClientRecording
from pop3shell.net.replay.link import BeginRecording
from pop3shell.net.replay.model import Outcome, Rules, Target
from pop3shell.net.replay.player import replay
from pop3shell.net.replay.reading import make_script
from pop3shell.net.replay.script import Script
from pop3shell.net.replay.secrets import Secrets, check_logins, find_secrets
from pop3shell.net.resolve import shown
from pop3shell.protocol.secrets import Redactor
from pop3shell.protocol.visible import visible_text
from pop3shell.shell.credentials import Login, NoPassword, find_password
from pop3shell.shell.exits import Exit
from pop3shell.transcript.errors import MissingSecret, TranscriptError
from pop3shell.transcript.reader import read_file
from pop3shell.transcript.recording import Records

#: What in a folder is taken for a transcript.
SUFFIXES = (".pop3", ".txt")


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
    """Replay all files, and report; nothing is sent unless all can be."""
    try:
        scripts = [(path, _load(path)) for path in _files(order.files)]
        asker = _Asker(order)
        ready = [(path, script, await asker.secrets(path, script)) for path, script in scripts]
    except _Unusable as error:
        click.echo(f"pop3shell: {visible_text(str(error))}", err=True)
        return Exit.USAGE
    cancel_at_interrupt()  # not before: who is asked for a password is to be heard at once
    report = Report(order.target, order.rules, order.as_json)
    for path, script, found in ready:
        record = _recorder(order, path)
        outcome = await _replay(report, script, found, order, record)
        report.add(Replayed(path, outcome))
    report.end(order.junit)
    failed = order.records is not None and order.records.failed
    return Exit.NO if failed and report.status is Exit.DONE else report.status


async def _replay(
    report: Report, script: Script, found: Secrets, order: Order, record: BeginRecording | None
) -> Outcome | None:
    """Replay one; None where there is no sense in going on."""
    if report.hopeless or (order.rules.fail_fast and report.status):
        return None
    return await replay(script, found, order.target, order.rules, record)


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
    """A transcript that can't be replayed; the text says where and why."""


def _files(given: list[Path]) -> list[Path]:
    """Return the transcripts: folders give what is in them, sorted."""
    files: list[Path] = []
    for path in given:
        if not path.is_dir():
            files.append(path)
            continue
        inside = sorted(p for p in path.rglob("*") if p.suffix in SUFFIXES and p.is_file())
        if not inside:
            raise _Unusable(f"{path} has no transcript in it (*{', *'.join(SUFFIXES)})")
        files += inside
    return files


def _load(path: Path) -> Script:
    try:
        return make_script(read_file(path))
    except TranscriptError as error:
        raise _Unusable(f"{path}: {error}") from None
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "that is no file name"
        raise _Unusable(f"cannot read {path}: {why}") from None


class _Asker:
    """Finds the values of secrets; the same is asked for once, though several files need it."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._answers: dict[str, str | None] = {}

    async def secrets(self, path: Path, script: Script) -> Secrets:
        """Return the values for a transcript. Raises _Unusable."""
        order = self._order
        try:
            found = await find_secrets(script, order.values, order.login.user, self._ask)
            check_logins(script, found)
        except MissingSecret as error:
            raise _Unusable(f"{path}: {error}; give it by --var {error.name}=VALUE") from None
        except (TranscriptError, NoPassword) as error:
            raise _Unusable(f"{path}: {error}") from None
        return found

    async def _ask(self, name: str, account: bool) -> str | None:
        key = "" if account else name
        if key not in self._answers:
            self._answers[key] = await self._answer(name, account)
        return self._answers[key]

    async def _answer(self, name: str, account: bool) -> str | None:
        target = self._order.target
        question = f"{name} for {shown(target.host, target.port)}: "
        if account:
            return await find_password(self._order.login, question, _prompt)
        return await _prompt(question)


async def _prompt(question: str) -> str | None:
    """Ask a person without echo; None where there is nobody."""
    if sys.stdin is None or not sys.stdin.isatty():
        return None
    answer: str = click.prompt(
        question, hide_input=True, err=True, prompt_suffix="", default="", show_default=False
    )
    return answer or None
