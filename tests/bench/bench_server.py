"""A POP3 server that is never the bottleneck: every reply is built before anybody connects.

    python bench_server.py MESSAGES OCTETS [--no-pipelining]

All messages have the same OCTETS octets. It takes any name and password, prints the port it
listens on (loopback) and ends when its standard input does. `XCOUNT` tells how many commands came
since the last one, and the most that came in one read: 1 when the client waits for each reply.
"""

import argparse
import contextlib
import os
import socket
import sys
import threading
from dataclasses import dataclass

from bench_mail import mail

READ_OCTETS = 1 << 16


@dataclass
class Counts:
    """What came since they were last asked for."""

    commands: int = 0
    most: int = 0


class Replies:
    """One prebuilt reply for every line that a client of the benchmarks sends."""

    def __init__(self, messages: int, octets: int, *, pipelining: bool) -> None:
        numbers = range(1, messages + 1)
        total = b"+OK %d %d\r\n" % (messages, messages * octets)
        ids = (b"%d %016x\r\n" % (n, n * 0x9E3779B97F4A7C15 % (1 << 64)) for n in numbers)
        tags = [b"USER", b"UIDL", b"TOP", b"RESP-CODES", *([b"PIPELINING"] if pipelining else [])]
        message = mail(octets).replace(b"\r\n.", b"\r\n..")
        self.message = b"+OK %d octets\r\n%b.\r\n" % (octets, message)
        self.numbers = {b"%d" % n for n in numbers} if messages <= 100_000 else set()
        self.fixed = {
            b"CAPA": b"+OK\r\n" + b"".join(tag + b"\r\n" for tag in tags) + b".\r\n",
            b"STAT": total,
            b"NOOP": b"+OK\r\n",
            b"QUIT": b"+OK bye\r\n",
            b"LIST": total + b"".join(b"%d %d\r\n" % (n, octets) for n in numbers) + b".\r\n",
            b"UIDL": b"+OK\r\n" + b"".join(ids) + b".\r\n",
        }

    def to(self, line: bytes) -> bytes:
        """The reply to one line."""
        if (known := self.fixed.get(line)) is not None:
            return known
        verb, _, argument = line.partition(b" ")
        if verb == b"RETR" and argument.lstrip(b"0") in self.numbers:
            return self.message
        return b"+OK\r\n" if verb in (b"USER", b"PASS") else b"-ERR not here\r\n"


def talk(peer: socket.socket, replies: Replies, counts: Counts) -> None:
    """Serve one connection to its end."""
    peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    peer.sendall(b"+OK ready\r\n")
    rest = b""
    while data := peer.recv(READ_OCTETS):
        *lines, rest = (rest + data).split(b"\r\n")
        if lines == [b"XCOUNT"]:
            peer.sendall(b"+OK %d %d\r\n" % (counts.commands, counts.most))
            counts.commands = counts.most = 0
            continue
        counts.commands += len(lines)
        counts.most = max(counts.most, len(lines))
        answers = [replies.to(line) for line in lines]
        peer.sendall(answers[0] if len(answers) == 1 else b"".join(answers))
        if lines and lines[-1] == b"QUIT":
            return


def session(peer: socket.socket, replies: Replies, counts: Counts) -> None:
    """Serve one connection; a client that goes away is no concern."""
    with peer, contextlib.suppress(OSError):
        talk(peer, replies, counts)


def end_with_standard_input() -> None:
    """End the process when whoever started it closes the pipe, or ends."""
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    """Build the replies, then serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("messages", type=int)
    parser.add_argument("octets", type=int)
    parser.add_argument("--no-pipelining", action="store_true")
    given = parser.parse_args()
    replies = Replies(given.messages, given.octets, pipelining=not given.no_pipelining)
    counts = Counts()
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        print(listener.getsockname()[1], flush=True)
        while True:
            peer, _ = listener.accept()
            threading.Thread(target=session, args=(peer, replies, counts), daemon=True).start()


if __name__ == "__main__":
    main()
