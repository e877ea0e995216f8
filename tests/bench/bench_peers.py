"""The peers written in Python: python bench_peers.py KIND PORT COUNT.

noop     COUNT NOOPs by a bare blocking socket, each after the reply to the one before
retr     the same with RETR 1
poplib   messages 1 to COUNT by poplib, to /dev/null
"""

import sys


def noop(port: int, count: int) -> None:
    """Send NOOPs as fast as a blocking socket can."""
    import socket

    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.recv(4096)
        for line in (b"USER u\r\n", b"PASS p\r\n", *([b"NOOP\r\n"] * count), b"QUIT\r\n"):
            peer.sendall(line)
            peer.recv(4096)


def retr(port: int, count: int) -> None:
    """Send RETRs as fast as a blocking socket can."""
    import socket

    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        peer.recv(4096)
        for line in (b"USER u\r\n", b"PASS p\r\n"):
            peer.sendall(line)
            peer.recv(4096)
        for _ in range(count):
            peer.sendall(b"RETR 1\r\n")
            while not peer.recv(4096).endswith(b"\r\n.\r\n"):
                pass
        peer.sendall(b"QUIT\r\n")
        peer.recv(4096)


def poplib(port: int, count: int) -> None:
    """Fetch messages and write them to nowhere."""
    import os
    import poplib as library

    peer = library.POP3("127.0.0.1", port)
    peer.user("u")
    peer.pass_("p")
    with open(os.devnull, "wb") as out:  # noqa: PTH123 - pathlib would be part of what is measured
        for number in range(1, count + 1):
            out.writelines(line + b"\r\n" for line in peer.retr(number)[1])
    peer.quit()


if __name__ == "__main__":
    {"noop": noop, "retr": retr, "poplib": poplib}[sys.argv[1]](int(sys.argv[2]), int(sys.argv[3]))
