"""`python -m sandbox.gateway`: serve the stacks of a sandbox until the process is terminated."""

from __future__ import annotations

import argparse
import os
import signal
import threading
from pathlib import Path

from sandbox.environment import Home, current_home
from sandbox.gateway.server import serve


def main() -> None:
    """Run the gateway."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.gateway", description=__doc__)
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    parser.add_argument("--home", type=Path, default=current_home().root, help="default: SANDBOX_HOME, or .sandbox")
    parser.add_argument(
        "--endpoint", default=endpoint, required=endpoint is None, help="the emulator's URL; default: AWS_ENDPOINT_URL"
    )
    options = parser.parse_args()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    serve(Home(options.home.absolute()), options.endpoint, stop)


if __name__ == "__main__":
    main()
