"""More clients than a server can take cost them their turn, and nobody else anything."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
import sys

import pytest
from support.practice import SECONDS
from support.program import command, environment

CROWD = 60


@pytest.mark.skipif(sys.platform != "linux", reason="prlimit is Linux's")
def test_out_of_file_descriptors_it_says_so_once_and_goes_on():
    """It was a traceback of the loop, a hundred times a second."""
    import resource

    pipe = subprocess.PIPE
    program = subprocess.Popen(command("serve"), stdout=pipe, stderr=pipe, env=environment())
    try:
        port = int(program.stdout.readline().rpartition(b":")[2])
        resource.prlimit(program.pid, resource.RLIMIT_NOFILE, (CROWD // 2, CROWD // 2))
        with contextlib.ExitStack() as crowd:
            clients = [crowd.enter_context(dialled(port)) for _ in range(CROWD)]
            assert clients[0].recv(100).startswith(b"+OK")
            assert program.stderr.readline() == (
                b"pop3shell: no further client can be taken for now: Too many open files\n"
            )
        with dialled(port) as late:
            assert late.recv(100).startswith(b"+OK")
        program.send_signal(signal.SIGTERM)
        assert program.communicate(timeout=SECONDS)[1] == b""
    finally:
        program.kill()
        program.communicate(timeout=SECONDS)


def dialled(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), SECONDS)
