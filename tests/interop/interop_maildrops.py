"""Maildrops on disk for our server to serve, and what their messages are on the wire."""

import re
from collections.abc import Callable
from pathlib import Path

SENDER = b"From mrose@example.org Fri Nov 20 09:00:00 2026\n"


def eml_folder(base: Path, messages: dict[str, bytes]) -> tuple[Path, list[bytes]]:
    """A folder with one .eml file a message, stored as on the wire."""
    folder = base / "folder"
    folder.mkdir()
    for number, octets in enumerate(messages.values(), 1):
        (folder / f"{number:03}.eml").write_bytes(octets)
    return folder, list(messages.values())


def maildir(base: Path, messages: dict[str, bytes]) -> tuple[Path, list[bytes]]:
    """A Maildir, read and unread messages mixed, stored with LF as Unix programs do."""
    folder = base / "maildir"
    for part in ("cur", "new", "tmp"):
        (folder / part).mkdir(parents=True)
    for number, octets in enumerate(messages.values(), 1):
        name = f"{1700000000 + number}.M1P{number}.example"
        file = folder / ("new" if number % 2 else "cur") / (name + ("" if number % 2 else ":2,S"))
        file.write_bytes(octets.replace(b"\r\n", b"\n"))
    return folder, list(messages.values())


def mbox(base: Path, messages: dict[str, bytes]) -> tuple[Path, list[bytes]]:
    """An mbox with LF; its quoted `>From ` lines are served as they stand."""
    file = base / "mail.mbox"
    quoted = [re.sub(rb"(?m)^(>*From )", rb">\1", octets) for octets in messages.values()]
    file.write_bytes(b"".join(SENDER + octets.replace(b"\r\n", b"\n") + b"\n" for octets in quoted))
    return file, quoted


STORES: dict[str, Callable[[Path, dict[str, bytes]], tuple[Path, list[bytes]]]] = {
    "eml folder": eml_folder,
    "Maildir": maildir,
    "mbox": mbox,
}
