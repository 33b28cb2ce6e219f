"""A generator's own server, on loopback, for as long as a block runs."""

from __future__ import annotations

import contextlib
import os
import shlex
import signal
import subprocess
import time
from typing import TYPE_CHECKING

from sandbox.processes import free_port
from sites.tools import PLACE, SkippedError
from tests.e2e.harness import fetch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sites.build import Built

_PATIENCE_S = 180.0
_POLL_S = 0.3


@contextlib.contextmanager
def serving(built: Built) -> Iterator[str]:
    """Run the site's own server, and yield its URL.

    Raises:
        SkippedError: it ends, or does not answer.
    """
    port = free_port()
    log = PLACE / built.site.name / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            shlex.split(built.site.serve.format(port=port)),
            cwd=built.project,
            env=built.tools.env(built.site),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # A group of its own, so that what the server starts ends with it.
            start_new_session=True,
        )
    try:
        yield _url_when_ready(process, port, log.name)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _url_when_ready(process: subprocess.Popen[bytes], port: int, log: str) -> str:
    deadline = time.monotonic() + _PATIENCE_S
    # Some servers listen on the first address of the name only, which can be either.
    urls = (f"http://127.0.0.1:{port}/", f"http://[::1]:{port}/")
    while process.poll() is None and time.monotonic() < deadline:
        for url in urls:
            with contextlib.suppress(OSError):
                fetch(url)
                return url
        time.sleep(_POLL_S)
    raise SkippedError(f"its own server does not answer; its output is in {log}")
