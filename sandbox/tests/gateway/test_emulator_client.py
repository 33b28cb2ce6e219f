"""The gateway's requests to the emulator."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

from sandbox.gateway.emulator_client import EmulatorClient

if TYPE_CHECKING:
    from pathlib import Path


class Busy(BaseHTTPRequestHandler):
    """Answers each request with status 503 and Retry-After."""

    def do_GET(self) -> None:
        self.send_response(503)
        self.send_header("Retry-After", "5")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing."""


def test_a_response_with_retry_after_is_the_visitors(tmp_path: Path) -> None:
    """It is passed on, and not asked for again: the function of a distribution may answer so."""
    with HTTPServer(("127.0.0.1", 0), Busy) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        client = EmulatorClient(f"http://127.0.0.1:{server.server_port}", tmp_path / "version")
        response = client.send("GET", "/", {})
        assert (response.status, response.headers["Retry-After"]) == (503, "5")
        response.release_conn()
        client.close()
        thread.join()
