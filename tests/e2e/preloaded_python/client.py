"""Has the server of this package run a command line of Python: ``client.py SOCKET ARGUMENT...``."""

from __future__ import annotations

import json
import os
import socket
import sys


def main() -> None:
    """Send the command line, and exit with its status; when this process is killed, the server ends the other one."""
    address, *arguments = sys.argv[1:]
    request = {"arguments": arguments, "directory": os.getcwd(), "environment": dict(os.environ)}  # noqa: PTH109 - pathlib would double the start-up time
    memory = os.memfd_create("request")
    os.write(memory, json.dumps(request).encode())
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(address)
        socket.send_fds(connection, [b"."], [memory, 0, 1, 2])
        status = int(connection.recv(8) or b"1")
    sys.exit(status if status >= 0 else 128 - status)


main()
