"""What a replay is given and what it comes to."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from typing import NamedTuple

from pop3shell.net.tls_settings import TlsSettings
from pop3shell.transcript.compare import Difference, Level


class Target(NamedTuple):
    """The server, and how to speak to it.

    TLS begins with the first octet if ``implicit``, by STLS if ``starttls``, else only where the
    transcript has STLS; ``plaintext`` allows none where the transcript was recorded under it.
    ``timeout`` is in seconds of silence, 0 for none.
    """

    host: str
    port: int
    timeout: float = 120.0
    family: socket.AddressFamily = socket.AF_UNSPEC
    tls: TlsSettings = TlsSettings()
    implicit: bool = False
    starttls: bool = False
    plaintext: bool = False


#: Octets of a reply, beyond those recorded, that no server has a reason to go beyond.
MOST_REPLY = 1 << 31


class Rules(NamedTuple):
    """How closely to compare, whether marked messages may go, whether to stop early.

    A reply of more than ``most_reply`` octets, beyond those recorded, ends the session.
    """

    level: Level = Level.SHAPE
    allow_delete: bool = False
    fail_fast: bool = False
    most_reply: int = MOST_REPLY


@dataclass(slots=True)
class Outcome:
    """What a replay came to. ``notes`` are remarks by line.

    ``trouble`` says why the connection ended too early, ``connected`` whether there was one,
    with the TLS that was asked for.
    """

    replies: int = 0
    differences: list[Difference] = field(default_factory=list)
    notes: list[tuple[int, str]] = field(default_factory=list)
    trouble: str = ""
    connected: bool = False


class Stopped(Exception):
    """Nothing more is to be sent."""
