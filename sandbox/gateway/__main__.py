"""`python -m sandbox.gateway`: the gateway of the sandbox that SANDBOX_HOME names, to the cloud at AWS_ENDPOINT_URL."""

from __future__ import annotations

import argparse
import os
import signal
import threading
from pathlib import Path

from sandbox.environment import Home, current_home
from sandbox.gateway.server import serve


def main() -> None:
    """Open the door until the process is told to end."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.gateway", description=__doc__)
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    parser.add_argument("--home", type=Path, default=current_home().root)
    parser.add_argument("--endpoint", default=endpoint, required=endpoint is None)
    options = parser.parse_args()
    end = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: end.set())
    serve(Home(options.home.absolute()), options.endpoint, end)


if __name__ == "__main__":
    main()
