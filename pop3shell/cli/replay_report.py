"""What a replay came to, for people, for programs (JSON) and for CI (JUnit)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import click

from pop3shell.cli.transcripts import tell
from pop3shell.net.replay.model import Outcome, Rules, Target
from pop3shell.net.resolve import shown
from pop3shell.protocol.visible import visible_text
from pop3shell.shell.exits import Exit

#: Characters that XML can't hold.
_NO_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Replayed(NamedTuple):
    """A file, and what came of it; None: it was left out.

    ``fault`` says why it can't be replayed, ``skipped`` that it isn't meant to be.
    """

    path: Path
    outcome: Outcome | None = None
    fault: str = ""
    skipped: str = ""

    @property
    def text(self) -> str:
        """The differences, each with expected and got."""
        differences = self.outcome.differences if self.outcome else []
        return "\n".join(
            f"{self.path}:{d.number}: {d.where}\n  expected: {d.expected}\n  got:      {d.got}"
            for d in differences
        )


class Report:
    """Collects and shows; ``status`` is the exit status so far."""

    def __init__(self, target: Target, rules: Rules, as_json: bool) -> None:
        self.status = Exit.DONE
        self.failed = False
        """Whether there was a difference, or trouble with the connection."""
        self.hopeless = False
        """Whether not even a connection was to be had."""
        self._server = shown(target.host, target.port)
        self._rules = rules
        self._as_json = as_json
        self._all: list[Replayed] = []

    def add(self, replayed: Replayed) -> None:
        """Take in what came of a file, and show it."""
        self._all.append(replayed)
        if replayed.outcome is not None:
            self._came_to(replayed, replayed.outcome)
        elif replayed.fault:
            self.status = max(self.status, tell(replayed.fault))
        else:
            why = f"skipped: {replayed.skipped}" if replayed.skipped else "not replayed"
            self._say(f"{replayed.path}: {why}")

    def refuse(self, files: list[Replayed], status: Exit) -> None:
        """Take in that nothing is replayed; only the faults are said."""
        self._all, self.status = files, status
        for replayed in files:
            if replayed.fault:
                tell(replayed.fault)

    def _came_to(self, replayed: Replayed, outcome: Outcome) -> None:
        self.hopeless = self.hopeless or not outcome.connected
        self.failed = self.failed or bool(outcome.trouble or outcome.differences)
        if outcome.trouble:
            self.status = Exit.CONNECTION
        elif outcome.differences:
            self.status = max(self.status, Exit.NO)
        if replayed.text:
            self._say(replayed.text)
        for number, text in outcome.notes:
            self._say(f"{replayed.path}:{number}: note: {text}")
        if outcome.connected and (outcome.replies or not outcome.trouble):
            self._say(f"{replayed.path}: {self._summary(outcome)}")
        if outcome.trouble:
            tell(f"{replayed.path}: {outcome.trouble}")

    def interrupted(self, paths: list[Path]) -> None:
        """Take in that of these files the first not yet added was broken off, the rest left out."""
        at = len(self._all)
        for path in paths[at : at + 1]:
            self.add(Replayed(path, Outcome(trouble="interrupted")))
        for path in paths[at + 1 :]:
            self.add(Replayed(path, None))
        self.status = Exit.INTERRUPTED

    def end(self, junit: str | None) -> None:
        """Show what is shown at the end, and write the file."""
        if junit:
            self._write(Path(junit))
        if self._as_json:
            click.echo(json.dumps(self._json(), indent=2))

    def _write(self, junit: Path) -> None:
        """Write the XML; a CI must not take an old file, or none, for this result."""
        try:
            junit.write_bytes(self._xml())
        except OSError as error:
            click.echo(
                f"pop3shell: cannot write {visible_text(str(junit))}: {error.strerror}", err=True
            )
            if self.status is Exit.DONE:
                self.status = Exit.NO

    def _say(self, text: str) -> None:
        if not self._as_json:
            click.echo("\n".join(map(visible_text, text.split("\n"))))

    def _summary(self, outcome: Outcome) -> str:
        replies = f"{outcome.replies} {'reply' if outcome.replies == 1 else 'replies'}"
        cut = " before it was cut short" if outcome.trouble else ""
        number = len(outcome.differences) or "no"
        differences = "1 difference" if number == 1 else f"{number} differences"
        return f"{replies} compared by {self._rules.level.value}{cut}: {differences}"

    def _json(self) -> dict[str, Any]:
        return {
            "server": self._server,
            "compare": self._rules.level.value,
            "status": int(self.status),
            "files": [_file(replayed) for replayed in self._all],
        }

    def _xml(self) -> bytes:
        suite = ElementTree.Element("testsuite", name=f"pop3shell replay {self._server}")
        counts = {"tests": len(self._all), "failures": 0, "errors": 0, "skipped": 0}
        for replayed in self._all:
            case = ElementTree.SubElement(
                suite, "testcase", classname="pop3shell.replay", name=_xml_text(str(replayed.path))
            )
            for kind, message, text in _faults(replayed):
                fault = ElementTree.SubElement(case, kind, message=_xml_text(message))
                fault.text = _xml_text(text)
                counts[{"failure": "failures", "error": "errors"}.get(kind, kind)] += 1
        for name, count in counts.items():
            suite.set(name, str(count))
        root = ElementTree.Element("testsuites")
        root.append(suite)
        octets: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
        return octets + b"\n"


def _faults(replayed: Replayed) -> list[tuple[str, str, str]]:
    """What JUnit calls failure (differences), error (trouble) and skipped."""
    outcome = replayed.outcome
    if replayed.fault:
        return [("error", replayed.fault, "")]
    if outcome is None:
        return [("skipped", replayed.skipped or "not replayed", "")]
    if outcome.trouble:
        return [("error", outcome.trouble, replayed.text)]
    if outcome.differences:
        return [("failure", str(outcome.differences[0]), replayed.text)]
    return []


def _file(replayed: Replayed) -> dict[str, Any]:
    outcome = replayed.outcome
    if outcome is None:
        why = {"trouble": replayed.fault, "skipped": replayed.skipped}
        told = {name: text for name, text in why.items() if text}
        return {"file": str(replayed.path), "replayed": False, **told}
    return {
        "file": str(replayed.path),
        "replayed": outcome.connected,
        "replies": outcome.replies,
        "differences": [
            {"line": d.number, "where": d.where, "expected": d.expected, "got": d.got}
            for d in outcome.differences
        ],
        "notes": [{"line": number, "text": text} for number, text in outcome.notes],
        "trouble": outcome.trouble,
    }


def _xml_text(text: str) -> str:
    return _NO_XML.sub("?", text)
