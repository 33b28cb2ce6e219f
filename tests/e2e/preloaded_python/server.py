"""Runs command lines of Python in forks of a process that has imported packages: ``server.py SOCKET REPOSITORY``."""

from __future__ import annotations

import gc
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

# Those of others that the program or its dynamic providers import.
_PACKAGES = (
    "boto3",
    "pathspec",
    "pulumi",
    "pulumi.dynamic",
    "pulumi_aws",
    "pulumi_aws.cloudfront",
    "pulumi_aws.s3",
    "pulumi_synced_folder",
    "pydantic",
    "yaml",
)
# All modules of these are imported, but for those that are run; a project has a copy of the first.
_REPOSITORY_PACKAGES = ("hosting", "sandbox.providers")


@dataclass(frozen=True)
class Process:
    """A fork, and the client that waits for it."""

    pid: int
    connection: socket.socket


class ForkedError(Exception):
    """Carries the request out of the loop, in the fork: it runs where the server would."""


def serve(listener: socket.socket) -> None:
    """Fork for each request, for ever.

    Raises:
        ForkedError: in the fork.
    """
    with selectors.DefaultSelector() as selector:
        selector.register(listener, selectors.EVENT_READ)
        while True:
            for key, _ in selector.select():
                if key.fileobj is listener:
                    _start(selector, listener.accept()[0])
                elif isinstance(key.fileobj, int):
                    _finish(selector, key.fileobj, key.data)
                else:
                    _signal(selector, key.data)


def _start(selector: selectors.BaseSelector, connection: socket.socket) -> None:
    _, files, _, _ = socket.recv_fds(connection, 1, 4)
    pid = os.fork()
    if pid == 0:
        raise ForkedError(_request(files))
    for file in files:
        os.close(file)
    process = Process(pid, connection)
    selector.register(os.pidfd_open(pid), selectors.EVENT_READ, process)
    selector.register(connection, selectors.EVENT_READ, process)


def _finish(selector: selectors.BaseSelector, pidfd: int, process: Process) -> None:
    """Report the exit status to the client."""
    _, status = os.waitpid(process.pid, 0)
    with suppress(BrokenPipeError):
        process.connection.send(str(os.waitstatus_to_exitcode(status)).encode())
    selector.unregister(pidfd)
    os.close(pidfd)
    with suppress(KeyError):
        selector.unregister(process.connection)
    process.connection.close()


def _signal(selector: selectors.BaseSelector, process: Process) -> None:
    """Interrupt the process of a client that was interrupted, or end that of one that was killed."""
    if process.connection.fileno() < 0:
        # Its process has ended in the same round of the loop.
        return
    if process.connection.recv(1):
        os.kill(process.pid, signal.SIGINT)
        return
    os.kill(process.pid, signal.SIGKILL)
    selector.unregister(process.connection)


def _request(files: list[int]) -> dict[str, Any]:
    """Take the client's place: its standard streams, working directory and environment."""
    memory, *streams = files
    for target, source in enumerate(streams):
        os.dup2(source, target)
        os.close(source)
    with os.fdopen(memory) as file:
        file.seek(0)
        request: dict[str, Any] = json.load(file)
    os.chdir(request["directory"])
    os.environ.clear()
    os.environ.update(request["environment"])
    return request


def run(arguments: list[str]) -> None:
    """Run ``[-u] -m MODULE ARGUMENT...`` or ``[-u] FILE ARGUMENT...``, as Python does."""
    arguments = arguments[arguments[0] == "-u" :]
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        sys.path.insert(0, os.getcwd())  # noqa: PTH109 - as Python does
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments
        sys.path.insert(0, os.path.dirname(os.path.realpath(arguments[0])))  # noqa: PTH120 - as Python does
        runpy.run_path(arguments[0], run_name="__main__")


def import_packages(repository: str) -> None:
    """Import the packages of others, and each module of the repository's that can be imported."""
    for package in _PACKAGES:
        # The modules of a provider's package load when an attribute is read.
        vars(importlib.import_module(package))
    sys.path.insert(0, repository)
    for name in _REPOSITORY_PACKAGES:
        folders = importlib.import_module(name).__path__
        for module in pkgutil.walk_packages(folders, f"{name}."):
            if not module.name.endswith(".__main__"):
                importlib.import_module(module.name)
    sys.path.remove(repository)


def main() -> None:
    """Import the packages, and serve."""
    import_packages(sys.argv[2])
    # Objects that the collector does not visit stay in memory that the forks share.
    gc.freeze()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(sys.argv[1])
    listener.listen()
    print("ready", flush=True)  # noqa: T201 - the tests wait for it
    try:
        serve(listener)
    except ForkedError as forked:
        listener.close()
        request = forked.args[0]
    run(request["arguments"])


main()
