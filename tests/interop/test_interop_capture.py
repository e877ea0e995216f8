"""The truth: what a transcript holds is what a packet capture of the same session holds.

Evidence that was changed on its way into the file would be worse than none.
"""

import os
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from interop_dovecot import HOST, Dovecot
from interop_messages import MESSAGES
from interop_programs import Shell, program

from pop3shell.transcript.model import ClientLine, ServerLine, ServerLines
from pop3shell.transcript.reader import read_file
from pop3shell.transcript.secrets import fill

pytestmark = pytest.mark.interop

_ETHERNET, _IPV4, _TCP = 1, 0x0800, 6
SECONDS = 20


@contextmanager
def captured(port: int, file: Path) -> Iterator[None]:
    """Let tcpdump write down what passes by on this port of the loopback interface."""
    path = program("tcpdump")
    if os.getuid() != 0:
        pytest.skip("only root may capture packets")
    words = [path, "-i", "lo", "-s", "0", "-U", "--immediate-mode", "-B", "8192", "-Z", "root"]
    process = subprocess.Popen(
        [*words, "-w", str(file), "tcp", "port", str(port)], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if "listening on" in line:
                break
        yield
    finally:
        process.terminate()
        process.communicate(timeout=SECONDS)


def streams(file: Path, port: int) -> tuple[bytes, bytes]:
    """Put together what went to `port` and what came from it, by TCP's sequence numbers."""
    data = file.read_bytes()
    magic, network = struct.unpack_from("<I", data)[0], struct.unpack_from("<I", data, 20)[0]
    assert (magic, network) == (0xA1B2C3D4, _ETHERNET)
    sides: dict[bool, dict[int, bytes]] = {True: {}, False: {}}
    firsts: dict[bool, int] = {}
    at = 24
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at + 8)
        packet, at = data[at + 16 : at + 16 + length], at + 16 + length
        header = 14 + 4 * (packet[14] & 15)
        assert struct.unpack_from(">H", packet, 12)[0] == _IPV4
        assert packet[23] == _TCP
        total = 14 + struct.unpack_from(">H", packet, 16)[0]
        _, target, sequence = struct.unpack_from(">HHI", packet, header)
        to_server = target == port
        if packet[header + 13] & 2:  # SYN
            firsts[to_server] = (sequence + 1) & 0xFFFFFFFF
        octets = packet[header + 4 * (packet[header + 12] >> 4) : total]
        if octets:
            sides[to_server][(sequence - firsts[to_server]) & 0xFFFFFFFF] = octets
    return joined(sides[True]), joined(sides[False])


def joined(segments: dict[int, bytes]) -> bytes:
    stream = bytearray()
    for offset, octets in sorted(segments.items()):
        assert offset <= len(stream), "the capture has a gap"
        stream[offset:] = octets if offset + len(octets) >= len(stream) else stream[offset:]
    return bytes(stream)


def remembered(transcript: Path, secrets: dict[str, bytes]) -> tuple[bytes, bytes]:
    """What the transcript says that each side sent, with the secrets put back."""
    client, server = bytearray(), bytearray()
    for entry in read_file(transcript):
        if isinstance(entry, ClientLine):
            client += fill(entry, secrets)
        elif isinstance(entry, ServerLine):
            server += fill(entry, secrets)
        elif isinstance(entry, ServerLines):
            server += entry.octets
    return bytes(client), bytes(server)


def test_a_transcript_holds_the_octets_of_the_wire(dovecot: Dovecot, tmp_path: Path) -> None:
    account = dovecot.account(MESSAGES)
    file, capture = tmp_path / "session.pop3", tmp_path / "session.pcap"
    numbers = range(1, len(MESSAGES) + 1)
    with captured(dovecot.port, capture):
        done = Shell(HOST, dovecot.port, tmp_path, account.password)(
            "CAPA", f"USER {account.name}", f"PASS {account.password}", "STAT", "LIST", "UIDL",
            *(f"RETR {number}" for number in numbers), ":pipeline NOOP; TOP 1 0; LIST 1",
            "LIST 999",
            ":send NO", ":send OP\\r\\n", "DELE 1", "RSET", "QUIT",
            options=("--record", str(file)),
        )  # fmt: skip
    assert done.status == 0, done.err
    octets = file.read_bytes()
    assert account.password.encode() not in octets
    client, server = remembered(file, {"password": account.password.encode()})
    assert (client, server) == streams(capture, dovecot.port)
    assert len(server) > sum(map(len, MESSAGES.values()))
