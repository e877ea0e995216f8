"""Making and reading transcripts, for those who measure it.

python bench_reader.py make KIND OCTETS FILE   a recorded RETR: KIND is ascii, latin-1 or utf-8
python bench_reader.py read FILE               read all of it; prints how much the server said
python bench_reader.py message FILE            the SHA-256 of the message in the reply to RETR
"""

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from bench_harness import PROJECT
from bench_mail import mail

sys.path.insert(0, str(PROJECT))

BLOCK = 1 << 17  # octets that come at once, as from a connection


def make(kind: str, octets: str, file: str) -> None:
    """Record a RETR of a message; some of its letters are accented but for ``ascii``."""
    from pop3shell.protocol.dialogue import Dialogue
    from pop3shell.transcript.output import create
    from pop3shell.transcript.writer import TranscriptWriter

    text = mail(int(octets))
    if kind != "ascii":  # one letter in thirty, as in French
        accented = text.decode().replace("m", "é").replace("w", "à")
        text = accented.encode(kind)
    stuffed = text.replace(b"\r\n.", b"\r\n..")
    said = b"+OK\r\n%b.\r\n" % stuffed
    writer, dialogue = TranscriptWriter(create(Path(file)), 0.0), Dialogue()
    events = [*dialogue.server(b"+OK ready\r\n", 0.0), *dialogue.client(b"RETR 1\r\n", 0.0)]
    for at in range(0, len(said), BLOCK):
        events += dialogue.server(said[at : at + BLOCK], 0.0)
        for event in events:
            writer(event, at / 1e9)
        events = []
    writer.close()


def read(file: str) -> None:
    """Read a transcript to its end."""
    from pop3shell.transcript.model import ServerLine, ServerLines
    from pop3shell.transcript.reader import read_file

    octets = 0
    for entry in read_file(Path(file)):
        if isinstance(entry, ServerLine | ServerLines):
            octets += len(entry.octets)
    print(octets)


def message(file: str) -> None:
    """Take the message out of a transcript, without its byte-stuffing."""
    digest = hashlib.sha256()
    for octets in _body(file):
        digest.update((b"\r\n" + octets).replace(b"\r\n..", b"\r\n.")[2:])
    print(digest.hexdigest())


def _body(file: str) -> Iterator[bytes]:
    """Give what follows the status line of RETR, but for the lone dot."""
    from pop3shell.transcript.model import ClientLine, ServerLine, ServerLines
    from pop3shell.transcript.reader import read_file

    asked = begun = False
    for entry in read_file(Path(file)):
        if isinstance(entry, ClientLine):
            asked = entry.octets.startswith(b"RETR")
        elif asked and isinstance(entry, ServerLine | ServerLines):
            octets = entry.octets if begun else entry.octets.partition(b"\n")[2]
            begun = True
            yield octets[:-3] if octets.endswith(b"\r\n.\r\n") or octets == b".\r\n" else octets


if __name__ == "__main__":
    {"make": make, "read": read, "message": message}[sys.argv[1]](*sys.argv[2:])
