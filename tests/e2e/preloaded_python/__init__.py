"""A Python that has imported the packages of the program already.

Importing Pulumi's SDK, gRPC and the program is half of the work of an unchanged `pulumi up`, which starts three Python
processes: the language host, the program, and the dynamic provider. Here, PULUMI_PYTHON_CMD names a script (`client`),
which sends its command line to a server (`server`). The server forks, and the fork runs that command line as Python
would. The server has also imported packages of this repository.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.repository import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sandbox.environment import Home

_FOLDER = Path(__file__).resolve().parent


@contextmanager
def preloaded_python(env: Mapping[str, str], home: Home) -> Iterator[str]:
    """Run the server with the environment ``env``, also for the sandbox's language host; yield the script."""
    with tempfile.TemporaryDirectory(prefix="python-") as folder:
        address, script = f"{folder}/socket", Path(folder) / "python"
        # The engine runs a program and a provider with -u. -I and -S: the client needs only the standard library.
        client = f"exec {sys.executable} -I -S {_FOLDER / 'client.py'} {address}"
        script.write_text(f'#!/bin/sh\n[ "$1" != -u ] || {client} "$@"\nexec {sys.executable} "$@"\n')
        script.chmod(0o755)
        command = [sys.executable, "-P", "-u", str(_FOLDER / "server.py"), address, str(REPOSITORY)]
        with subprocess.Popen(
            command, env=dict(env), stdout=subprocess.PIPE, text=True, start_new_session=True
        ) as server:
            try:
                assert server.stdout is not None
                assert server.stdout.readline() == "ready\n"
                _use_for_the_language_host(home, script)
                yield str(script)
            finally:
                # With its forks: one whose client has just ended may still run.
                os.killpg(server.pid, signal.SIGKILL)


def _use_for_the_language_host(home: Home, python: Path) -> None:
    """Let the launcher of the sandbox's language host use it, too; an installed Pulumi has a host of its own.

    A command with another PULUMI_PYTHON_CMD gets a host of the usual kind, which is a descendant of the CLI.
    """
    for launcher in home.plugins.glob("language-python-*/pulumi-language-python"):
        first, *others = launcher.read_text().splitlines(keepends=True)
        *_, module, runner, arguments = others[-1].split()
        preloaded = f'[ "$PULUMI_PYTHON_CMD" != {python} ] || exec {python} -u -m {module} {runner} {arguments}\n'
        launcher.write_text("".join([first, preloaded, *others]))
