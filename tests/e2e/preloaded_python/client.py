"""Has the server of this package run a command line of Python: ``client.py SOCKET ARGUMENT...``."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from contextlib import suppress


def pass_on(connection: socket.socket) -> None:
    """Report an interrupt to the server, which has closed the connection if the command line has just ended."""
    with suppress(OSError):
        connection.send(b"i")


def main() -> None:
    """Send the command line, and exit with its status; the server passes on an interrupt and a kill."""
    address, *arguments = sys.argv[1:]
    request = {"arguments": arguments, "directory": os.getcwd(), "environment": dict(os.environ)}  # noqa: PTH109 - pathlib would double the start-up time
    memory = os.memfd_create("request")
    os.write(memory, json.dumps(request).encode())
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        socket.send_fds(connection, [b"."], [memory, 0, 1, 2])
        # The engine interrupts a program when another part of the update has failed.
        signal.signal(signal.SIGINT, lambda *_: pass_on(connection))
        status = int(connection.recv(8) or b"1")
    sys.exit(status if status >= 0 else 128 - status)


main()
