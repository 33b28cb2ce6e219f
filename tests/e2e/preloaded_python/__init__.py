"""A Python that has imported the packages of the program already.

Importing Pulumi's SDK and the program is half of the work of an unchanged `pulumi up`, which starts two Python
processes: the program, and the dynamic provider. Here, PULUMI_PYTHON_CMD names a script (`client`), which sends its
command line to a server (`server`). The server forks, and the fork runs that command line as Python would. The server
has also imported the package `hosting` of this repository, of which each project has a copy.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tests.repository import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FOLDER = Path(__file__).resolve().parent


@contextmanager
def preloaded_python(env: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Run the server with the environment ``env``; yield the variables with which `pulumi` uses it."""
    with tempfile.TemporaryDirectory(prefix="python-") as folder:
        address, script = f"{folder}/socket", Path(folder) / "python"
        # The engine runs a program and a provider with -u. -I and -S: the client needs only the standard library.
        client = f"exec {sys.executable} -I -S {_FOLDER / 'client.py'} {address}"
        script.write_text(f'#!/bin/sh\n[ "$1" != -u ] || {client} "$@"\nexec {sys.executable} "$@"\n')
        script.chmod(0o755)
        command = [sys.executable, "-P", "-u", str(_FOLDER / "server.py"), address, str(REPOSITORY)]
        with subprocess.Popen(command, env=dict(env), stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                assert server.stdout.readline() == "ready\n"
                yield {"PULUMI_PYTHON_CMD": str(script)}
            finally:
                server.terminate()
